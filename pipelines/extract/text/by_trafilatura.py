"""Gets the text of an article from a page's tree by trafilatura, and keeps what trafilatura would lose or break.

Only this module knows how trafilatura and resiliparse are called. These parts of trafilatura are off: readers'
comments; deduplication (it returns nothing from the fourth identical page on); the language filter (it loses Kurdish).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy

from lxml.html import HtmlElement, document_fromstring
from resiliparse.extract.html2text import extract_plain_text
from trafilatura import bare_extraction, xpaths
from trafilatura.external import try_readability

from pipelines.extract import blocks
from pipelines.extract.phrases import key
from pipelines.extract.text.name_tests import remember
from pipelines.text import compose, words

# With these expressions trafilatura finds and drops parts of a page. Each entry has trafilatura's list, the expressions
# that are in it, and quicker ones that take their place for a while.
EXPRESSIONS = [
    (said, list(said), [remember(one) for one in said]) for said in vars(xpaths).values() if isinstance(said, list)
]
# Words of Persian, Kurdish and Urdu contain these joiners, and trafilatura drops them with all unprintable characters.
# So each joiner is replaced, while trafilatura reads the page, by one of the characters that stand here beside it.
JOINERS = {"\u200c": "⸱⸳⸰⸲", "\u200d": "⸴⸵⸷⸹"}
JOINER_REFERENCE = re.compile("&(?:zwn?j|#0*820[45]|#[xX]0*200[cCdD])")
# If a page contains all characters that JOINERS has for a joiner, one of SPARE replaces the joiner. Characters for
# private use cannot be used: trafilatura would drop them like the joiners.
SPARE = "".join(map(chr, (*range(0x2801, 0x2900), *range(0x13000, 0x1342F))))
# A table's cell with an article has more characters than this. Chosen: no cell of a table of results is as long.
CELL_CHARACTERS = 400
# SHINGLE_WORDS: two texts are compared by their shingles, which have this many words. SAME_SHARE: one text has nearly
# all of another if it has at least this share of the other's shingles.
SHINGLE_WORDS, SAME_SHARE = 3, 0.8
# The text of a page without its layout tables is taken if it has at least this share of the words of the text with
# them. Chosen: with less, the table was no layout, and the article was lost with it.
KEPT_SHARE = 0.4


def lines(tree: HtmlElement, *, precise: bool, alone: bool = True, joined: bool = True) -> list[str]:
    """The article's lines, one per paragraph, heading or list item.

    precise: leave out what is in doubt.
    alone: if False, trafilatura also compares its text with the texts of readability and justext. Then the call takes
    one and a half times as long.
    joined: whether the page may have joiners, see `may_be_joined`.
    """
    marks = _marks(tree) if joined else {}
    if marks:
        tree = _replace_marks(deepcopy(tree), marks)
    found = _extract_lines(tree, precise, alone)
    if any(len(cell.text_content()) > CELL_CHARACTERS for cell in tree.iter("td")):
        without = _extract_lines(_without_tables(deepcopy(tree)), precise, alone)
        # If the table was not layout, taking it apart can lose the article.
        if words(" ".join(without)) >= KEPT_SHARE * words(" ".join(found)) and without:
            found = without
    for joiner, mark in marks.items():
        found = [line.replace(mark, joiner) for line in found]
    return [compose(line) for line in found]


def may_be_joined(html: str) -> bool:
    """Whether a page has joiners, as characters or references. This is quicker than a search through the page's
    text."""
    return any(joiner in html for joiner in JOINERS) or JOINER_REFERENCE.search(html) is not None


def extract_plainly(html: str) -> list[str]:
    """The lines of a second extractor, which is fast and leaves little out. They are only compared with trafilatura's,
    and never become the article's text by themselves."""
    text = extract_plain_text(html, main_content=True, alt_texts=False, links=False, list_bullets=False)
    return [line.strip() for line in text.split("\n") if line.strip()]


def readability_lines(tree: HtmlElement) -> list[str]:
    """The lines that trafilatura's own readability takes for the article; none if it finds nothing."""
    found = try_readability(deepcopy(tree))
    body = found if found.tag == "body" else found.find(".//body")
    page = document_fromstring("<html><body></body></html>")
    page[0].append(found if body is None else body)
    return [block.text for block in blocks.blocks(page)]


def link_share(tree: HtmlElement) -> float:
    """The share of a page's visible words that are in links."""
    body = tree.find("body")
    if body is None:
        return 0.0
    seen = linked = 0
    stack: list[tuple[HtmlElement, bool]] = [(body, False)]
    while stack:
        element, inside = stack.pop()
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "noscript", "template", "select"):
            continue
        inside = inside or element.tag == "a"
        count = len((element.text or "").split())
        seen += count
        linked += count if inside else 0
        for child in element:
            tail = len((child.tail or "").split())
            seen += tail
            linked += tail if inside else 0
            stack.append((child, inside))
    return linked / seen if seen else 0.0


def agrees(whole: Sequence[str], part: Sequence[str]) -> bool:
    """Whether one text has nearly all of another: they are the same article, and one is cut short."""
    mine, theirs = _shingles(part), _shingles(whole)
    return len(mine & theirs) >= SAME_SHARE * len(mine)


def _extract_lines(tree: HtmlElement, precise: bool, alone: bool) -> list[str]:
    with _quick_expressions():
        document = bare_extraction(
            tree, include_comments=False, favor_precision=precise, deduplicate=False, with_metadata=False, fast=alone
        )
    text = getattr(document, "text", None) or ""
    return [line for line in (" ".join(part.split()) for part in text.split("\n")) if line]


@contextmanager
def _quick_expressions() -> Iterator[None]:
    """Make trafilatura use the quicker expressions within the block, and its own again after it, for others in this
    process."""
    for said, _, quick in EXPRESSIONS:
        said[:] = quick
    try:
        yield
    finally:
        for said, own, _ in EXPRESSIONS:
            said[:] = own


def _marks(tree: HtmlElement) -> dict[str, str]:
    """The joiners of a page, each with a character that the page does not have; a joiner is left out if the page has
    every such character."""
    whole = tree.text_content()
    marks: dict[str, str] = {}
    if not any(joiner in whole for joiner in JOINERS):
        return marks
    there = set(whole)
    for joiner in there & JOINERS.keys():
        free = (mark for mark in JOINERS[joiner] + SPARE if mark not in there and mark not in marks.values())
        mark = next(free, "")
        if mark:
            marks[joiner] = mark
    return marks


def _replace_marks(tree: HtmlElement, marks: dict[str, str]) -> HtmlElement:
    for element in tree.iter():
        for joiner, mark in marks.items():
            if element.text and joiner in element.text and isinstance(element.tag, str):
                element.text = element.text.replace(joiner, mark)
            if element.tail and joiner in element.tail:
                element.tail = element.tail.replace(joiner, mark)
    return tree


def _without_tables(tree: HtmlElement) -> HtmlElement:
    """The tree with layout tables turned into boxes: a cell with an article is not a real cell."""
    for cell in [cell for cell in tree.iter("td") if len(cell.text_content()) > CELL_CHARACTERS]:
        table = next(cell.iterancestors("table"), None)
        for element in [table, *table.iter("tbody", "thead", "tr", "td", "th")] if table is not None else [cell]:
            element.tag = "div"
    return tree


def _shingles(text: Sequence[str]) -> set[tuple[str, ...]]:
    tokens = [word for line in text for word in key(line).split()]
    return {tuple(tokens[n : n + SHINGLE_WORDS]) for n in range(max(1, len(tokens) - SHINGLE_WORDS + 1))}
