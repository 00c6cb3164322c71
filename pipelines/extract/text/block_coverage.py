"""How much of a page's blocks stands in another text of the page, as an extractor gives it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from pipelines.extract.blocks import Block
from pipelines.extract.phrases import key

# Words of a run by which two texts are compared. The classifier was fitted with it: change it and fit anew.
SHINGLE_WORDS = 3
# Blocks whose runs of words are kept, of this page or the last. Chosen: nearly all pages have fewer; some megabytes.
MAX_RUNS = 1000
# What a block of one or two words counts that stands somewhere in the text. Chosen: it may be another's words.
INSIDE_SHARE = 0.5


def coverage(found: Sequence[Block], lines: Sequence[str]) -> list[float]:
    """How much of each block stands in the lines, 0 to 1."""
    keys = [key(line) for line in lines]
    whole = set(keys)
    joined = f" {' '.join(keys)} "
    known = set(_shingles(joined.split()))
    # Looked up far quicker than in the text. A line without words stands between two that are no neighbours.
    apart = joined.split(" ")
    singles, pairs = set(apart), set(pairwise(apart))
    shares = []
    for block in found:
        its_key = block.key
        if its_key in whole:
            shares.append(1.0)
            continue
        mine = _runs(its_key)
        if len(mine) > 1:
            shares.append(sum(map(known.__contains__, mine)) / len(mine))
        elif block.words < 2:
            shares.append(0.0)
        elif mine:
            shares.append(INSIDE_SHARE if f" {its_key} " in joined else 0.0)
        else:
            first, _, second = its_key.partition(" ")
            shares.append(INSIDE_SHARE if ((first, second) in pairs if second else first in singles) else 0.0)
    return shares


@lru_cache(maxsize=MAX_RUNS)
def _runs(its_key: str) -> list[tuple[str, ...]]:
    """The runs of words of a block, which is held against several texts."""
    return _shingles(its_key.split())


def _shingles(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(tokens[start:] for start in range(SHINGLE_WORDS)), strict=False))
