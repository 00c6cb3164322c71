"""Overview: whether the last night worked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from pipelines import steering
from pipelines.airflow.console.reading import DESK
from pipelines.desk import records as desk
from pipelines.settings import settings
from pipelines.sources import folders

router = APIRouter(prefix="/api/overview")


@router.get("")
def _overview() -> Any:
    current = settings()
    followed, broken = folders.readable(current)
    with DESK.reading(current) as conn:
        page = desk.overview(conn, followed, schedule=current.schedule, timezone=current.schedule_timezone, count=0)
    told = {name: page[name] for name in ("now", "headline", "tone", "runs", "silence")}
    return steering.stripped({**told, "broken": [str(error) for error in broken]})
