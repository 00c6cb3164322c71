"""Finds lists of links inside a text: the page's table of contents, and lists of which only a few lines were kept.

Only this module knows how such lists look, and what is written above a table of contents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from pipelines.extract.blocks import HOLDERS, Block
from pipelines.extract.phrases import key

# A line is a link if at least the share LINKED_SHARE of its words is linked. At least FEWEST_LINES of these lines in a
# row are a list.
LINKED_SHARE, FEWEST_LINES = 0.8, 3
# These elements make a line of a table of contents. Headings are left out, because many are links to themselves.
LINE_TAGS = frozenset(("li", "p", "div", "a", "span"))
# This many elements around a block are searched for a link that contains it. Chosen: a link around a box is not much
# further out.
NEAR_ELEMENTS = 8
# If less than this share of a list's links was kept, the kept ones are cut too. Chosen: the same share holds for tables
# (tables.WHOLE).
WHOLE_SHARE = 0.5
# SURE_SAID: these texts stand only above a table of contents. LABELS_SAID: these texts are also the names of other
# things.
SURE_SAID = """
table of contents|on this page|in this article|in this guide|in this post|jump to|inhaltsverzeichnis|
table des matières|tabla de contenidos|spis treści|محتويات المقال|جدول المحتويات
"""
LABELS_SAID = """
contents|inhalt|sommaire|índice|contenido|indice|sumário|inhoud|içindekiler|содержание|зміст|περιεχόμενα|المحتويات|
فهرست|目录|目錄|目次|목차
"""
SURE_LABELS = frozenset(key(label) for label in SURE_SAID.split("|"))
LABELS = SURE_LABELS | {key(label) for label in LABELS_SAID.split("|")}


def find_contents(found: Sequence[Block], kept: Sequence[int], url: str) -> set[int]:
    """The numbers of the kept blocks that are a table of contents, or the name above such a table.

    url: the page's address.
    """
    labels = [number for number in kept if found[number].key in LABELS and found[number].tag not in HOLDERS]
    if not labels and sum(_is_link(found[number]) for number in kept) < FEWEST_LINES:
        return set()
    ways = _follow_links(found[kept[0]].place.element.getroottree().getroot(), url)
    stays, cut = set(kept), set[int]()
    for label in labels:
        below = label + 1
        if found[label].key in SURE_LABELS or below not in stays or _leads_here(found[below], ways.here):
            cut.add(label)
    row: list[int] = []
    for number in (*kept, None):
        if number is not None and found[number].tag in LINE_TAGS and _leads_here(found[number], ways.here):
            row.append(number)
            continue
        if len(row) >= FEWEST_LINES and (row[0] - 1 in cut or _have_places(found, row, ways)):
            cut.update(row)
        row = []
    return cut


def find_scraps(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The numbers of the kept blocks that stand in lists of links, if most links of the list were not kept."""
    mine: dict[HtmlElement, list[int]] = {}
    for number in kept:
        holder = found[number].place.parent
        if found[number].tag == "li" and _is_link(found[number]) and holder is not None:
            mine.setdefault(holder.element, []).append(number)
    whole: dict[HtmlElement, list[Block]] = {holder: [] for holder in mine}
    for block in found if mine else ():
        if block.place.parent is not None and block.place.parent.element in whole:
            whole[block.place.parent.element].append(block)
    cut: list[int] = []
    for holder, numbers in mine.items():
        links = [block for block in whole[holder] if _is_link(block)]
        of_links = len(links) >= max(FEWEST_LINES, LINKED_SHARE * len(whole[holder]))
        if of_links and len(numbers) < WHOLE_SHARE * len(links):
            cut += numbers
    return sorted(cut)


def _is_link(block: Block) -> bool:
    return block.linked >= LINKED_SHARE * block.words > 0


@dataclass(frozen=True)
class LinkWays:
    """Where a page's links lead: elements that are or contain links.

    here: all links of such an element lead to places on the page itself. placed: all links of such an element lead to
    places that exist on the page and do not lead back.
    """

    here: frozenset[HtmlElement]
    placed: frozenset[HtmlElement]


def _follow_links(root: HtmlElement, url: str) -> LinkWays:
    """Where the links of a page lead."""
    links = list(root.iter("a"))
    aims = {link: _find_fragment(link, url) for link in links}
    if not any(aims.values()):
        return LinkWays(frozenset(), frozenset())
    places: dict[str, HtmlElement] = {}
    for element in root.iter("*"):
        for name in (element.get("id"), element.get("name")):
            if name:
                places.setdefault(name, element)
    aimed = {aim for aim in aims.values() if aim}
    placed = {link: _is_placed(link, aim, places, aimed) for link, aim in aims.items()}
    return LinkWays(
        _hold_only({link: bool(aim) for link, aim in aims.items()}),
        _hold_only(placed),
    )


def _hold_only(links: dict[HtmlElement, bool]) -> frozenset[HtmlElement]:
    """The elements whose links are all marked as true. Each element is visited at most twice."""
    so: set[HtmlElement] = set()
    other: set[HtmlElement] = set()
    for link, is_so in links.items():
        met = so if is_so else other
        element: HtmlElement | None = link
        while element is not None and element not in met:
            met.add(element)
            element = element.getparent()
    return frozenset(so - other)


def _find_fragment(link: HtmlElement, url: str) -> str:
    """The name of the place to which a link leads on its own page; empty if the link leads elsewhere."""
    try:
        there, here = urlsplit((link.get("href") or "").strip()), urlsplit(url)
    except ValueError:
        return ""
    own = not there.netloc or there.hostname == here.hostname
    # A link with another query leads to another page, such as the next page of an article or a list. A link without a
    # query leads to the same page, because a page's query may only count readers.
    same = there.path in ("", here.path) and there.query in ("", here.query)
    return unquote(there.fragment) if own and same else ""


def _is_placed(link: HtmlElement, aim: str, places: dict[str, HtmlElement], aimed: set[str]) -> bool:
    """Whether a link leads to another place on its page. A place that leads back to the link is a note, and does not
    count.
    """
    place = places.get(aim)
    if place is None or link.get("id") in aimed or link.get("name") in aimed:
        return False
    return place is not link and place not in link.iterancestors()


def _leads_here(block: Block, ways: frozenset[HtmlElement]) -> bool:
    """Whether a block is nothing but links, and its element, or a link around the element, is in `ways`."""
    if not _is_link(block):
        return False
    element = block.place.element
    if element in ways:
        return True
    outer = next((one for one in islice(element.iterancestors(), NEAR_ELEMENTS) if one.tag == "a"), None)
    return outer is not None and outer in ways


def _have_places(found: Sequence[Block], row: Sequence[int], ways: LinkWays) -> bool:
    """Whether nearly all lines of a row lead to places that exist on the page."""
    return sum(_leads_here(found[number], ways.placed) for number in row) >= max(FEWEST_LINES, LINKED_SHARE * len(row))
