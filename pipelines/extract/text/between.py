"""Finds doubtful blocks that belong to the article because of the kept blocks around them.

A doubtful block is a sentence that is mostly links, or the heading of one of several parts. By itself, the sentence may
lead to other pages, and the heading may be the name of a box.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipelines.extract import phrases
from pipelines.extract.blocks import HEADINGS, Block, has_stop
from pipelines.extract.text.block_chances import HALF_SHARE, JudgedBlock

# SENTENCE_CHANCE, SENTENCE_WORDS: a sentence of links has at least this chance and this many words. PART_CHANCE: a
# heading of a part has at least this chance. PARTS: headings are those of parts if at least this many have the same
# path and each stands right above a kept block. Chosen: on pages of which the true text is known, these values added 42
# blocks, of which 34 were in the true text.
SENTENCE_CHANCE, SENTENCE_WORDS = 0.2, 8
PART_CHANCE, PARTS = 0.3, 3
# PROSE_WORDS: the paragraphs above and below a subhead have at least this many words. LABELS: for these reasons the
# phrase lists may cut a subhead by mistake.
PROSE_WORDS = 12
LABELS = ("phrase: comment", "phrase: related")


def find_between(found: Sequence[JudgedBlock], kept: Sequence[int]) -> set[int]:
    """The numbers of the blocks that are part of the text because of what stands around them."""
    return {*_find_sentences(found, kept), *_find_parts(found, kept), *_find_subheads(found, kept)}


def is_subhead(above: Block, heading: Block, below: Block) -> bool:
    """Whether a heading that begins like a label, such as "comments" or "more", is a subhead of the article: there are
    paragraphs of the same place above and below it.
    """
    if heading.linked or not heading.text[-1:].isalnum() or above.path != below.path or not _is_headed(heading):
        return False
    told = all(one.words >= PROSE_WORDS and not one.linked and has_stop(one.text) for one in (above, below))
    return told and not phrases.is_whole(heading.text) and phrases.reasons([heading.text])[0].startswith(LABELS)


def _find_subheads(found: Sequence[JudgedBlock], kept: Sequence[int]) -> Iterator[int]:
    """The subheads that begin like a label, between two kept paragraphs."""
    for before, after in pairwise(kept):
        number, three = before + 1, (before, before + 1, after)
        alone = after == number + 1 and _may_be(found[number], PART_CHANCE)
        if alone and is_subhead(*(found[one].block for one in three)):
            yield number


def _is_headed(block: Block) -> bool:
    bold = next(block.place.element.iter("b", "strong"), None)
    return block.tag in HEADINGS or (bold is not None and phrases.key(bold.text_content()) == block.key)


def _find_sentences(found: Sequence[JudgedBlock], kept: Sequence[int]) -> Iterator[int]:
    """The paragraphs of links that end as a sentence, between two paragraphs of the same place."""
    for before, after in pairwise(kept):
        for number in range(before + 1, after):
            block = found[number].block
            same = found[before].block.path == block.path == found[after].block.path
            # A line that is a link as a whole is the headline of another article, even with a full stop.
            linked = block.words >= SENTENCE_WORDS and HALF_SHARE * block.words <= block.linked < block.words
            told = same and linked and block.tag == "p" and has_stop(block.text)
            if told and _may_be(found[number], SENTENCE_CHANCE):
                yield number


def _find_parts(found: Sequence[JudgedBlock], kept: Sequence[int]) -> Iterator[int]:
    """The headings of parts: several headings in the same place, each right above a kept block."""
    stays = set(kept)
    above = [number for number in (one - 1 for one in kept if one) if found[number].block.tag in HEADINGS]
    often = Counter(found[number].block.path for number in above)
    for number in above:
        inside = number > kept[0] and number not in stays and not found[number].block.linked
        if inside and often[found[number].block.path] >= PARTS and _may_be(found[number], PART_CHANCE):
            yield number


def _may_be(one: JudgedBlock, chance: float) -> bool:
    return one.chance >= chance and not one.kind and not one.block.kind and not one.why
