"""Articles: the newest, and one in full."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from pipelines import steering
from pipelines.airflow.console import policy
from pipelines.airflow.console.asked import BIGINT_BITS, LONGEST_NAME, NAME
from pipelines.airflow.console.reading import DESK
from pipelines.desk import records as desk
from pipelines.settings import settings
from pipelines.sources import folders

router = APIRouter(prefix="/api/articles")


@router.get("")
def _articles(
    source: Annotated[str | None, Query(max_length=LONGEST_NAME, pattern=NAME)] = None,
    count: Annotated[int, Query(ge=1, le=policy.MAX_ROWS)] = policy.ROWS,
) -> Any:
    current, now = settings(), datetime.now(UTC)
    followed, _ = folders.readable(current)
    with DESK.reading(current) as conn:
        articles = desk.latest_articles(conn, count, source or None)
    titles = {one.name: one.title for one in followed}
    return steering.stripped({"now": now, "articles": articles, "titles": titles})


@router.get("/{number}")
def _article(number: int) -> Any:
    with DESK.reading(settings()) as conn:
        found = desk.article(conn, number) if 0 < number < 2**BIGINT_BITS else None
    if found is None:
        raise HTTPException(404, "There is no such article; it may have been removed.")
    return steering.stripped(found)
