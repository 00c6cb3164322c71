"""How much of each block of a page is in another text of the page, such as an extractor's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from pipelines.extract.blocks import Block
from pipelines.extract.phrases import key

# Words of the runs by which two texts are compared. The classifier was fitted with this value: after a change, fit it
# again.
SHINGLE_WORDS = 3
# For how many blocks the runs of words are kept. Chosen: nearly all pages have fewer blocks; it takes some megabytes.
MAX_RUNS = 1000
# The share for a block of one or two words that occurs somewhere in the text. Chosen: the words may be another block's.
INSIDE_SHARE = 0.5


def coverage(found: Sequence[Block], lines: Sequence[str]) -> list[float]:
    """How much of each block is in the lines, 0 to 1."""
    keys = [key(line) for line in lines]
    whole = set(keys)
    joined = f" {' '.join(keys)} "
    known = set(_shingles(joined.split()))
    # Runs are looked up in a set, which is far quicker than in the text. A line without words separates two lines that
    # are not neighbours.
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
    """The runs of words of a block, kept because a block is compared with several texts."""
    return _shingles(its_key.split())


def _shingles(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(tokens[start:] for start in range(SHINGLE_WORDS)), strict=False))
