"""The signs by which each block of a page is judged: one row of numbers per block.

Only this module knows the signs and their order in a row. After a change here, fit the classifier anew
(`python -m bench fit`), because it was fitted to exactly these signs.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipelines.extract.blocks import Block
from pipelines.extract.phrases import key, reasons
from pipelines.extract.text.block_coverage import coverages
from pipelines.extract.text.place_sums import (
    HALF_SHARE,
    PARAGRAPH_WORDS,
    Sum,
    describe_places,
    steps_below_best,
    sum_of_page,
    sum_places,
)

Rows = NDArray[np.float32]
LAST_OF_SENTENCE = frozenset('.!?。！？؟…»”"۔')
SENTENCE_ENDS, SEPARATORS = ".!?。！？؟۔", "|•·/›»"
DIGITS, CAPITALS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Blocks after a phrase, and blocks above or below trafilatura's text, are counted up to this number. The classifier was
# fitted with this value: after a change, fit it again.
MAX_COUNTED = 20
PHRASES = ("share", "comment", "related", "subscribe", "notice", "credit", "date", "byline", "tags", "counter")
# A row also has the first NEAR columns of each of four other blocks: the two above and the two below.
NEAR = 8
# A row has this many columns of the block itself; a test compares the number with the fitted classifier.
COLUMNS = 89
TABLE = frozenset(("td", "th", "tr", "table", "dd", "dt"))
QUOTES = frozenset(("blockquote", "pre", "figcaption"))


class Sign(IntEnum):
    """The first columns of a row, which every block has. The other columns are 0 if the block cannot be a part of the
    article."""

    LINES = 0
    PLAIN = 1
    SIZE = 2
    LINKED = 3
    PARAGRAPH = 4
    HEADING = 5
    SENTENCE = 6
    PHRASE = 7
    STATED = 8
    STEPS = 9


# These columns are read by their places in a row. LIST_ITEM: the column of a list's item. NAMED: the columns of the
# telling names.
LIST_ITEM, NAMED = 10, slice(37, 51)
BASIC = len(Sign)
# These signs of a block are used when whole texts are compared.
LOOKS = (LIST_ITEM, Sign.HEADING, Sign.PARAGRAPH, Sign.SENTENCE)


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of each block is in trafilatura's lines, in the second extractor's and in the page's own text."""

    lines: list[float]
    plain: list[float]
    stated: list[float]


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What all blocks of a page are compared with, and the columns that are equal for all.

    - blocks: how many blocks there are
    - whole: the sum of the page
    - taken, there: the words that trafilatura has, and all words, by the path of their place
    - total: all words that trafilatura has
    - main: the path with most words that trafilatura has
    - first, last: the first and the last block that trafilatura has
    - titles, about: the words of the titles and of the description
    """

    blocks: int
    whole: Sum
    taken: dict[str, float]
    there: dict[str, int]
    total: float
    main: str
    first: int
    last: int
    titles: list[set[str]]
    about: set[str]
    columns: tuple[float, ...]


def rows(
    found: Sequence[Block],
    lines: Sequence[str],
    plain: Sequence[str],
    titles: Sequence[str],
    description: str,
    given: Sequence[str],
    sums: dict[int, Sum] | None = None,
) -> Rows:
    """One row of float32 for each block, the columns of `Sign` first.

    - lines, plain: the texts of two extractors
    - titles, description: the page's titles and description of itself
    - given: the page's own articleBody
    - sums: the sums of the page's places, if they exist already
    """
    if not found:
        return np.zeros((0, 0), dtype=np.float32)
    shares = Shares(*coverages(found, [lines, plain, given]))
    sums = sums or sum_places(found)
    steps = steps_below_best(found, sums)
    near = [a + b > 0 or steps[id(c.place)] >= 0 for a, b, c in zip(shares.lines, shares.plain, found, strict=True)]
    whys = _whys(found, near)
    page = _describe_page(found, shares, sums, titles, description)
    able = [
        number
        for number, block in enumerate(found)
        if near[number] or shares.stated[number] > 0 or block.words >= PARAGRAPH_WORDS
    ]
    standings = describe_places([found[number] for number in able], sums, page.main, page.whole)
    since, before = _since_phrase(whys, shares.lines), _times_before(found)
    basic = [_basic(block, number, shares, whys[number], steps[id(block.place)]) for number, block in enumerate(found)]
    more = [
        (
            *_of_words(found[number], whys[number]),
            *_of_place(number, page),
            since[number],
            *_of_path(found[number], page),
            *standings[id(found[number].place)],
            *_likeness(found[number], page),
            before[number],
            *page.columns,
        )
        for number in able
    ]
    # All numbers are put into the array at once: row by row takes twice as long as everything above.
    own = np.zeros((len(found), COLUMNS), dtype=np.float32)
    own[:, :BASIC] = np.array(basic, dtype=np.float32)
    if more:
        own[able, BASIC:] = np.array(more, dtype=np.float32)
    return np.hstack([own, *_neighbours(own[:, :NEAR])])


def worth(made: Rows) -> NDArray[np.bool_]:
    """Which rows' blocks can be a part of the article at all: an extractor has the block, or the block is long, or it
    is in the best place.
    """
    if not len(made):
        return np.zeros(0, dtype=bool)
    told = (made[:, Sign.LINES] > 0) | (made[:, Sign.PLAIN] > 0) | (made[:, Sign.STATED] > 0)
    return np.asarray(told | (made[:, Sign.SIZE] >= math.log1p(PARAGRAPH_WORDS)) | (made[:, Sign.STEPS] >= 0))


def signs(made: Rows) -> NDArray[np.float64]:
    """The appearance of blocks, one row each: list, heading, paragraph, sentence, whether the block is in the best
    place, and whether it is in a place with a telling name.
    """
    told = (made[:, LOOKS], made[:, [Sign.STEPS]] >= 0, made[:, NAMED].max(axis=1, keepdims=True))
    return np.hstack(told).astype(np.float64)


def _shares(text: str) -> tuple[float, float]:
    """The shares of a text's characters that are digits and capitals."""
    if text.isascii():
        plain = text.encode()
        digits, capitals = (len(text) - len(plain.translate(None, some)) for some in (DIGITS, CAPITALS))
    else:
        digits, capitals = sum(map(str.isdigit, text)), sum(map(str.isupper, text))
    return digits / len(text), capitals / len(text)


def _describe_page(
    found: Sequence[Block], shares: Shares, sums: dict[int, Sum], titles: Sequence[str], description: str
) -> PageSigns:
    """What all blocks of a page are compared with."""
    taken: defaultdict[str, float] = defaultdict(float)
    there: Counter[str] = Counter()
    for block, share in zip(found, shares.lines, strict=True):
        taken[block.path] += share * block.words
        there[block.path] += block.words
    total = sum(taken.values()) or 1.0
    whole = sum_of_page(found, sums)
    inside = [number for number, share in enumerate(shares.lines) if share >= HALF_SHARE]
    first, last = (inside[0], inside[-1]) if inside else (0, len(found) - 1)
    both = sum(a * b * block.words for a, b, block in zip(shares.lines, shares.plain, found, strict=True))
    others = sum(b * block.words for b, block in zip(shares.plain, found, strict=True))
    return PageSigns(
        blocks=len(found),
        whole=whole,
        taken=taken,
        there=there,
        total=total,
        main=max(taken, key=lambda path: taken[path]),
        first=first,
        last=last,
        titles=[set(key(title).split()) for title in titles],
        about=set(key(description).split()),
        columns=(
            whole.good / max(1, whole.words), math.log1p(whole.good), math.log1p(total), total / max(1, whole.words),
            math.log1p(len(found)), whole.linked / max(1, whole.words), both / total, both / max(1.0, others),
        ),
    )  # fmt: skip


def _since_phrase(whys: Sequence[str], chosen: Sequence[float]) -> list[int]:
    """For each block, how many blocks it is below the last block that has a phrase of the phrase lists and is not in
    trafilatura's text."""
    counts, since = [], MAX_COUNTED
    for why, share in zip(whys, chosen, strict=True):
        since = 0 if why.startswith("phrase") and not share > 0 else min(MAX_COUNTED, since + 1)
        counts.append(since)
    return counts


def _times_before(found: Sequence[Block]) -> list[int]:
    """For each block, how often the same text occurs above it."""
    seen: Counter[str] = Counter()
    counts = []
    for block in found:
        counts.append(seen[block.key])
        seen[block.key] += 1
    return counts


def _basic(block: Block, number: int, shares: Shares, why: str, steps: int) -> tuple[float, ...]:
    """The columns of `Sign`."""
    tag = block.tag
    return (
        shares.lines[number], shares.plain[number], math.log1p(block.words), block.linked / max(1, block.words),
        tag == "p", len(tag) == 2 and tag[0] == "h" and tag != "hr", block.text.rstrip()[-1:] in LAST_OF_SENTENCE,
        bool(why), shares.stated[number], steps,
    )  # fmt: skip


def _of_words(block: Block, why: str) -> tuple[float, ...]:
    """The block's element, the kind of its phrase, and which characters it has."""
    text, tag = block.text, block.tag
    return (
        tag == "li", tag in TABLE, tag == "div", tag in QUOTES,
        *(name in why for name in PHRASES),
        sum(map(text.count, SENTENCE_ENDS)), *_shares(text), sum(map(text.count, SEPARATORS)),
        text.endswith((":", "：")),
    )  # fmt: skip


def _of_place(number: int, page: PageSigns) -> tuple[float, ...]:
    """How far down the page the block is, and how far outside of what trafilatura has."""
    return (
        number / page.blocks,
        (number - page.first) / max(1, page.last - page.first),
        min(MAX_COUNTED, max(0, number - page.last)),
        min(MAX_COUNTED, max(0, page.first - number)),
    )


def _of_path(block: Block, page: PageSigns) -> tuple[float, ...]:
    """For the places of the block's path: which share of trafilatura's text is there, which share of the words there
    trafilatura has, and which share of the page's words is there."""
    taken, there = page.taken[block.path], page.there[block.path]
    return taken / page.total, taken / max(1, there), there / max(1, page.whole.words)


def _likeness(block: Block, page: PageSigns) -> tuple[float, ...]:
    """How many words the block shares with the titles and with the description."""
    mine, about = set(block.key.split()), page.about
    return (
        max((len(mine & words) / max(1, len(mine | words)) for words in page.titles), default=0.0),
        len(mine & about) / max(1, len(mine)),
        len(mine & about) / max(1, len(about)),
    )


def _neighbours(columns: Rows) -> list[Rows]:
    """The same columns of the blocks two above, one above, one below and two below; 0 beyond the ends."""
    shifted = []
    for shift in (-2, -1, 1, 2):
        other = np.zeros_like(columns)
        if shift < 0:
            other[-shift:] = columns[:shift]
        else:
            other[:-shift] = columns[shift:]
        shifted.append(other)
    return shifted


def _whys(found: Sequence[Block], near: Sequence[bool]) -> list[str]:
    """The phrase list's reasons for the blocks near an article. The other blocks, which are many, get none."""
    said = iter(reasons([block.text for block, one in zip(found, near, strict=True) if one]))
    return [next(said) if one else "" for one in near]
