"""The page of the ledger: what happened to any one URL, and the present states of all URLs of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from pipelines import steering
from pipelines.airflow.console import policy
from pipelines.airflow.console.database_door import DESK
from pipelines.airflow.console.parameters import BIGINT_BITS, LONGEST_NAME, LONGEST_URL, NAME
from pipelines.archive import api_records
from pipelines.codes import State
from pipelines.desk import lookups
from pipelines.settings import Settings, settings
from pipelines.sources import folders

Named = Annotated[str, Query(max_length=LONGEST_NAME, pattern=NAME)]
Stated = Annotated[str, Query(pattern=f"^({'|'.join(State)}|)$")]

router = APIRouter(prefix="/api/ledger")


@router.get("")
def _ends(run: Named = "", source: Named = "") -> Any:
    """The present states of a run's URLs, counted by state, reason and source; by default of the newest run."""
    current = settings()
    with DESK.reading(current) as conn:
        latest = lookups.newest_runs(conn)
        key = run or next(iter(latest), "")
        ends = lookups.ends_of_run(conn, key, source)
        sources = _with_titles(current, lookups.sources_of_run(conn, key))
    sources.sort(key=lambda one: one["source_title"].casefold())
    return steering.strip_steering({"run": key, "runs": latest, "ends": ends, "sources": sources})


@router.get("/urls")
def _urls(
    run: Annotated[str, Query(max_length=LONGEST_NAME, pattern=NAME)],
    source: Named = "",
    state: Stated = "",
    code: Named = "",
    kind: Named = "",
    after: Annotated[int, Query(ge=0, lt=2**BIGINT_BITS)] = 0,
    count: Annotated[int, Query(ge=1, le=policy.MAX_ROWS)] = policy.ROWS,
) -> Any:
    """Single URLs of a run, in the order of their discovery, from the one after `after` on."""
    narrowed, current = {"source": source, "state": state, "code": code, "kind": kind}, settings()
    with DESK.reading(current) as conn:
        rows = lookups.urls_of_run(conn, run, **narrowed, after=after, count=count + 1)
    more = rows[count - 1]["id"] if len(rows) > count else ""
    return steering.strip_steering({"urls": _with_titles(current, rows[:count]), "after": str(more)})


@router.get("/url")
def _url(url: Annotated[str, Query(max_length=LONGEST_URL, pattern=NAME)]) -> Any:
    """The ledger's records of an address and of the other addresses of its article, and the article."""
    current = settings()
    with DESK.reading(current) as conn:
        try:
            found = api_records.url(conn, url.strip())
        except ValueError as error:
            raise HTTPException(422, f"{error}; write the whole address, like https://example.org/news/1.") from None
        number = api_records.number_of_url(conn, url.strip())
    if found is None:
        raise HTTPException(404, "The ledger does not have it: no list of a followed source named it.")
    return steering.strip_steering({**found, "story": _with_titles(current, found["story"]), "article_id": number})


def _with_titles(current: Settings, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same rows with the `source_title` of each; a source that is not followed has its name there."""
    titles = folders.titles(current)
    return [{**row, "source_title": titles.get(row["source"], row["source"])} for row in rows]
