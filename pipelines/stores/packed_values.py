"""Values in Postgres' binary form, for a COPY of rows that Postgres need not read as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct

# The header of a binary COPY without options.
BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
YEAR_2000, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
pack_bigint, pack_integer, pack_smallint = (Struct(code).pack for code in (">q", ">i", ">h"))
END = pack_smallint(-1)


def pack_moment(at: datetime) -> bytes:
    """A timestamptz: microseconds from the year 2000 on."""
    return pack_bigint((at - YEAR_2000) // MICROSECOND)


def pack_rows(rows: Iterable[Sequence[bytes]], columns: int) -> Iterator[bytes]:
    """Rows with this number of packed values each, in the form that COPY takes."""
    head = pack_smallint(columns)
    yield BEGIN
    for row in rows:
        yield b"".join((head, *(part for value in row for part in (pack_integer(len(value)), value))))
    yield END
