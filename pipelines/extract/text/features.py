"""What is seen of each block of a page before it is judged: one row of numbers per block.

It alone knows which signs are looked at, and in which order they stand in a row. A change here asks for a new fit
(`python -m bench fit`), for the judge was fitted to exactly these.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipelines.extract.blocks import KINDS, Block, Place, around
from pipelines.extract.phrases import key, reasons

Rows = NDArray[np.float32]
SENTENCE_END = re.compile(r"[.!?。！？؟…»”\"۔]\s*$")
SENTENCE_ENDS = re.compile(r"[.!?。！？؟۔]")
SEPARATORS = re.compile(r"[|•·/›»]")
# Words of a run by which two texts are compared. The classifier was fitted with it: change it and fit anew.
SHINGLE_WORDS = 3
# Words of a paragraph. The classifier was fitted with it: change it and fit anew.
PARAGRAPH_WORDS = 10
# Share of linked words below which a paragraph is prose. The classifier was fitted with it: change it and fit anew.
LINKED_SHARE = 0.4
# Blocks that are counted since a phrase. The classifier was fitted with it: change it and fit anew.
MAX_COUNTED = 20
PHRASES = ("share", "comment", "related", "subscribe", "notice", "credit", "date", "byline", "tags", "counter")
# Blocks whose runs of words are kept, of this page or the last. Chosen: nearly all pages have fewer; some megabytes.
MAX_RUNS = 1000
# The first so many columns are looked at in the neighbours too.
NEAR = 8
# Those after so many are looked at only where a block can be a part of the article at all.
BASIC = 10
# Columns that come out; held to those of the fitted classifier by a test.
COLUMNS = 89
# Of those: a list's item, a heading, a paragraph, a sentence's end; and the first and last of the telling names.
LOOKS, NAMED = (10, 5, 4, 6), slice(37, 51)
# How many elements a block stands below the best place, less than 0 outside.
STEPS_BELOW = 9
# Share of its words from which on a block was chosen. The classifier was fitted with it: change it and fit anew.
HALF_SHARE = 0.5
TABLE = frozenset(("td", "th", "tr", "table", "dd", "dt"))
QUOTES = frozenset(("blockquote", "pre", "figcaption"))


@dataclass(slots=True)
class Sum:
    """What stands in a place and below: words, words in links, words of paragraphs that look like an article's."""

    words: int = 0
    linked: int = 0
    good: int = 0
    blocks: int = 0
    direct: int = 0


def rows(
    found: Sequence[Block],
    lines: Sequence[str],
    plain: Sequence[str],
    titles: Sequence[str],
    description: str,
    given: Sequence[str],
) -> Rows:
    """One row per block, float32: lines and plain are two extractors' texts, given the page's own articleBody."""
    if not found:
        return np.zeros((0, 0), dtype=np.float32)
    chosen, second = coverage(found, lines), coverage(found, plain)
    stated = coverage(found, given) if given else [0.0] * len(found)
    sums = _sums(found)
    whole = sums[id(_root(found[0].place))]
    by_path: defaultdict[str, float] = defaultdict(float)
    there: Counter[str] = Counter()
    for block, share in zip(found, chosen, strict=True):
        by_path[block.path] += share * block.words
        there[block.path] += block.words
    total = sum(by_path.values()) or 1.0
    main = max(by_path, key=lambda path: by_path[path])
    inside = [number for number, share in enumerate(chosen) if share >= HALF_SHARE]
    first, last = (inside[0], inside[-1]) if inside else (0, len(found) - 1)
    span = max(1, last - first)
    title_words = [set(key(title).split()) for title in titles]
    about = set(key(description).split())
    both = sum(a * b * block.words for a, b, block in zip(chosen, second, found, strict=True))
    others = sum(b * block.words for b, block in zip(second, found, strict=True))
    page = (
        whole.good / max(1, whole.words), math.log1p(whole.good), math.log1p(total), total / max(1, whole.words),
        math.log1p(len(found)), whole.linked / max(1, whole.words), both / total, both / max(1.0, others),
    )  # fmt: skip
    steps = _steps(found, sums)
    seen: Counter[str] = Counter()
    since = MAX_COUNTED
    near = [a + b > 0 or steps[id(c.place)] >= 0 for a, b, c in zip(chosen, second, found, strict=True)]
    looked_at = [
        one or said > 0 or block.words >= PARAGRAPH_WORDS for one, said, block in zip(near, stated, found, strict=True)
    ]
    whys = _whys(found, near)
    standings = _standings([block for block, one in zip(found, looked_at, strict=True) if one], sums, main, whole)
    own = np.zeros((len(found), COLUMNS), dtype=np.float32)
    for number, (block, why) in enumerate(zip(found, whys, strict=True)):
        text, count, tag = block.text, block.words, block.tag
        since = 0 if why.startswith("phrase") and not chosen[number] > 0 else min(MAX_COUNTED, since + 1)
        own[number, :BASIC] = (
            chosen[number], second[number], math.log1p(count), block.linked / max(1, count), tag == "p",
            len(tag) == 2 and tag[0] == "h" and tag != "hr", bool(SENTENCE_END.search(text)), bool(why),
            stated[number], steps[id(block.place)],
        )  # fmt: skip
        before, seen[block.key] = seen[block.key], seen[block.key] + 1
        if not looked_at[number]:
            continue
        my_words = set(block.key.split())
        own[number, BASIC:] = (
            tag == "li", tag in TABLE, tag == "div", tag in QUOTES,
            *(name in why for name in PHRASES),
            len(SENTENCE_ENDS.findall(text)), sum(map(str.isdigit, text)) / len(text),
            sum(map(str.isupper, text)) / len(text), len(SEPARATORS.findall(text)), text.endswith((":", "：")),
            number / len(found), (number - first) / span, min(MAX_COUNTED, max(0, number - last)),
            min(MAX_COUNTED, max(0, first - number)), since,
            by_path[block.path] / total, by_path[block.path] / max(1, there[block.path]),
            there[block.path] / max(1, whole.words),
            *standings[id(block.place)],
            max((len(my_words & words) / max(1, len(my_words | words)) for words in title_words), default=0.0),
            len(my_words & about) / max(1, len(my_words)), len(my_words & about) / max(1, len(about)),
            before, *page,
        )  # fmt: skip
    beside = own[:, :NEAR]
    shifted = []
    for shift in (-2, -1, 1, 2):
        other = np.zeros_like(beside)
        if shift < 0:
            other[-shift:] = beside[:shift]
        else:
            other[:-shift] = beside[shift:]
        shifted.append(other)
    return np.hstack([own, *shifted])


def _whys(found: Sequence[Block], near: Sequence[bool]) -> list[str]:
    """What the phrase list says of the blocks that are near an article; of the others, which are many, nothing."""
    said = iter(reasons([block.text for block, one in zip(found, near, strict=True) if one]))
    return [next(said) if one else "" for one in near]


def _standings(found: Sequence[Block], sums: dict[int, Sum], main: str, whole: Sum) -> dict[int, tuple[float, ...]]:
    """What is true of all blocks of a place: what it is called, how much good text is in and around it.

    A name says nothing where half of the page's good text stands in it: themes call their widest boxes anything.
    """
    places = {id(block.place): block.place for block in found}
    good = max(1, whole.good)
    main_parts = main.split(">")
    made: dict[int, tuple[float, ...]] = {}
    for number, place in places.items():
        kinds = [here.kind for here in around(place) if here.kind and sums[id(here)].good < HALF_SHARE * good]
        kind = kinds[0] if kinds else ""
        parts = place.path.split(">")
        common = 0
        for mine, theirs in zip(parts, main_parts, strict=False):
            if mine != theirs:
                break
            common += 1
        outer = place.parent or place
        near = [sums[id(one)] for one in (place, outer, outer.parent or outer)]
        made[number] = (
            *(name in kinds for name in KINDS),
            *(kind == name for name in KINDS[:10]),
            place.path == main, common / len(main_parts), len(parts) - common,
            *(one.good / good for one in near),
            *(one.linked / max(1, one.words) for one in near),
            *(one.good / max(1, one.words) for one in near),
            math.log1p(near[1].blocks), math.log1p(near[2].blocks), place.story, place.body,
        )  # fmt: skip
    return made


def kinds_of(found: Sequence[Block], chosen: Sequence[float]) -> list[str]:
    """What the innermost telling name around each block says it is; empty where none does.

    As the rows have it, but a name says nothing only where half of what an extractor has chosen stands in it as well:
    below a very short article the comments are half of the page's good text.
    """
    if not found:
        return []
    sums = _sums(found)
    good = max(1, sums[id(_root(found[0].place))].good)
    taken: Counter[int] = Counter()
    for block, share in zip(found, chosen, strict=True):
        if share >= HALF_SHARE:
            taken.update({id(place): block.words for place in around(block.place)})
    all_taken = max(1, taken[id(_root(found[0].place))])
    told: dict[int, str] = {}
    for place in {id(block.place): block.place for block in found}.values():
        kinds = (
            here.kind
            for here in around(place)
            if here.kind and (sums[id(here)].good < HALF_SHARE * good or taken[id(here)] < HALF_SHARE * all_taken)
        )
        told[id(place)] = next(kinds, "")
    return [told[id(block.place)] for block in found]


def worth(made: Rows) -> NDArray[np.bool_]:
    """Which rows can be a part of the article at all: an extractor has it, or it is long, or it stands at the place."""
    if not len(made):
        return np.zeros(0, dtype=bool)
    chosen, second, size, stated, steps = (made[:, column] for column in (0, 1, 2, 8, 9))
    return np.asarray((chosen > 0) | (second > 0) | (stated > 0) | (size >= math.log1p(PARAGRAPH_WORDS)) | (steps >= 0))


def signs(made: Rows) -> NDArray[np.float64]:
    """What blocks look like, a row each: list, heading, paragraph, sentence, whether they stand in the best place, and
    in one with a telling name."""
    told = (made[:, LOOKS], made[:, [STEPS_BELOW]] >= 0, made[:, NAMED].max(axis=1, keepdims=True))
    return np.hstack(told).astype(np.float64)


def coverage(found: Sequence[Block], lines: Sequence[str]) -> list[float]:
    """How much of each block stands in the lines, 0 to 1."""
    keys = [key(line) for line in lines]
    whole = set(keys)
    joined = f" {' '.join(keys)} "
    known = set(_shingles(joined.split()))
    shares = []
    for block in found:
        if block.key in whole:
            shares.append(1.0)
            continue
        mine = _runs(block.key)
        if len(mine) > 1:
            shares.append(sum(shingle in known for shingle in mine) / len(mine))
        else:
            shares.append(0.5 if block.words > 1 and f" {block.key} " in joined else 0.0)
    return shares


def _sums(found: Sequence[Block]) -> dict[int, Sum]:
    """For every place its sum; the key is the place's identity."""
    sums: dict[int, Sum] = {}
    places: dict[int, Place] = {}
    for block in found:
        number = id(block.place)
        if number not in places:
            for place in around(block.place):
                if id(place) in places:
                    break
                places[id(place)] = place
                sums[id(place)] = Sum()
        good = block.words if block.words >= PARAGRAPH_WORDS and block.linked < LINKED_SHARE * block.words else 0
        one = sums[number]
        one.words += block.words
        one.linked += block.linked
        one.good += good
        one.blocks += 1
        one.direct += good
        if block.place.parent is not None:
            sums[id(block.place.parent)].direct += good
    for place in _outwards(places.values()):
        if place.parent is not None:
            inner, outer = sums[id(place)], sums[id(place.parent)]
            outer.words += inner.words
            outer.linked += inner.linked
            outer.good += inner.good
            outer.blocks += inner.blocks
    return sums


def _outwards(places: Iterable[Place]) -> list[Place]:
    """Places, each before the one around it."""
    return sorted(places, key=lambda place: -place.depth)


def _best(sums: dict[int, Sum], found: Sequence[Block]) -> Place | None:
    """The place that most good paragraphs stand in directly, or in elements directly in it."""
    places = {id(place): place for block in found for place in (block.place, block.place.parent) if place is not None}
    return max(places.values(), key=lambda place: sums[id(place)].direct, default=None)


def _steps(found: Sequence[Block], sums: dict[int, Sum]) -> dict[int, int]:
    """How many elements each place is below the best one, -1 outside; the key is the place's identity."""
    best = _best(sums, found)
    made: dict[int, int] = {}
    for block in found:
        if id(block.place) not in made:
            steps = (distance for distance, here in enumerate(around(block.place)) if here is best)
            made[id(block.place)] = next(steps, -1)
    return made


def _root(place: Place) -> Place:
    while place.parent is not None:
        place = place.parent
    return place


@lru_cache(maxsize=MAX_RUNS)
def _runs(its_key: str) -> list[tuple[str, ...]]:
    """The runs of words of a block, which is held against several texts."""
    return _shingles(its_key.split())


def _shingles(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + SHINGLE_WORDS]) for at in range(len(tokens) - SHINGLE_WORDS + 1)]
