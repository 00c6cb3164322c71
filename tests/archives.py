"""Archives for the tests: articles that went through load, as a crawl and an extraction of them would have."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pipelines import urls
from pipelines.load.stage import load
from pipelines.model import Article, Source, Tally
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres
from pipelines.stores.articlefile import Line

T0 = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
RUN = "2026-11-22T0200"


def article(path: str, text: str, title: str = "عنوان", source: str = "sana", **more: Any) -> Article:
    """An article of a source that stands at this path of its site."""
    url = f"https://{source}.test/{path}"
    fields = {
        "source": source, "url": url, "canonical_url": url, "title": title, "description": "", "text": text,
        "authors": (), "language": "ar", "published_at": None, "published_precision": "", "published_from": "",
        "modified_at": None, "image": "", "tags": (), "section": "", "removed": (), "extractor": "x1",
        "page_digest": hashlib.sha256((title + text).encode(errors="ignore")).hexdigest(),
    }  # fmt: skip
    return Article(**{**fields, **more})


def keep(
    settings: Settings, conn: postgres.Connection, articles: Sequence[Article], *, run: str = RUN, at: datetime = T0
) -> list[Tally]:
    """Fetch, extract and load articles, all of one run; a tally for each source."""
    tallies = [load(settings, source, run) for source in extract(settings, conn, articles, run=run, at=at)]
    assert {tally.state for tally in tallies} <= {"done"}, tallies
    return tallies


def extract(
    settings: Settings, conn: postgres.Connection, articles: Sequence[Article], *, run: str = RUN, at: datetime = T0
) -> list[Source]:
    """Fetch and extract articles, all of one run; their sources."""
    lines: dict[str, list[Line]] = {}
    with conn, conn.cursor() as cursor:
        for one in articles:
            cursor.execute(
                "insert into urls (source, url_key, url, host, kind, state, discovered_run, next_at, fetched_at)"
                " values (%s, %s, %s, %s, 'article', 'fetched', %s, null, %s)"
                " on conflict (source, url_key) do update set state = excluded.state, fetched_at = excluded.fetched_at"
                " returning id",
                (one.source, urls.key(one.url), one.url, f"{one.source}.test", run, at),
            )
            url_id = cursor.fetchone()["id"]  # type: ignore[index,call-overload]
            cursor.execute(
                "insert into fetches (run, source, url_id, url, fetched_at, outcome, final_url, digest, status, "
                "warc_file, warc_offset, warc_length) values (%s, %s, %s, %s, %s, 'fetched', %s, %s, 200, %s, %s, 10)"
                " returning id",
                (run, one.source, url_id, one.url, at, one.url, one.page_digest, f"{one.source}/{run}/1.warc.gz",
                 int(at.timestamp()) * 10_000 + url_id),
            )  # fmt: skip
            fetch_id = cursor.fetchone()["id"]  # type: ignore[index,call-overload]
            line = Line(fetch_id=fetch_id, url_id=url_id, run=run, fetched_at=at, article=one)
            lines.setdefault(one.source, []).append(line)
    for name, own in lines.items():
        articlefile.write(articlefile.path(settings, name, run), own)
    return [source_of(name) for name in lines]


def source_of(name: str) -> Source:
    """The source of that name, at its own site."""
    return Source(name=name, title=name, url=f"https://{name}.test/", country="SY", language="ar", timezone="UTC")
