"""Recognises notices of a correction, and changes that count as no edit, such as other quotation marks.

The phrases are in `data/notices.tsv`, which explains its rows.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines import text
from pipelines.load import update_times
from pipelines.load.phrase_rows import join_phrases, read_phrases

FILE = "notices.tsv"
# BEHIND finds what must follow the words of a notice: the end of the line, or punctuation.
BEHIND = r"\s*(?:$|[:：;.,،؛|()\[\]{}【】〉》」』–—−*-])"
# QUOTES, DASHES and DOTS find the different characters for one sign; BLANKS finds the blanks before or after a sign.
QUOTES = re.compile("[\"'`´«»‹›“”„‟‚‘’‛「」『』〝〞〟＂＇״׳]+")
DASHES = re.compile("[‐‑‒–—―−﹘﹣－-]+")
DOTS = re.compile(r"…|\.{2,}")
BLANKS = re.compile(r"(?<!\s)\s+(?=[\"\-:;,.!?،؛؟()\[\]。、])|(?<=[\"\-:;,.!?،؛؟()\[\]。、])\s+")


def is_correction(sentence: str) -> bool:
    """Whether a line or sentence announces a correction."""
    form = text.normal(sentence)
    start, inside = _notices()
    return bool(start.match(form) or inside.search(form))


def shape(written: str, *, named: bool = True) -> str:
    """The normal form of a text with one shape of quotes, dashes and dots, without the times of its updates. named:
    whether its lines may name an author beside such a time.

    If two texts have the same shape, nobody would call one an edit of the other.
    """
    lines = (update_times.blank(line, named=named) for line in written.split("\n"))
    return _with_one_sign(" ".join(line for line in lines if line))


def title_shape(title: str) -> str:
    """The shape of a title. A title that is nothing but the time of an update keeps this time, because a title is never
    empty.
    """
    return shape(title, named=False) or _with_one_sign(text.normal(title))


def is_title(form: str) -> bool:
    """Whether a word is the title of a person, such as `president`. In scripts without capital letters it shows that a
    name follows.
    """
    return form in _titles()


def _with_one_sign(form: str) -> str:
    one = DOTS.sub(".", DASHES.sub("-", QUOTES.sub('"', form)))
    return " ".join(BLANKS.sub("", one).split())


@lru_cache(maxsize=1)
def _notices() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rows = read_phrases(FILE, text.normal)
    start = re.compile(rf"[\W_]*{join_phrases(rows['notice'])}{BEHIND}")
    return start, re.compile(rf"(?<!\w){join_phrases(rows['version'])}(?!\w)")


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    # A title of several words is recognised by its last word, which stands before the name.
    return frozenset(phrase.split()[-1] for phrase in read_phrases(FILE, text.normal)["title"])
