"""The Overview: whether the last night worked, what a person has to do, how far the present run is, and the last thirty
nights."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from pipelines import steering
from pipelines.airflow.console import dag_runs, permissions
from pipelines.airflow.console.database_door import DESK
from pipelines.desk import desk_records, needs
from pipelines.desk import policy as desk_policy
from pipelines.desk.headline import describe_night, find_night, write_headline
from pipelines.load import quarantine
from pipelines.settings import settings
from pipelines.sources import folders

router = APIRouter(prefix="/api/overview")


@router.get("")
def _overview(user: permissions.User) -> Any:
    current, now = settings(), datetime.now(UTC)
    followed, broken = folders.readable(current)
    when: dict[str, Any] = {"schedule": current.schedule, "timezone": current.schedule_timezone, "now": now}
    with DESK.reading(current) as conn:
        rows, latest = desk_records.sources(conn, followed, now=now), desk_records.runs(conn)
        superseded = desk_records.read_superseded(conn, followed, rows, latest, now=now)
        undelivered, channels = desk_records.deliveries(conn, now=now)["failed"], desk_records.channels(conn)
        tone, _ = write_headline(rows, latest, superseded, undelivered=undelivered, channels=channels, **when)
        found = [
            *needs.of_night(conn, rows, latest, **when),
            *needs.of_held(map(vars, quarantine.list_held(conn)), {row["name"] for row in rows}),
            *needs.of_files(broken),
            *needs.of_approvals(dag_runs.waiting("follow", "approve")),
            *needs.of_messages(undelivered, channels),
            *needs.of_disk(current.data, current.min_free_mb),
        ]
    night = find_night(latest)
    under_way = next(
        (run["run"] for run in latest if run["running"] and not run["one_page"]), night["run"] if night else ""
    )
    page = {
        "now": now,
        "night": describe_night(rows, latest, superseded, **when),
        "tone": tone,
        "needs": found,
        "titles": {row["name"]: row["title"] for row in rows},
        "run": under_way,
        "progress": desk_records.progress(rows, under_way),
        "may": permissions.names_of(user),
    }
    return steering.strip_steering(page)


@router.get("/nights")
def _nights() -> Any:
    """The last thirty nights; the page requests them after its other parts."""
    with DESK.reading(settings()) as conn:
        return steering.strip_steering({"nights": desk_records.runs(conn, 0, nights=desk_policy.NIGHTS_SHOWN)})
