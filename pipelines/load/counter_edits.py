"""Which edits of a night are the site's counters: lines in which nothing but a number moved, alike in several articles.

A counter is worded as its site likes. What gives it away is that the same line moves in many articles at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines import text

# Lines that move: at most so many of one article, of so many words, in at least so many articles of a run.
MOST_LINES, MOST_WORDS, LEAST_ARTICLES = 4, 14, 3
NUMBER = re.compile(r"\d[\d.,:/\u066b\u066c-]*")


@dataclass(frozen=True)
class CounterEdit:
    """What a look found in the place of what is stored: n is its line in the article file."""

    n: int
    article: int
    before: str
    after: str


def still(edits: Sequence[CounterEdit]) -> list[int]:
    """The n of those in which only counters moved: for them the text stands still, and what is stored is kept."""
    moved = {edit.n: _find_moved(edit) for edit in edits}
    articles = {(edit.article, form) for edit in edits for form in moved[edit.n]}
    counters = {form for form, count in Counter(form for _, form in articles).items() if count >= LEAST_ARTICLES}
    return [edit.n for edit in edits if moved[edit.n] and moved[edit.n] <= counters]


def _find_moved(edit: CounterEdit) -> frozenset[str]:
    """The lines that changed in their numbers alone, without those; nothing where anything else changed."""
    before, after = edit.before.split("\n"), edit.after.split("\n")
    pairs = [pair for pair in zip(before, after, strict=False) if text.normal(pair[0]) != text.normal(pair[1])]
    if len(before) != len(after) or not 0 < len(pairs) <= MOST_LINES:
        return frozenset()
    forms = [(_form(old), _form(new)) for old, new in pairs]
    if any(
        old != new or "#" not in old or text.words(line) > MOST_WORDS
        for (old, new), (line, _) in zip(forms, pairs, strict=True)
    ):
        return frozenset()
    return frozenset(old for old, _ in forms)


def _form(line: str) -> str:
    return " ".join(NUMBER.sub("#", text.normal(line)).split())
