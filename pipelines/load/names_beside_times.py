"""Finds the names of authors beside the times of a line such as `Updated by Anna Miller, 14:05`.

A name belongs to the article, so it is not taken away with the times. The words for `by`, and the words that stand
inside names or only outside of them, are in `data/times.tsv`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.dates import months, written
from pipelines.load.leading_times import FILE, find_end, is_beside
from pipelines.load.phrase_rows import read_phrases

# A time may also stand at the end of a line, behind a name and this mark: `Updated by Anna Miller, 14:05`.
# LEAST_WORDS_OF_NAME to MOST_WORDS_OF_NAME words stand before the mark, the word for `by` included. Chosen: `by
# Reuters` has two, `by Anna Maria Miller` four. If a colon stands before the mark, the line is a headline.
MARK_BEHIND_NAME = re.compile(r"[,،|·•](?=\s)|(?<=\s)[-–—](?=\s)")
LEAST_WORDS_OF_NAME, MOST_WORDS_OF_NAME = 2, 4
# A name may also stand behind the times: `Updated on March 3, 2026 by Anna Miller`. With the word for `by` it has at
# most MOST_WORDS_OF_BYLINE words. Chosen: `by`, two full names and the word between them are six.
MOST_WORDS_OF_BYLINE = 6
SIGNS_AROUND_WORDS = "()[]{}.,;|·•–—-،؛\"'"


def count_words_of_name(plain: str, surface: Sequence[str], *, bare: bool) -> int:
    """How many of the first words are a name with a time behind it that ends the line, the word for `by` included; 0 if
    there is no name or no such time. plain: the line behind its label, folded. surface: its words as written. bare:
    whether a name may stand without the word for `by`.
    """
    for mark in MARK_BEHIND_NAME.finditer(plain):
        name, behind = plain[: mark.start()], plain[mark.end() :].rstrip(" .)]")
        words = len(name.split())
        if words > MOST_WORDS_OF_NAME or ":" in name:
            return 0
        if (
            words >= LEAST_WORDS_OF_NAME
            and (_is_by(surface[0]) or (bare and _is_name(surface[:words])))
            and not behind.strip().isdigit()
            and find_end(behind) == len(behind) > 0
        ):
            return words
    return 0


def count_words_of_byline(surface: Sequence[str]) -> int:
    """How many words at the end of a line are a name behind a time, the word for `by` included; 0 if none are.

    Without the word for `by`, words with capital letters are a name only behind a year. Behind a clock they may belong
    to its last number: `14:05:12 Syrian Soldiers` tells of twelve soldiers.
    """
    for count in range(min(MOST_WORDS_OF_BYLINE, len(surface) - 1), 1, -1):
        first, *name = surface[-count:]
        if _is_by(first) and _is_name(name):
            return count
        is_dated = first[0].isupper() and re.fullmatch(written.YEAR, months.fold(surface[-count - 1]))
        if is_dated and LEAST_WORDS_OF_NAME <= count <= MOST_WORDS_OF_NAME and _is_name([first, *name]):
            return count
    return 0


def _is_by(word: str) -> bool:
    """Whether a word stands before the name of an author."""
    return months.fold(word.strip(SIGNS_AROUND_WORDS)) in read_phrases(FILE, months.fold)["by"]


def _is_name(surface: Sequence[str]) -> bool:
    """Whether words may be a name. Particles (`von`, `and`) are left aside. Each other word begins with a capital
    letter, in scripts that have them, and none has a digit, stands beside times, or stands in headlines only.
    """
    rows = read_phrases(FILE, months.fold)
    words = [bare for word in surface if (bare := word.strip(SIGNS_AROUND_WORDS)) and bare not in rows["particle"]]
    name = " ".join(words)
    has_capitals = name.lower() != name.upper()
    return (
        bool(words)
        and not re.search(r"\d", name)
        and (not has_capitals or all(word[0].isupper() for word in words))
        # A single letter may be an initial.
        and not any(word in rows["outside"] or is_beside(word) for word in map(months.fold, words) if len(word) > 1)
    )
