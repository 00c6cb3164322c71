"""Bytes in, URLs out: feeds, sitemaps and section pages, with no network; the only place that knows their formats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from html import unescape
from html.entities import html5
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
from lxml import etree, html
from w3lib.html import remove_tags

from pipelines import encodings
from pipelines.model import Entry, Kind

LIMIT = 50 * 1024 * 1024
MOST_ENTRIES = 50_000
# What a well-meant feed or sitemap never reaches: mending and guessing take seconds beyond, and hold up other sources.
MOST_AMPERSANDS = 200_000
FORGIVEN = 1024 * 1024
MOST_SITEMAPS = 20
MOST_LINKS = 300
SUMMARY = 2000
BARE_AMPERSAND = re.compile(rb"&(?![a-zA-Z][a-zA-Z0-9]*;|#[0-9]+;|#x[0-9a-fA-F]+;)")
NAMED_ENTITY = re.compile(rb"&([a-zA-Z][a-zA-Z0-9]*;)")
XML_ENTITIES = {b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"}
NO_PAGE = re.compile(r"\.(jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml|rss|ico)$", re.IGNORECASE)
NO_ARTICLE = re.compile(
    r"/(tags?|category|categories|author|authors|search|login|about|contact|privacy|terms|page|feed|rss)(/|$)",
    re.IGNORECASE,
)
Found = tuple[Kind, Entry]


def listed(body: bytes, url: str) -> list[Found]:
    """What a feed or sitemap names, in its order; ValueError says what the bytes are instead of one."""
    body = _plain(body)
    if body[:1] in (b"{", b"["):
        return [(Kind.ARTICLE, entry) for entry in _json_feed(body, url)]
    root = _parsed(body)
    name = "" if root is None else _name(root)
    if name == "html" or body[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise ValueError("it is an HTML page, no feed or sitemap")
    if name == "sitemapindex" and root is not None:
        return [(Kind.SITEMAP, entry) for entry in _newest(list(_sitemap(root, url)))]
    if name == "urlset" and root is not None:
        return [(Kind.ARTICLE, entry) for entry in _sitemap(root, url)]
    if name in ("rss", "RDF", "feed") and root is not None:
        return [(Kind.ARTICLE, entry) for entry in _feed(root, url)]
    return [(Kind.ARTICLE, entry) for entry in _forgiven(body, url)]


def linked(body: bytes, url: str, *, allow: Sequence[str] = ()) -> list[Found]:
    """The links of a section page that look like articles: same host, and `allow` or a long or numbered path."""
    try:
        root: Any = html.fromstring(
            body, parser=html.HTMLParser(encoding=_charset(body), no_network=True, huge_tree=False)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"it is no HTML page: {error}") from None
    base = next(iter(root.xpath("//base/@href")), "")
    try:
        base = urljoin(url, base)
    except ValueError:
        base = url
    found: dict[str, Entry] = {}
    for anchor in root.iterfind(".//a[@href]"):
        address = _joined(base, anchor.get("href", "")).partition("#")[0]
        if not address or not _articlelike(address, url, allow):
            continue
        title = " ".join(anchor.text_content().split())
        if address not in found or len(title) > len(found[address].title):
            found[address] = Entry(url=address, title=title[:SUMMARY])
        if len(found) >= MOST_LINKS:
            break
    return [(Kind.ARTICLE, entry) for entry in found.values()]


def moment(text: str) -> datetime | None:
    """A date as feeds write it (RFC 822, ISO 8601, a day or a month), in UTC; None where it is none."""
    text = text.strip()
    if not text:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime, _day):
        try:
            at = read(text)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return at if 1990 <= at.year <= 2100 else None
    return None


def _plain(body: bytes) -> bytes:
    if body.startswith(b"\x1f\x8b"):
        body = encodings.decode(body, "gzip", LIMIT)
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0")
    if not body:
        raise ValueError("it is empty")
    return body


def _parsed(body: bytes) -> Any:
    """The root where the bytes are well-formed, or become so when bare ampersands and HTML entities are mended."""
    for mend in (bytes, _mended):
        # A fresh parser each time: one that failed keeps its errors.
        parser = etree.XMLParser(no_network=True, resolve_entities=False, huge_tree=False, load_dtd=False)
        try:
            return etree.fromstring(mend(body), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
    if b"<urlset" in body[:2000] or b"<sitemapindex" in body[:2000]:
        root: Any = etree.fromstring(
            _mended(body), etree.XMLParser(recover=True, no_network=True, resolve_entities=False)
        )
        # The last entry of a sitemap that ends early may hold half a URL.
        if root is not None and len(root):
            root.remove(root[-1])
        if root is None or not len(root):
            raise ValueError("it is a broken sitemap without one whole entry")
        return root
    return None


def _mended(body: bytes) -> bytes:
    if body.count(b"&") > MOST_AMPERSANDS:
        return body

    def numbered(match: re.Match[bytes]) -> bytes:
        if match[1] in XML_ENTITIES:
            return match[0]
        known = html5.get(match[1].decode("ascii"))
        return "".join(f"&#{ord(c)};" for c in known).encode() if known else b"&amp;" + match[1]

    return NAMED_ENTITY.sub(numbered, BARE_AMPERSAND.sub(b"&amp;", body))


def _feed(root: Any, url: str) -> Iterator[Entry]:
    """RSS 2.0, RSS 1.0 (RDF) and Atom."""
    language = next((_text(node) for node in root.iter("{*}language")), "")
    language = language or root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    for count, item in enumerate(root.iter("{*}item", "{*}entry")):
        if count >= MOST_ENTRIES:
            return
        said: dict[str, list[Any]] = {}
        for child in item:
            if isinstance(child.tag, str):
                said.setdefault(_name(child), []).append(child)
        address = _joined(url, _link(said))
        if not address:
            continue
        published = _first(said, "pubDate", "published", "issued", "date")
        yield Entry(
            url=address,
            title=_stripped(_first(said, "title")),
            summary=_stripped(_first(said, "description", "summary"))[:SUMMARY],
            authors=tuple(
                filter(None, (_author(node) for node in [*said.get("creator", []), *said.get("author", [])]))
            ),
            published_at=moment(published),
            modified_at=moment(_first(said, "updated", "modified")),
            language=item.get("{http://www.w3.org/XML/1998/namespace}lang", "") or language,
            tags=tuple(filter(None, (_text(node) or node.get("term", "") for node in said.get("category", [])))),
        )


def _link(said: dict[str, list[Any]]) -> str:
    links = said.get("link", [])
    for node in links:
        if node.get("href") and node.get("rel", "alternate") == "alternate":
            return str(node.get("href"))
        if _text(node):
            return _text(node)
    for node in said.get("guid", []):
        if node.get("isPermaLink", "true") != "false" and _text(node).startswith("http"):
            return _text(node)
    return next((str(node.get("href")) for node in links if node.get("href")), "")


def _author(node: Any) -> str:
    name = next((_text(child) for child in node.iter("{*}name")), "")
    return name or _text(node)


def _sitemap(root: Any, url: str) -> Iterator[Entry]:
    """Sitemaps, Google-News sitemaps and sitemap indexes."""
    for count, item in enumerate(root.iter("{*}url", "{*}sitemap")):
        if count >= MOST_ENTRIES:
            return
        said = {_name(node): _text(node) for node in item.iter() if isinstance(node.tag, str) and _text(node)}
        # An image inside the entry has a loc and a title of its own.
        own = {_name(node): _text(node) for node in item if isinstance(node.tag, str)}
        if not own.get("loc"):
            continue
        news = next(item.iter("{*}news"), None)
        yield Entry(
            url=_joined(url, own["loc"]),
            title="" if news is None else next((_text(node) for node in news.iter("{*}title")), ""),
            published_at=moment(said.get("publication_date", "")),
            modified_at=moment(own.get("lastmod", "")),
            language="" if news is None else said.get("language", ""),
            tags=tuple(filter(None, (tag.strip() for tag in said.get("keywords", "").split(",")))),
        )


def _newest(found: list[Entry]) -> list[Entry]:
    """An index may name years of sitemaps: the newest by date, those without one in the index's order."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda entry: entry.modified_at or oldest, reverse=True)[:MOST_SITEMAPS]


def _json_feed(body: bytes, url: str) -> Iterator[Entry]:
    try:
        feed = json.loads(body)
    except RecursionError:
        raise ValueError("it is JSON that cannot be read: it is nested too deep") from None
    except ValueError as error:
        raise ValueError(f"it is JSON that cannot be read: {error}") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ValueError("it is JSON, but no JSON Feed")
    for item in feed["items"][:MOST_ENTRIES]:
        address = _joined(url, str(item.get("url") or item.get("external_url") or "")) if isinstance(item, dict) else ""
        if not address:
            continue
        authors, tags = item.get("authors") or [item.get("author")], item.get("tags")
        yield Entry(
            url=address,
            title=str(item.get("title") or ""),
            summary=str(item.get("summary") or "")[:SUMMARY],
            authors=tuple(
                str(author["name"]) for author in _items(authors) if isinstance(author, dict) and author.get("name")
            ),
            published_at=moment(str(item.get("date_published") or "")),
            modified_at=moment(str(item.get("date_modified") or "")),
            language=str(item.get("language") or feed.get("language") or ""),
            tags=tuple(str(tag) for tag in _items(tags)),
        )


def _forgiven(body: bytes, url: str) -> Iterator[Entry]:
    """Feeds too broken for a strict parser."""
    # Never bytes or str: feedparser would open one that looks like a path or an address.
    feed = feedparser.parse(BytesIO(body[:FORGIVEN]))
    if not feed.get("version") and not feed.get("entries"):
        raise ValueError("it is neither a feed nor a sitemap")
    if feed.get("bozo") and not feed.get("entries"):
        # Only what is well-formed and empty says that there is nothing.
        raise ValueError("it is a broken feed without one whole entry")
    # The last entry of what was cut short may hold half a URL.
    for item in feed.entries[: -1 if len(body) > FORGIVEN else None]:
        address = _joined(url, item.get("link", ""))
        if address:
            yield Entry(
                url=address,
                title=_stripped(item.get("title", "")),
                summary=_stripped(item.get("summary", ""))[:SUMMARY],
                authors=(item["author"],) if item.get("author") else (),
                published_at=moment(item.get("published", "")),
                modified_at=moment(item.get("updated", "")) if item.get("updated") != item.get("published") else None,
                language=feed.feed.get("language", ""),
                tags=tuple(tag["term"] for tag in item.get("tags", ()) if tag.get("term")),
            )


def _charset(body: bytes) -> str | None:
    # Without a declaration lxml takes Latin-1; most pages are UTF-8 and no other encoding looks like it.
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _articlelike(address: str, section: str, allow: Sequence[str]) -> bool:
    try:
        here, there = urlsplit(section), urlsplit(address)
    except ValueError:
        return False
    if there.hostname != here.hostname or address.split("?")[0] == section.split("?")[0] or NO_PAGE.search(there.path):
        return False
    if allow:
        return any(re.search(pattern, address) for pattern in allow)
    last = there.path.rstrip("/").rpartition("/")[2]
    numbered = re.search(r"\d{4,}", there.path + "?" + there.query)
    return not NO_ARTICLE.search(there.path) and bool(numbered or last.count("-") >= 3 or len(last) >= 40)


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        # Kept as it is: the ledger counts it as unusable.
        return link.strip()


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _day(text: str) -> datetime:
    year, month, *_ = text.split("-")
    return datetime.combine(date(int(year), int(month), 1), time(), UTC)


def _first(said: dict[str, list[Any]], *names: str) -> str:
    return next((text for name in names for node in said.get(name, []) if (text := _text(node))), "")


def _text(node: Any) -> str:
    return "".join(node.itertext()).strip()


def _stripped(text: str) -> str:
    return " ".join(unescape(remove_tags(text) if "<" in text else text).split())


def _name(node: Any) -> str:
    return str(etree.QName(node).localname)
