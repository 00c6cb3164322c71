"""The rows of the search index: how their words and places are written, for Postgres and in an article file.

`vectors` makes them of an article.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

# This is the version of the index's content and of its form in article files. The number changes if either of them
# does.
VERSION = 3
# A tsvector can have no place after LAST_PLACE. The bits above the lowest WEIGHT_BITS are the weight of a place: A is
# 3, B is 2, and 0 is none.
LAST_PLACE, WEIGHT_BITS = 16_383, 14
WEIGHT_LETTERS = ("", "C", "B", "A")
# TITLE is the mark before a word of the title, and AUTHOR the mark before a word of an author's name; no word has these
# signs.
TITLE, AUTHOR = "=", "@"
MARKS = (TITLE + AUTHOR).encode()
# A tsvector's binary form has two kinds of numbers. COUNT: how many words it has. PLACES: how many places a word has,
# and each of them.
COUNT, PLACES = struct.Struct(">I"), struct.Struct(">H")
# Rows in another form may raise these errors.
UNREADABLE = (ValueError, TypeError, IndexError, struct.error)


class Shape(IntEnum):
    """Which part of an article a row of the search index has, and in which form."""

    EXACT = 0
    JOINED = 1
    WORDS = 2
    PART = 3


@dataclass(frozen=True, slots=True)
class Vector:
    """A row of the search index; lexemes: its words, each with its places, to which their weights are added."""

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
    """What `write_rows` made, with those words alone that are not among the words before; adds them to these.

    The words come from the rows, for the line of another file may have been without some of its words.
    """
    try:
        new = {word for row in read(value) for word in _find_words(row.words)} - before
    # Load names the line that cannot be read.
    except UNREADABLE:
        return value
    before |= new
    return [*value[:2], b" ".join(sorted(new)).decode()]


def is_current(value: Sequence[Any]) -> bool:
    """Whether an article file has rows of this version."""
    return bool(value) and value[0] == VERSION


def read(value: Sequence[Any]) -> list[PackedVector]:
    """The rows of an article in an article file."""
    _, rows, _ = value
    return [PackedVector(int(part), Shape(shape), a2b_base64(packed)) for part, shape, packed in rows]


def read_words(value: Sequence[Any]) -> bytes:
    """The distinct words in these rows, a blank between two, without those that an earlier line of the file has."""
    _, _, words = value
    return bytes(words.encode())


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
