"""Values in Postgres' binary form, for a COPY of rows that Postgres need not read as text. The length of a value stands
before the value.
"""

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
# These two write the length of the value before the value.
pack_bigint = partial(Struct(">iq").pack, BIGINT.size)
pack_smallint = partial(Struct(">ih").pack, SMALLINT.size)
END = _pack_count(-1)
# `pack_name` remembers the packed form of this many names. Chosen: a load has some fifty sources and languages.
REMEMBERED = 256


def pack_bytes(value: bytes) -> bytes:
    """Pack a value that is in binary form already: its length is put before it."""
    return _pack_length(len(value)) + value


@lru_cache(maxsize=REMEMBERED)
def pack_name(name: str) -> bytes:
    """Pack a short text that stands in many rows."""
    return pack_bytes(name.encode())


def pack_moment(at: datetime) -> bytes:
    """Pack a timestamptz: Postgres counts microseconds from the year 2000 on."""
    return pack_bigint((at - YEAR_2000) // MICROSECOND)


def pack_rows(rows: Iterable[Sequence[bytes]], columns: int) -> Iterator[bytes]:
    """Rows in the form that COPY takes. columns: how many packed values each row has, where one `bytes` of a row may
    hold several values."""
    head = _pack_count(columns)
    yield BEGIN
    for row in rows:
        yield b"".join((head, *row))
    yield END
