"""Stores and reads the actions of people at the Desk: who did what, when, with which thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.codes import Act, Thing
from pipelines.desk import policy
from pipelines.stores import postgres


def write(
    conn: postgres.Connection, who: str, act: Act, thing: Thing, name: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Store that a person did something with a thing, in the transaction of the action itself."""
    postgres.execute(conn, "desk_act", who=who, act=act, thing=thing, of=name, detail=postgres.json(dict(detail or {})))


def history(conn: postgres.Connection, thing: Thing, name: str) -> list[dict[str, Any]]:
    """The actions on a thing, newest first: `done_at`, `done_by`, `act`, `means` (the act in words), `detail`."""
    rows = postgres.query(conn, "desk_actions", thing=thing, of=name, count=policy.ACTIONS_SHOWN)
    return [{**row, "means": Act(row["act"]).means} for row in rows]
