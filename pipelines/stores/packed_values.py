"""Values in Postgres' binary form, for a COPY of rows that Postgres need not read as text. The length of a value stands
before the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from struct import Struct, error
from typing import Any

# A binary COPY without options begins with this header.
BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
YEAR_2000, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
FIRST_MOMENT, LAST_MOMENT = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
# A value that does not fit its type raises this error.
Error = error
BIGINT, INTEGER, SMALLINT, BOOLEAN = Struct(">q"), Struct(">i"), Struct(">h"), Struct(">?")
_pack_length, _pack_count = INTEGER.pack, SMALLINT.pack
# Each of these functions packs a value, with the length of the value before it.
pack_bigint = partial(Struct(">iq").pack, BIGINT.size)
pack_integer = partial(Struct(">ii").pack, INTEGER.size)
pack_smallint = partial(Struct(">ih").pack, SMALLINT.size)
pack_boolean = partial(Struct(">i?").pack, BOOLEAN.size)
END, NULL = _pack_count(-1), _pack_length(-1)
# An array begins with its dimensions, whether it has nulls, and the type of its items: BIGINT_TYPE and TEXT_TYPE are
# the numbers that Postgres has for these types. If there are items, their count and the index of the first one follow.
BIGINT_TYPE, TEXT_TYPE = 20, 25
_pack_array, _pack_dimension = Struct(">iii").pack, Struct(">ii").pack
# A jsonb begins with the version of this form.
JSON_VERSION = b"\1"
# `pack_name` remembers the packed form of this many names. Chosen: a load has some fifty sources and languages.
REMEMBERED = 256


def pack_bytes(value: bytes) -> bytes:
    """Pack a value that is in binary form already: its length is put before it."""
    return _pack_length(len(value)) + value


def pack_text(text: str) -> bytes:
    """Pack a text, without the characters that Postgres cannot store: NULs and halves of surrogate pairs.

    The result is the UTF-8 of what `text.clean` gives. It is made here without decoding it again, because load packs
    every text of every article.
    """
    return pack_bytes(text.encode("utf-8", "ignore").replace(b"\x00", b""))


# `pack_name` packs a short text that stands in many rows.
pack_name = lru_cache(maxsize=REMEMBERED)(pack_text)


def pack_texts(texts: Sequence[str]) -> bytes:
    """Pack a text[]."""
    return _pack_items(TEXT_TYPE, [pack_text(text) for text in texts])


def pack_bigints(numbers: Sequence[int]) -> bytes:
    """Pack a bigint[]."""
    return _pack_items(BIGINT_TYPE, [pack_bigint(number) for number in numbers])


def pack_json(written: bytes) -> bytes:
    """Pack a jsonb, from its JSON."""
    return pack_bytes(JSON_VERSION + written)


def pack_moment(at: datetime) -> bytes:
    """Pack a timestamptz: Postgres counts microseconds from the year 2000 on. OverflowError if the moment is in a year
    of UTC that Python does not have, because Python could not read it from Postgres again."""
    if not FIRST_MOMENT <= at <= LAST_MOMENT:
        raise OverflowError(f"{at} is outside of the years 1 to 9999 in UTC")
    return pack_bigint((at - YEAR_2000) // MICROSECOND)


def or_null(pack: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """A function that packs a value as `pack` does, or None as null."""
    return lambda value: NULL if value is None else pack(value)


def pack_rows(rows: Iterable[Sequence[bytes]], columns: int) -> Iterator[bytes]:
    """Rows in the form that COPY takes. columns: how many packed values each row has, where one `bytes` of a row may
    hold several values."""
    head = _pack_count(columns)
    yield BEGIN
    for row in rows:
        yield b"".join((head, *row))
    yield END


def _pack_items(kind: int, items: Sequence[bytes]) -> bytes:
    if not items:
        return pack_bytes(_pack_array(0, 0, kind))
    return pack_bytes(b"".join((_pack_array(1, 0, kind), _pack_dimension(len(items), 1), *items)))
