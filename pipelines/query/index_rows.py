"""How the rows of the search index are written, with their words and places, for Postgres and in an article file.

The module `vectors` makes the rows from an article.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

# This is the version of the index's content and of its form in article files. The number changes if the content or the
# form changes. In the JSON of an article file, rows of this version begin with one of CURRENT.
VERSION = 3
CURRENT = b"[%d," % VERSION, b"[%d]" % VERSION
# A place in a tsvector is a number. Its lowest WEIGHT_BITS bits are the position, which is LAST_PLACE at most. The bits
# above are the weight: 3 is A, 2 is B, 0 is none.
LAST_PLACE, WEIGHT_BITS = 16_383, 14
WEIGHT_LETTERS = ("", "C", "B", "A")
# TITLE is the mark before a word of the title, and AUTHOR the mark before a word of an author's name; no word has these
# signs.
TITLE, AUTHOR = "=", "@"
MARKS = (TITLE + AUTHOR).encode()
# These are the two kinds of numbers in a tsvector's binary form. COUNT is for the number of its words. PLACES is for
# the number of a word's places, and for each place.
COUNT, PLACES = struct.Struct(">I"), struct.Struct(">H")
# To read a row in another form may raise one of these errors.
UNREADABLE = (ValueError, TypeError, IndexError, struct.error)


class Shape(IntEnum):
    """Which part of an article a row of the search index has, and in which form; `vectors` says what each shape
    means."""

    EXACT = 0
    JOINED = 1
    WORDS = 2
    PART = 3


@dataclass(frozen=True, slots=True)
class Vector:
    """A row of the search index; lexemes: each word -> its places, which have their weight in the upper bits."""

    part: int
    shape: Shape
    lexemes: Mapping[str, Sequence[int]]

    @property
    def words(self) -> str:
        """The tsvector in Postgres' notation."""
        return " ".join(quote(form) + _write_places(places) for form, places in self.lexemes.items())

    def pack(self) -> PackedVector:
        """The row in the form in which it is stored."""
        ordered = sorted((form.encode(), places) for form, places in self.lexemes.items())
        packed = [COUNT.pack(len(ordered))]
        for form, places in ordered:
            packed += (form, struct.pack(f">xH{len(places)}H", len(places), *places))
        return PackedVector(self.part, self.shape, b"".join(packed))


@dataclass(frozen=True, slots=True)
class PackedVector:
    """A row of the search index as load stores it; words: a tsvector in Postgres' binary form (tsvectorrecv)."""

    part: int
    shape: Shape
    words: bytes


def write_rows(made: Sequence[Vector], words: Iterable[str]) -> list[Any]:
    """The rows of an article's index and the distinct words in them, in the form for an article file, in JSON.

    The words are one text, because none of them has a blank.
    """
    rows = [[row.part, int(row.shape), b64encode(row.words).decode()] for row in map(Vector.pack, made)]
    return [VERSION, rows, " ".join(sorted(words))]


def leave_out(value: Sequence[Any], before: set[bytes]) -> Sequence[Any]:
    """The result of `write_rows` without the words that are in `before`; the words that remain are added to `before`.

    The words are read from the rows, because `value` may come from an earlier article file, and its list of words may
    lack some that were left out there.
    """
    try:
        new = {word for row in read(value) for word in _find_words(row.words)} - before
    # Load will report this line, which cannot be read.
    except UNREADABLE:
        return value
    before |= new
    return [*value[:2], b" ".join(sorted(new)).decode()]


def is_current(value: Sequence[Any]) -> bool:
    """Whether an article's rows in an article file are of this version."""
    return bool(value) and value[0] == VERSION


def is_current_json(written: memoryview) -> bool:
    """Whether rows that are still in the JSON of the article file are of this version; False for empty bytes."""
    return written[: len(CURRENT[0])] in CURRENT


def read(value: Sequence[Any]) -> list[PackedVector]:
    """The rows of an article in an article file."""
    _, rows, _ = value
    return [PackedVector(int(part), Shape(shape), a2b_base64(packed)) for part, shape, packed in rows]


def quote(word: str) -> str:
    """A word as it stands in Postgres' notation of tsvectors and tsqueries."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _find_words(packed: bytes) -> Iterator[bytes]:
    """The words in a tsvector in Postgres' binary form, without the marked words of the title and of authors."""
    at = COUNT.size
    while at < len(packed):
        end = packed.index(0, at)
        if packed[at] not in MARKS:
            yield packed[at:end]
        (places,) = PLACES.unpack_from(packed, end + 1)
        at = end + 1 + PLACES.size * (1 + places)


def _write_places(places: Sequence[int]) -> str:
    written = (f"{at & LAST_PLACE}{WEIGHT_LETTERS[at >> WEIGHT_BITS]}" for at in places)
    return ":" + ",".join(written) if places else ""
