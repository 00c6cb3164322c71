"""Article files as rows for Postgres: the values of each line, without characters that Postgres cannot store."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipelines import digests, text, urls
from pipelines.errors import StoreError
from pipelines.model import Article
from pipelines.query import index_rows
from pipelines.query.index_rows import PackedVector
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, packed_values, postgres
from pipelines.stores.articlefile import ArticleInFile, LineInFile
from pipelines.stores.packed_values import (
    or_null,
    pack_bigint,
    pack_boolean,
    pack_integer,
    pack_json,
    pack_moment,
    pack_name,
    pack_text,
    pack_texts,
)

# A Row is a line of an article file as load judges it: its values by the names of their columns. `n` is its number
# among the lines of this load. `article` is its article, None if the line is a rejection; the function `store` gives
# the values that are stored of the article. `place` is its file and its number there. `packed` has the values of the
# columns JUDGED in the form for COPY.
Row = dict[str, Any]
pack_moment_or_null = or_null(pack_moment)
# The columns of the temporary table `lines` (load_create_lines): JUDGED has the columns by which a line is judged, each
# with the function that packs its value. STORED has further columns, which are stored in the article.
JUDGED: dict[str, Callable[[Any], bytes]] = {
    "n": pack_integer,
    "source": pack_name,
    "fetch_id": pack_bigint,
    "url_id": pack_bigint,
    "run": pack_name,
    "fetched_at": pack_moment,
    "canonical_key": or_null(pack_text),
    "published_at": pack_moment_or_null,
    "published_precision": pack_name,
    "page_digest": pack_text,
    "title_digest": pack_text,
    "text_digest": pack_text,
    "extractor": pack_name,
    "words": pack_integer,
    "akin": pack_boolean,
    "reason": pack_name,
    "detail": pack_text,
}
STORED = (*articlefile.TEXTS_IN_FILE, "canonical_url", "language", "authors", "tags", "modified_at", "removed")
NOTHING: Row = {
    **dict.fromkeys(JUDGED, ""),
    "article": None,
    "canonical_key": None,
    "published_at": None,
    "words": 0,
    "akin": False,
}
_take_judged, PACKERS = itemgetter(*JUDGED), tuple(JUDGED.values())
# A ReadIndexed is a function that gives the rows of a line for the search index, and the words of these rows that no
# earlier line has, separated by blanks. It raises StoreError if the article file has them in a form that cannot be
# read.
ReadIndexed = Callable[[], tuple[Sequence[PackedVector], bytes]]
# The values of a line that do not fit their columns may raise these errors.
UNREADABLE = (*articlefile.NO_LINE, packed_values.Error)


@dataclass(slots=True)
class FileRows:
    """What load takes from article files.

    files: the sources and their article files; `read_rows` reads the files and fills the other fields.
    rows: the lines of all files, numbered from 1 on.
    signed: the signatures of the texts, by fetch, if the file has them.
    indexed: functions that read the rows of the search index, by the number of the line, if the file has such rows.
    Older files lack signatures, index rows or digests; then load makes them.
    """

    files: list[tuple[str, Path]]
    rows: list[Row] = field(default_factory=list)
    signed: dict[int, str] = field(default_factory=dict)
    indexed: dict[int, ReadIndexed] = field(default_factory=dict)


def find(conn: postgres.Connection, settings: Settings, sources: Sequence[str], run: str) -> list[tuple[str, Path]]:
    """The article files of these sources that have to be read, each with its source.

    A source without a file is left out if no page of its run waits for load. If a page waits, `read_rows` raises a
    StoreError about the missing file.
    """
    return [
        (source, file)
        for source in sources
        if bucket.is_there(file := articlefile.path(settings, source, run))
        or (postgres.row(conn, "load_count_owed", source=source, run=run) or {"owed": 0})["owed"]
    ]


def read_rows(taken: FileRows) -> Generator[Row, None, None]:
    """Read the files; gives their lines, and adds them to `taken`. StoreError if a line cannot be read."""
    for source, file in taken.files:
        yield from _read_file(taken, file, source)


@contextmanager
def keep_garbage() -> Iterator[None]:
    """Turn Python's garbage collector off within the block, because it would examine all rows in vain."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


def store(row: Row) -> tuple[bytes, ...]:
    """The stored values of a line's article, packed, in the order of STORED; StoreError if the line cannot be read."""
    article: ArticleInFile = row["article"]
    try:
        return (
            *map(pack_text, articlefile.read_texts(article)),
            pack_text(article.canonical_url),
            pack_name(article.language),
            pack_texts(article.authors),
            pack_texts(article.tags),
            pack_moment_or_null(article.modified_at),
            pack_json(articlefile.write_removed(article)),
        )
    except UNREADABLE as error:
        raise _unreadable(row, error) from None


def read_article(row: Row) -> Article:
    """The article of a line; StoreError if the line cannot be read."""
    try:
        return articlefile.whole_article(row["article"])
    except articlefile.NO_LINE as error:
        raise _unreadable(row, error) from None


def find_aliases(rows: Sequence[Row], run: str) -> list[tuple[object, ...]]:
    """The canonical addresses that pages state and that differ from their own address, as rows for the ledger."""
    found = [(row, row["article"]) for row in rows if row["akin"]]
    return [
        (row["n"], urls.key(to), urls.variant(to)[0], urls.clean(to), urls.host(to), run)
        for row, article in found
        if article.url != article.canonical_url
        and urls.key(to := text.clean(article.canonical_url)) != urls.key(text.clean(article.url))
    ]


def _read_file(taken: FileRows, file: Path, source: str) -> Iterator[Row]:
    for number, line in enumerate(articlefile.read_in_file(file), 1):
        n = len(taken.rows) + 1
        try:
            row = _row(line, n, source, (file, number))
        except UNREADABLE as error:
            raise articlefile.unreadable(file, number, error) from None
        taken.rows.append(row)
        if index_rows.is_current_json(memoryview(line.words)):
            taken.indexed[n] = partial(_read_indexed, file, number, line)
        if line.signature:
            taken.signed[line.fetch_id] = line.signature
        yield row


def _unreadable(row: Row, error: Exception) -> StoreError:
    file, number = row["place"]
    return articlefile.unreadable(file, number, error)


def _read_indexed(file: Path, number: int, line: LineInFile) -> tuple[Sequence[PackedVector], bytes]:
    try:
        return articlefile.read_words(line)
    except articlefile.NO_LINE as error:
        raise articlefile.unreadable(file, number, error) from None


def _row(line: LineInFile, n: int, source: str, place: tuple[Path, int]) -> Row:
    article, rejection = line.article, line.rejection
    row = {
        **NOTHING,
        "n": n,
        "source": source,
        "place": place,
        "fetch_id": line.fetch_id,
        "url_id": line.url_id,
        "run": line.run,
        "fetched_at": line.fetched_at,
    }
    if rejection:
        row.update(
            reason=rejection.reason.value,
            detail=rejection.detail,
            page_digest=rejection.page_digest,
            extractor=rejection.extractor,
        )
    if article:
        told = digests.read(line.digests) or digests.of_article(articlefile.whole_article(article))
        row.update(
            article=article,
            canonical_key=told.canonical_key,
            akin=told.akin,
            published_at=article.published_at,
            published_precision=article.published_precision,
            page_digest=article.page_digest,
            extractor=article.extractor,
            title_digest=told.title,
            text_digest=told.text,
            words=told.words,
        )
    row["packed"] = [pack(value) for pack, value in zip(PACKERS, _take_judged(row), strict=True)]
    return row
