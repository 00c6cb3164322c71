"""Uses COPY of Postgres: it writes many rows into a table while the rows are still being made, and it reads the rows of
a statement.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from pipelines.stores import packed_values, postgres
from pipelines.stores.postgres import Connection

# COPY asks for this many bytes at once. Chosen: with psycopg2's default of 8,192, it would ask once for every two
# articles.
COPY_BYTES = 65_536
# So many bytes may be on their way to Postgres. Chosen: Linux lets a process send on when three quarters of them are
# read, and with its own 200 kB Postgres would then have less to do than Python takes to make more.
SENT_BYTES = 1 << 22
# With these SQLSTATEs a COPY refuses a row whose binary form is broken, for example a row with a damaged tsvector.
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


def copy_packed(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[bytes]]) -> None:
    """COPY rows into a table; `packed_values` has put their values into Postgres' binary form.

    The rows are made while Postgres stores them. If making a row raises an error, this function raises the same error.
    """
    stream = _CopyStream(packed_values.pack_rows(rows, len(columns)))
    with socket.socket(fileno=os.dup(conn.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_BYTES)
    with conn.cursor() as cursor:
        try:
            cursor.copy_expert(f"copy {table} ({', '.join(columns)}) from stdin (format binary)", stream, COPY_BYTES)  # type: ignore[arg-type]
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


def is_broken_row(error: postgres.Error) -> bool:
    """Whether a COPY refused a row because its binary form is broken."""
    return error.pgcode in BROKEN_ROW and (error.diag.context or "").startswith("COPY")
