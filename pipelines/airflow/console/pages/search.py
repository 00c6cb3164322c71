"""The endpoints of the search page: articles that match a query and its filters, and their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from pipelines import steering
from pipelines.airflow.console import policy
from pipelines.airflow.console.database_door import DESK
from pipelines.alert import synonyms
from pipelines.archive import api_records, passages, search
from pipelines.archive.search import ArticleHit, Order
from pipelines.desk import lookups, source_records
from pipelines.query import grammar
from pipelines.query.evaluation import FIELDS
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import postgres

# VALUE is the pattern of a filter's value. It allows no blank and no parenthesis, so that a value cannot add anything
# else to the query. LONGEST_VALUE and LONGEST_CURSOR are the most characters of a value and of a cursor.
VALUE, LONGEST_VALUE, LONGEST_CURSOR = r"^[\w.:+-]*$", 200, 500
# This query finds every article, for a search without a word.
ALL = "from:0001-01-01"

Value = Annotated[str, Query(max_length=LONGEST_VALUE, pattern=VALUE)]

router = APIRouter(prefix="/api/search")


@router.get("")
def _search(
    q: str = "",
    order: Order = Order.NEWEST,
    source: Value = "",
    language: Value = "",
    since: Value = "",
    until: Value = "",
    state: Value = "",
    count: Annotated[int, Query(ge=1, le=policy.MAX_ROWS)] = policy.ROWS,
    after: Annotated[str, Query(max_length=LONGEST_CURSOR)] = "",
) -> Any:
    """A page of answers, each story once."""
    current = settings()
    with DESK.reading(current) as conn:
        written = _write_query(conn, q, source=source, lang=language, to=until, is_=state, from_=since)
        page = search.search(
            conn, written, order=order, count=count, after=after, scopes=folders.scopes(current),
            patience=policy.STATEMENT_SECONDS,
        )  # fmt: skip
        edits = lookups.last_edits(conn, [found.article["id"] for found in page.answers])
    told = {"after": page.after, "read_to": page.read_to, "ranked_newest": page.ranked, "complete": page.complete}
    return steering.strip_steering({"answers": [_show_answer(found, edits) for found in page.answers], **told})


@router.get("/count")
def _count(
    q: str = "", source: Value = "", language: Value = "", since: Value = "", until: Value = "", state: Value = ""
) -> Any:
    """The number of articles. `more`: the count stopped early, so there may be more than `number`."""
    current = settings()
    with DESK.reading(current) as conn:
        written = _write_query(conn, q, source=source, lang=language, to=until, is_=state, from_=since)
        counted = search.count(conn, written, scopes=folders.scopes(current), patience=policy.STATEMENT_SECONDS)
    return {"number": counted.number, "more": counted.more}


@router.get("/choices")
def _choices() -> Any:
    """The choices of the filters: the followed sources and their languages."""
    followed, _ = folders.readable(settings())
    return steering.strip_steering(
        {"sources": source_records.choices(followed), "languages": sorted({one.language for one in followed})}
    )


def _write_query(conn: postgres.Connection, typed: str, **filters: str) -> str:
    """The typed query, followed by the filters. If it has a mistake, QueryError names the place in the typed part."""
    behind = [f"{name.rstrip('_')}:{value}" for name, value in filters.items() if value]
    if not typed.strip():
        return " ".join(behind) or ALL
    if not behind:
        return typed
    grammar.parse(typed, synonyms.lists(conn))
    return f"({typed}) {' '.join(behind)}"


def _show_answer(found: ArticleHit, edits: Mapping[int, postgres.Row]) -> dict[str, Any]:
    """An answer in the form of the page: its title in pieces, and passages only from outside the title."""
    told = api_records.answer(found)
    places = {name: [(mark.start, mark.end) for mark in found.marks if mark.field == name] for name in FIELDS}
    title = passages.whole(found.article["title"], places["title"])
    beside = passages.beside_title(found.article["description"], found.article["text"], places)
    return {
        **{name: value for name, value in told.items() if name not in ("marks", "passages")},
        "edit": edits.get(found.article["id"]),
        "title_pieces": [asdict(piece) for piece in title],
        "passages": [{"pieces": [asdict(piece) for piece in passage]} for passage in beside],
        "beginning": "" if beside else _beginning(found.article),
    }


def _beginning(article: postgres.Row) -> str:
    return steering.one_line(article["description"] or article["text"], policy.BEGINNING_CHARACTERS)
