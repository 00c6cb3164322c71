"""Recognises traces of an edit in an article: notices of a correction, and lines with the time of an update.

The phrases are in `data/notices.tsv`, which explains its rows. Only this module knows the language of each phrase.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pipelines import text

FILE = Path(__file__).parent / "data" / "notices.tsv"
# BEHIND is what must follow the words of a notice: the end of the line, or punctuation.
BEHIND = r"\s*(?:$|[:：;.,،؛|()\[\]{}–—−*-])"
# QUOTES, DASHES and DOTS find the different characters for one sign; BLANKS finds the blanks before or after a sign.
QUOTES = re.compile("[\"'`´«»‹›“”„‟‚‘’‛「」『』〝〞〟＂＇״׳]+")
DASHES = re.compile("[‐‑‒–—―−﹘﹣－-]+")
DOTS = re.compile(r"…|\.{2,}")
BLANKS = re.compile(r"(?<!\s)\s+(?=[\"\-:;,.!?،؛؟()\[\]。、])|(?<=[\"\-:;,.!?،؛؟()\[\]。、])\s+")
# A line with a time has a clock, a year, or a date in figures (CLOCK). Besides the time and its label it has at most
# MOST_WORDS_OF_TIME words.
CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b(?:1[3-9]|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
FIGURES = re.compile(r"[\d\W_]+")
MOST_WORDS_OF_TIME = 6


def is_correction(sentence: str) -> bool:
    """Whether a line or sentence announces a correction."""
    form = text.normal(sentence)
    start, inside = _notices()
    return bool(start.match(form) or inside.search(form))


def shape(written: str) -> str:
    """The normal form of a text with one shape of quotes, dashes and dots, without lines that only give a time of
    update.

    If two texts have the same shape, nobody would call one an edit of the other.
    """
    lines = (text.normal(line) for line in written.split("\n"))
    kept = " ".join(line for line in lines if line and not _is_time(line))
    one = DOTS.sub(".", DASHES.sub("-", QUOTES.sub('"', kept)))
    return " ".join(BLANKS.sub("", one).split())


def is_title(form: str) -> bool:
    """Whether a word is a title, such as `president`, that shows a name after it in scripts without capital letters."""
    return form in _titles()


def _is_time(line: str) -> bool:
    label = _times().match(line)
    if not label or not CLOCK.search(line):
        return False
    return text.words(FIGURES.sub(" ", line[label.end() :])) <= MOST_WORDS_OF_TIME


@lru_cache(maxsize=1)
def _rows() -> dict[str, list[str]]:
    """Kind -> its phrases in the normal form, the longest first."""
    rows: dict[str, set[str]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            _, kind, phrase = line.split("\t")
            rows.setdefault(kind, set()).add(text.normal(phrase))
    return {kind: sorted(phrases, key=lambda one: (-len(one), one)) for kind, phrases in rows.items()}


def _any(kind: str) -> str:
    return "|".join(re.escape(phrase) for phrase in _rows()[kind])


@lru_cache(maxsize=1)
def _notices() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"[\W_]*(?:{_any('notice')}){BEHIND}"), re.compile(rf"(?<!\w)(?:{_any('version')})(?!\w)")


@lru_cache(maxsize=1)
def _times() -> re.Pattern[str]:
    return re.compile(rf"[\W_]*(?:{_any('time')})(?!\w)")


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    # A title of several words is recognised by its last word, which stands before the name.
    return frozenset(phrase.split()[-1] for phrase in _rows()["title"])
