"""Bytes in, URLs out: feeds, sitemaps and section pages, with no network; the one door to what knows their formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.codes import Kind
from pipelines.dates.lists import ANYWHERE, Local, moment
from pipelines.listings import brokenfeeds, feeds, jsonfeeds, sections, sitemaps, xmltree
from pipelines.listings.coverage import compare
from pipelines.model import Entry

__all__ = ["Found", "compare", "linked", "listed", "moment", "section"]

Found = tuple[Kind, Entry]


def listed(body: bytes, url: str, *, charset: str = "", local: Local = ANYWHERE) -> list[Found]:
    """What a feed or sitemap names, in its order; ValueError says what the bytes are instead of one.

    charset: what the Content-Type header says; it counts where the bytes are not UTF-8 and name no charset themselves.
    local: where its dates are from, for those without a zone and those in words.
    """
    body = xmltree.plain(body, charset, local.language)
    if body[:1] in (b"{", b"["):
        return _named(Kind.ARTICLE, jsonfeeds.read(body, url, local))
    if body[: len(b"http")].lower() == b"http" and (found := sitemaps.lines(body, url)):
        return _named(Kind.ARTICLE, found)
    kind, body = xmltree.opened(body)
    if kind == "html":
        raise ValueError("it is an HTML page, no feed or sitemap")
    if kind == "sitemapindex":
        return _named(Kind.SITEMAP, sitemaps.newest(sitemaps.read(body, url, local)))
    if kind == "urlset":
        return _named(Kind.ARTICLE, sitemaps.read(body, url, local))
    if kind not in feeds.ROOTS:
        raise ValueError("it is neither a feed nor a sitemap")
    root = xmltree.parsed(body)
    read = feeds.read(root, url, local) if root is not None else brokenfeeds.read(body, url, local)
    return _named(Kind.ARTICLE, read)


def linked(body: bytes, url: str, *, allow: Sequence[str] = (), charset: str = "") -> list[Found]:
    """The links of a section page that lead to articles of the same site, then its own next page as a section.

    allow: regular expressions on the whole URL that say what an article is; without them the page's own links do.
    """
    return section(body, url, allow=allow, charset=charset)[0]


def section(body: bytes, url: str, *, allow: Sequence[str] = (), charset: str = "") -> tuple[list[Found], int]:
    """The same, with the number of links that were not read, of a page that has more than are."""
    read = sections.read(body, url, allow=allow, charset=charset)
    further = [(Kind.SECTION, Entry(url=read.following))] if read.following else []
    return _named(Kind.ARTICLE, read.entries) + further, read.left_out


def _named(kind: Kind, entries: Iterable[Entry]) -> list[Found]:
    return [(kind, entry) for entry in entries]
