"""Reads and writes OPML, the lists of feeds that feed readers exchange. Reading accepts broken exports too.

A list is a file of another person. So it must not declare entities; its size, depth and number of entries are limited;
and its entries are only used as addresses to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from pipelines import urls
from pipelines.errors import SourceError
from pipelines.listings import xmltree
from pipelines.model import Source
from pipelines.sources.sourcefile import show_path

# A list has at most this many bytes. The largest lists that readers export have some thousand feeds of 300 bytes, which
# is much less.
LARGEST_BYTES = 5 * 1024 * 1024
# A list has at most this many feeds. Chosen: nobody reads as many feeds, and a night cannot look at so many.
MAX_ENTRIES = 5000
# Folders are nested at most this many levels deep. Chosen: feed readers use two levels.
DEEPEST_FOLDERS = 50
# A title has at most this many characters. Chosen: no name is longer.
LONGEST_TITLE_CHARACTERS = 200
# This is an attribute's value in quotation marks. Some programs that write lists leave a < unescaped in it.
QUOTED = re.compile(rb"=\s*\"[^\"]*\"")
NAMES = ("opml", "xml")


class HostileList(ValueError):
    """A list that is made to do harm."""


@dataclass(frozen=True, kw_only=True)
class ListedSite:
    """One site of a list. `others`: further addresses of its host. `problem`: why the site cannot be looked at."""

    url: str
    title: str = ""
    others: tuple[str, ...] = ()
    problem: str = ""


def is_list(text: str) -> bool:
    """Whether the text is the path of a list of feeds: any path that ends in .opml, or an existing .xml file."""
    path = Path(text).expanduser()
    if "://" in text or path.suffix.lower().lstrip(".") not in NAMES:
        return False
    return path.is_file() or path.suffix.lower() == ".opml"


def read(path: Path) -> list[ListedSite]:
    """The sites of a list, each host once, in list order; SourceError says why the file cannot be used."""
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{show_path(path)}: cannot be read: {error.strerror}.") from None
    return parse(body, show_path(path))


def parse(body: bytes, name: str) -> list[ListedSite]:
    """The sites of a list, each host once, in list order; SourceError calls the list by `name`."""
    if len(body) > LARGEST_BYTES:
        raise SourceError(f"{name}: is larger than {LARGEST_BYTES // 1024 // 1024} MB; divide it.")
    try:
        outlines = _outlines(body)
    except HostileList as why:
        raise SourceError(f"{name}: cannot be used: {why}.") from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        outlines = _outlines_of_mended(body, name, error)
    found = list(_sites(outlines))
    if not found:
        raise SourceError(f"{name}: names no feed and no site; it is no OPML, or an empty one.")
    return found


def write(sources: Iterable[Source]) -> str:
    """The sources as OPML 2.0; several feeds become a folder, a source without a feed becomes a link to its site."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head><title>Nightdesk</title></head>",
        "  <body>",
    ]
    for source in sources:
        title, home = quoteattr(source.title), quoteattr(source.url)
        feeds = [
            f'<outline type="rss" text={title} title={title} xmlUrl={quoteattr(feed)} htmlUrl={home}/>'
            for feed in source.feeds
        ]
        if not feeds:
            lines.append(f'    <outline type="link" text={title} title={title} url={home} htmlUrl={home}/>')
        elif len(feeds) == 1:
            lines.append(f"    {feeds[0]}")
        else:
            lines += [
                f"    <outline text={title} title={title}>",
                *(f"      {feed}" for feed in feeds),
                "    </outline>",
            ]
    return "\n".join([*lines, "  </body>", "</opml>"]) + "\n"


def _outlines_of_mended(body: bytes, name: str, first: Exception) -> list[dict[str, str]]:
    """The outlines of a list that is no valid XML, after repairs; SourceError gives the first error."""
    try:
        mended = QUOTED.sub(lambda value: value[0].replace(b"<", b"&lt;"), xmltree.plain(body))
        return _outlines(xmltree.mend_xml(mended), "utf-8")
    except HostileList as why:
        raise SourceError(f"{name}: cannot be used: {why}.") from None
    except (expat.ExpatError, ValueError):
        raise SourceError(f"{name}: is no OPML: {first}.") from None


def _outlines(body: bytes, encoding: str | None = None) -> list[dict[str, str]]:
    """The attributes of every outline with an address, names in lower case; raises HostileList for a harmful list.

    encoding: the body's encoding, used instead of the one that the body declares.
    """
    found: list[dict[str, str]] = []
    depth = 0

    def refuse(*_: object) -> None:
        raise HostileList("it declares entities")

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST_FOLDERS:
            raise HostileList(f"it is nested more than {DEEPEST_FOLDERS} deep")
        own = {key.lower(): value.strip() for key, value in attributes.items()}
        if name.lower().rpartition(":")[2] == "outline" and (own.get("xmlurl") or own.get("htmlurl") or own.get("url")):
            found.append(own)
        if len(found) > MAX_ENTRIES:
            raise HostileList(f"it names more than {MAX_ENTRIES} feeds; divide it")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate(encoding)
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.Parse(body, True)
    return found


def _sites(outlines: Iterable[dict[str, str]]) -> Iterator[ListedSite]:
    by_host: dict[str, ListedSite] = {}
    for own in outlines:
        one = _read_outline(own)
        key = urls.host(one.url).removeprefix("www.") if not one.problem else one.url
        first = by_host.setdefault(key, one)
        if first is not one and one.url not in (first.url, *first.others):
            by_host[key] = ListedSite(url=first.url, title=first.title, others=(*first.others, one.url))
    yield from by_host.values()


def _read_outline(own: dict[str, str]) -> ListedSite:
    """The site of one outline: the address is its feed, or its site if another host serves the feed."""
    title = " ".join(unescape(own.get("title") or own.get("text") or "").split())[:LONGEST_TITLE_CHARACTERS]
    # Some programs escape a & twice, so `&amp;` is still read as &. Other escapes are left alone, because they may
    # belong to the address: the `&sect` of `&section=` is no paragraph sign.
    feed, site = (
        one.replace("&amp;", "&") for one in (own.get("xmlurl", ""), own.get("htmlurl") or own.get("url", ""))
    )
    try:
        known = [urls.clean(urls.of_web(one)) for one in (feed, site) if one]
    except ValueError:
        return ListedSite(url=_without_login(feed or site), title=title, problem="it is no address of a site")
    if any("@" in urlsplit(one).netloc for one in known):
        why = "its address holds a user name or password: follow it without, and name a secret as `auth` in its file"
        return ListedSite(url=_without_login(known[0]), title=title, problem=why)
    elsewhere = len(known) > 1 and urls.site(urls.host(known[0])) != urls.site(urls.host(known[1]))
    return ListedSite(url=known[1] if elsewhere else known[0], title=title)


def _without_login(url: str) -> str:
    return re.sub(r"//[^/?#]*@", "//", url)[:200]
