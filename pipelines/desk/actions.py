"""What people did at the Desk, written down and read again: who, when, what, with which thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.codes import Act, Thing
from pipelines.desk import policy
from pipelines.stores import postgres


def write(
    conn: postgres.Connection, who: str, act: Act, thing: Thing, name: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Write down that somebody did something with a thing, in the transaction that does it."""
    postgres.execute(conn, "desk_act", who=who, act=act, thing=thing, of=name, detail=postgres.json(dict(detail or {})))


def history(conn: postgres.Connection, thing: Thing, name: str) -> list[dict[str, Any]]:
    """What was done with a thing, the newest first: done_at, done_by, act, means (the act in words) and detail."""
    rows = postgres.query(conn, "desk_actions", thing=thing, of=name, count=policy.ACTIONS_SHOWN)
    return [{**row, "means": Act(row["act"]).means} for row in rows]
