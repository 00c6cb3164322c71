"""An article file as rows for Postgres: the values of each line, without characters that Postgres cannot store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines import digests, text, urls
from pipelines.load import search_index
from pipelines.query import index_rows
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, postgres
from pipelines.stores.articlefile import Line

# A line as load needs it: the values by the names of their columns. `n` is the number of the line in the article file.
Row = dict[str, Any]
# The columns of the temporary table `lines` (load_create_lines): what is judged of a line, and what is stored of it.
JUDGED = (  # noqa: SIM905
    "n fetch_id url_id run fetched_at canonical_key published_at published_precision page_digest title_digest "
    "text_digest extractor words akin reason detail"
).split()
STORED = (  # noqa: SIM905
    "url canonical_url title description text authors language published_from modified_at image tags section removed"
).split()
# Texts of an article that go into the database as they are, but for what Postgres cannot hold.
TEXTS = (  # noqa: SIM905
    "url canonical_url title description text language published_precision published_from image section page_digest "
    "extractor"
).split()
NOTHING: Row = {
    **dict.fromkeys((*JUDGED, *STORED), ""),
    "canonical_key": None,
    "published_at": None,
    "modified_at": None,
    "words": 0,
    "akin": False,
    "authors": [],
    "tags": [],
    "removed": postgres.json([]),
}


def read(
    conn: postgres.Connection, settings: Settings, source: str, run: str
) -> tuple[list[Row], dict[int, str], dict[int, search_index.Indexed]]:
    """The rows of the lines; the signatures of the texts by fetch, and the rows of the search index by line, if the
    file has them.

    Older files lack signatures, index rows or digests; then load makes them.

    All are empty if there is no file and none is due; StoreError if a due file is missing.
    """
    file = articlefile.path(settings, source, run)
    rows: list[Row] = []
    signed: dict[int, str] = {}
    indexed: dict[int, search_index.Indexed] = {}
    if (
        not bucket.is_there(file)
        and not (postgres.row(conn, "load_count_owed", source=source, run=run) or {"owed": 0})["owed"]
    ):
        return rows, signed, indexed
    for n, line in enumerate(articlefile.read(file), 1):
        try:
            rows.append(_row(n, line))
            known = index_rows.read(line.words)
        except articlefile.NO_LINE as error:
            raise articlefile.unreadable(file, n, error) from None
        if line.signature:
            signed[line.fetch_id] = line.signature
        if known:
            indexed[n] = known
    return rows, signed, indexed


def find_aliases(rows: Sequence[Row], run: str) -> list[tuple[object, ...]]:
    """The canonical addresses that pages state and that differ from their own address, as rows for the ledger."""
    found = [(row, row["canonical_url"]) for row in rows if row["akin"] and row["url"] != row["canonical_url"]]
    return [
        (row["n"], urls.key(to), urls.variant(to)[0], urls.clean(to), urls.host(to), run)
        for row, to in found
        if urls.key(to) != urls.key(row["url"])
    ]


def _row(n: int, line: Line) -> Row:
    """The values of a line, without characters that Postgres cannot store."""
    article, rejection = line.article, line.rejection
    row = {
        **NOTHING,
        "n": n,
        "fetch_id": line.fetch_id,
        "url_id": line.url_id,
        "run": line.run,
        "fetched_at": line.fetched_at,
    }
    if rejection:
        row.update(
            url=text.clean(rejection.url),
            reason=rejection.reason.value,
            detail=text.clean(rejection.detail),
            page_digest=rejection.page_digest,
            extractor=rejection.extractor,
        )
    if article:
        told = digests.read(line.digests) or digests.of_article(article)
        row.update({name: text.clean(getattr(article, name)) for name in TEXTS})
        row.update(
            canonical_key=told.canonical_key,
            akin=told.akin,
            authors=[text.clean(author) for author in article.authors],
            tags=[text.clean(tag) for tag in article.tags],
            published_at=article.published_at,
            modified_at=article.modified_at,
            removed=postgres.json(
                [{"text": text.clean(r.text), "reason": text.clean(r.reason)} for r in article.removed]
            ),
            title_digest=told.title,
            text_digest=told.text,
            words=told.words,
        )
    return row
