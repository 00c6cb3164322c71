"""What changed between two wordings of a text, word by word, paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# WORD finds a word with the blanks after it. In scripts without spaces, it finds each letter alone.
WORD = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\\S+\\s*|\\s+")
# Two texts are compared only between their common beginning and their common end. If the part between them has more
# than MOST_WORDS words or MOST_PARAGRAPHS paragraphs, it is shown as replaced, because the time to compare grows with
# the square of the length.
MOST_WORDS = 3_000
MOST_PARAGRAPHS = 3_000


class Fate(StrEnum):
    """What happened to some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class DifferencePiece:
    """Words with one fate."""

    fate: Fate
    text: str


def words(before: str, after: str) -> tuple[DifferencePiece, ...]:
    """The pieces of one paragraph. Without the added pieces they make `before`, and without the removed pieces
    `after`."""
    # A blank is added at the end, so that the last word of one wording equals the same word inside the other.
    blank = " " if before and after else ""
    pieces = list(_merge(_compare_words(WORD.findall(before + blank), WORD.findall(after + blank), MOST_WORDS)))
    return tuple(_merge(iter(_drop_last_blank(pieces)))) if blank else tuple(pieces)


def paragraphs(before: str, after: str) -> list[tuple[DifferencePiece, ...]]:
    """The pieces of a whole text, one tuple for each paragraph of either wording."""
    made: list[tuple[DifferencePiece, ...]] = []
    gone: list[str] = []
    come: list[str] = []
    for fate, lines in _blocks(before.split("\n"), after.split("\n"), MOST_PARAGRAPHS):
        if fate == Fate.SAME:
            made += _pair_paragraphs(gone, come)
            gone, come = [], []
            made += [(DifferencePiece(fate, line),) for line in lines]
        else:
            (gone if fate == Fate.REMOVED else come).extend(lines)
    return made + _pair_paragraphs(gone, come)


def _drop_last_blank(pieces: Sequence[DifferencePiece]) -> list[DifferencePiece]:
    """The pieces of two wordings, without the blank that `words` added at the end of each."""
    shared = next((n for n in range(len(pieces), 0, -1) if pieces[n - 1].fate == Fate.SAME), 0)
    both, ends = list(pieces[:shared]), [DifferencePiece(one.fate, one.text[:-1]) for one in pieces[shared:]]
    if len(ends) < 2:
        # Only one wording goes on after the text that both have. The blank at the end of the common text is moved to
        # the beginning of what follows.
        both.append(DifferencePiece(Fate.SAME, both.pop().text[:-1]))
        ends = [DifferencePiece(one.fate, f" {one.text}") for one in ends]
    return [*both, *ends]


def _pair_paragraphs(gone: Sequence[str], come: Sequence[str]) -> list[tuple[DifferencePiece, ...]]:
    """The pieces of replaced paragraphs: the first removed paragraph is compared with the first added one, and so
    on."""
    pairs = [words(one, other) for one, other in zip(gone, come, strict=False)]
    left, right = gone[len(pairs) :], come[len(pairs) :]
    return [
        *pairs,
        *((DifferencePiece(Fate.REMOVED, one),) for one in left),
        *((DifferencePiece(Fate.ADDED, one),) for one in right),
    ]


def _compare_words(before: Sequence[str], after: Sequence[str], most: int) -> Iterator[DifferencePiece]:
    for fate, parts in _blocks(before, after, most):
        yield DifferencePiece(fate, "".join(parts))


def _blocks(before: Sequence[str], after: Sequence[str], most: int) -> Iterator[tuple[Fate, Sequence[str]]]:
    """The parts that both texts have, and the parts that only one has, in order. A common beginning and a common end
    are not compared again."""
    shortest = min(len(before), len(after))
    head = next((n for n in range(shortest) if before[n] != after[n]), shortest)
    tail = next((n for n in range(shortest - head) if before[-1 - n] != after[-1 - n]), shortest - head)
    yield Fate.SAME, before[:head]
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(len(left), len(right)) > most:
        yield Fate.REMOVED, left
        yield Fate.ADDED, right
    else:
        for tag, begin, end, start, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
            if tag == "equal":
                yield Fate.SAME, left[begin:end]
            else:
                yield Fate.REMOVED, left[begin:end]
                yield Fate.ADDED, right[start:stop]
    yield Fate.SAME, before[len(before) - tail :]


def _merge(pieces: Iterator[DifferencePiece]) -> Iterator[DifferencePiece]:
    """The pieces that are not empty; neighbours with the same fate become one piece."""
    last: DifferencePiece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if last and last.fate == piece.fate:
            last = DifferencePiece(last.fate, last.text + piece.text)
        else:
            if last:
                yield last
            last = piece
    if last:
        yield last
