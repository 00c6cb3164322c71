"""Finds edits that are only the site's counters: lines in which only a number changed, in the same way in several
articles.

Every site words its counters in its own way. But the same line changes in many articles at once, and this shows that it
is a counter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines import text

# These three numbers are for lines with a counter. MOST_LINES: an edit changes at most this many of them. MOST_WORDS:
# such a line has at most this many words. LEAST_ARTICLES: the same line must change in at least this many articles of
# the run.
MOST_LINES, MOST_WORDS, LEAST_ARTICLES = 4, 14, 3
NUMBER = re.compile(r"\d[\d.,:/\u066b\u066c-]*")


@dataclass(frozen=True)
class CounterEdit:
    """The wording of a look (`after`) and the stored wording (`before`). `n`: the number of the line in this load."""

    n: int
    article: int
    before: str
    after: str


def still(edits: Sequence[CounterEdit]) -> list[int]:
    """The `n` of the edits in which only counters changed. For these, the stored wording stays."""
    moved = {edit.n: _find_moved(edit) for edit in edits}
    articles = {(edit.article, form) for edit in edits for form in moved[edit.n]}
    counters = {form for form, count in Counter(form for _, form in articles).items() if count >= LEAST_ARTICLES}
    return [edit.n for edit in edits if moved[edit.n] and moved[edit.n] <= counters]


def _find_moved(edit: CounterEdit) -> frozenset[str]:
    """The lines in which only numbers changed, without the numbers; empty if anything else changed."""
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
