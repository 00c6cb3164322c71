"""Finds edits that change only the site's counters: lines in which only a number changed, in several articles of a run.

A number of deaths also changes in all articles that tell of them. So such a line is a counter only if each of its words
is known from counters of sites, or if it has no words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines import text
from pipelines.extract.text import particulars

# MOST_LINES: an edit is examined only if it changes at most this many lines. LEAST_ARTICLES: the same line, apart from
# its numbers, must change in at least this many articles of the run. A line without words must also change in at least
# LEAST_ARTICLES different ways.
MOST_LINES, LEAST_ARTICLES = 4, 3
# A line without words is a counter only if it has one whole number and no sign of another kind of number, such as a
# share, a price, degrees or a result: `45%`, `$12`, `3:1`.
WORDLESS = re.compile(r"^[^\d%٪‰°$€£¥₽₺₪₹﷼+−-]*(?:\d{1,3}(?:[.,٬]\d{3})+|\d+)[^\d%٪‰°$€£¥₽₺₪₹﷼.,:/-]*")
NUMBER = re.compile(r"\d[\d.,:/\u066b\u066c-]*")


@dataclass(frozen=True)
class CounterEdit:
    """The stored text of an article (`before`) and the text that a look brought (`after`). `n`: the number of the
    look's line among the lines of this load's article files.
    """

    n: int
    article: int
    before: str
    after: str


@dataclass(frozen=True)
class _MovedLine:
    """A line of a text in which only numbers changed. `form`: the line with `#` for each number."""

    form: str
    before: str
    after: str


def still(edits: Sequence[CounterEdit]) -> list[int]:
    """The `n` of the edits in which only counters changed. For these, the stored wording stays."""
    moved = {edit.n: _find_moved(edit) for edit in edits}
    articles: dict[str, set[int]] = {}
    changes: dict[str, set[_MovedLine]] = {}
    for edit in edits:
        for line in moved[edit.n]:
            articles.setdefault(line.form, set()).add(edit.article)
            changes.setdefault(line.form, set()).add(line)
    counters = {
        form for form, own in articles.items() if len(own) >= LEAST_ARTICLES and _are_counters(form, changes[form])
    }
    return [edit.n for edit in edits if moved[edit.n] and {line.form for line in moved[edit.n]} <= counters]


def _find_moved(edit: CounterEdit) -> frozenset[_MovedLine]:
    """The lines in which only numbers changed; empty if anything else changed."""
    before, after = edit.before.split("\n"), edit.after.split("\n")
    pairs = [
        (old, new) for old, new in zip(map(text.normal, before), map(text.normal, after), strict=False) if old != new
    ]
    if len(before) != len(after) or not 0 < len(pairs) <= MOST_LINES:
        return frozenset()
    lines = [_MovedLine(_form(old), old, new) for old, new in pairs]
    if any(line.form != _form(line.after) or "#" not in line.form for line in lines):
        return frozenset()
    return frozenset(lines)


def _are_counters(form: str, lines: Collection[_MovedLine]) -> bool:
    if not any(character.isalpha() for character in form):
        return len(lines) >= LEAST_ARTICLES and all(WORDLESS.fullmatch(text.normal(line.before)) for line in lines)
    return all(particulars.is_counter(line.before) for line in lines)


def _form(line: str) -> str:
    return " ".join(NUMBER.sub("#", text.normal(line)).split())
