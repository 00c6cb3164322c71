"""The page of alerts: sent, waiting and abandoned messages with reasons, and channels with problems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict

from pipelines import steering, text
from pipelines.airflow.console import policy
from pipelines.airflow.console.audited_actions import Acting
from pipelines.airflow.console.database_door import DESK
from pipelines.airflow.console.parameters import BIGINT_BITS, LONGEST_NAME, NAME
from pipelines.codes import Act, Thing
from pipelines.desk import desk_records, lookups, unsent
from pipelines.errors import ChannelError
from pipelines.notify import channel_states
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import postgres

# A row has the fields of an alert and of one of its messages. These fields are the message's, and all others the
# alert's.
OF_MESSAGE = ("channel", "state", "attempts", "sent_at", "next_at", "due_at", "why", "message")

Named = Annotated[str, Query(max_length=LONGEST_NAME, pattern=NAME)]

router = APIRouter(prefix="/api/alerts")


class SeenAlerts(BaseModel):
    """Whether a person has seen an alert."""

    model_config = ConfigDict(extra="forbid")

    seen: bool


@router.get("")
def _alerts(
    watch: Named = "",
    channel: Named = "",
    only_unsent: bool = False,
    acked: bool | None = None,
    after: Annotated[int | None, Query(ge=1, lt=2**BIGINT_BITS)] = None,
) -> Any:
    """The newest alerts, each with its messages; after: only alerts that are older than this one."""
    count, current = policy.MAX_ROWS, settings()
    titles = folders.titles(current)
    with DESK.reading(current) as conn:
        rows = channel_states.alerts(
            conn, watch=watch, channel=channel, unsent=only_unsent, acked=acked, before=after, count=count
        )
    alerts = [_alert(list(some), titles) for _, some in groupby(rows, key=lambda row: row["id"])]
    # The last alert of a full page is left out: it may have more messages than the page has.
    more = len(rows) == count and len(alerts) > 1
    shown = alerts[:-1] if more else alerts
    return steering.strip_steering({"alerts": shown, "after": str(shown[-1]["id"]) if more else ""})


@router.get("/channels")
def _channels() -> Any:
    """Every channel with its state, the numbers of waiting, failed and recently sent messages, and all watches.

    `silence`: if no watch has sent a message so far, a sentence that says why; else empty.
    """
    now = datetime.now(UTC)
    with DESK.reading(settings()) as conn:
        told = {
            "channels": desk_records.channels(conn),
            "deliveries": desk_records.deliveries(conn, now=now),
            "silence": unsent.silence(conn),
            "watches": sorted(lookups.told_by_watch(conn)),
        }
    return steering.strip_steering({"now": now, **told})


@router.post("/{number}/resend")
def _resend(number: int, acting: Acting) -> Any:
    """Send the abandoned messages of an alert again, with the same keys."""
    with acting.doing(settings(), Act.RESEND, Thing.WATCH, _watch(number)) as done:
        done.detail = {"alert": number, "messages": len(_do_allowed(channel_states.resend_alerts, done.conn, [number]))}
    return done.detail


@router.post("/{number}/ack")
def _ack(number: int, seen: SeenAlerts, acting: Acting) -> Any:
    """Store that a person has seen an alert, or that nobody has. The name of the first person who has seen it stays."""
    with acting.doing(settings(), Act.ACK, Thing.WATCH, _watch(number)) as done:
        noted = _do_allowed(channel_states.ack_alerts, done.conn, [number], acting.user, seen=seen.seen)
        done.detail = {"alert": number, "seen": seen.seen, "alerts": len(noted)}
    return done.detail


def _watch(number: int) -> str:
    with DESK.reading(settings()) as conn:
        name = lookups.watch_of_alert(conn, number) if 0 < number < 2**BIGINT_BITS else ""
    if not name:
        raise HTTPException(404, "There is no such alert.")
    return name


def _do_allowed(work: Any, *given: Any, **named: Any) -> Any:
    try:
        return work(*given, **named)
    except ChannelError as error:
        raise HTTPException(422, str(error)) from None


def _alert(rows: list[postgres.Row], titles: Mapping[str, str]) -> dict[str, Any]:
    first = rows[0]
    messages = [
        {**{name: row[name] for name in OF_MESSAGE}, "why": desk_records.ADDRESS.sub("…", row["why"])}
        for row in rows
        if row["channel"]
    ]
    of_alert = {name: value for name, value in first.items() if name not in OF_MESSAGE}
    return {
        **of_alert,
        "source_title": titles.get(first["source"], first["source"]),
        "also_in": [titles.get(name, name) for name in first["also_in"]],
        "direction": text.direction(first["title"] or ""),
        "listed_for": "" if messages else first["why"],
        "messages": messages,
    }
