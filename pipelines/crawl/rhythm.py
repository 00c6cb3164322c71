"""When a list is due: as often as its source publishes and the list allows, within the bounds of the source's file.

These times count only in runs that begin by themselves. If a person starts a crawl, all lists are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.crawl import policy
from pipelines.listings.asked_pauses import NONE_ASKED, AskedPauses
from pipelines.model import Source
from pipelines.stores import clock, postgres

# The pauses that a list asked for, as the ledger keeps them (`urls.asks`): "fresh" has the number of seconds for which
# the list's HTTP headers call it fresh; the other names are fields of AskedPauses.
Asks = Mapping[str, Any]


def asks(fresh: int | None, pauses: AskedPauses = NONE_ASKED) -> dict[str, Any]:
    """What a list said about when to ask again, in the form that the ledger keeps; empty if the list said nothing."""
    said = {name: value for name, value in asdict(pauses).items() if value}
    return said | ({} if fresh is None else {"fresh": fresh})


def not_due(conn: postgres.Connection, source: Source, run: str, keys: Sequence[str]) -> dict[str, datetime]:
    """The source's lists that are not due, by key, each with the moment from which on it is due.

    Part of the caller's transaction. A list that was never fetched is due. A list that this run has asked before is due
    as well, because the run is then being repeated.
    """
    rows = postgres.query(conn, "lists_had", source=source.name, run=run, keys=list(keys))
    if not rows:
        return {}
    now = clock.of_ledger(conn).at
    moments = [
        row["at"]
        for row in postgres.query(conn, "newest_articles", source=source.name, now=now, count=policy.RHYTHM_ARTICLES)
    ]
    usual = interval(moments)
    whens = {row["url_key"]: due_at(row["fetched_at"], row["asks"] or {}, usual, source) for row in rows}
    return {key: at for key, at in whens.items() if at > now}


def interval(moments: Sequence[datetime]) -> timedelta | None:
    """The usual time between two articles, measured on the newest half of these moments; None if there are too few.

    Only the newest half counts, so one article with a date of years ago does not slow a source down.
    """
    newest = sorted(moments, reverse=True)[: len(moments) // 2 + 1]
    if len(moments) < policy.RHYTHM_LEAST_ARTICLES:
        return None
    return (newest[0] - newest[-1]) / (len(newest) - 1)


def due_at(had_at: datetime, said: Asks, usual: timedelta | None, source: Source) -> datetime:
    """The moment from which on a list may be asked again.

    had_at: when the list was last fetched.
    usual: as `interval` gives it.
    """
    least, most = timedelta(minutes=source.list_pause_least), timedelta(minutes=source.list_pause_most)
    learned = least if usual is None else max(least, usual / policy.LOOKS_AN_ARTICLE)
    # A run may begin some seconds earlier than usual, so a list is due a little before its pause is over.
    wanted = policy.EARLY_SHARE * max(learned, timedelta(seconds=said.get("seconds", 0)))
    at = had_at + max(wanted, timedelta(seconds=said.get("fresh", 0)))
    for _ in range(policy.SKIPPED_HOURS):
        then = at.astimezone(UTC)
        if then.hour not in said.get("hours", ()) and then.weekday() not in said.get("days", ()):
            break
        at = then.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(at, had_at + most)
