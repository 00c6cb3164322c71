"""The languages of messages."""

from __future__ import annotations

# Code of a language -> what it calls itself.
NAMES = {"en": "English", "ar": "العربية", "ckb": "کوردی", "fa": "فارسی", "fr": "Français", "tr": "Türkçe"}
