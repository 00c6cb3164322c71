"""What other programs read from the archive: articles with their versions, sources, the ledger of a URL.

The fields have the same names as in the views `nightdesk.*`, and these names do not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines import text, urls
from pipelines.archive import kept_wordings, passages, provenance
from pipelines.archive.search import ArticleHit
from pipelines.crawl import ledger
from pipelines.model import Source
from pipelines.query.evaluation import FIELDS
from pipelines.sources import folders
from pipelines.stores import postgres, story_records

Record = dict[str, Any]


def answer(found: ArticleHit) -> Record:
    """A search result: the article's fields except description and text, then its story, the number of outlets, the
    marks and the passages."""
    article = found.article
    places = {name: [(mark.start, mark.end) for mark in found.marks if mark.field == name] for name in FIELDS}
    return {
        **{name: value for name, value in article.items() if name not in ("text", "description")},
        "direction": text.direction(article["title"] or article["language"]),
        "story_id": found.story_id,
        "outlets": found.outlets,
        "marks": [{"field": mark.field, "start": mark.start, "end": mark.end} for mark in found.marks],
        "passages": [
            {"field": name, "pieces": [{"text": piece.text, "marked": piece.marked} for piece in passage]}
            for name in FIELDS
            for passage in passages.passages(article[name], places[name])
        ],
    }


def article(conn: postgres.Connection, number: int) -> Record | None:
    """An article in its newest version, with what was cut from it; None if there is none."""
    row = postgres.row(conn, "published_article", id=number)
    return row and {**row, "direction": text.direction(f"{row['title']} {row['text']}")}


def number_of_url(conn: postgres.Connection, url: str) -> int | None:
    """The number of the article with this address, which may be where it was found, its canonical address, or an
    alias."""
    found = postgres.row(conn, "article_of_url", url=url)
    return int(found["id"]) if found else None


def versions(
    conn: postgres.Connection, raw: Path, number: int, count: int, *, before: int | None = None
) -> list[Record]:
    """The newest versions of an article, each complete and with its origin.

    before: only versions before this revision.
    In each version, `record` is the WARC-Record-ID of its page; empty if the raw file is not there.
    """
    rows = postgres.query(conn, "published_versions", id=number, before=before, count=count)
    return [
        {
            **row,
            "direction": text.direction(f"{row['title']} {row['text']}"),
            "text_sha256": kept_wordings.digest_text(row),
            "record": provenance.record_of(raw, row),
        }
        for row in rows
    ]


def story(conn: postgres.Connection, number: int, count: int, *, after: int = 0) -> list[Record]:
    """The articles that tell a story, in the order in which the outlets told it; none if there is no such story.

    number: the number of the story, of a story that was merged into it, or of one of its articles.
    after: only the articles behind this place in the order.
    In each article, `share` is the part of its text that is in the story's first article.
    """
    story_id = story_records.resolve(conn, number)
    rows = postgres.query(conn, "published_story", id=story_id, after=after, count=count)
    return [{**row, "direction": text.direction(row["title"] or row["language"])} for row in rows]


def sources(
    conn: postgres.Connection, followed: Iterable[Source], *, count: int, after: str = "", name: str | None = None
) -> list[Record]:
    """The sources that are followed or were followed earlier, by name, each with what its file says (title, address, …)
    and its last run.

    after: only those that come after this name.
    name: only this one.
    """
    files = {source.name: source for source in followed}
    known = {*files, *folders.find_recorded(conn)}
    wanted = sorted(one for one in known if one > after and name in (None, one))[:count]
    rows = {row["source"]: row for row in postgres.query(conn, "published_sources", sources=wanted)}
    return [_source(one, files, rows[one]) for one in wanted]


def url(conn: postgres.Connection, address: str) -> Record | None:
    """What the ledger has of an address and of the other addresses of its article: states, and what happened, in order.

    None if the ledger does not have the address; ValueError if it is no address.
    """
    address = urls.shorten(address)
    rows = postgres.query(conn, "published_urls", key=urls.key(address), variant=urls.variant(address)[0])
    return {"url": address, "rows": rows, "story": ledger.history_of_url(conn, address)} if rows else None


def _source(name: str, files: Mapping[str, Source], row: postgres.Row) -> Record:
    file = files.get(name)
    told: Sequence[str] = ("title", "url", "country", "language", "timezone", "schedule")
    return {**row, **{field: getattr(file, field) if file else "" for field in told}, "followed": file is not None}
