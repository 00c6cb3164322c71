"""The forms in which an export writes articles: Parquet, CSV and JSON Lines, each a file that is complete by itself."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipelines.archive.walk import FIELDS, Told

# Cells that a spreadsheet would run: those that begin like this, also after blanks or apostrophes, and those with such
# a line.
RUN_BY_SPREADSHEETS = re.compile("\\A[\\s'\ufeff\u200e\u200f]*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
TEXTS = (  # noqa: SIM905
    "source url canonical_url title description text language published_precision published_from image section "
    "first_run page_sha256 extractor"
).split()
LISTS = ("authors", "tags")
MOMENTS = ("dated", "published_at", "modified_at", "first_fetched_at", "fetched_at", "seen_at", "gone_at")
# The limits of a row group of Parquet: the first one reached counts. Chosen: readers take one at a time.
GROUP_ROWS, GROUP_CHARACTERS = 5_000, 16_000_000


class Format(StrEnum):
    """The forms of an export."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


# A function that writes some articles.
Write = Callable[[Sequence[Told]], None]


@contextmanager
def open_part(form: Format, path: Path) -> Iterator[Write]:
    """A part that is being written. It is complete when the block ends."""
    with {Format.PARQUET: _parquet, Format.CSV: _csv, Format.JSONL: _jsonl}[form](path) as write:
        yield write


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs: if it begins like a formula, an apostrophe is put before it.

    To read the text back, remove one apostrophe from every cell that begins with one and matches RUN_BY_SPREADSHEETS.
    """
    return "'" + text if RUN_BY_SPREADSHEETS.match(text) else text


@contextmanager
def _csv(path: Path) -> Iterator[Write]:
    # The mark at the beginning tells a spreadsheet that the file is UTF-8. Programs know this mark.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(FIELDS)
        cells = [_CELL.get(name, _plain) for name in FIELDS]
        yield lambda some: rows.writerows([cell(v) for cell, v in zip(cells, row, strict=True)] for row in some)


@contextmanager
def _jsonl(path: Path) -> Iterator[Write]:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat).encode
    with path.open("w", encoding="utf-8") as file:
        yield lambda some: file.writelines(encode(dict(zip(FIELDS, row, strict=True))) + "\n" for row in some)


@contextmanager
def _parquet(path: Path) -> Iterator[Write]:
    # Only an export to Parquet loads this slow library.
    import pyarrow as pa
    import pyarrow.parquet as pq

    moment = pa.timestamp("us", tz="UTC")
    kinds = {
        **dict.fromkeys(TEXTS, pa.string()),
        **dict.fromkeys(LISTS, pa.list_(pa.string())),
        **dict.fromkeys(MOMENTS, moment),
        "id": pa.int64(),
        "words": pa.int32(),
        "revision": pa.int32(),
    }
    schema = pa.schema([(name, kinds[name]) for name in FIELDS])
    text = FIELDS.index("text")
    held: list[Told] = []
    characters = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as file:

        def flush() -> None:
            nonlocal characters
            columns = [
                pa.array(column, field.type) for column, field in zip(zip(*held, strict=True), schema, strict=True)
            ]
            file.write_table(pa.Table.from_arrays(columns, schema=schema))
            held.clear()
            characters = 0

        def write(some: Sequence[Told]) -> None:
            nonlocal characters
            for row in some:
                held.append(row)
                characters += len(row[text])
                if len(held) >= GROUP_ROWS or characters >= GROUP_CHARACTERS:
                    flush()

        yield write
        if held:
            flush()


def _plain(value: Any) -> Any:
    return "" if value is None else value


def _write_list(values: Sequence[str]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _write_moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


_CELL: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(TEXTS, harmless),
    **dict.fromkeys(LISTS, _write_list),
    **dict.fromkeys(MOMENTS, _write_moment),
}
