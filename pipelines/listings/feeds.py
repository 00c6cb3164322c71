"""Reads RSS of every version, CDF and Atom: it turns a feed's XML into entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from lxml import etree

from pipelines.dates.list_dates import ANYWHERE, Local, read_date
from pipelines.listings.entry_fields import (
    ABSOLUTE,
    SUMMARY_CHARACTERS,
    TITLE_CHARACTERS,
    join_link,
    join_listed,
    known_as,
    names,
    plain,
)
from pipelines.listings.xmltree import name, text
from pipelines.model import Entry

# Of the text of an author's element, at most MARKUP_FACTOR * SUMMARY_CHARACTERS characters are read. Chosen: no name is
# so long, even with markup.
MARKUP_FACTOR = 10
# For the date of an entry, at most this many elements of one name are read. Chosen: some feeds repeat an element once
# or twice.
SAID_TWICE = 3

ROOTS = ("rss", "rdf", "feed", "channel")
# At most this many entries of a feed are read. The largest real feeds have some hundreds.
MOST_ENTRIES = 20_000
# If a feed has at least this many entries and none has an address, the feed cannot be used. A single entry without an
# address may be a notice.
TELLING = 3
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
BASE = "{http://www.w3.org/XML/1998/namespace}base"
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
# Only elements of these namespaces are read: OWN matches those of the feed formats, and OTHERS has extensions, each
# with a prefix for the names of its elements. In other namespaces, an element of the same name means something else:
# media:title is the title of a picture.
OTHERS = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/elements/1.0/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
}
OWN = re.compile(
    r"|http://www\.w3\.org/2005/Atom|http://purl\.org/(atom/ns#.*|rss/1\.0/|net/rss1\.1#)|http://backend\.userland\.com/.*|"
    r"http://(my|channel)\.netscape\.com/(rdf/simple/0\.9|publish/formats/rss-0\.91\.dtd)/?|"
    r"https?://blogs\.law\.harvard\.edu/tech/rss/?"
)
# An RSS author is a mail address, followed by the name in brackets.
MAILED = re.compile(r"\S+@\S+\s*(?:\(([^()]*)\))?")
PUBLISHED = ("pubDate", "published", "issued", "dc:date", "dc:issued", "dc:created", "created")
MODIFIED = ("updated", "modified", "dc:modified")
# A link with this relation leads to the page itself. The relation is written as a name, or as the address of that name
# in the registry of relations.
ALTERNATE = re.compile(r"(?:https?://www\.iana\.org/assignments/relation/)?alternate", re.IGNORECASE)
PAGES = ("", "text/html", "application/xhtml+xml")
BASED = etree.XPath("boolean(//@xml:base)")
Said = dict[str, list[Any]]
# With these elements a feed says something about itself (RSS 0.9 to 2.0, Atom 0.3 and 1.0). The names are compared in
# small letters, because programs mix large and small ones.
ABOUT_THE_FEED = {
    "channel", "title", "link", "description", "language", "copyright", "managingeditor", "webmaster", "pubdate",
    "lastbuilddate", "category", "generator", "docs", "cloud", "ttl", "image", "rating", "textinput", "source",
    "skiphours", "skipdays", "items", "id", "updated", "modified", "subtitle", "tagline", "author", "contributor",
    "icon", "logo", "rights", "info", "name",
}  # fmt: skip


class Frame(NamedTuple):
    """What all entries of a feed share: the base of their addresses, their language, whether parts of the feed have
    their own bases, and the origin of the feed's dates.
    """

    base: str
    language: str
    placed: bool
    local: Local = ANYWHERE


def read(root: Any, url: str, local: Local = ANYWHERE) -> Iterator[Entry]:
    """The entries of a feed that have an address, in the feed's order. ValueError if there are several entries and none
    has an address, or if the feed has no entry, but another element that may be one.
    """
    frame = read_frame(root, url, local)
    found = islice((entry for item in _items(root) if (entry := entry_of(item, frame))), MOST_ENTRIES)
    first = next(found, None)
    if first is not None:
        yield first
        yield from found
    elif len(list(islice(_items(root), TELLING))) == TELLING:
        raise ValueError("it is a feed of which no entry has an address")
    elif strange := _name_strange(root):
        raise ValueError(f"it is a feed in which no entry is found, but <{strange}>")


def read_frame(root: Any, url: str, local: Local = ANYWHERE) -> Frame:
    """What a feed says for all its entries."""
    about = next((_read_fields(node, but=("item",)) for node in _holders(root) if name(node).lower() == "channel"), {})
    language = _first(about, "language", "dc:language") or root.get(LANG, "")
    if not local.language:
        local = replace(local, language=language)
    return Frame(_base(about, url), language, bool(BASED(root)), local)


def entry_of(item: Any, frame: Frame) -> Entry | None:
    """The entry in one item or entry element; None if it has no address."""
    said = _read_fields(item)
    link, node = _link(item, said)
    address = join_listed(_base_of(node, frame.base) if frame.placed else frame.base, link)
    if not address:
        return None
    published_at, precision = _when(said, frame.local, *PUBLISHED)
    modified_at, _ = _when(said, frame.local, *MODIFIED)
    return Entry(
        url=address,
        title=plain(_first(said, "title", "dc:title"), TITLE_CHARACTERS),
        summary=plain(
            _first(said, "description", "summary", "dc:description", "content:encoded", "content"), SUMMARY_CHARACTERS
        ),
        authors=names([_author(one) for kind in ("dc:creator", "author") for one in said.get(kind, [])]),
        published_at=published_at,
        published_precision=precision,
        modified_at=modified_at,
        language=item.get(LANG, "") or _first(said, "dc:language") or frame.language,
        tags=names([text(one) or one.get("label") or one.get("term", "") for one in _tags(said)]),
        guid=known_as(_first(said, "guid", "id"), link, address),
    )


def _holders(root: Any) -> list[Any]:
    # RSS 1.1 has its items in an element of their own.
    return [root, *(node for node in islice(root, 1000) if name(node) in ("channel", "items"))]


def _items(root: Any) -> Iterator[Any]:
    return (node for holder in _holders(root) for node in holder if name(node) in ("item", "entry"))


def _name_strange(root: Any) -> str:
    """For a feed in which no entry was found: the name of an element that may be an entry after all; empty if there is
    none.
    """
    holders = set(_holders(root))
    for node in islice(root.iterdescendants(), MOST_ENTRIES):
        above, called = node.getparent(), name(node)
        if called in ("item", "entry"):
            return "" if above in holders else called
        if above in holders and _is_own(node, root) and called.lower() not in ABOUT_THE_FEED:
            return called
    return ""


def _is_own(node: Any, root: Any) -> bool:
    """Whether an element is of the feed's format, and no extension."""
    space = node.tag.rpartition("}")[0] if isinstance(node.tag, str) else "other"
    return not space or space == root.tag.rpartition("}")[0] or bool(OWN.fullmatch(space[1:]))


def _read_fields(item: Any, *, but: tuple[str, ...] = ()) -> Said:
    said: Said = {}
    own = item.tag.rpartition("}")[0][1:]
    for child in item:
        if not isinstance(child.tag, str) or child.tag in but:
            continue
        space, _, called = child.tag.rpartition("}")
        space = space[1:]
        lead = OTHERS.get(space)
        # Whatever the namespace of the item is, it counts as the feed's namespace.
        if lead is None and (not space or space == own or OWN.fullmatch(space)):
            lead = ""
        if lead is not None:
            said.setdefault(lead + called, []).append(child)
    return said


def _base(about: Said, url: str) -> str:
    """The base of relative addresses: the site that a channel names. The feed itself may be on a foreign host."""
    for node in about.get("link", []):
        try:
            if "." in (urlsplit(text(node)).hostname or ""):
                return join_link(url, text(node))
        except ValueError:
            continue
    return url


def _base_of(node: Any, base: str) -> str:
    """The base of an element: the xml:base of the elements around it, the outermost first."""
    said = [one.get(BASE) for one in (node, *node.iterancestors()) if one.get(BASE)] if node is not None else []
    for part in reversed(said):
        base = join_link(base, part)
    return base


def _link(item: Any, said: Said) -> tuple[str, Any]:
    """The address of an item as written, and the element that has it."""
    for node in said.get("feedburner:origLink", []):
        if text(node):
            return text(node), node
    shown = [node for node in said.get("link", []) if ALTERNATE.fullmatch(node.get("rel", "alternate").strip())]
    # The link to the page itself comes before links to other forms of the page for programs.
    for node in sorted(shown, key=_is_page, reverse=True):
        # The address may stand behind an empty link: programs that take the feed for HTML close the element too early.
        if address := node.get("href", "").strip() or text(node) or _behind(node):
            return address, node
    for node in said.get("guid", []):
        if node.get("isPermaLink", "true").strip().lower() != "false" and text(node).startswith("http"):
            return text(node), node
    for node in said.get("content", []):
        # Content without a type may be a film or a sound.
        if node.get("src") and node.get("type") and _is_page(node):
            return node.get("src"), node
    for node in said.get("id", []):
        if text(node).startswith("http"):
            return text(node), node
    return item.get(ABOUT) or item.get("href", ""), item


def _is_page(node: Any) -> bool:
    return node.get("type", "").partition(";")[0].strip().lower() in PAGES


def _behind(node: Any) -> str:
    tail = (node.tail or "").strip()
    return tail if tail.startswith(ABSOLUTE) else ""


def _author(node: Any) -> str:
    # A person in Atom has several parts; all parts except the name are addresses.
    if len(node):
        return next((text(child) for child in node if name(child) == "name"), "")
    said = text(node)[: MARKUP_FACTOR * SUMMARY_CHARACTERS]
    mailed = MAILED.fullmatch(said) if "@" in said[:SUMMARY_CHARACTERS] and len(said) < SUMMARY_CHARACTERS else None
    return said if mailed is None else mailed[1] or ""


def _tags(said: Said) -> list[Any]:
    return [*said.get("category", []), *said.get("dc:subject", [])]


def _when(said: Said, local: Local, *kinds: str) -> tuple[datetime | None, str]:
    for kind in kinds:
        for node in said.get(kind, [])[:SAID_TWICE]:
            found = read_date(text(node), local)
            if found[0] is not None:
                return found
    return None, ""


def _first(said: Said, *kinds: str) -> str:
    return next((found for kind in kinds for node in said.get(kind, []) if (found := text(node))), "")
