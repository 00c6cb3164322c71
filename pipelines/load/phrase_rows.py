"""Reads the phrases in `data/*.tsv`. Each file explains its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


@lru_cache(maxsize=8)
def read_phrases(file: str, form: Callable[[str], str]) -> dict[str, list[str]]:
    """For each kind its phrases, in the form that `form` gives, the longest first."""
    rows: dict[str, set[str]] = {}
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            _, kind, phrase = line.split("\t")
            rows.setdefault(kind, set()).add(form(phrase))
    return {kind: sorted(phrases, key=lambda one: (-len(one), one)) for kind, phrases in rows.items()}


def join_phrases(phrases: Iterable[str]) -> str:
    """A pattern that finds any of the phrases."""
    return rf"(?:{'|'.join(map(re.escape, phrases))})"
