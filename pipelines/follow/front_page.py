"""Reads what an HTML page shows of its site: the links and their places, the feeds that it names, and the site's
name.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from pipelines import urls
from pipelines.follow.probing_records import Anchor, FrontPage
from pipelines.text import words

# The name of a page's charset is searched in the page's first LABEL_BYTES bytes. Chosen: browsers search in only a
# quarter as many bytes.
LABEL_BYTES = 4096

# A front page is read only if it has at most this many bytes. Chosen: a larger page takes too long for a person who
# waits.
LARGEST_BYTES = 3 * 1024 * 1024
# A front page is read only if it has at most this many tags. Chosen: a page with more is made to do harm.
MAX_TAGS = 100_000
# At most this many links of a front page are read. Chosen: they are enough for a front page with its menus.
MAX_ANCHORS = 1500
# Some systems leave these control characters in a title; files and terminals do not accept them as text.
UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# At most this many characters of a link's text are read. Chosen: no headline is longer.
LONGEST_TEXT_CHARACTERS = 300
FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|text/xml|application/xml", re.IGNORECASE)
# A link leads to a feed if FEED_LINK is in its address, or if its text is FEED_TEXT.
FEED_LINK = re.compile(r"(?:^|[/._?=-])(?:rss2?|atom|feeds?)(?:$|[/._?&=-])", re.IGNORECASE)
FEED_TEXT = re.compile(r"^\W*(?:rss|atom|rss 2\.0|خلاصات|خدمة rss)\W*$", re.IGNORECASE)
# A link with this in its address or text leads to a feed of comments, which are no articles.
OF_COMMENTS = re.compile(r"comments?(?:/feed|[/?=-]|$)|/feed/?\?.{0,300}\bp=|تعليق", re.IGNORECASE)
NO_FEED = re.compile(r"feedback|feedburner\.com/?$", re.IGNORECASE)
MENUS = {"nav", "header", "footer"}
MENU_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|mainmenu|topbar|footer|breadcrumbs?|crumbs|toolbar)", re.IGNORECASE
)
UNSEEN = {"script", "style", "noscript", "template", "head"}
LABEL = re.compile(rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def front(body: bytes, url: str, content_type: str = "", links: str = "") -> FrontPage | None:
    """The contents of a page, its links as absolute addresses; None if the bytes are no HTML page or a page too large.

    content_type, links: the headers Content-Type and Link that came with it.
    """
    if not body.strip() or len(body) > LARGEST_BYTES or body.count(b"<") > MAX_TAGS:
        return None
    text, label = _text(body, content_type)
    try:
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        root: Any = html.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    if root.tag not in ("html", "body", "div", "span", "p", "frameset"):
        return None
    base = _join_link(url, next(iter(root.xpath("//base/@href")), "")) or url
    metas = _metas(root)
    return FrontPage(
        title=_line(root.findtext(".//title") or ""),
        site=metas.get("og:site_name") or metas.get("application-name", ""),
        language=_line(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""),
        locale=metas.get("og:locale", ""),
        charset=label,
        feeds=tuple((_of_header(links, url) | _feeds(root, base)).items()),
        anchors=_anchors(root, base),
        words=words(" ".join(_visible(root))),
        scripts=sum(1 for _ in root.iter("script")),
    )


def _text(body: bytes, content_type: str) -> tuple[str, str]:
    """The page's text, and a phrase with its charset and the origin of that charset."""
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # `markup` decodes articles too, so front pages and articles are decoded alike. It is imported only here,
        # because the import is large and most pages do not need it.
        from pipelines.extract import markup

    text, name = markup.decode(body, content_type, "")
    header, inside = HEADER.search(content_type), LABEL.search(body[:LABEL_BYTES])
    said = [(header[1].lower(), "its header")] if header else []
    said += [(inside[1].decode("ascii", "replace").lower(), "the page itself")] if inside else []
    for label, by in said:
        if markup.alike(label, name):
            return text, f"{label}, by {by}"
    read = name.replace("cp125", "windows-125")
    if said:
        return text, f"{read}, by its bytes, though {said[0][1]} says {said[0][0]}"
    return text, f"{read}, by its bytes, since nothing says so"


def _metas(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in root.iter("meta"):
        name, content = node.get("property") or node.get("name") or "", _line(node.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _of_header(links: str, url: str) -> dict[str, str]:
    """The feeds that a Link header (RFC 8288) names: address -> title."""
    found: dict[str, str] = {}
    for link in re.split(r",\s*(?=<)", links):
        target, _, rest = link.strip().removeprefix("<").partition(">")
        pairs = (part.partition("=") for part in rest.split(";"))
        said = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
        if "alternate" in said.get("rel", "").lower().split() and FEED_TYPES.fullmatch(said.get("type", "")):
            address, title = _join_link(url, target), _line(said.get("title", ""))
            if address and not OF_COMMENTS.search(f"{address} {title}"):
                found.setdefault(address, title)
    return found


def _feeds(root: Any, base: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in root.iter("link"):
        rel = (node.get("rel") or "").lower().split()
        if "alternate" in rel and FEED_TYPES.fullmatch((node.get("type") or "").split(";")[0].strip()):
            address, title = _join_link(base, node.get("href") or ""), _line(node.get("title") or "")
            if address and not OF_COMMENTS.search(f"{address} {title}"):
                found.setdefault(address, title)
    for node in root.iter("a"):
        address, text = _join_link(base, node.get("href") or ""), _line(node.text_content())
        named = bool(address) and bool(FEED_TEXT.match(text) or FEED_LINK.search(_tail(address)))
        if named and not NO_FEED.search(address) and not OF_COMMENTS.search(f"{address} {text}"):
            found.setdefault(address, text)
    return found


def _anchors(root: Any, base: str) -> tuple[Anchor, ...]:
    """Each linked address once, in page order, with the longest text of its links. `menu`: all links to the address are
    in menus."""
    inside = {node for node in root.iter() if isinstance(node.tag, str) and _is_menu(node)}
    found: dict[str, Anchor] = {}
    for node in root.iter("a"):
        address = _join_link(base, node.get("href") or "").partition("#")[0]
        if not address:
            continue
        text = _line(node.text_content())[:LONGEST_TEXT_CHARACTERS]
        if not text:
            text = _line(next((i.get("alt") or "" for i in node.iter("img")), ""))[:LONGEST_TEXT_CHARACTERS]
        menu = any(around in inside for around in node.iterancestors())
        known = found.get(address)
        if known:
            text, menu = max(text, known.text, key=len), menu and known.menu
        elif len(found) >= MAX_ANCHORS:
            continue
        found[address] = Anchor(url=address, text=text, menu=menu)
    return tuple(found.values())


def _is_menu(node: Any) -> bool:
    if node.tag in MENUS and not _around_article(node):
        return True
    if node.tag in ("html", "body", "main", "article", "a"):
        return False
    return bool(MENU_NAME.search(f"{node.get('id', '')} {node.get('class', '')}")) or node.get("role") == "navigation"


def _around_article(node: Any) -> bool:
    return node.tag == "header" and any(around.tag in ("article", "section", "li") for around in node.iterancestors())


def _visible(root: Any) -> list[str]:
    parts: list[str] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node.tag, str) and node.tag not in UNSEEN:
            parts.append(node.text or "")
            stack.extend(node)
        parts.append(node.tail or "" if node is not root else "")
    return parts


def _tail(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _join_link(base: str, link: str) -> str:
    """The absolute http(s) address of a link; empty if the link leads to no other page."""
    link = urls.of_web(link)
    if not link or link.startswith("#"):
        return ""
    try:
        address = urljoin(base, link)
        urls.host(address)
    except ValueError:
        return ""
    return address


def _line(text: str) -> str:
    return " ".join(UNPRINTED.sub(" ", text).split())
