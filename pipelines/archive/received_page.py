"""A page as it was received, for a person to look at: nothing in it can run, load files or lead to another page.

Only elements and attributes that just show something are kept. This module also finds the place of each cut block of an
article on its page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import html as lxml_html
from lxml.html import HtmlElement

from pipelines.errors import StoreError
from pipelines.extract import fetched_pages, markup
from pipelines.model import Page
from pipelines.stores import postgres, warc
from pipelines.text import compose

# At most this many bytes of a page are shown. Chosen: this is four times the largest article page seen so far.
MOST_BYTES = 8 * 1024 * 1024
# A block is found in its page by its first letters, at most this many. Chosen: no two blocks of a page begin with this
# many equal letters.
FOUND_BY_LETTERS = 60
KEPT_ELEMENTS = frozenset(
    {
        *("html", "head", "title", "style", "body", "header", "footer", "main", "nav", "aside", "section", "article"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "p", "div", "center", "blockquote", "pre", "address", "hr"),
        *("ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "picture", "img", "details", "summary", "label"),
        *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
        *("a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd"),
        *("mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    }
)
# These elements are left out with everything in them, because they contain no text of the page, or are not read as
# markup. Of every other element that is not kept, only the tag is left out.
CLOSED_ELEMENTS = frozenset(
    {
        *("script", "template", "svg", "math", "iframe", "frameset", "noembed", "noframes", "xmp", "plaintext"),
        *("textarea", "select", "canvas", "dialog"),
    }
)
# The text of these boxes is separate from the text around them, so each box becomes a `div`.
BOXES = frozenset({"button", "fieldset", "form", "legend", "noscript"})
KEPT_ATTRIBUTES = frozenset(
    {
        *("align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "class", "color", "colspan", "datetime"),
        *("dir", "face", "height", "id", "lang", "reversed", "rowspan", "size", "start", "style", "title", "valign"),
        "width",
    }
)
# PICTURE finds a picture that is part of the page itself. SVG is never such a picture, because it is a document.
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]+")


@dataclass(frozen=True, slots=True)
class ReceivedBlock:
    """A block of a page, in the page's order. reason: why it was cut; empty if it belongs to the text."""

    text: str
    reason: str = ""


def page_of(conn: postgres.Connection, raw: Path, number: int, revision: int) -> Page | None:
    """The page from which a revision of an article was made; None if there is none, StoreError if it is lost."""
    row = postgres.row(conn, "page_of_revision", id=number, revision=revision)
    return fetched_pages.stored_page(raw, row) if row else None


def harmless(page: Page, language: str) -> str:
    """The page as markup that shows it and does nothing else; StoreError if the page cannot be shown."""
    tree = _tree(page, language)
    for element in list(tree.iter()):
        _disarm(element)
    return str(lxml_html.tostring(tree, encoding="unicode", doctype="<!doctype html>"))


def blocks(
    page: Page, language: str, paragraphs: Sequence[str], cut: Sequence[Any]
) -> tuple[list[ReceivedBlock], list[ReceivedBlock]]:
    """The paragraphs of an article with the cut blocks between them, and the cut blocks that were not found in the
    page.

    cut: mappings of text and reason, in page order.

    StoreError if the page cannot be shown.
    """
    letters = _letters(_tree(page, language).text_content())
    placed: list[tuple[int, int, ReceivedBlock]] = []
    lost: list[ReceivedBlock] = []
    at = 0
    for turn, paragraph in enumerate(paragraphs):
        found = _place(letters, paragraph, at)
        at = at if found is None else max(at, found)
        placed.append((at, turn, ReceivedBlock(paragraph)))
    at = 0
    for turn, one in enumerate(cut):
        block = ReceivedBlock(str(one["text"]), str(one["reason"]))
        found = _place(letters, block.text, at)
        if found is None:
            lost.append(block)
            continue
        at = found
        placed.append((found, turn, block))
    # If a paragraph and a cut block have the same place, the paragraph comes first: it was perhaps not found, and has
    # only the place of the paragraph before it.
    return [block for _, _, block in sorted(placed, key=lambda one: (one[0], bool(one[2].reason), one[1]))], lost


def _tree(page: Page, language: str) -> HtmlElement:
    body = warc.decode_body(page, MOST_BYTES)
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    if not markup.looks_like_html(body, content_type):
        raise StoreError(f"{page.url} is no page of text that could be shown: {content_type or 'of no type'}.")
    grown = markup.overgrown(body)
    tree = None if grown else markup.parse(markup.decode(body, content_type, language)[0])
    if tree is None or markup.deep(tree):
        raise StoreError(f"{page.url} cannot be shown: {grown or 'nothing can be made of its markup'}.")
    return tree


def _disarm(element: HtmlElement) -> None:
    """Leave only those parts of an element that show something."""
    # For a comment or a processing instruction, lxml gives a tag that is no text.
    if not isinstance(element.tag, str) or element.tag in CLOSED_ELEMENTS:
        if element.getparent() is not None:
            element.drop_tree()
        return
    if element.tag in BOXES:
        element.tag = "div"
    elif element.tag not in KEPT_ELEMENTS:
        element.drop_tag()
        return
    if element.tag == "style" and "<" in (element.text or ""):
        element.text = ""
    picture = element.get("src", "") if element.tag == "img" else ""
    for name in list(element.attrib):
        if name not in KEPT_ATTRIBUTES:
            del element.attrib[name]
    if PICTURE.fullmatch(picture):
        element.set("src", picture)


def _place(letters: str, text: str, after: int) -> int | None:
    """Where a block begins in a page, if possible after a given place; None if it is not found."""
    wanted = _letters(text)[:FOUND_BY_LETTERS]
    if not wanted:
        return None
    found = letters.find(wanted, after)
    found = letters.find(wanted) if found < 0 else found
    return None if found < 0 else found


def _letters(text: str) -> str:
    """A text in the form in which blocks are compared, without invisible characters."""
    return INVISIBLE.sub("", compose(text))
