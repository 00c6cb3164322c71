"""Rows of a measurement for Postgres, by COPY as CSV: their tables are of many types, and their values are plain."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from pipelines.stores import postgres

# Postgres reads a value that is exactly this, without quotes, as null.
NULL = r"\N"


def copy_csv(conn: postgres.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY rows of texts, numbers, moments and None into a table."""
    written = io.StringIO()
    csv.writer(written).writerows([NULL if value is None else value for value in row] for row in rows)
    written.seek(0)
    with conn.cursor() as cursor:
        cursor.copy_expert(f"copy {table} ({', '.join(columns)}) from stdin (format csv, null '{NULL}')", written)
