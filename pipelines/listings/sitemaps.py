"""Reads sitemaps of pages and of news, indexes of sitemaps, and plain lists of addresses. Chooses the sitemaps of an
index that are fetched first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain, zip_longest
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from pipelines.dates.list_dates import ANYWHERE, Local, moment, month, read_date
from pipelines.listings import xmltree
from pipelines.listings.entry_fields import NAME_CHARACTERS, TITLE_CHARACTERS, join_listed, names, plain
from pipelines.listings.xmltree import name, text
from pipelines.model import Entry

ROOTS = ("urlset", "sitemapindex")
# The protocol (sitemaps.org) allows this many addresses in one sitemap.
MAX_ENTRIES = 50_000
# From an index, at most this many names of sitemaps are read. The protocol allows 50,000; the newest of them are
# fetched.
MAX_NAMED = 20_000
# At most this many sitemaps of an index are fetched, the newest first. Chosen: the newest are enough, because the
# ledger already has the addresses that older ones name.
MAX_CHOSEN = 20
# A line of a text sitemap has at most this many bytes. Chosen: the longest address has half as many.
LONGEST_LINE_BYTES = 4096
# The name of an element, and the entry that was read from it.
Named = tuple[str, Entry]
ELEMENT = re.compile(rb"<[A-Za-z]")
LINE = re.compile(rb"https?://[^\s<>\"]+", re.IGNORECASE)
DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/]?(0[1-9]|1[0-2])(?!\d)(?:[-_/]?(0[1-9]|[12]\d|3[01]))?")
COMPACT_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
NUMBER = re.compile(r"\d+")
NEWS = re.compile(r"(?<![a-z])(google-?)?news", re.IGNORECASE)
# Sitemaps with these names list other things than articles.
ASIDE = re.compile(
    r"(?<![a-z])(tags?|categor(y|ies)|authors?|users?|images?|videos?|pages?|taxonom(y|ies)|galler(y|ies)|topics?)(?![a-z])",
    re.IGNORECASE,
)


def read(body: bytes, url: str, local: Local = ANYWHERE) -> tuple[list[Entry], list[Entry]]:
    """The pages and the sitemaps that a sitemap or an index names. body: UTF-8. ValueError if it has elements, but no
    complete entry.
    """
    found = _first_way(body, lambda way, recover: list(_entries(way, url, local, recover=recover)))
    root = xmltree.ROOT.search(body)
    # A sitemap with no element inside its root is empty, which is no error.
    if not found and ELEMENT.search(body, root.end() if root else 0):
        raise ValueError("it is a sitemap of which no entry has an address")
    # Some sites write sitemap elements into a urlset, or url elements into a sitemapindex.
    index = root is not None and root[2].lower() == b"sitemapindex"
    pages = [entry for called, entry in found if called != "sitemap" and not index]
    return pages, [entry for called, entry in found if called == "sitemap" or index]


def lines(body: bytes, url: str) -> list[Entry]:
    """The addresses of a text sitemap, which has one on each line; empty if the text is no such sitemap."""
    rows = [row.strip() for row in body.splitlines() if row.strip()]
    alone = len(rows) == 1 and not urlsplit(url).path.lower().removesuffix(".gz").endswith(".txt")
    if alone or not all(len(row) <= LONGEST_LINE_BYTES and LINE.fullmatch(row) for row in rows):
        return []
    return [Entry(url=row.decode("utf-8", "replace")) for row in rows[:MAX_ENTRIES]]


def newest(found: list[Entry]) -> list[Entry]:
    """Chooses the sitemaps of an index to fetch: sitemaps of news, then the newest ones by their date, or by the date
    or number in their name.

    An index may name years of sitemaps. Sitemaps of tags, authors and pictures come last.
    """
    oldest = datetime.min.replace(tzinfo=UTC)
    kinds: dict[int, list[tuple[datetime, Entry]]] = {0: [], 1: [], 2: []}
    for entry in found:
        path = unquote(urlsplit(_splittable(entry.url)).path)
        last = path.rstrip("/").rpartition("/")[2]
        kind = 0 if NEWS.search(path) else 2 if ASIDE.search(last) else 1
        kinds[kind].append((entry.modified_at or _named_date(path) or oldest, entry))
    ordered: list[Entry] = []
    for kind in sorted(kinds):
        dated = sorted((pair for pair in kinds[kind] if pair[0] > oldest), key=lambda pair: pair[0], reverse=True)
        ordered += [entry for _, entry in dated]
        ordered += _both_ends([entry for at, entry in kinds[kind] if at == oldest])
    return ordered[:MAX_CHOSEN]


def _first_way(body: bytes, read_way: Callable[[bytes, bool], list[Named]]) -> list[Named]:
    for way in xmltree.ways(body):
        try:
            return read_way(way, False)
        except (etree.XMLSyntaxError, ValueError):
            continue
    found = read_way(xmltree.mend_xml(body), True)
    # The last entry of a sitemap that ends early may hold half a URL.
    found = found[:-1] if xmltree.cut_off(body) else found
    if not found:
        raise ValueError("it is a broken sitemap without one whole entry")
    return found


def _entries(body: bytes, url: str, local: Local, *, recover: bool) -> Iterator[Named]:
    parts = etree.iterparse(
        BytesIO(body), events=("end",), tag=("{*}url", "{*}sitemap"), encoding="utf-8",
        no_network=True, resolve_entities=False, huge_tree=False, load_dtd=False, recover=recover,
    )  # fmt: skip
    for count, (_, item) in enumerate(parts):
        # An index with MAX_NAMED sitemaps has one for every day of half a century.
        if count >= (MAX_ENTRIES if name(item) == "url" else MAX_NAMED):
            return
        entry = _entry(item, url, local)
        if entry is not None:
            yield name(item), entry
        # Elements are released after reading: as a tree, the largest sitemaps take a quarter of a gigabyte.
        item.clear()
        above = item.getparent()
        while above is not None and above[0] is not item:
            del above[0]


def _entry(item: Any, url: str, local: Local) -> Entry | None:
    # Only the children of the entry are read: an image inside it has its own loc and title.
    own = {name(node): node for node in item}
    address = join_listed(url, text(own["loc"])) if "loc" in own else ""
    if not address:
        return None
    changed = text(own["lastmod"]) if "lastmod" in own else ""
    modified_at = month(changed, local) if name(item) == "sitemap" else moment(changed, local)
    if "news" not in own:
        return Entry(url=address, modified_at=modified_at)
    news = {name(node): text(node) for node in own["news"].iter() if isinstance(node.tag, str) and not len(node)}
    published_at, precision = read_date(news.get("publication_date", ""), local)
    return Entry(
        url=address,
        title=plain(news.get("title", ""), TITLE_CHARACTERS),
        published_at=published_at,
        published_precision=precision,
        modified_at=modified_at,
        language=news.get("language", "")[:NAME_CHARACTERS],
        tags=names(news.get("keywords", "").split(",")),
    )


def _named_date(path: str) -> datetime | None:
    """The newest date that a sitemap's own name may mean."""
    said = COMPACT_DAY.search(path) or DAY.search(path)
    if said:
        try:
            # A month without a day counts as its 28th, a day that every month has.
            return datetime(int(said[1]), int(said[2]), int(said[3] or 28), tzinfo=UTC)
        except ValueError:
            return None
    said = YEAR.search(path)
    # A year alone counts as its last day.
    return datetime(int(said[1]), 12, 31, tzinfo=UTC) if said else None


def _both_ends(found: list[Entry]) -> list[Entry]:
    """The order if nothing shows which sitemaps are newest: first those without a number, in their order, then those
    with a number, taken alternately from the highest and the lowest number.
    """
    if len(found) <= MAX_CHOSEN:
        return found
    numbered = sorted((entry for entry in found if NUMBER.search(entry.url)), key=_last_number)
    half = len(numbered) // 2
    ends = zip_longest(reversed(numbered[half:]), numbered[:half])
    return [entry for entry in found if not NUMBER.search(entry.url)] + [one for one in chain(*ends) if one is not None]


def _last_number(entry: Entry) -> int:
    # Python refuses very long numbers, so only the first digits are read.
    return int(NUMBER.findall(entry.url)[-1][:18])


def _splittable(url: str) -> str:
    try:
        urlsplit(url)
    except ValueError:
        return ""
    return url
