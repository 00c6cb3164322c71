"""Whether the words of a revision are still kept: retention deletes the description and the text of an old one, not its
title. Only this module knows how a row tells this.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def is_kept(row: Mapping[str, Any]) -> bool:
    """Whether a revision still has its description and its text."""
    return row["text_retired_at"] is None


def digest(row: Mapping[str, Any]) -> str:
    """The SHA-256 of a revision's text as stored; empty if the text is no longer kept.

    The ledger's own digest is of the normal form of the text, so it cannot take its place.
    """
    return sha256(row["text"].encode()).hexdigest() if is_kept(row) else ""


def explain(row: Mapping[str, Any]) -> str:
    """What is to be read in place of a revision's words, empty if they are kept."""
    if is_kept(row):
        return ""
    return (
        f"The description and the text of revision {row['revision']} are no longer kept: retention deleted them on "
        f"{row['text_retired_at']:%Y-%m-%d} (NIGHTDESK_KEEP_TEXT_DAYS, or keep_text of the source)."
    )
