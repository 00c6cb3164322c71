"""Passages of a text around the words that a search found. A passage is a list of pieces; the found words are
marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.text import has_unspaced

# AROUND: a passage shows this many letters on each side of the found words. MOST: a text has at most this many
# passages.
AROUND = 70
MOST = 3
# This sign stands for text that is left out.
DOTS = " …"


@dataclass(frozen=True, slots=True)
class PassagePiece:
    """A piece of a passage; marked: whether the search found these words."""

    text: str
    marked: bool = False


def whole(content: str, places: Sequence[tuple[int, int]]) -> tuple[PassagePiece, ...]:
    """All of a text in pieces; places are in order and do not overlap."""
    return tuple(_pieces(content, places, 0, len(content)))


def passages(content: str, places: Sequence[tuple[int, int]]) -> list[tuple[PassagePiece, ...]]:
    """The first passages of a text with found words. Passages that touch become one; the sign … stands for text that is
    left out."""
    spans: list[tuple[int, int]] = []
    for start, end in places:
        left, right = _widen(content, start, end)
        if spans and left <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(right, spans[-1][1]))
        elif len(spans) == MOST:
            break
        else:
            spans.append((left, right))
    return [tuple(_pieces(content, places, left, right, dots=True)) for left, right in spans]


def beside_title(
    description: str, content: str, places: Mapping[str, Sequence[tuple[int, int]]]
) -> list[tuple[PassagePiece, ...]]:
    """The passages of an article's description and text; text that the description repeats is shown once."""
    own = [
        passage
        for passage in passages(description, places.get("description", ()))
        if "".join(piece.text for piece in passage).strip(DOTS) not in content
    ]
    return own + passages(content, places.get("text", ()))


def _widen(content: str, start: int, end: int) -> tuple[int, int]:
    """The place of found words, widened by the words around it."""
    left, right = max(0, start - AROUND), min(len(content), end + AROUND)
    # In a script without spaces every letter is a word.
    while 0 < left < start and not (content[left - 1].isspace() or has_unspaced(content[left - 1 : left + 1])):
        left += 1
    while end < right < len(content) and not (content[right].isspace() or has_unspaced(content[right - 1 : right + 1])):
        right -= 1
    return left, right


def _pieces(
    content: str, places: Sequence[tuple[int, int]], left: int, right: int, *, dots: bool = False
) -> list[PassagePiece]:
    made = [PassagePiece("… ")] if dots and left else []
    at = left
    for start, end in places:
        if start < left or end > right:
            continue
        if at < start:
            made.append(PassagePiece(content[at:start]))
        made.append(PassagePiece(content[start:end], marked=True))
        at = end
    if at < right:
        made.append(PassagePiece(content[at:right]))
    return [*made, *([PassagePiece(" …")] if dots and right < len(content) else [])]
