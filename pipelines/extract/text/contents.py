"""Lists of links inside a text: the page's table of contents, and lists of which the judge kept a few lines.

Only this module knows how such lists look, and what stands above a table of contents.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.extract.blocks import Block
from pipelines.extract.phrases import key

# The least share of a line's words that are link, and from how many such lines in a row on they are a list.
LINKED_SHARE, LINES = 0.8, 3
# A list of links is kept whole from this share of its lines on. Chosen: as with tables.
WHOLE_SHARE = 0.5
# What is written above a table of contents.
LABELS_SAID = """
table of contents|contents|on this page|in this article|in this guide|in this post|jump to|
inhalt|inhaltsverzeichnis|sommaire|table des matières|índice|tabla de contenidos|contenido|indice|sumário|inhoud|
içindekiler|spis treści|содержание|зміст|περιεχόμενα|المحتويات|محتويات المقال|جدول المحتويات|فهرست|目录|目錄|目次|목차
"""
LABELS = frozenset(key(label) for label in LABELS_SAID.split("|"))


def find_contents(found: Sequence[Block], kept: Sequence[int], url: str) -> set[int]:
    """The numbers of the blocks among those kept that are a table of contents, or stand above it as its name.

    url: the page's address.
    """
    cut = {number for number in kept if found[number].key in LABELS}
    row: list[int] = []
    for number in (*kept, None):
        if number is not None and _leads_here(found[number], url):
            row.append(number)
            continue
        if len(row) >= LINES:
            cut.update(row)
        row = []
    return cut


def find_scraps(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The numbers of the blocks among those kept that are the smaller part of a list of links."""
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
        of_links = len(links) >= max(LINES, LINKED_SHARE * len(whole[holder]))
        if of_links and len(numbers) < WHOLE_SHARE * len(links):
            cut += numbers
    return sorted(cut)


def _is_link(block: Block) -> bool:
    return block.linked >= LINKED_SHARE * block.words > 0


def _leads_here(block: Block, url: str) -> bool:
    """Whether a block is a link to a place on its own page, and no more."""
    if not _is_link(block):
        return False
    element = block.place.element
    link = next((one for one in (*element.iter("a"), *element.iterancestors("a"))), None)
    try:
        there, here = urlsplit((link.get("href") or "").strip() if link is not None else ""), urlsplit(url)
    except ValueError:
        return False
    own = not there.netloc or there.hostname == here.hostname
    return bool(there.fragment) and own and there.path in ("", here.path)
