"""Messages to the operators: each trouble is told once, and so is its end. Many troubles of one kind and cause share a
message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pipelines.codes import HeldState, TroubleKind
from pipelines.health import policy
from pipelines.health.states import lasting
from pipelines.notify.outbox import put_message
from pipelines.settings import Settings
from pipelines.stores import postgres, runs

# A trouble of these kinds goes on even if its `since` becomes later. For all other kinds, a later `since` means a new
# trouble, of which the operators are told again.
GOES_ON = (
    TroubleKind.QUIET, TroubleKind.ERRORING, TroubleKind.BLOCKED, TroubleKind.NOT_EXTRACTING, TroubleKind.DRIFTING,
)  # fmt: skip
# A moment in the key of a message. A restored database gives out numbers again that it gave out after its backup.
# Without the moment, a new message could have a key that receivers have seen and drop.
MOMENT = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A trouble of a source that the operators should know.

    `since`: when it began. `subject`, `message`: for people. `told`: whether the operators were told of it just now.
    `run`: the run that showed the trouble, if there is one. For a template that no longer fits, it is the first such
    run. For lists that do not answer, a feed that is behind, a broken promise (`expect.articles_per_run`) and a refused
    login, it is the newest run.
    `usual`: for a silence, the usual interval. `cause`: one word that says why the source does not answer.
    """

    source: str
    kind: TroubleKind
    since: datetime
    subject: str
    message: str
    told: bool = False
    run: str = ""
    usual: timedelta | None = None
    cause: str = ""

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, kw_only=True)
class TroubleRow:
    """A trouble as the database holds it: its row, its alert, and when it was told."""

    trouble: Trouble
    id: int
    alert: int
    told_at: datetime | None


def note(conn: postgres.Connection, trouble: Trouble, now: datetime) -> TroubleRow:
    """Store a trouble with its alert in the caller's transaction; a trouble that goes on keeps its beginning.

    A trouble of the same kind that began at another time is over.
    """
    begun = postgres.row(conn, "trouble_since", source=trouble.source, kind=str(trouble.kind))
    # A silence goes on until a new article comes, even if the last article turns out to be older than was known.
    if begun and (trouble.kind in GOES_ON or trouble.since <= begun["since"]):
        trouble = replace(trouble, since=begun["since"])
    of_it: dict[str, Any] = {"source": trouble.source, "kind": str(trouble.kind), "since": trouble.since}
    postgres.execute(conn, "trouble_over", **of_it, now=now)
    row = postgres.row(conn, "trouble_begun", **of_it) or {}
    alert = postgres.row(
        conn, "write_health_alert", health_id=row["id"], source=trouble.source, message=trouble.message
    ) or {"id": 0}
    return TroubleRow(trouble=trouble, id=row["id"], alert=alert["id"], told_at=row["told_at"])


def tell(conn: postgres.Connection, settings: Settings, noted: Sequence[TroubleRow], now: datetime) -> set[int]:
    """Put untold troubles into the outbox, in the caller's transaction; gives the ids of those told now.

    Many troubles of one kind and cause become one message.
    """
    told: set[int] = set()
    if not settings.operators:
        return told
    groups: dict[tuple[str, str], list[TroubleRow]] = defaultdict(list)
    for one in noted:
        if one.told_at is None:
            groups[str(one.trouble.kind), one.trouble.cause].append(one)
    for (_, cause), group in groups.items():
        for part in [group] if len(group) >= policy.TOGETHER else [[one] for one in group]:
            subject, body = _message(conn, part, cause)
            first = min(part, key=lambda one: one.id)
            key = f"health/{first.id}/{first.trouble.since:{MOMENT}}" + (f"/{len(part)}" if len(part) > 1 else "")
            for delivery in put_message(conn, settings.operators, key, subject, body):
                postgres.execute_values(conn, "write_delivered_alerts", [(delivery["id"], one.alert) for one in part])
            ids = [one.id for one in part]
            postgres.execute(conn, "troubles_told", ids=ids, now=now)
            told.update(ids)
    return told


def tell_ends(conn: postgres.Connection, settings: Settings, sources: Sequence[str], now: datetime) -> None:
    """Tell once that sources are well again, if their trouble was told; part of the caller's transaction.

    If the source has another trouble now, nothing is told: a trouble that turned into another is no recovery.
    """
    rows = postgres.query(conn, "ends_to_tell", sources=list(sources), untold=[str(TroubleKind.PROMISE)])
    postgres.execute(conn, "ends_told", ids=[row["id"] for row in rows], now=now)
    ended: dict[str, list[postgres.Row]] = defaultdict(list)
    for row in rows:
        if row["told_at"]:
            ended[row["source"]].append(row)
    if not ended or not settings.operators:
        return
    lines = [f"{name} is well again: {_tell_duration(of_it)}." for name, of_it in sorted(ended.items())]
    together = len(ended) >= policy.TOGETHER
    for part in [lines] if together else [[line] for line in lines]:
        subject = f"{len(ended)} sources are well again" if together else part[0].partition(":")[0]
        name = part[0].partition(" ")[0]
        ids_and_ends = [
            (row["id"], row["recovered_at"])
            for name_, of_it in ended.items()
            for row in of_it
            if together or name_ == name
        ]
        first, end = min(ids_and_ends)
        put_message(conn, settings.operators, f"health/{first}/over/{end:{MOMENT}}", subject, "\n".join(part))


def _message(conn: postgres.Connection, part: Sequence[TroubleRow], cause: str) -> tuple[str, str]:
    """Subject and body: those of the only trouble, or a common text with a line for each of many troubles."""
    if len(part) == 1:
        return part[0].trouble.subject, part[0].trouble.message
    kind = part[0].trouble.kind
    of_cause = f" ({cause})" if cause else ""
    runs_of = {one.trouble.run for one in part if one.trouble.run}
    down = next(filter(None, (runs.tell_unreached(conn, run) for run in sorted(runs_of, reverse=True))), "")
    begun = min(one.trouble.since for one in part)
    head = (
        down or f"{len(part)} sources are {kind} for one reason{of_cause}, the first since {begun:%Y-%m-%d %H:%M} UTC."
    )
    lines = [one.trouble.message.partition("\n")[0] for one in part]
    return f"{len(part)} sources are {kind}{of_cause}", "\n".join([head, *lines])


def _tell_duration(rows: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(
        f"{row['kind']} for {lasting(row['recovered_at'] - row['since'])}, since {row['since']:%Y-%m-%d %H:%M} UTC"
        + "".join(f", {_tell_held(one)}" for one in row["held_runs"])
        for row in sorted(rows, key=lambda row: row["since"])
    )


def _tell_held(held: Mapping[str, str]) -> str:
    if held["state"] == HeldState.HELD:
        return f"run {held['run']} is still held"
    return f"run {held['run']} was {held['state']}" + (f" by {held['decided_by']}" if held["decided_by"] else "")
