"""How the operators hear of a source in trouble, and of its end: once each, and of many at once in one message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipelines.codes import TroubleKind
from pipelines.health import policy
from pipelines.health.states import lasting
from pipelines.notify.outbox import put_message
from pipelines.settings import Settings
from pipelines.stores import postgres, runs

# What goes on since it began, though the figures that show it move on; another beginning of the rest is another one.
GOES_ON = (
    TroubleKind.QUIET, TroubleKind.ERRORING, TroubleKind.BLOCKED, TroubleKind.NOT_EXTRACTING, TroubleKind.DRIFTING,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What the operators should know of a source.

    since: when it began. subject, message: for people. told: whether they were told just now.
    run: the run that showed it: the first with another template, the newest of the others; none of a silence.
    usual: of a silence, the interval that is usual. cause: why it does not answer, in a word.
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
    """A trouble as it is written down: its row, its alert, and when it was told."""

    trouble: Trouble
    id: int
    alert: int
    told_at: datetime | None


def note(conn: postgres.Connection, trouble: Trouble, now: datetime) -> TroubleRow:
    """Write a trouble down with its alert, part of the caller's transaction; one that goes on keeps its beginning.

    One of the same kind that began at another time is over.
    """
    begun = postgres.row(conn, "trouble_since", source=trouble.source, kind=str(trouble.kind))
    # A silence goes on until something new comes, also where the last article turns out to be older than was known.
    if begun and (trouble.kind in GOES_ON or trouble.since <= begun["since"]):
        trouble = replace(trouble, since=begun["since"])
    of_it = {"source": trouble.source, "kind": str(trouble.kind), "since": trouble.since}
    postgres.execute(conn, "trouble_over", **of_it, now=now)
    row = postgres.row(conn, "trouble_begun", **of_it) or {}
    alert = postgres.row(
        conn, "write_health_alert", story=row["id"], source=trouble.source, message=trouble.message
    ) or {"id": 0}
    return TroubleRow(trouble=trouble, id=row["id"], alert=alert["id"], told_at=row["told_at"])


def tell(conn: postgres.Connection, settings: Settings, noted: Sequence[TroubleRow], now: datetime) -> set[int]:
    """Put what nobody was told of into the outbox, part of the caller's transaction; the ids of what is told now.

    Many of one kind and cause are one message.
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
            key = f"health/{min(one.id for one in part)}"
            for delivery in put_message(conn, settings.operators, key, subject, body):
                postgres.execute_values(conn, "write_delivered_alerts", [(delivery["id"], one.alert) for one in part])
            ids = [one.id for one in part]
            postgres.execute(conn, "troubles_told", ids=ids, now=now)
            told.update(ids)
    return told


def tell_ends(conn: postgres.Connection, settings: Settings, sources: Sequence[str], now: datetime) -> None:
    """Tell, once, that sources are well again of whose trouble was told, part of the caller's transaction.

    Not while another trouble of theirs goes on: that the one became the other is no recovery.
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
        first = min(row["id"] for name_, of_it in ended.items() for row in of_it if together or name_ == name)
        put_message(conn, settings.operators, f"health/{first}/over", subject, "\n".join(part))


def _message(conn: postgres.Connection, part: Sequence[TroubleRow], cause: str) -> tuple[str, str]:
    """Subject and body: the trouble's own, or what many have in common and a line for each."""
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


def _tell_duration(rows: Sequence[Mapping[str, datetime]]) -> str:
    return "; ".join(
        f"{row['kind']} for {lasting(row['recovered_at'] - row['since'])}, since {row['since']:%Y-%m-%d %H:%M} UTC"
        for row in sorted(rows, key=lambda row: row["since"])
    )
