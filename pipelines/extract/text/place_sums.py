"""How many words, links and good paragraphs are in and around each place of a page, and what that says about its
blocks.

Only this module knows which place is the best one, and when the name of a place says nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipelines.extract.blocks import KINDS, Block, TextPlace, around

# A paragraph has at least this many words. The classifier was fitted with this value: after a change, fit it again.
PARAGRAPH_WORDS = 10
# A paragraph is prose if less than this share of its words is linked. The classifier was fitted with this value: after
# a change, fit it again.
LINKED_SHARE = 0.4
# A block was chosen by an extractor if at least this share of its words is in the extractor's text. The name of a place
# says nothing if at least this share of the page's good text is in the place. The classifier was fitted with this
# value: after a change, fit it again.
HALF_SHARE = 0.5
# Each kind has a column in the rows of `features`: whether any place around the block has the kind. This many kinds,
# the first of KINDS, have a second column: whether the kind is the innermost one around the block. The classifier was
# fitted with this value: after a change, fit it again.
INNERMOST_KINDS = 10


@dataclass(slots=True)
class Sum:
    """The content of a place and the places in it: words, words in links, words of good paragraphs (which look like an
    article's), and blocks. direct: the words of good paragraphs right in the place, or in an element right in it.
    """

    words: int = 0
    linked: int = 0
    good: int = 0
    blocks: int = 0
    direct: int = 0


def sum_places(found: Sequence[Block]) -> dict[int, Sum]:
    """The sum of every place; the key is the place's identity."""
    sums: dict[int, Sum] = {}
    places: dict[int, TextPlace] = {}
    for block in found:
        number = id(block.place)
        place: TextPlace | None = block.place
        while place is not None and id(place) not in places:
            places[id(place)], sums[id(place)] = place, Sum()
            place = place.parent
        good = block.words if block.words >= PARAGRAPH_WORDS and block.linked < LINKED_SHARE * block.words else 0
        one = sums[number]
        one.words += block.words
        one.linked += block.linked
        one.good += good
        one.blocks += 1
        one.direct += good
        if block.place.parent is not None:
            sums[id(block.place.parent)].direct += good
    for here in _outwards(places.values()):
        if here.parent is not None:
            inner, outer = sums[id(here)], sums[id(here.parent)]
            outer.words += inner.words
            outer.linked += inner.linked
            outer.good += inner.good
            outer.blocks += inner.blocks
    return sums


def steps_below_best(found: Sequence[Block], sums: dict[int, Sum]) -> dict[int, int]:
    """How many places each place is below the best one; -1 if it is outside of the best one. The key is the place's
    identity."""
    best = _find_best(sums, found)
    made: dict[int, int] = {} if best is None else {id(best): 0}

    def count(place: TextPlace) -> int:
        steps = made.get(id(place))
        if steps is None:
            outer = -1 if place.parent is None else count(place.parent)
            steps = made[id(place)] = outer + (outer >= 0)
        return steps

    for block in found:
        count(block.place)
    return made


def describe_places(
    found: Sequence[Block], sums: dict[int, Sum], main: str, whole: Sum
) -> dict[int, tuple[float, ...]]:
    """The values that all blocks of a place share: its names, and how much good text is in and around it.

    A name says nothing if half of the page's good text is in the place: themes use any name for their widest boxes.

    main: the path with most of the article.
    whole: the sum of the page.
    """
    places = {id(block.place): block.place for block in found}
    good = max(1, whole.good)
    main_parts = main.split(">")
    made: dict[int, tuple[float, ...]] = {}
    called: dict[int, tuple[str, ...]] = {}
    # The columns are made once for each combination of kinds: most places have the same kinds around them, often none.
    named: dict[tuple[str, ...], tuple[bool, ...]] = {}
    for number, place in places.items():
        kinds = _kinds_around(place, called, lambda here: sums[id(here)].good < HALF_SHARE * good)
        if kinds not in named:
            inside = (name in kinds for name in KINDS)
            named[kinds] = (*inside, *(name == next(iter(kinds), "") for name in KINDS[:INNERMOST_KINDS]))
        parts = place.path.split(">")
        common = 0
        for mine, theirs in zip(parts, main_parts, strict=False):
            if mine != theirs:
                break
            common += 1
        outer = place.parent or place
        near = [sums[id(one)] for one in (place, outer, outer.parent or outer)]
        made[number] = (
            *named[kinds],
            place.path == main, common / len(main_parts), len(parts) - common,
            *(one.good / good for one in near),
            *(one.linked / max(1, one.words) for one in near),
            *(one.good / max(1, one.words) for one in near),
            math.log1p(near[1].blocks), math.log1p(near[2].blocks), place.story, place.body,
        )  # fmt: skip
    return made


def sum_of_page(found: Sequence[Block], sums: dict[int, Sum]) -> Sum:
    """The sum of the outermost place."""
    return sums[id(_root_of(found[0].place))]


def kinds_of(found: Sequence[Block], chosen: Sequence[float], sums: dict[int, Sum] | None = None) -> list[str]:
    """The kind in the innermost telling name around each block; empty if there is none.

    The kinds are those in the rows of `features`, with one difference. The name of a place with half of the page's good
    text counts too, unless half of the text that trafilatura has chosen is there as well: below a very short article,
    comments are half of the good text.
    """
    if not found:
        return []
    sums = sums or sum_places(found)
    good = max(1, sum_of_page(found, sums).good)
    taken: defaultdict[int, int] = defaultdict(int)
    for block, share in zip(found, chosen, strict=True):
        if share >= HALF_SHARE:
            for place in around(block.place):
                taken[id(place)] += block.words
    all_taken = max(1, taken[id(_root_of(found[0].place))])
    called: dict[int, tuple[str, ...]] = {}

    def tells(here: TextPlace) -> bool:
        return sums[id(here)].good < HALF_SHARE * good or taken[id(here)] < HALF_SHARE * all_taken

    return [next(iter(_kinds_around(block.place, called, tells)), "") for block in found]


def _kinds_around(
    place: TextPlace, known: dict[int, tuple[str, ...]], tells: Callable[[TextPlace], bool]
) -> tuple[str, ...]:
    """The telling names around a place, the innermost first; known: earlier answers for places."""
    kinds = known.get(id(place))
    if kinds is None:
        kinds = () if place.parent is None else _kinds_around(place.parent, known, tells)
        if place.kind and tells(place):
            kinds = (place.kind, *kinds)
        known[id(place)] = kinds
    return kinds


def _root_of(place: TextPlace) -> TextPlace:
    while place.parent is not None:
        place = place.parent
    return place


def _outwards(places: Iterable[TextPlace]) -> list[TextPlace]:
    """Places, each before the one around it."""
    return sorted(places, key=lambda place: -place.depth)


def _find_best(sums: dict[int, Sum], found: Sequence[Block]) -> TextPlace | None:
    """The place with most good paragraphs directly in it, or in elements directly in it."""
    places = {id(place): place for block in found for place in (block.place, block.place.parent) if place is not None}
    return max(places.values(), key=lambda place: sums[id(place)].direct, default=None)
