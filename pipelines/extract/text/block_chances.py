"""How likely each block of a page is a part of its article, judged by the page alone.

Only this module knows from which chance on a block is taken. A block in a place with a telling name, or a block of
mostly links, needs a higher chance than others. `assembly` knows what the template adds, and which blocks are kept.
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

# If trafilatura's text has fewer than twice LEAST_WORDS words, it counts as nothing. Chosen: only news
# flashes have fewer than LEAST_WORDS words.
LEAST_WORDS = 15
# A block is part of the article from this chance on. Chosen: it was picked together with the classifier, on the pages
# to which the classifier was fitted (bench/fit.py).
LIKELY_CHANCE = 0.47
# Some blocks need a higher chance. PLACED: the chance that a block in a place with a telling name needs. PLACED_ALONE:
# the chance that such a block needs if trafilatura has not chosen it. DENSE: the chance that a short block of mostly
# links needs.
PLACED, PLACED_ALONE, DENSE = 0.68, 0.75, 0.8
# A block is mostly links if at least the share MOSTLY_SHARE of its words is in links. A block is short if it has fewer
# than FEW_WORDS words. Chosen: a sentence with a link in it has a smaller share.
MOSTLY_SHARE, FEW_WORDS = 0.6, 25
# A block has this chance if it belongs to a live blog's post that the page's JSON-LD has, however far down the page it
# is.
POSTED = 0.9
# If trafilatura has less than this share of the second extractor's words, trafilatura reads the page again and compares
# its text with the texts of further extractors.
SHARE = 0.5
# An extractor has chosen a block if at least this share of the block's words is in its text. A block with at least this
# share of its words in links is no part of a live blog's post.
HALF_SHARE = 0.5
# The second extractor reads pages with at most this many characters of HTML. Chosen: it is slow on larger pages.
LONGEST_PLAIN_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class JudgedBlock:
    """A block, and what is known about it.

    - kind: the kind of place around it, as Block.kind; but a box that holds half of the text does not count
        (place_sums.kinds_of)
    - trafilatura_share: how much of it trafilatura has, 0 to 1
    - chance: how likely it is a part of the article, 0 to 1
    - why: why the source's template speaks against it; empty if it does not
    """

    block: Block
    kind: str
    trafilatura_share: float
    chance: float
    why: str = ""

    @property
    def likely(self) -> bool:
        """Whether the block is taken as a part of the article."""
        return self.chance >= least_chance(self.block, self.kind, self.trafilatura_share)


@dataclass(frozen=True)
class JudgedPage:
    """A page's blocks, each judged.

    trafilatura_lines: trafilatura's text.
    second_lines: the second extractor's text.
    compared: the blocks in the form that `text_choice` reads.
    """

    blocks: Sequence[JudgedBlock]
    trafilatura_lines: Sequence[str]
    second_lines: Sequence[str]
    compared: text_choice.Blocks | None = None

    @property
    def bare(self) -> list[Block]:
        """The blocks without their judgements."""
        return [one.block for one in self.blocks]

    @property
    def readable_lines(self) -> Sequence[str]:
        """All lines of the page that read like text: trafilatura's, or if these are too few, the second extractor's."""
        return (
            self.trafilatura_lines if sum(map(words, self.trafilatura_lines)) >= 2 * LEAST_WORDS else self.second_lines
        )


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
    trafilatura_share = rows[:, Sign.LINES].tolist()
    kinds = place_sums.kinds_of(found, trafilatura_share, sums)
    return JudgedPage(
        join(found, kinds, trafilatura_share, chances.tolist()), lines, plain, compare(found, kinds, rows)
    )


def join(
    found: Sequence[Block], kinds: Sequence[str], trafilatura_share: Sequence[float], chances: Sequence[float]
) -> list[JudgedBlock]:
    """The records of blocks from parallel sequences of their kinds, shares and chances."""
    return [JudgedBlock(*one) for one in zip(found, kinds, trafilatura_share, chances, strict=True)]


def compare(found: Sequence[Block], kinds: Sequence[str], rows: features.Rows) -> text_choice.Blocks:
    """The blocks of a page in the form that `text_choice` reads, with the shares of the extractors that read every
    page."""
    trafilatura_share = rows[:, Sign.LINES].tolist()
    return text_choice.Blocks(
        words=np.array([block.words for block in found], dtype=np.float64),
        linked=np.array([block.linked for block in found], dtype=np.float64),
        least=np.array([least_chance(*one) for one in zip(found, kinds, trafilatura_share, strict=True)]),
        signs=features.signs(rows),
        shares={"lines": rows[:, Sign.LINES].astype(np.float64), "plain": rows[:, Sign.PLAIN].astype(np.float64)},
    )


def ask_extractors(
    tree: HtmlElement, html: str, without: frozenset[str] = frozenset()
) -> tuple[Sequence[str], Sequence[str]]:
    """The lines of trafilatura and of the second extractor. If trafilatura has much less text, it reads the page
    again."""
    joined = by_trafilatura.may_be_joined(html)
    # No time limit can stop the second extractor, and on a page of this size or depth it can take minutes.
    if "second extractor" in without or len(html) > LONGEST_PLAIN_CHARACTERS or markup.deep(tree):
        lines = by_trafilatura.lines(tree, precise=True, alone=False, joined=joined)
        return lines, lines
    plain = by_trafilatura.extract_plainly(html)
    lines = by_trafilatura.lines(tree, precise=True, joined=joined)
    if not lines or sum(map(words, lines)) < SHARE * sum(map(words, plain)):
        lines = by_trafilatura.lines(tree, precise=True, alone=False, joined=joined)
    return lines, plain


def find_posts(found: Sequence[Block], posts: Sequence[str]) -> list[bool]:
    """Which blocks belong to a live blog's posts; a list of links to posts does not."""
    shares = coverage(found, posts)
    return [
        share >= HALF_SHARE and block.linked < HALF_SHARE * block.words
        for share, block in zip(shares, found, strict=True)
    ]


def least_chance(block: Block, kind: str, trafilatura_share: float) -> float:
    """The least chance with which a block is taken as a part of the article.

    kind: the kind of its place.
    trafilatura_share: how much of it trafilatura has.
    """
    if kind and trafilatura_share < HALF_SHARE:
        return PLACED_ALONE
    if block.linked >= MOSTLY_SHARE * block.words and block.words < FEW_WORDS:
        return DENSE
    return PLACED if kind else LIKELY_CHANCE
