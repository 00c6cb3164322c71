"""The page of work on the whole archive: holds and retention. Its forms first say what they would do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipelines import steering
from pipelines.airflow.console import dag_runs, permissions, policy
from pipelines.airflow.console.audited_actions import Acting
from pipelines.airflow.console.database_door import DESK
from pipelines.airflow.console.parameters import BIGINT_BITS
from pipelines.archive import holds, search
from pipelines.codes import Act, HandWork, Thing
from pipelines.desk import actions, desk_records, source_records
from pipelines.settings import settings
from pipelines.sources import folders

router = APIRouter(prefix="/api")

# A query has at most LONGEST_QUERY characters, and the reason for a hold at most LONGEST_WHY. Chosen: nobody writes
# more.
LONGEST_QUERY, LONGEST_WHY = 2_000, 500


class Hold(BaseModel):
    """A new hold: an article's number or a query, and the reason."""

    asked: str = Field(min_length=1, max_length=LONGEST_QUERY)
    why: str = Field(default="", max_length=LONGEST_WHY)


@router.get("/work")
def _work(user: permissions.User) -> Any:
    """The holds, the pieces of work that people started, and how long raw files are kept."""
    current, now = settings(), datetime.now(UTC)
    with DESK.reading(current) as conn:
        page = {"holds": holds.list_holds(conn), "history": actions.history(conn, Thing.ARCHIVE, "archive")}
    return steering.strip_steering(
        {
            **page,
            "now": now,
            "keep_raw_days": current.keep_raw_days,
            "runs": dag_runs.newest("by_hand", policy.RUNS_LISTED),
            "sources": source_records.choices(folders.readable(current)[0]),
            "may": permissions.names_of(user),
        }
    )


@router.get("/holds/would")
def _would_hold(asked: Annotated[str, Query(min_length=1, max_length=LONGEST_QUERY)]) -> Any:
    """The number of articles that a hold would hold now."""
    current = settings()
    with DESK.reading(current) as conn:
        if asked.isdecimal():
            known = int(asked) < 2**BIGINT_BITS and desk_records.article(conn, int(asked))
            return {"number": 1 if known else 0, "more": False}
        counted = search.count(conn, asked, patience=policy.STATEMENT_SECONDS, scopes=folders.scopes(current))
    return {"number": counted.number, "more": counted.more}


@router.post("/holds")
def _hold(hold: Hold, acting: Acting) -> Any:
    """Protect articles and their raw files from retention."""
    current = settings()
    with acting.doing(current, Act.HOLD, Thing.ARCHIVE, "archive") as done:
        made = holds.hold(done.conn, hold.asked, hold.why, folders.scopes(current))
        done.detail = {"hold": made["id"], "articles": made["articles"], "asked": hold.asked}
    return {"said": f"Hold {made['id']}: {made['articles']:,} article(s)."}


@router.post("/holds/{number}/release")
def _release(number: int, acting: Acting) -> Any:
    """Release a hold."""
    with acting.doing(settings(), Act.RELEASE, Thing.ARCHIVE, "archive") as done:
        holds.release(done.conn, number)
        done.detail = {"hold": number}
    return {"said": f"Hold {number} is released."}


@router.post("/retention")
def _retention(acting: Acting) -> Any:
    """Start the Dag `by_hand` to list the raw files that retention would delete."""
    with acting.doing(settings(), Act.RETENTION, Thing.ARCHIVE, "archive") as done:
        done.detail = dag_runs.start("by_hand", acting.user, work=str(HandWork.RETENTION))
    return done.detail
