"""Uses COPY of Postgres: it writes many rows into a table while the rows are still being made, and it reads the rows of
a statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from pipelines.stores import packed_values, postgres
from pipelines.stores.postgres import Connection

# COPY asks for this many bytes at once. Chosen: with psycopg2's default of 8,192, it would ask once for every two
# articles.
COPY_BYTES = 65_536
# A text of at most SHORT letters is remembered in COPY's form, and SHORT_REMEMBERED such texts are remembered. Chosen:
# names, codes and runs are shorter than SHORT.
SHORT, SHORT_REMEMBERED = 40, 1024
# With these SQLSTATEs a COPY refuses a row that is broken in its binary form, such as a damaged tsvector.
BROKEN_ROW = ("08P01", "XX000")


class Sink(Protocol):
    """An object that takes the rows that `copy_out` writes."""

    def write(self, row: bytes, /) -> object: ...


class _CopyStream:
    """Rows for COPY. They are made while COPY reads, so that Postgres stores the first rows meanwhile."""

    def __init__(self, rows: Iterable[bytes]) -> None:
        self.rows = iter(rows)
        # The error because of which no more rows could be made. psycopg2 does not raise this error, but the one with
        # which Postgres answers.
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        written, length = [], 0
        try:
            for row in self.rows:
                written.append(row)
                length += len(row)
                if length >= size:
                    break
        # An interrupt is kept too. Otherwise psycopg2 would raise an error of Postgres instead, and the load would go
        # on.
        except BaseException as error:
            self.error = error
            raise
        return b"".join(written)


def copy_in(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table. Lists become arrays, dicts and lists of dicts become jsonb, None becomes null. Bytes must
    be in COPY's text form already.

    The rows are made while Postgres stores them. If making a row raises an error, this function raises the same error.
    """
    lines = (b"\t".join(map(_write_value, values)) + b"\n" for values in rows)
    _copy_in(conn, f"copy {table} ({', '.join(columns)}) from stdin", lines)


def _copy_in(conn: Connection, statement: str, rows: Iterable[bytes]) -> None:
    stream = _CopyStream(rows)
    with conn.cursor() as cursor:
        try:
            cursor.copy_expert(statement, stream, COPY_BYTES)  # type: ignore[arg-type]
        except postgres.Error:
            if stream.error:
                raise stream.error from None
            raise


def copy_out(conn: Connection, name: str, sink: Sink, *, columns: str, **params: Any) -> None:
    """Write the rows that a `copy … to stdout` statement gives, one at a time. columns: the SQL that replaces
    `{columns}`.
    """
    with conn.cursor() as cursor:
        text = cursor.mogrify(postgres.statement(name).replace("{columns}", columns), params).decode()
        cursor.copy_expert(text, sink)


def copy_packed(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[bytes]]) -> None:
    """Like `copy_in`, for rows whose values `packed_values` has put into Postgres' binary form."""
    packed = packed_values.pack_rows(rows, len(columns))
    _copy_in(conn, f"copy {table} ({', '.join(columns)}) from stdin (format binary)", packed)


def is_broken_row(error: postgres.Error) -> bool:
    """Whether a COPY refused a row because its binary form is broken."""
    return error.pgcode in BROKEN_ROW and (error.diag.context or "").startswith("COPY")


def _write_value(value: Any) -> bytes | memoryview:
    """One value in COPY's text form; most values are texts, numbers or None."""
    kind = type(value)
    if kind is str:
        return _write_short(value) if len(value) <= SHORT else _escape(value).encode()
    if kind is int:
        return b"%d" % value
    if value is None:
        return rb"\N"
    if kind is bool:
        return b"t" if value else b"f"
    if kind is datetime:
        return str(value).encode()
    if isinstance(value, bytes | memoryview):
        return value
    if isinstance(value, postgres.Json):
        text = json.dumps(value.adapted, ensure_ascii=False)
    elif isinstance(value, (list, tuple)):
        items = ('"' + str(v).replace("\\", "\\\\").replace('"', '\\"') + '"' for v in value)
        text = "{" + ",".join(items) + "}"
    elif isinstance(value, Mapping):
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    return _escape(text).encode()


@lru_cache(maxsize=SHORT_REMEMBERED)
def _write_short(value: str) -> bytes:
    """A short text in COPY's text form. It is remembered, because most short texts stand in many rows."""
    return _escape(value).encode()


def _escape(text: str) -> str:
    return text.replace("\x00", "").replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
