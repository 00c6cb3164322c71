"""What an edit changed, sentence by sentence: the added sentences, the removed sentences, and the earlier title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines import steering
from pipelines.text import normal, sentences


@dataclass(frozen=True, kw_only=True)
class Edit:
    """The sentences that only the new revision has, and those that only the earlier one had. title_before is empty if
    the title stayed.
    """

    title_before: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def compare(before: Mapping[str, str], now: Mapping[str, str]) -> Edit:
    """What changed between two revisions (title, description, text). Spelling variants and spacing are no change."""
    ours, theirs = _sentences(now), _sentences(before)
    return Edit(
        title_before=before["title"] if normal(before["title"]) != normal(now["title"]) else "",
        added=_beyond(ours, theirs),
        removed=_beyond(theirs, ours),
    )


def show_moved(moved: Mapping[str, str]) -> str:
    """A changed number or name on one line: `before → after`, and behind it the word that it belongs to, if known. A
    left-to-right mark on both sides of the arrow keeps this order in a text from right to left.
    """
    before, after, beside = (steering.one_line(moved[part]) for part in ("before", "after", "beside"))
    return f"{before}\u200e → \u200e{after}" + (f" {beside}" if beside else "")


def _sentences(revision: Mapping[str, str]) -> list[str]:
    """The sentences of a revision. A sentence of the description counts only if the text does not contain it."""
    text = sentences(revision["text"])
    said = set(map(normal, text))
    return [one for one in sentences(revision["description"]) if normal(one) not in said] + text


def _beyond(ours: Iterable[str], theirs: Iterable[str]) -> tuple[str, ...]:
    left = Counter(map(normal, theirs))
    found = []
    for sentence in ours:
        form = normal(sentence)
        if left[form]:
            left[form] -= 1
        elif form:
            found.append(sentence)
    return tuple(found)
