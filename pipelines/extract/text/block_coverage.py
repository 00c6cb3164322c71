"""How much of each block of a page is in another text of the page, such as an extractor's.

Each word becomes a number, and each shingle (SHINGLE_WORDS words in a row) becomes one number too. So all shingles of a
page are looked up in one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise, repeat

import numpy as np

from pipelines.extract.blocks import Block
from pipelines.extract.phrases import key

# Two texts are compared by their shingles, which have this many words. The classifier was fitted with this value: after
# a change, fit it again.
SHINGLE_WORDS = 3
# A block of two or three words that occurs somewhere in the text gets this share. Chosen: the words may be another
# block's.
INSIDE_SHARE = 0.5
# A word that no block has gets this number.
UNKNOWN = 0


def coverage(found: Sequence[Block], lines: Sequence[str]) -> list[float]:
    """How much of each block is in the lines, 0 to 1."""
    return coverages(found, [lines])[0]


def coverages(found: Sequence[Block], texts: Iterable[Sequence[str]]) -> list[list[float]]:
    """For each text, how much of each block is in it, 0 to 1."""
    words = [block.key.split() for block in found]
    ends = list(accumulate(map(len, words)))
    tokens = [word for its in words for word in its]
    numbers = {word: number for number, word in enumerate(dict.fromkeys(tokens), UNKNOWN + 1)}
    runs = _runs([numbers[word] for word in tokens], len(numbers) + 1)
    return [_shares(found, ends, numbers, runs, lines) if lines else [0.0] * len(found) for lines in texts]


def _shares(
    found: Sequence[Block],
    ends: Sequence[int],
    numbers: dict[str, int],
    runs: Sequence[int],
    lines: Sequence[str],
) -> list[float]:
    """How much of each block is in the lines.

    ends: where the words of each block end among the words of all blocks.
    numbers: the number of each word of the blocks.
    runs: the numbers of the shingles of all blocks, by the place of their first word.
    """
    keys = [key(line) for line in lines]
    whole = set(keys)
    joined = f" {' '.join(keys)} "
    tokens = joined.split()
    theirs = set(_runs(list(map(numbers.get, tokens, repeat(UNKNOWN))), len(numbers) + 1))
    # How many shingles that begin before each place are in the lines.
    known = [0, *accumulate(map(theirs.__contains__, runs))]
    # Single words and pairs are looked up in sets, which is far quicker than in the text. A line without words leaves
    # an empty word, so the lines around it do not make a pair.
    apart = joined.split(" ")
    singles, pairs = set(apart), set(pairwise(apart))
    shares = []
    end = 0
    for block, following in zip(found, ends, strict=True):
        start, end, its_key = end, following, block.key
        count = end - start - SHINGLE_WORDS + 1
        if its_key in whole:
            shares.append(1.0)
        elif count > 1:
            shares.append((known[start + count] - known[start]) / count)
        elif block.words < 2:
            shares.append(0.0)
        elif count == 1:
            shares.append(INSIDE_SHARE if f" {its_key} " in joined else 0.0)
        else:
            first, _, second = its_key.partition(" ")
            shares.append(INSIDE_SHARE if ((first, second) in pairs if second else first in singles) else 0.0)
    return shares


def _runs(words: Sequence[int], base: int) -> list[int]:
    """One number for each shingle. base: a number above those of all words; no page has two million words, so the
    numbers of three words fit into 64 bits."""
    numbers = np.array(words, dtype=np.int64)
    count = max(0, len(words) - SHINGLE_WORDS + 1)
    runs = np.zeros(count, dtype=np.int64)
    for start in range(SHINGLE_WORDS):
        runs = runs * base + numbers[start : start + count]
    found: list[int] = runs.tolist()
    return found
