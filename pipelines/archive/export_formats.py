"""The forms in which an export writes articles: Parquet, CSV and JSON Lines, each a file that is complete by itself.

Postgres writes the rows, and Python passes them on: CSV and JSON Lines as they come, Parquet through pyarrow's reader
of CSV.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from pipelines.archive.walk import FIELDS
from pipelines.stores import postgres, row_copy

# BLANK has the blank characters, as a class of a regular expression that Python and Postgres read alike.
BLANK = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
BEFORE_FORMULA, FORMULA = BLANK + "'\ufeff\u200e\u200f", "=+@\uff1d\uff0b\uff0d\uff20\t\r\n-"
# A spreadsheet would run these cells as a formula: they begin with a character of FORMULA, perhaps after characters of
# BEFORE_FORMULA.
RUN_BY_SPREADSHEETS = re.compile(f"^[{BEFORE_FORMULA}]*[{FORMULA}]")
TEXTS = (  # noqa: SIM905
    "source url canonical_url title description text language published_precision published_from image section "
    "first_run page_sha256 extractor"
).split()
LISTS = ("authors", "tags")
MOMENTS = ("dated", "published_at", "modified_at", "first_fetched_at", "fetched_at", "seen_at", "gone_at")
# In one file of an export the values of these columns repeat. So Parquet stores each value once, and for each group the
# smallest and the largest value.
REPEATED = ("source", "language", "published_precision", "published_from", "section", "first_run", "extractor")
# A row group of Parquet ends when it reaches one of these limits. Readers take one group at a time into memory, so a
# group must be small. Measured: groups of twice as many bytes take 45 MB more of memory, and make no file smaller.
GROUP_ROWS, GROUP_BYTES = 5_000, 8_000_000
# CSV and JSON Lines are written in pieces of this many bytes.
WRITTEN_BYTES = 1_000_000
# A moment is written with all its digits, so that a program that guesses the format from the first moment can read all
# others.
MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'
# HARMLESS makes a cell in SQL, with the same result as `harmless`. The quick test comes first, because most texts begin
# with a letter.
HARMLESS = "case when strpos(%(begins)s, left({0}, 1)) > 0 and {0} ~ %(formula)s then '''' || {0} else {0} end as {0}"
WRITTEN_MOMENT, JSON_LIST = "to_char({0}, %(moment)s) as {0}", "to_json({0}) as {0}"


class Format(StrEnum):
    """The forms of an export."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


# An OnArticles is called with the number of articles that were written since the last call.
OnArticles = Callable[[int], None]


def write_part(
    conn: postgres.Connection, form: Format, path: Path, ids: Sequence[int], on_articles: OnArticles
) -> None:
    """Write the articles with these numbers, in the order of the numbers, into a file of their own, within the caller's
    transaction."""
    open_file, statement, columns = {
        Format.PARQUET: (_parquet, "export_rows", _columns(lists=JSON_LIST)),
        Format.CSV: (_csv, "export_rows", _columns(texts=HARMLESS, lists=JSON_LIST, moments=WRITTEN_MOMENT)),
        Format.JSONL: (_lines, "export_lines", _columns(moments=WRITTEN_MOMENT)),
    }[form]
    with open_file(path, on_articles) as sink:
        row_copy.copy_out(
            conn,
            statement,
            sink,
            columns=columns,
            ids=list(ids),
            moment=MOMENT,
            begins=BEFORE_FORMULA + FORMULA,
            formula=RUN_BY_SPREADSHEETS.pattern,
        )


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs: if it begins like a formula, an apostrophe is put before it.

    To read the text back, remove one apostrophe from every cell that begins with one and matches RUN_BY_SPREADSHEETS.
    """
    return "'" + text if RUN_BY_SPREADSHEETS.match(text) else text


def _columns(texts: str = "{0}", lists: str = "{0}", moments: str = "{0}") -> str:
    """The select list of the fields: texts, lists and moments each by their template, and the other fields as they
    are."""
    way = {**dict.fromkeys(TEXTS, texts), **dict.fromkeys(LISTS, lists), **dict.fromkeys(MOMENTS, moments)}
    return ", ".join(way.get(name, "{0}").format(name) for name in FIELDS)


class _Collector:
    """Takes rows one at a time and passes them on many at a time."""

    def __init__(self, pass_on: Callable[[list[bytes]], None], most_bytes: int, most_rows: int = 0) -> None:
        self.pass_on, self.most_bytes, self.most_rows = pass_on, most_bytes, most_rows
        self.rows: list[bytes] = []
        self.bytes = 0

    def write(self, row: bytes) -> None:
        self.rows.append(row)
        self.bytes += len(row)
        if self.bytes >= self.most_bytes or len(self.rows) == self.most_rows:
            self.flush()

    def flush(self) -> None:
        if self.rows:
            self.pass_on(self.rows)
            self.rows, self.bytes = [], 0


@contextmanager
def _lines(path: Path, on_articles: OnArticles, head: bytes = b"") -> Iterator[_Collector]:
    with path.open("wb") as file:

        def write(rows: list[bytes]) -> None:
            file.write(b"".join(rows))
            on_articles(len(rows))

        file.write(head)
        sink = _Collector(write, WRITTEN_BYTES)
        yield sink
        sink.flush()


@contextmanager
def _csv(path: Path, on_articles: OnArticles) -> Iterator[_Collector]:
    # The mark at the beginning tells a spreadsheet that the file is UTF-8. Other programs know this mark too.
    with _lines(path, on_articles, (",".join(FIELDS) + "\n").encode("utf-8-sig")) as sink:
        yield sink


@contextmanager
def _parquet(path: Path, on_articles: OnArticles) -> Iterator[_Collector]:
    # Only an export to Parquet loads this slow library.
    import pyarrow as pa
    import pyarrow.csv as pc
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
    read_as = {**kinds, **dict.fromkeys(LISTS, pa.string())}
    parse = pc.ParseOptions(newlines_in_values=True)
    convert = pc.ConvertOptions(
        column_types=read_as, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )

    def write_group(rows: list[bytes]) -> int:
        block = b"".join(rows)
        # More threads take more memory and more CPU.
        read = pc.ReadOptions(column_names=FIELDS, block_size=len(block) + 1, use_threads=False)
        table = pc.read_csv(pa.BufferReader(block), read, parse, convert)
        for name in LISTS:
            lists = json.loads(f"[{','.join(table[name].to_pylist())}]")
            table = table.set_column(FIELDS.index(name), schema.field(name), pa.array(lists, kinds[name]))
        file.write_table(table, row_group_size=len(rows))
        return len(rows)

    # A group is written while the rows of the next one come: no more than two groups are in memory.
    with (
        pq.ParquetWriter(
            # A relative path with a colon would be taken for a URI.
            path.absolute(),
            schema,
            compression="zstd",
            use_dictionary=REPEATED,
            write_statistics=[*REPEATED, *MOMENTS, "id"],
        ) as file,
        ThreadPoolExecutor(1) as beside,
    ):
        under_way: list[Future[int]] = []

        def write(rows: list[bytes]) -> None:
            for one in under_way:
                on_articles(one.result())
            under_way[:] = [beside.submit(write_group, rows)]

        sink = _Collector(write, GROUP_BYTES, GROUP_ROWS)
        yield sink
        sink.flush()
        for one in under_way:
            on_articles(one.result())
