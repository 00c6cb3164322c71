"""COPY: many rows into a table, while they are made, or the rows of a statement out of Postgres."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from pipelines.stores import packed_values, postgres
from pipelines.stores.postgres import Connection

# Bytes that COPY asks for at once. Chosen: psycopg2's default of 8,192 asks for every other article.
COPY_BYTES = 65_536


class Sink(Protocol):
    """What takes the rows of COPY."""

    def write(self, row: bytes, /) -> object: ...


class _CopyStream:
    """Rows for COPY, written while COPY reads them: Postgres takes in the first ones meanwhile."""

    def __init__(self, rows: Iterable[bytes]) -> None:
        self.rows = iter(rows)
        # What stopped it: psycopg2 tells Postgres of it, and us what Postgres then says.
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        written, length = [], 0
        try:
            for row in self.rows:
                written.append(row)
                length += len(row)
                if length >= size:
                    break
        # An interrupt too: psycopg2 would make an error of Postgres of it, and the load would go on.
        except BaseException as error:
            self.error = error
            raise
        return b"".join(written)


def copy_in(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table; lists become arrays, dicts and lists of dicts jsonb, None null. Bytes are values that are
    in COPY's text form already.

    The rows are read while Postgres takes them in; an error in it is raised here.
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
    """Write what a statement copies to stdout, a row at a time; columns: what stands in it for `{columns}`, in SQL."""
    with conn.cursor() as cursor:
        text = cursor.mogrify(postgres.statement(name).replace("{columns}", columns), params).decode()
        cursor.copy_expert(text, sink)


def copy_packed(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[bytes]]) -> None:
    """Like `copy_in`, of rows whose values are in Postgres' binary form already, as `packed_values` makes them."""
    packed = packed_values.pack_rows(rows, len(columns))
    _copy_in(conn, f"copy {table} ({', '.join(columns)}) from stdin (format binary)", packed)


def _write_value(value: Any) -> bytes | memoryview:
    """One value in COPY's text form; most values are texts, numbers or None."""
    if type(value) is str:
        return _escape(value).encode()
    if type(value) is int:
        return b"%d" % value
    if isinstance(value, bytes | memoryview):
        return value
    if value is None:
        return rb"\N"
    if isinstance(value, bool):
        return b"t" if value else b"f"
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


def _escape(text: str) -> str:
    return text.replace("\x00", "").replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
