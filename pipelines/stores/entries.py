"""What a feed or sitemap said about a URL, in the JSON of the raw store and the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.model import Entry


def as_json(entry: Entry | None) -> dict[str, Any] | None:
    """An Entry in the form for JSON: dates in ISO form, without empty fields and characters that Postgres cannot
    hold."""
    if entry is None:
        return None
    # A list can have tens of thousands of entries, and asdict would make a deep copy of each of their fields.
    return {name: _plain(value) for name, value in vars(entry).items() if value not in ("", (), None)}


def of_json(facts: Mapping[str, Any] | None) -> Entry | None:
    """The Entry from which `as_json` made these facts."""
    if not facts:
        return None
    known = {name: value for name, value in facts.items() if name in Entry.__dataclass_fields__}
    for name in ("published_at", "modified_at"):
        if known.get(name):
            known[name] = datetime.fromisoformat(known[name])
    for name in ("authors", "tags"):
        known[name] = tuple(known.get(name, ()))
    return Entry(**known)


def holdable(text: str) -> str:
    """Text without NULs, which Postgres cannot hold, and without halves of surrogate pairs, which UTF-8 cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return holdable(value) if isinstance(value, str) else [holdable(one) for one in value]
