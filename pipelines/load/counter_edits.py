"""Finds edits that are only the site's counters: lines in which only a number changed, in the same way in several
articles.

Every site words its counters in its own way. But the same line changes in many articles at once, and this shows that it
is a counter. A sentence is none: a number of deaths also changes in all articles that tell of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines import text

# These numbers are for lines with a counter. MOST_LINES: an edit changes at most this many of them. MOST_WORDS: such a
# line has at most this many words. LEAST_ARTICLES: the same line must change in at least this many articles of the run.
# WORDS_OF_A_LABEL: a line with more words than this beside its numbers is a counter only if its numbers changed
# in at least LEAST_ARTICLES different ways. Chosen: `Read by 1,204 people` has three, and readers are counted for each
# article.
MOST_LINES, MOST_WORDS, LEAST_ARTICLES, WORDS_OF_A_LABEL = 4, 14, 3, 3
# SENTENCE finds the end of a sentence in any script, and quotes and brackets behind it.
SENTENCE = re.compile(r"[.!?…‥。！？｡؟۔।॥။።፧՜՞։‼⁇⁈⁉]['\"»”’)\]」』]*\s*$")
NUMBER = re.compile(r"\d[\d.,:/\u066b\u066c-]*")


@dataclass(frozen=True)
class CounterEdit:
    """The wording of a look (`after`) and the stored wording (`before`). `n`: the number of the line in this load."""

    n: int
    article: int
    before: str
    after: str


@dataclass(frozen=True)
class _MovedLine:
    """A line in which only numbers changed. `form`: the line without its numbers."""

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
        form
        for form, own in articles.items()
        if len(own) >= LEAST_ARTICLES and (len(changes[form]) >= LEAST_ARTICLES or _is_label(form))
    }
    return [edit.n for edit in edits if moved[edit.n] and {line.form for line in moved[edit.n]} <= counters]


def _find_moved(edit: CounterEdit) -> frozenset[_MovedLine]:
    """The lines in which only numbers changed; empty if anything else changed, or a sentence."""
    before, after = edit.before.split("\n"), edit.after.split("\n")
    pairs = [
        (old, new) for old, new in zip(map(text.normal, before), map(text.normal, after), strict=False) if old != new
    ]
    if len(before) != len(after) or not 0 < len(pairs) <= MOST_LINES:
        return frozenset()
    lines = [_MovedLine(_form(old), old, new) for old, new in pairs]
    if any(
        line.form != _form(line.after)
        or "#" not in line.form
        or text.words(line.before) > MOST_WORDS
        or SENTENCE.search(line.before)
        for line in lines
    ):
        return frozenset()
    return frozenset(lines)


def _is_label(form: str) -> bool:
    return text.words(form.replace("#", " ")) <= WORDS_OF_A_LABEL


def _form(line: str) -> str:
    return " ".join(NUMBER.sub("#", text.normal(line)).split())
