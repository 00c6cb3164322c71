"""Takes the times of updates out of lines: of `Updated 14:05, 3 March: 12 killed`, only `12 killed` is left.

Only a label at the beginning of a line and the times directly behind it are taken away. If a name stands between the
label and a time, only the time is taken away. Every other word and number belongs to the article, and so does the name.
`leading_times.py` finds where the times end, and `names_beside_times.py` finds the names.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipelines import text
from pipelines.dates import months
from pipelines.load.leading_times import BEFORE_TIME, FILE, WORD_END, find_end
from pipelines.load.names_beside_times import count_words_of_byline, count_words_of_name
from pipelines.load.phrase_rows import join_phrases, read_phrases

# In Hebrew a dash stands between "on" and the day.
HEBREW_ON = re.compile(r"(?<=\bב)[-־](?=\d)")


class WordForms(NamedTuple):
    """A word in three forms: normal (`text.normal`), folded (`months.fold`), and as it is written, with capital
    letters.
    """

    normal: str
    folded: str
    surface: str


def blank(line: str, *, named: bool = True) -> str:
    """The normal form of a line without label, clock and date. named: whether the line may name an author; a title
    never does.
    """
    form = text.normal(line)
    label = _compile_first_label().match(form)
    if not label:
        return form
    words = _read_words(line, label.end())
    surface = [word.surface for word in words]
    byline = count_words_of_byline(surface) if named else 0
    end = find_end(" ".join(word.folded for word in words[: len(words) - byline]))
    plain = " ".join(word.folded for word in words)
    if not end:
        # Behind a colon stands news rather than a name: `Update: truce in Homs, 20:00`.
        bare = not form[label.end() :].lstrip().startswith(":")
        name = count_words_of_name(plain, surface, bare=bare) if named else 0
        return " ".join((label[0], *(word.normal for word in words[:name]))) if name else form
    if not named and not WORD_END.match(plain, end):
        # In a title, the time before a word may be the news: `Updated: 20:00 curfew in Aleppo`.
        return form
    # The folded form has no vowel signs, so what is left is taken from the normal form, word by word.
    taken = plain[:end].split()
    left = [word.normal for word in words[len(taken) :]]
    if plain[end : end + 1].strip() and plain[end - 1].strip():
        left.insert(0, words[len(taken) - 1].normal.removeprefix(taken[-1]))
    return BEFORE_TIME.sub("", " ".join(left), count=1)


def cut(line: str, *, named: bool = True) -> str:
    """A line as it is written, without label, clock and date; in its normal form if what is left does not begin with a
    word of the line.
    """
    left = blank(line, named=named)
    if left == text.normal(line):
        return line
    words = line.split()
    behind = " ".join(words[len(words) - len(left.split()) :])
    return behind if text.normal(behind) == left else left


def _read_words(line: str, start: int) -> list[WordForms]:
    """The words of a line behind its label, which ends at `start` in the normal form; none if the three forms do not
    have the same number of words.
    """
    # Some marks of the half of the day (AM, PM) are recognised only in capital letters, which the normal form does not
    # have.
    shown = months.write_halves(line)
    said = text.normal(shown)
    # In a line without small letters, capitals show no name.
    surface = (shown if len(shown.split()) == len(said.split()) and not line.isupper() else said).split()
    surface = surface[len(surface) - len(said[start:].split()) :]
    normal = HEBREW_ON.sub(" ", said[start:]).split()
    folded = months.fold(" ".join(normal)).split()
    surface = HEBREW_ON.sub(" ", " ".join(surface)).split()
    if not len(normal) == len(folded) == len(surface):
        return []
    return [WordForms(*forms) for forms in zip(normal, folded, surface, strict=True)]


@lru_cache(maxsize=1)
def _compile_first_label() -> re.Pattern[str]:
    return re.compile(rf"[\W_]*{join_phrases(read_phrases(FILE, text.normal)['label'])}(?!\w)")
