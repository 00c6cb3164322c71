"""Work: what is done with the archive as a whole, by forms that say first what they would do: holds and retention."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipelines import steering
from pipelines.airflow.console import dag_runs, permissions, policy
from pipelines.airflow.console.audited_actions import Acting
from pipelines.airflow.console.database_door import DESK
from pipelines.archive import holds, search
from pipelines.codes import Act, HandWork, Thing
from pipelines.desk import actions
from pipelines.settings import settings
from pipelines.sources import folders

router = APIRouter(prefix="/api")

# Characters of a query, and of why something is held. Chosen: as long as anybody writes.
LONGEST_QUERY, LONGEST_WHY = 2_000, 500


class Hold(BaseModel):
    """What is to be held: an article's number or a query, and what for."""

    asked: str = Field(min_length=1, max_length=LONGEST_QUERY)
    why: str = Field(default="", max_length=LONGEST_WHY)


@router.get("/work")
def _work(user: permissions.User) -> Any:
    """Holds, pieces of work that were asked for, and how long raw files are kept."""
    current, now = settings(), datetime.now(UTC)
    with DESK.reading(current) as conn:
        page = {"holds": holds.list_holds(conn), "history": actions.history(conn, Thing.ARCHIVE, "archive")}
    return steering.strip_steering(
        {
            **page,
            "now": now,
            "keep_raw_days": current.keep_raw_days,
            "runs": dag_runs.newest("by_hand", policy.RUNS_LISTED),
            "sources": [one.name for one in folders.readable(current)[0]],
            "may": permissions.names_of(user),
        }
    )


@router.get("/holds/would")
def _would_hold(asked: Annotated[str, Query(min_length=1, max_length=LONGEST_QUERY)]) -> Any:
    """How many articles a hold would hold now."""
    current = settings()
    if asked.isdecimal():
        return {"number": 1, "more": False}
    with DESK.reading(current) as conn:
        counted = search.count(conn, asked, patience=policy.STATEMENT_SECONDS, scopes=folders.scopes(current))
    return {"number": counted.number, "more": counted.more}


@router.post("/holds")
def _hold(hold: Hold, acting: Acting) -> Any:
    """Hold articles with their raw files against retention."""
    current = settings()
    with acting.doing(current, Act.HOLD, Thing.ARCHIVE, "archive") as done:
        made = holds.hold(done.conn, hold.asked, hold.why, folders.scopes(current))
        done.detail = {"hold": made["id"], "articles": made["articles"], "asked": hold.asked}
    return {"said": f"Hold {made['id']}: {made['articles']:,} article(s)."}


@router.post("/holds/{number}/release")
def _release(number: int, acting: Acting) -> Any:
    """Let go of a hold."""
    with acting.doing(settings(), Act.RELEASE, Thing.ARCHIVE, "archive") as done:
        holds.release(done.conn, number)
        done.detail = {"hold": number}
    return {"said": f"Hold {number} is released."}


@router.post("/retention")
def _retention(acting: Acting) -> Any:
    """Have the Dag by_hand say which raw files retention would delete."""
    with acting.doing(settings(), Act.RETENTION, Thing.ARCHIVE, "archive") as done:
        done.detail = dag_runs.start("by_hand", acting.user, work=str(HandWork.RETENTION))
    return done.detail
