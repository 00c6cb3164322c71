"""Blocks inside an article that call its reader away from it: boxes that sell something, lines that point elsewhere.

The classifier and every extractor take them for paragraphs. Only this module knows the names of such boxes, and how
such lines begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.extract.blocks import Block, TextPlace

# What sites call a box that asks for something: a call to action.
CALLED = re.compile(r"(?<![a-z])ctas?(?![a-z])|call-?to-?action", re.IGNORECASE)
# The most words of such a box, and its greatest share of the text. Chosen: a larger one holds the article.
MOST_WORDS, MOST_SHARE = 120, 0.15
# From how many words on one block of such a box is a paragraph of the article. Chosen: calls are shorter.
PARAGRAPH_WORDS = 40
# A sign that points to a link.
POINTS = re.compile(r"[^\w\s]{0,2}\s?(?:[»›→➜➔➡⇒▶▸►👉]|>>)")
# What a link in a line of its own asks a reader to do.
ASKS = re.compile(
    r"(?:shop|buy|get|check (?:out|price)|download|register|browse|view|order|try|join|sign up|book|jetzt|lire|acheter|"
    r"compra\w*|leggi|acquista|lees|bekijk|læs|läs|zobacz|читайте|смотрите|اقرأ|إقرأ|شاهد|طالع|بخوانید|devamını|tıklayın)"
    r"(?!\w)",
    re.IGNORECASE,
)
READ_FULL = re.compile(r"read (?:our|the|my) full(?!\w)", re.IGNORECASE)
# The least share of its words that are link: in a line that points, in one that names a page of the site, and in one
# that asks. Chosen: a sentence with a link in it says something of its own.
POINTING_SHARE, NAMING_SHARE, ASKING_SHARE = 0.5, 0.4, 0.9
LONGEST_LINE_WORDS = 20
# From how many such lines in a row on they are a list that belongs to the article.
LIST_LINES = 4
LINES = frozenset(("p", "div", "span", "em", "strong", "b", "blockquote"))


def find_calls(found: Sequence[Block], kept: Sequence[int]) -> list[int]:
    """The numbers of the blocks among those kept that are no part of the article, but ask its reader for something."""
    total = sum(found[number].words for number in kept)
    known: dict[int, tuple[int, ...]] = {}
    boxes = {number: _list_boxes(found[number].place, known) for number in kept}
    most = min(MOST_WORDS, MOST_SHARE * total)
    sizes: dict[int, float] = {}
    for number, around in boxes.items():
        for box in around:
            said = found[number].words
            sizes[box] = sizes.get(box, 0) + (said if said < PARAGRAPH_WORDS else most + 1)
    boxed = [number for number, around in boxes.items() if any(sizes[box] <= most for box in around)]
    # A page that is made of such boxes has its article in them.
    few = sum(found[number].words for number in boxed) <= MOST_SHARE * total
    return sorted({*(boxed if few else ()), *_find_pointers(found, kept)})


def _find_pointers(found: Sequence[Block], kept: Sequence[int]) -> Iterator[int]:
    """The lines that are hardly more than a link and say so; several in a row are a list."""
    row: list[int] = []
    for number in (*kept, None):
        if number is not None and _points(found[number]):
            row.append(number)
            continue
        if len(row) < LIST_LINES:
            yield from row
        row = []


def _points(block: Block) -> bool:
    if block.tag not in LINES or block.words > LONGEST_LINE_WORDS:
        return False
    share = block.linked / max(1, block.words)
    return any(
        share >= least and sign.match(block.text)
        for least, sign in ((POINTING_SHARE, POINTS), (NAMING_SHARE, READ_FULL), (ASKING_SHARE, ASKS))
    )


def _list_boxes(place: TextPlace | None, known: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    """The places around and at this one that are called so, by their ids; known: those of other places so far."""
    if place is None:
        return ()
    if id(place) not in known:
        own = (id(place),) if CALLED.search(place.name) else ()
        known[id(place)] = (*_list_boxes(place.parent, known), *own)
    return known[id(place)]
