"""Bytes in, URLs out: feeds, sitemaps and section pages, without network. Other packages read lists only through this
module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipelines.codes import Kind
from pipelines.dates.list_dates import ANYWHERE, Local, moment
from pipelines.listings import asked_pauses, brokenfeeds, feeds, jsonfeeds, sections, sitemaps, xmltree
from pipelines.listings.asked_pauses import NONE_ASKED, AskedPauses
from pipelines.listings.feed_coverage import compare
from pipelines.listings.mentions import mentions
from pipelines.model import Entry, Page, Source

__all__ = [
    "KindAndEntry",
    "charset_of",
    "compare",
    "mentions",
    "moment",
    "of_source",
    "read",
    "read_links",
    "read_list",
    "section",
]

KindAndEntry = tuple[Kind, Entry]


class Listing(NamedTuple):
    """What a list names, in its order; how often the list may be read; and how many of its links were not read."""

    found: list[KindAndEntry]
    pauses: AskedPauses = NONE_ASKED
    left_out: int = 0


def of_source(page: Page, body: bytes, kind: Kind, source: Source, *, whole: bool = False) -> Listing:
    """What a list of a source names. body: the decoded body of the page. ValueError as in `read`.

    whole: read every sitemap that an index names, and not only the newest.
    """
    charset = charset_of(page)
    if kind != Kind.SECTION:
        local = Local(source.language, source.timezone)
        return read(body, page.final_url, charset=charset, local=local, whole=whole)
    found, left_out = section(body, page.final_url, allow=source.allow, charset=charset)
    # If `allow` matches no link, the links are read without it, so that the ledger shows them as excluded.
    if not found and source.allow:
        found, left_out = section(body, page.final_url, charset=charset)
    return Listing(found, left_out=left_out)


def charset_of(page: Page) -> str:
    """The charset that an answer's header names; empty if it names none."""
    said = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    return said.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")


def read_list(body: bytes, url: str, *, charset: str = "", local: Local = ANYWHERE) -> list[KindAndEntry]:
    """What a feed or sitemap names, in the list's order; the parameters are those of `read`."""
    return read(body, url, charset=charset, local=local).found


def read(body: bytes, url: str, *, charset: str = "", local: Local = ANYWHERE, whole: bool = False) -> Listing:
    """What a feed or sitemap names; ValueError says what the bytes are instead.

    charset: from the Content-Type header. It counts if the bytes are not UTF-8 and name no charset themselves.
    local: the origin of the list's dates, for dates without a zone and dates in words.
    whole: read all sitemaps of an index.
    """
    body = xmltree.plain(body, charset, local.language)
    if body[:1] in (b"{", b"["):
        return Listing(_name_entries(Kind.ARTICLE, jsonfeeds.read(body, url, local)))
    if body[: len(b"http")].lower() == b"http" and (found := sitemaps.lines(body, url)):
        return Listing(_name_entries(Kind.ARTICLE, found))
    kind, body = xmltree.find_kind(body)
    if kind == "html":
        raise ValueError("it is an HTML page, no feed or sitemap")
    if kind in sitemaps.ROOTS:
        pages, maps = sitemaps.read(body, url, local)
        maps = maps if whole else sitemaps.newest(maps)
        return Listing(_name_entries(Kind.ARTICLE, pages) + _name_entries(Kind.SITEMAP, maps))
    if kind not in feeds.ROOTS:
        raise ValueError("it is neither a feed nor a sitemap")
    root = xmltree.parse_xml(body)
    if root is None:
        return Listing(_name_entries(Kind.ARTICLE, brokenfeeds.read(body, url, local)))
    return Listing(_name_entries(Kind.ARTICLE, feeds.read(root, url, local)), asked_pauses.of_feed(root))


def read_links(body: bytes, url: str, *, allow: Sequence[str] = (), charset: str = "") -> list[KindAndEntry]:
    """The links of a section page that lead to articles of the same site, then the next page of the section.

    allow: regular expressions on the whole URL that say what an article is; without them, the shapes of the page's
    links decide this.
    """
    return section(body, url, allow=allow, charset=charset)[0]


def section(body: bytes, url: str, *, allow: Sequence[str] = (), charset: str = "") -> tuple[list[KindAndEntry], int]:
    """The result of `read_links`, with the number of links that were not read if a page has too many."""
    read = sections.read(body, url, allow=allow, charset=charset)
    further = [(Kind.SECTION, Entry(url=read.following))] if read.following else []
    return _name_entries(Kind.ARTICLE, read.entries) + further, read.left_out


def _name_entries(kind: Kind, entries: Iterable[Entry]) -> list[KindAndEntry]:
    return [(kind, entry) for entry in entries]
