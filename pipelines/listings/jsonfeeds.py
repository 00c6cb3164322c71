"""Reads JSON Feed: each item becomes an entry; a field of a wrong type counts as missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pipelines.dates.list_dates import ANYWHERE, Local, moment, read_date
from pipelines.listings.entry_fields import (
    NAME_CHARACTERS,
    SUMMARY_CHARACTERS,
    TITLE_CHARACTERS,
    join_listed,
    known_as,
    names,
    plain,
)
from pipelines.model import Entry

# At most this many items of a feed are read. The largest real feeds have some hundreds.
MOST_ENTRIES = 20_000


def read(body: bytes, url: str, local: Local = ANYWHERE) -> Iterator[Entry]:
    """The entries of a JSON Feed; if the bytes are no JSON Feed, ValueError says what they are."""
    try:
        feed = json.loads(body)
    except RecursionError:
        raise ValueError("it is JSON that cannot be read: it is nested too deep") from None
    except ValueError as error:
        raise ValueError(f"it is JSON that cannot be read: {error}") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ValueError("it is JSON, but no JSON Feed")
    return _entries(feed, url, local)


def _entries(feed: dict[str, Any], url: str, local: Local) -> Iterator[Entry]:
    for item in feed["items"][:MOST_ENTRIES]:
        if not isinstance(item, dict):
            continue
        named = _identifier(item.get("id"))
        address = _string(item.get("url")) or _string(item.get("external_url"))
        address = join_listed(url, address or (named if named.startswith(("http://", "https://")) else ""))
        if not address:
            continue
        people = [*_items(item.get("authors")), item.get("author")]
        summary = next(
            filter(None, (_string(item.get(key)) for key in ("summary", "content_text", "content_html"))), ""
        )
        published_at, precision = read_date(_string(item.get("date_published")), local)
        yield Entry(
            url=address,
            title=plain(_string(item.get("title")), TITLE_CHARACTERS),
            summary=plain(summary, SUMMARY_CHARACTERS),
            authors=names([_string(one.get("name")) for one in people if isinstance(one, dict)]),
            published_at=published_at,
            published_precision=precision,
            modified_at=moment(_string(item.get("date_modified")), local),
            language=(_string(item.get("language")) or _string(feed.get("language")))[:NAME_CHARACTERS],
            tags=names([_string(tag) for tag in _items(item.get("tags"))]),
            guid=known_as(named, address),
        )


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _identifier(value: Any) -> str:
    """An item's identifier. One that is written as a whole number becomes a string, as the specification says."""
    # Other numbers count as no identifier: they lose digits when they are read, and too large ones become infinity, so
    # several items could get the same identifier.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _string(value)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
