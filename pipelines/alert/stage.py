"""Alert: matches changes against the watches, and tells people.

For each batch, one transaction writes the alerts, their messages, and the mark that the changes are matched. So after a
kill, a batch is either complete or not begun. `alert_choice.py` chooses the alerts, `messages.py` their messages.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from pipelines.alert import alert_choice, messages, policy, watch_index
from pipelines.codes import RunState
from pipelines.model import Match, Tally
from pipelines.notify import outbox
from pipelines.query import evaluation, matcher, query_set
from pipelines.query.evaluation import QueriedArticle
from pipelines.query.query_set import QuerySet
from pipelines.query.selection import NOWHERE, Scopes
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, runs

STAGE = "alert"


@dataclass(frozen=True)
class Share:
    """One of several parts of the changes. All changes of a story are in the same part, so that they are matched in
    their order.
    """

    number: int = 0
    of: int = 1


def share_out(settings: Settings) -> list[Share]:
    """The shares of the changes that are unmatched now: one share, unless there are many changes."""
    most = policy.SHARE_CHANGES * policy.MOST_SHARES
    with postgres.connection(settings, application="nightdesk alert") as conn:
        migrations.check_migrated(conn)
        found = postgres.row(conn, "count_unmatched", most=most) or {"count": 0}
    many = max(1, math.ceil(found["count"] / policy.SHARE_CHANGES))
    return [Share(number, many) for number in range(many)]


def match(settings: Settings, run: str, share: Share = Share()) -> Tally:
    """Match every unmatched change of a share against all watches, and put the messages into the outbox.

    Counts: changes, alerts, quiet (listed, but told to nobody), deliveries, seconds. All but the seconds are counts of
    the run, however often it was matched.
    """
    started = time.monotonic()
    with postgres.connection(settings, application="nightdesk alert", silent_seconds=runs.SILENT_SECONDS) as conn:
        # The shares of one run are matched at the same time. So `runs.end` gets no attempt: it would accept only the
        # attempt that began last. changes.matched_at says which changes are done.
        runs.begin(conn, run, "", STAGE)
        with conn:
            all_watches = watch_index.current(settings, conn)
        scopes = folders.scopes(settings)
        while _batch(conn, settings, run, all_watches, scopes, share):
            pass
        unreadable = watch_index.unreadable(all_watches)
        for sentence in unreadable:
            outbox.tell_once(settings, "watch-unreadable", "A watch cannot be looked for", sentence)
        message = " ".join(unreadable)
        with conn:
            counts = postgres.row(conn, "tally_of_alert", run=run) or {}
            counts["seconds"] = round(time.monotonic() - started)
            return runs.end(
                conn, Tally(run=run, source="", stage=STAGE, state=RunState.DONE, counts=counts, message=message)
            )


def send(settings: Settings, run: str = "", *, channels: Mapping[str, str] | None = None) -> Tally:
    """Send the due messages of the outbox, each message by itself.

    channels: name -> address; by default the channels of this process.

    Counts: sent, retried (to be tried again later), failed (given up), waiting (all that is not sent yet); and seconds.
    The message of the Tally says why deliveries wait. If a run is given, the counts join those of `match`.
    """
    started = time.monotonic()
    # A message takes some twenty seconds at most. A session that is silent for SILENT_SECONDS belongs to a paused
    # sender. Postgres ends the session, and its messages are free for the next sender.
    with postgres.connection(settings, application="nightdesk send", idle_seconds=runs.SILENT_SECONDS) as conn:
        title_and_zone = partial(folders.title_and_zone, settings)
        counts, message = outbox.drain(conn, channels, operators=settings.operators, title_and_zone=title_and_zone)
        counts["seconds"] = round(time.monotonic() - started)
        if not run:
            return Tally(run="", source="", stage=STAGE, state=RunState.DONE, counts=counts, message=message)
        with conn:
            match_row = postgres.row(conn, "counts_of_stage", run=run, source="", stage=STAGE)
            both = {**match_row["counts"], **counts} if match_row else counts
            return runs.end(
                conn, Tally(run=run, source="", stage=STAGE, state=RunState.DONE, counts=both, message=message)
            )


def _batch(
    conn: postgres.Connection, settings: Settings, run: str, all_watches: QuerySet, scopes: Scopes, share: Share
) -> int:
    """Match the next changes in one transaction; gives their number."""
    with conn:
        changes = postgres.query(conn, "unmatched_changes", count=policy.BATCH, share=share.number, of=share.of)
        matched = [
            (change, name, matches)
            for change in changes
            for name, matches in _find_matches(change, all_watches, scopes)
        ]
        chosen = alert_choice.choose_alerts(conn, changes, matched)
        if chosen:
            # From here on, only one alert stage works at a time: each has to see the alerts and messages that the one
            # before wrote.
            postgres.query(conn, "lock_alert_writing")
            alerts = alert_choice.write(conn, run, chosen)
            messages.put(conn, settings, run, {one.watch.name: one.watch for one in chosen}, alerts)
        if changes:
            postgres.execute(conn, "matched_changes", run=run, ids=[change["id"] for change in changes])
        return len(changes)


def _find_matches(
    change: postgres.Row, all_watches: QuerySet, scopes: Scopes
) -> Iterator[tuple[str, tuple[Match, ...]]]:
    """The watches whose query matches a change's new wording, and the places of their words."""
    scope = scopes.get(change["source"], NOWHERE)
    fields = {name: change[name] for name in evaluation.FIELDS}
    of_source = {"source": change["source"], "country": scope.country, "groups": scope.groups}
    article = evaluation.read_article(
        QueriedArticle(**fields, **of_source, authors=change["authors"], language=change["language"])
    )
    for name, hits in query_set.holding(all_watches, article):
        yield name, matcher.matches(hits, fields)
