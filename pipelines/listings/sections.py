"""Section pages: reads the links in a page's HTML, each with its words and its place on the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from pipelines import patterns, urls
from pipelines.listings import paging, shapes
from pipelines.listings.charsets import in_utf8
from pipelines.listings.entry_fields import SUMMARY_CHARACTERS, join_link
from pipelines.listings.shapes import Link
from pipelines.model import Entry

# At most MAX_INSIDE elements inside a link, MAX_PIECES pieces of its text and MAX_PICTURES pictures in it are examined.
# Chosen: a card (one link around a picture, a heading and a text) has fewer.
MAX_INSIDE, MAX_PIECES, MAX_PICTURES = 50, 200, 3
# If more than this share of a page's links seems to be in menus and the like, none of them counts as being there.
# Chosen: on every page, at least a tenth of the links is in the main part.
EVERYWHERE_SHARE = 0.9
# At most this many characters of an element's class names are examined. Chosen: this has room for the dozens of names
# that some style sheets need.
NAMES_CHARACTERS = 500
# The beginning https:// has this many characters.
SCHEME_CHARACTERS = 8

# A section page is read up to this many bytes. No real section page has so many; with more, parsers take seconds and
# gigabytes.
LARGEST = 8 * 1024 * 1024
# At most this many tags are read. Chosen: a page with more is built to do harm.
MAX_TAGS = 200_000
# At most this many links are compared with each other by words and places. Chosen: this is far more than a front page
# has.
MAX_ANCHORS = 10_000
# At most this many links to one part of the site (the first part of their path) are read. Chosen: this is half of
# MAX_ANCHORS, so that thousands of one kind leave room for others.
MAX_OF_LEAD = 5_000
# At most this many articles of a page are taken. Chosen: only a page of an archive has more.
MAX_LINKS = 1000
# A link has at most this many characters. Chosen: this is four times the longest address that the ledger takes. So a
# link that is too long for the ledger still gets a row there, which says that it is too long.
LONGEST_LINK_CHARACTERS = 8192
# A link that is a headline has at most this many characters. Chosen: a longer text is a paragraph.
HEADLINE_CHARACTERS = 300
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
ASIDE = {"nav", "footer", "form"}
ASIDE_ROLES = {"navigation", "contentinfo", "search", "menu", "menubar", "banner"}
ASIDE_NAMES = {
    "nav", "navbar", "navigation", "menu", "submenu", "megamenu", "footer", "breadcrumb", "breadcrumbs", "pagination",
    "pager", "paging", "tags", "tagcloud", "byline", "authors", "social", "share", "sharing", "login", "topbar",
}  # fmt: skip
NAME = re.compile(r"[a-z]+")
ANCHOR = re.compile(rb"<a\s[^<>]{0,300}?href\b", re.IGNORECASE)
# If this many addresses have the same words, these are the words of a button.
REPEATED = 3


class SectionLinks(NamedTuple):
    """The links of a section page: articles in the page's order, the next page of the section, and how many links were
    not read.
    """

    entries: list[Entry]
    following: str
    left_out: int = 0


def read(body: bytes, url: str, *, allow: Sequence[str] = (), charset: str = "") -> SectionLinks:
    """The links of a section page; ValueError if the bytes are no page."""
    root, left_out = _parse_page(body, charset)
    base = _base(root, url)
    here = urlsplit(url)
    mine = urls.site((here.hostname or "").lower())
    sites: dict[str, bool] = {}
    found: dict[str, Link] = {}
    pages: list[tuple[str, str, bool]] = []
    places: dict[Any, tuple[bool, bool]] = {}
    alike: Counter[str] = Counter()
    ruled = lru_cache(maxsize=None)(lambda address: any(patterns.matches(pattern, address) for pattern in allow))
    for anchor in root.iter("a", "area", "link"):
        address = _address(base, anchor.get("href") or "")
        parts = _split(address)
        if parts is None or not sites.setdefault(parts.netloc, urls.site((parts.hostname or "").lower()) == mine):
            continue
        said = set((anchor.get("rel") or "").lower().split())
        if anchor.tag == "link":
            if "next" in said:
                pages.append((address, "", True))
            continue
        if allow and not ruled(address):
            # This is no article, but it can still be the page's own next page.
            if len(pages) < MAX_ANCHORS:
                pages.append((address, _words(anchor)[0], "next" in said))
            continue
        lead = parts.path.lstrip("/").partition("/")[0]
        if address not in found:
            alike[lead] += 1
            if len(found) >= MAX_ANCHORS or alike[lead] > MAX_OF_LEAD:
                left_out += 1
                continue
        words, headed = _words(anchor)
        pages.append((address, words, "next" in said))
        itself = address.partition("?")[0] == url.partition("?")[0] and not allow
        if itself or said & {"tag", "author", "category"}:
            continue
        aside, within = _place(anchor, places)
        foreign = parts.netloc.lower().removeprefix("www.") != here.netloc.lower().removeprefix("www.")
        link = Link(url=address, words=words, aside=aside, headed=headed or within, foreign=foreign)
        found[address] = _better(found.get(address), link)
    links = _drop_shared(list(found.values()))
    following = paging.next_page(url, pages)
    chosen = _keep_allowed(links, url) if allow else shapes.articles(links)
    kept = shapes.fair([link for link in chosen if link.url != following], MAX_LINKS)
    entries = [Entry(url=link.url, title=link.words) for link in kept]
    return SectionLinks(entries, following, left_out + max(0, len(chosen) - MAX_LINKS))


def _parse_page(body: bytes, charset: str) -> tuple[Any, int]:
    """The page as far as it is parsed, and how many links are in the rest of it."""
    rest = len(ANCHOR.findall(body, LARGEST))
    body = in_utf8(body[:LARGEST], charset).replace(b"\0", b"")
    if body.count(b"<") > MAX_TAGS:
        # The page is cut and not refused: its first links are its newest articles.
        whole = body
        body = b"<".join(body.split(b"<", MAX_TAGS)[:MAX_TAGS])
        rest += len(ANCHOR.findall(whole, len(body)))
    if not re.search(rb"<[a-zA-Z!/?]", body[:LARGEST]):
        raise ValueError("it is no HTML page")
    try:
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        return html.fromstring(body, parser=parser), rest
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"it is no HTML page: {error}") from None


def _base(root: Any, url: str) -> str:
    for node in islice(root.iter("base"), 1):
        try:
            base = urljoin(url, (node.get("href") or "").strip())
        except ValueError:
            return url
        return base if base.lower().startswith(("http://", "https://")) else url
    return url


def _address(base: str, link: str) -> str:
    """A link as an absolute http(s) address without its fragment; empty if it is no such address."""
    if not link or len(link) > LONGEST_LINK_CHARACTERS or link.lstrip().startswith("#"):
        return ""
    address = join_link(base, "".join(link.split("\n")).replace("\r", "").replace("\t", "")).partition("#")[0]
    return address if address[:SCHEME_CHARACTERS].lower().startswith(("http://", "https://")) else ""


def _split(address: str) -> Any:
    try:
        parts = urlsplit(address)
        return parts if address and parts.hostname else None
    except ValueError:
        return None


def _words(anchor: Any) -> tuple[str, bool]:
    """The words of a link, and whether the link contains a heading. The words of a card are its heading's words; the
    words of a picture are its description's words.
    """
    for node in islice(anchor.iter(), MAX_INSIDE):
        if node.tag in HEADINGS:
            return _text(node), True
    words = _text(anchor)
    if words:
        return words, False
    pictures = (node.get("alt") for node in islice(anchor.iter("img", "area"), MAX_PICTURES))
    said = anchor.get("title") or anchor.get("aria-label") or next(filter(None, pictures), "") or ""
    return " ".join(said[:SUMMARY_CHARACTERS].split()), False


def _text(node: Any) -> str:
    # A link that is not closed contains half the page, so a text that is too long counts as none.
    words = " ".join("".join(_pieces(node)).split())
    return words if len(words) <= HEADLINE_CHARACTERS else ""


def _pieces(node: Any) -> Iterator[str]:
    left = SUMMARY_CHARACTERS
    for piece in islice(node.itertext(), MAX_PIECES):
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _place(node: Any, known: dict[Any, tuple[bool, bool]]) -> tuple[bool, bool]:
    """Whether an element is in a menu, a footer or the like, and whether it is in a heading."""
    path = []
    for above in node.iterancestors():
        if above in known:
            aside, headed = known[above]
            break
        path.append(above)
    else:
        aside, headed = False, False
    for above in reversed(path):
        if above.tag == "article":
            aside = False
        aside = aside or _is_aside(above)
        headed = headed or above.tag in HEADINGS
        known[above] = (aside, headed)
    return aside, headed


def _is_aside(node: Any) -> bool:
    if node.tag in ASIDE or (node.get("role") or "").lower() in ASIDE_ROLES:
        return True
    if node.tag in ("html", "body", "main", "article"):
        # The class and id of these elements are not examined: sites write there, for example, whether a menu is open.
        return False
    named = f"{node.get('class') or ''} {node.get('id') or ''}"[:NAMES_CHARACTERS].lower()
    return not ASIDE_NAMES.isdisjoint(NAME.findall(named))


def _better(known: Link | None, link: Link) -> Link:
    if known is None:
        return link
    words = max(known.words, link.words, key=len)
    return replace(
        known, words=words, aside=known.aside and link.aside, headed=known.headed or link.headed, foreign=link.foreign
    )


def _drop_shared(links: list[Link]) -> list[Link]:
    """The links in the same order. If many links have the same words, these links lose their words. If nearly all links
    are aside (in menus and the like), none counts as aside.
    """
    said = Counter(link.words for link in links)
    everywhere = sum(link.aside for link in links) > EVERYWHERE_SHARE * len(links)
    return [
        replace(link, words="" if said[link.words] >= REPEATED else link.words, aside=link.aside and not everywhere)
        for link in links
    ]


def _keep_allowed(links: list[Link], url: str) -> list[Link]:
    """The links that the source's patterns let in and that are pages of their own."""
    own = url.partition("#")[0].rstrip("/")
    return [
        link for link in links if link.url.rstrip("/") != own and not shapes.NO_PAGE.search(urlsplit(link.url).path)
    ]
