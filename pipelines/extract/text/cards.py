"""Finds cards of other stories between the paragraphs of an article: a linked headline with a sentence below it.

The sentence has no link and stands inside the article, so the classifier takes it for a paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.extract.blocks import Block, TextPlace, around, is_inside
from pipelines.extract.text import particulars
from pipelines.extract.text.other_articles import LINKED_SHARE, linked_page

# A card's sentence has at most MOST_WORDS words, and its headline at least HEADLINE_WORDS. Chosen: a longer text is a
# paragraph, a shorter headline is the name of a section.
MOST_WORDS, HEADLINE_WORDS = 50, 3
# One of this many elements around a sentence may be its card. Chosen: in a card, a sentence is nested less deep.
MAX_LEVELS = 5
# A card has at most this many blocks: kicker, headline, sentence, author, day.
MOST_BLOCKS = 5


def find_cards(found: Sequence[Block], stays: Sequence[int], url: str) -> list[int]:
    """The numbers of the blocks in `stays` that belong to a card. stays: the numbers of the blocks that no rule has cut
    so far. url: the page's address.

    A card stands alone between paragraphs of the article. Cards below one another, or beside one another, can be the
    article itself, as in a ranking.
    """
    boxes = {number: place for number in stays if (place := _find_card(found, number, url)) is not None}
    cards: list[int] = []
    for at, number in enumerate(stays):
        place = boxes.get(number)
        if place is None:
            continue
        first, last = at, at
        while first > 0 and is_inside(found[stays[first - 1]].place, place.element):
            first -= 1
        while last + 1 < len(stays) and is_inside(found[stays[last + 1]].place, place.element):
            last += 1
        if first == 0 or last + 1 == len(stays) or stays[first - 1] in boxes or stays[last + 1] in boxes:
            continue
        above, below = (found[stays[one]].place.parent for one in (first - 1, last + 1))
        if above is not None and above is below:
            cards.extend(stays[first : last + 1])
    return cards


def _find_card(found: Sequence[Block], number: int, url: str) -> TextPlace | None:
    """The card of a block: the innermost place with a linked headline above the block, if the block is the only text
    without a link there."""
    block = found[number]
    above = found[max(0, number - MOST_BLOCKS) : number]
    if block.linked or block.words > MOST_WORDS or not any(map(_is_headline, above)):
        return None
    for _, place in zip(range(MAX_LEVELS), around(block.place), strict=False):
        first = number
        while first > 0 and number - first < MOST_BLOCKS and is_inside(found[first - 1].place, place.element):
            first -= 1
        last = number
        while last + 1 < len(found) and last - first < MOST_BLOCKS and is_inside(found[last + 1].place, place.element):
            last += 1
        others = [found[one] for one in range(first, last + 1) if one != number]
        if last - first >= MOST_BLOCKS or not all(map(_may_be_in_card, others)):
            return None
        headlines = [one for one in found[first:number] if _is_headline(one)]
        if headlines:
            pages = {linked_page(one, url) for one in headlines}
            return place if len(pages) == 1 and "" not in pages else None
    return None


def _may_be_in_card(block: Block) -> bool:
    """Whether a block may stand in a card beside its sentence: a link, a word or two, or the day."""
    return _is_linked(block) or block.words < HEADLINE_WORDS or particulars.tells_day([block.text])


def _is_headline(block: Block) -> bool:
    return block.words >= HEADLINE_WORDS and _is_linked(block)


def _is_linked(block: Block) -> bool:
    return block.linked >= LINKED_SHARE * block.words
