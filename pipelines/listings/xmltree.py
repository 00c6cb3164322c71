"""Turns the bytes of a list into XML. It handles compression and prologues, and repairs mistakes where no guess at a
meaning is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any

from lxml import etree

from pipelines import encodings
from pipelines.listings.charsets import in_utf8

# The closing tag of the root is searched in this many bytes at the end of a list. Chosen: the texts that some systems
# append behind it are shorter.
END_BYTES = 2000
# Numbers that are written &#x…; have this base.
HEXADECIMAL = 16

# An unpacked list has at most this many bytes: 50 MB, the limit of sitemaps.org.
MAX_BYTES = 50 * 1024 * 1024
# At most this many forbidden characters are mended in a list. A real list never has so many. With more, repairs take
# seconds and delay other sources.
MOST_MENDED = 200_000
# The root of a document is searched in this many bytes. Chosen: no preamble is longer.
HEAD_BYTES = 20_000
ROOT = re.compile(rb"<((?:[\w.-]+:)?(rss|RDF|feed|channel|urlset|sitemapindex|html))(?=[\s/>]|$)", re.IGNORECASE)
DOCTYPE = re.compile(rb"\s*(?:<\?[^<>]*>\s*)?<!doctype\s+html\b", re.IGNORECASE)
# ROOTS: the roots of feeds, sitemaps and HTML, spelled right. CAPITALS: the right spelling of names with capitals, by
# the name in small letters.
ROOTS = frozenset((b"rss", b"RDF", b"feed", b"channel", b"Channel", b"urlset", b"sitemapindex", b"html"))
CAPITALS = {name.lower(): name for name in (b"RDF", b"pubDate", b"isPermaLink", b"origLink", b"skipHours", b"skipDays",
            b"lastBuildDate", b"updatePeriod", b"updateFrequency")}  # fmt: skip
TAG = re.compile(rb"</?[A-Za-z_][^<>]*")
TAG_NAME = re.compile(rb"(?<![^\s</:])[A-Za-z_][\w.-]*(?=[\s/:=]|$)")
QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'|[^\"']+")
COMMENT = re.compile(rb"<!--[^<]*-->")
# These are the control characters except tab, line feed and carriage return.
UNWRITABLE = bytes((*range(9), 11, 12, *range(14, 32)))
REFERENCE = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos);)(?:#([0-9]{1,8});|#[xX]([0-9a-fA-F]{1,7});|([a-zA-Z][a-zA-Z0-9]{1,31};))?"
)
PREFIX = re.compile(rb"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+=[\"']")
DECLARED = re.compile(rb"xmlns:([\w.-]+)\s*=")
KNOWN_PREFIXES = {
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"atom": b"http://www.w3.org/2005/Atom",
    b"news": b"http://www.google.com/schemas/sitemap-news/0.9",
    b"feedburner": b"http://rssnamespace.org/feedburner/ext/1.0",
    b"rdf": b"http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    b"xml": b"",
    b"xmlns": b"",
}
# If a feed does not declare its prefixes, at most this many are declared for it. Chosen: feeds use a handful.
MAX_PREFIXES = 20
PARTS = (b"item", b"entry", b"url", b"sitemap")


def plain(body: bytes, charset: str = "", language: str = "") -> bytes:
    """The text of a list as UTF-8, unpacked if the file itself is gzip; ValueError if there is no text."""
    body = encodings.unpack(body, "", MAX_BYTES)
    body = in_utf8(body, charset, language).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0\x0b\x0c")
    if not body:
        raise ValueError("it is empty")
    return body


def find_kind(body: bytes) -> tuple[str, bytes]:
    """The kind of a document (the name of its first known element in lower case; empty if there is none), and its bytes
    from the prologue on. If the name is not written as usual, all names in the bytes are changed to the usual
    spelling."""
    head = body[:HEAD_BYTES]
    if DOCTYPE.match(head):
        return "html", body
    bare = COMMENT.sub(lambda said: b" " * len(said[0]), head)
    root = ROOT.search(bare)
    if root is None:
        return "", body
    start = bare.rfind(b"<?xml ", 0, root.start())
    if start < 0 and not bare.startswith((b"<?", b"<!")):
        start = root.start()
    body = body[max(start, 0) :]
    return root[2].decode("ascii").lower(), body if root[2] in ROOTS else TAG.sub(_spell, body)


def ways(body: bytes) -> Iterator[bytes]:
    """The bytes unchanged; then with everything repaired that stops parsers; then also without the incomplete part at
    the end."""
    yield body
    better = mend_xml(body)
    if better != body:
        yield better
    whole = _whole(better)
    if whole:
        yield whole


def parse_xml(body: bytes) -> Any:
    """The root element, from the first of the `ways` that can be read as XML; None if none can."""
    for way in ways(body):
        # A fresh parser each time: after a failure, a parser keeps its errors.
        parser = etree.XMLParser(
            encoding="utf-8", no_network=True, resolve_entities=False, huge_tree=False, load_dtd=False
        )
        try:
            return etree.fromstring(way, parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
    return None


def mend_xml(body: bytes) -> bytes:
    """The bytes without what XML forbids: bare ampersands, HTML's entities, control characters, undeclared prefixes."""
    parts, at, left = [], 0, MOST_MENDED
    body = body.translate(None, UNWRITABLE)
    while at < len(body):
        start = body.find(b"<![CDATA[", at)
        end = body.find(b"]]>", start) + len(b"]]>") if start >= 0 else 2
        start, end = (start, end) if start >= 0 and end > 2 else (len(body), len(body))
        piece, count = REFERENCE.subn(_reference, body[at:start], count=left)
        left -= count
        if left <= 0:
            raise ValueError(f"it is broken: more than {MOST_MENDED} characters that XML forbids")
        parts += [piece, body[start:end]]
        at = end
    return _declare_prefixes(b"".join(parts))


def cut_off(body: bytes) -> bool:
    """Whether the list ends before its last element is closed."""
    root = ROOT.search(body[:HEAD_BYTES])
    return root is not None and b"</" + root[1] not in body[-END_BYTES:]


def name(node: Any) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def text(node: Any) -> str:
    """All text in an element, without blanks at its ends."""
    return "".join(node.itertext()).strip() if len(node) else (node.text or "").strip()


def _spell(tag: re.Match[bytes]) -> bytes:
    """A tag with its names as feeds and sitemaps spell them: for XML <RSS> is another element than <rss>."""

    def usual(name: re.Match[bytes]) -> bytes:
        return CAPITALS.get(name[0].lower(), name[0].lower())

    def part(found: re.Match[bytes]) -> bytes:
        return found[0] if found[0][:1] in (b'"', b"'") else TAG_NAME.sub(usual, found[0])

    return QUOTED.sub(part, tag[0])


def _reference(said: re.Match[bytes]) -> bytes:
    if said[1] or said[2]:
        number = int(said[1]) if said[1] else int(said[2], HEXADECIMAL)
        # The characters that XML 1.0 allows.
        writable = number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or number > 0xFFFF
        return said[0] if writable and number <= 0x10FFFF else b""
    if said[3]:
        known = html5.get(said[3].decode("ascii"))
        return "".join(f"&#{ord(c)};" for c in known).encode() if known else b"&amp;" + said[3]
    return b"&amp;"


def _declare_prefixes(body: bytes) -> bytes:
    root = ROOT.search(body[:HEAD_BYTES])
    if root is None:
        return body
    used = {found[1] or found[2] for found in PREFIX.finditer(body)}
    missing = sorted(used - set(DECLARED.findall(body)) - {b"xml", b"xmlns"})[:MAX_PREFIXES]
    said = b"".join(b' xmlns:%s="%s"' % (one, KNOWN_PREFIXES.get(one, b"urn:undeclared:" + one)) for one in missing)
    return body[: root.end()] + said + body[root.end() :]


def _whole(body: bytes) -> bytes:
    """A list that ends early, up to its last complete entry and closed; empty if the list is not cut off, or has no
    complete entry."""
    root = ROOT.search(body[:HEAD_BYTES])
    if root is None or not cut_off(body):
        return b""
    prefix = root[1].rpartition(b":")[0]
    closers = [b"</" + lead + part + b">" for part in PARTS for lead in {b"", prefix + b":" if prefix else b""}]
    end = max(body.rfind(closer) + len(closer) if closer in body else 0 for closer in closers)
    channel = b"</channel>" if root[2].lower() == b"rss" and b"</channel>" not in body[:end] else b""
    return body[:end] + channel + b"</" + root[1] + b">" if end else b""
