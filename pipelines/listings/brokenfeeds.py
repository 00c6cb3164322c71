"""Feeds that are no XML even after repairs are read item by item, so that a broken item costs no other item.

A broken item goes to feedparser. Only this module knows how feedparser is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import feedparser
from lxml import etree

from pipelines.dates.list_dates import ANYWHERE, Local, moment, read_date
from pipelines.listings import feeds, xmltree
from pipelines.listings.entry_fields import SUMMARY_CHARACTERS, TITLE_CHARACTERS, join_listed, names, plain
from pipelines.model import Entry

# The head of a feed ends where the first item begins. That place is found by the first TAG_BYTES bytes of the item,
# which are enough for <item and <entry.
TAG_BYTES = 6

# At most this many broken items go to feedparser. With more, feedparser takes seconds and delays other sources.
MOST_GUESSED = 400
# At most this many bytes go to feedparser. Chosen: feedparser is slow, and its time grows faster than its input.
MAX_BYTES = 256 * 1024
# An item with more tags than this does not go to feedparser. Chosen: feedparser's time grows with the number of tags.
MAX_TAGS = 5_000
BEGIN = re.compile(rb"<(item|entry)(?=[\s>])")


def read(body: bytes, url: str, local: Local = ANYWHERE) -> list[Entry]:
    """The entries of a feed that no strict parser reads. body: UTF-8. ValueError if it has no complete item."""
    root = xmltree.ROOT.search(body[: xmltree.HEAD_BYTES])
    if root is None:
        raise ValueError("it is neither a feed nor a sitemap")
    body = xmltree.mend_xml(body)
    parts = _parts(body)
    if not parts:
        raise ValueError("it is a broken feed without one whole entry")
    opening = body[root.start() : body.find(b">", root.start()) + 1].removesuffix(b"/>").removesuffix(b">") + b">"
    closing = b"</" + root[1] + b">"
    head = _tree(opening + _head(body[root.start() : body.find(parts[0][:TAG_BYTES])]) + closing)
    frame = feeds.read_frame(etree.Element("rss") if head is None else head, url, local)
    guessed, left = 0, MAX_BYTES
    found: list[Entry] = []
    for part in parts:
        tree = _tree(opening + part + closing)
        if tree is not None:
            found += [entry for item in tree[:1] if (entry := feeds.entry_of(item, frame))]
        elif guessed < MOST_GUESSED and (left := left - len(part)) >= 0 and part.count(b"<") <= MAX_TAGS:
            guessed += 1
            found += _guess_entries(opening + part + closing, frame)
    if not found:
        raise ValueError("it is a broken feed without one whole entry")
    return found


def _parts(body: bytes) -> list[bytes]:
    """The items of a feed as bytes. The rest after the last complete item is left out: it may contain half a URL."""
    parts: list[bytes] = []
    begin = BEGIN.search(body)
    while begin and len(parts) < feeds.MOST_ENTRIES:
        closer = b"</" + begin[1] + b">"
        following = BEGIN.search(body, begin.end())
        end = body.find(closer, begin.end(), following.start() if following else len(body))
        if end < 0 and not following:
            break
        # An item that is not closed ends where the next begins.
        end = end if end >= 0 or not following else following.start()
        parts.append(body[begin.start() : end] + closer)
        begin = following
    return parts


def _head(head: bytes) -> bytes:
    """A channel element with only the link and the language of the feed's head, each if it is complete."""
    said = (
        re.search(rb"<%s>[^<]{0,300}</%s>" % (one, one), head[: xmltree.HEAD_BYTES]) for one in (b"link", b"language")
    )
    return b"<channel>" + b"".join(found[0] for found in said if found) + b"</channel>"


def _tree(body: bytes) -> Any:
    parser = etree.XMLParser(encoding="utf-8", no_network=True, resolve_entities=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _guess_entries(body: bytes, frame: feeds.Frame) -> Iterator[Entry]:
    # feedparser gets a stream, because it would open bytes or a str that looks like a path or an address.
    feed = feedparser.parse(
        BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + body),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    for item in feed.get("entries", [])[:1]:
        address = join_listed(frame.base, str(item.get("feedburner_origlink") or item.get("link") or ""))
        # If "updated" is missing and one asks for it, feedparser warns and gives the date of publication.
        changed = item.get("updated", "") if "updated" in item else ""
        published_at, precision = read_date(item.get("published", ""), frame.local)
        if address:
            yield Entry(
                url=address,
                title=plain(item.get("title", ""), TITLE_CHARACTERS),
                summary=plain(item.get("summary", ""), SUMMARY_CHARACTERS),
                authors=names([item["author"]] if item.get("author") else []),
                published_at=published_at,
                published_precision=precision,
                modified_at=moment(changed, frame.local) if changed != item.get("published") else None,
                language=frame.language,
                tags=names([tag["term"] for tag in item.get("tags", ()) if tag.get("term")]),
            )
