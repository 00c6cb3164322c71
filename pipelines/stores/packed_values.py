"""Values in Postgres' binary form, each after its length, for a COPY of rows that Postgres need not read as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from struct import Struct

# A binary COPY without options begins with this header.
BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
YEAR_2000, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
BIGINT, SMALLINT = Struct(">q"), Struct(">h")
_pack_length, _pack_count = Struct(">i").pack, SMALLINT.pack
# Each behind its length.
pack_bigint = partial(Struct(">iq").pack, BIGINT.size)
pack_smallint = partial(Struct(">ih").pack, SMALLINT.size)
END = _pack_count(-1)
# This many names are remembered in this form. Chosen: a load has some fifty sources and languages.
REMEMBERED = 256


def pack_bytes(value: bytes) -> bytes:
    """A value that is in binary form already."""
    return _pack_length(len(value)) + value


@lru_cache(maxsize=REMEMBERED)
def pack_name(name: str) -> bytes:
    """A short text that stands in many rows."""
    return pack_bytes(name.encode())


def pack_moment(at: datetime) -> bytes:
    """A timestamptz: microseconds from the year 2000 on."""
    return pack_bigint((at - YEAR_2000) // MICROSECOND)


def pack_rows(rows: Iterable[Sequence[bytes]], columns: int) -> Iterator[bytes]:
    """Rows with this number of packed values each, some of them joined, in the form that COPY takes."""
    head = _pack_count(columns)
    yield BEGIN
    for row in rows:
        yield b"".join((head, *row))
    yield END
