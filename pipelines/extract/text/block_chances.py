"""How likely each block of a page is a part of its article, by the page alone.

It alone knows what is asked of a block before it is taken: more where it stands in a place with a telling name, or is
mostly link. What its source teaches, and what becomes of the blocks, is said by `assembly`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from lxml.html import HtmlElement

from pipelines.extract import markup
from pipelines.extract.blocks import Block, blocks
from pipelines.extract.fields import json_ld
from pipelines.extract.fields.metadata import Facts
from pipelines.extract.text import by_trafilatura, classifier, features, place_sums, text_choice
from pipelines.extract.text.block_coverage import coverage
from pipelines.extract.text.features import Sign
from pipelines.text import words

# Words of a text that is more than nothing. Chosen: as of an article.
LEAST_WORDS = 15
# The chance from which on a block is part of the article. Chosen together with the classifier, on the pages it was
# fitted to (bench/fit.py).
LIKELY_CHANCE = 0.47
# More is asked of a block that stands in a place with a telling name, more still where trafilatura lacks it too, and
# of a short one that is mostly link.
PLACED, PLACED_ALONE, DENSE = 0.68, 0.75, 0.8
# A block is mostly link from this share of its words, and short below so many. Chosen: a sentence with a link in it is
# neither.
MOSTLY_SHARE, FEW_WORDS = 0.6, 25
# What a live blog names as its posts is a part of it, far from its head as it may stand.
POSTED = 0.9
# The second extractor has this much more: the first one takes a second look.
SHARE = 0.5
# The share of a block's words from which on an extractor has chosen it, or it is a link.
HALF_SHARE = 0.5
# Characters of HTML that the second extractor reads. Chosen: it is slow on what is larger.
LONGEST_PLAIN_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class JudgedBlock:
    """A block, and what is known of it.

    - kind: what the place around it is called, as Block.kind; but boxes that hold half of the page do not count
    - chosen: how much of it trafilatura has, 0 to 1
    - chance: how likely it is a part of the article, 0 to 1
    - why: why what was learned of its source speaks against it; empty where it does not
    """

    block: Block
    kind: str
    chosen: float
    chance: float
    why: str = ""

    @property
    def likely(self) -> bool:
        """Whether it is taken for a part of the article."""
        return self.chance >= least_chance(self.block, self.kind, self.chosen)


@dataclass(frozen=True)
class JudgedPage:
    """A page's blocks, each judged.

    lines: trafilatura's text; plain: that of the second extractor; compared: the blocks as texts are chosen by.
    """

    blocks: Sequence[JudgedBlock]
    lines: Sequence[str]
    plain: Sequence[str]
    compared: text_choice.Blocks | None = None

    @property
    def bare(self) -> list[Block]:
        """The blocks without what is known of them."""
        return [one.block for one in self.blocks]

    @property
    def readable_lines(self) -> Sequence[str]:
        """What of the page reads like text at all: trafilatura's lines, or the second extractor's where it has none."""
        return self.lines if sum(map(words, self.lines)) >= 2 * LEAST_WORDS else self.plain


def judge_page(tree: HtmlElement, html: str, facts: Facts, without: frozenset[str] = frozenset()) -> JudgedPage:
    """The blocks of a page, each judged."""
    found = blocks(tree)
    lines, plain = ask_extractors(tree, html, without)
    sums = place_sums.sum_places(found)
    rows = features.rows(found, lines, plain, facts.titles, facts.description, json_ld.body(facts.node), sums)
    if not len(rows):
        return JudgedPage((), lines, plain)
    chances = np.zeros(len(rows), dtype=np.float32)
    able = features.worth(rows)
    chances[able] = classifier.probabilities(rows[able])
    if facts.posts:
        chances[find_posts(found, facts.posts)] = POSTED
    chosen = rows[:, Sign.LINES].tolist()
    kinds = place_sums.kinds_of(found, chosen, sums)
    return JudgedPage(join(found, kinds, chosen, chances.tolist()), lines, plain, compare(found, kinds, rows))


def join(
    found: Sequence[Block], kinds: Sequence[str], chosen: Sequence[float], chances: Sequence[float]
) -> list[JudgedBlock]:
    """The records of blocks whose kinds, shares and chances stand beside them."""
    return [JudgedBlock(*one) for one in zip(found, kinds, chosen, chances, strict=True)]


def compare(found: Sequence[Block], kinds: Sequence[str], rows: features.Rows) -> text_choice.Blocks:
    """The blocks of a page as whole texts are chosen by, as far as every page is read."""
    chosen = rows[:, Sign.LINES].tolist()
    return text_choice.Blocks(
        words=np.array([block.words for block in found], dtype=np.float64),
        linked=np.array([block.linked for block in found], dtype=np.float64),
        least=np.array([least_chance(*one) for one in zip(found, kinds, chosen, strict=True)]),
        signs=features.signs(rows),
        shares={"lines": rows[:, Sign.LINES].astype(np.float64), "plain": rows[:, Sign.PLAIN].astype(np.float64)},
    )


def ask_extractors(
    tree: HtmlElement, html: str, without: frozenset[str] = frozenset()
) -> tuple[Sequence[str], Sequence[str]]:
    """The lines of two extractors; the first takes a second look where it has much less than the second."""
    joined = by_trafilatura.may_be_joined(html)
    # No time limit reaches into it, and on a page of this size or depth it can take minutes.
    if "second extractor" in without or len(html) > LONGEST_PLAIN_CHARACTERS or markup.deep(tree):
        lines = by_trafilatura.lines(tree, precise=True, alone=False, joined=joined)
        return lines, lines
    plain = by_trafilatura.extract_plainly(html)
    lines = by_trafilatura.lines(tree, precise=True, joined=joined)
    if not lines or sum(map(words, lines)) < SHARE * sum(map(words, plain)):
        lines = by_trafilatura.lines(tree, precise=True, alone=False, joined=joined)
    return lines, plain


def find_posts(found: Sequence[Block], posts: Sequence[str]) -> list[bool]:
    """Which blocks are of a live blog's posts; a list of links to them is none."""
    shares = coverage(found, posts)
    return [
        share >= HALF_SHARE and block.linked < HALF_SHARE * block.words
        for share, block in zip(shares, found, strict=True)
    ]


def least_chance(block: Block, kind: str, chosen: float) -> float:
    """The least chance with which a block is taken for a part of the article; kind: what its place is called; chosen:
    how much of it trafilatura has."""
    if kind and chosen < HALF_SHARE:
        return PLACED_ALONE
    if block.linked >= MOSTLY_SHARE * block.words and block.words < FEW_WORDS:
        return DENSE
    return PLACED if kind else LIKELY_CHANCE
