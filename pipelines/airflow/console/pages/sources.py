"""Sources: each followed one with how its last run ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from pipelines import steering
from pipelines.airflow.console import dag_runs
from pipelines.airflow.console.acting import Acting
from pipelines.airflow.console.reading import DESK
from pipelines.codes import Act, Thing
from pipelines.desk import actions
from pipelines.desk import records as desk
from pipelines.settings import settings
from pipelines.sources import folders

router = APIRouter(prefix="/api/sources")


@router.get("")
def _sources() -> Any:
    current, now = settings(), datetime.now(UTC)
    followed, broken = folders.readable(current)
    with DESK.reading(current) as conn:
        rows = desk.sources(conn, followed, now=now)
    return steering.stripped({"now": now, "sources": rows, "broken": [str(error) for error in broken]})


@router.get("/{name}/history")
def _history(name: str) -> Any:
    """Who did what with a source, the newest first."""
    with DESK.reading(settings()) as conn:
        return steering.stripped({"actions": actions.history(conn, Thing.SOURCE, name)})


@router.post("/{name}/crawl")
def _crawl(name: str, acting: Acting) -> Any:
    """Crawl a source now, whether due or not; which run of which Dag does it."""
    current = settings()
    (source,) = folders.named(current, [name])
    with acting.doing(current, Act.CRAWL, Thing.SOURCE, source.name) as done:
        run = dag_runs.start("news_crawl", acting.user, sources=[source.name])
        done.detail = {"dag": run.dag, "run_id": run.run_id}
    return done.detail
