"""Alerts: what was told, what waits, what failed, and the channels in whose way something is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from pipelines import steering
from pipelines.airflow.console import policy
from pipelines.airflow.console.reading import DESK
from pipelines.desk import records as desk
from pipelines.desk import unsent
from pipelines.settings import settings

router = APIRouter(prefix="/api/alerts")


@router.get("")
def _alerts() -> Any:
    now = datetime.now(UTC)
    with DESK.reading(settings()) as conn:
        page = {
            "alerts": desk.alerts(conn, policy.ROWS),
            "deliveries": desk.deliveries(conn, now=now),
            "channels": desk.channels(conn),
            "silence": unsent.silence(conn),
        }
    return steering.stripped({"now": now, **page})
