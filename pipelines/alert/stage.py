"""Alert: what changed, matched against the watches, and told to people; it alone decides who hears of what.

Alerts, their messages and "matched" are written in one transaction a batch: a killed match leaves nothing half told.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from pipelines.alert import index, policy, watches
from pipelines.alert.watches import Watch
from pipelines.codes import Quiet, RunState
from pipelines.model import Match, Tally
from pipelines.notify import outbox, wording
from pipelines.query import asked, compiled, matcher
from pipelines.query.asked import Subject
from pipelines.query.compiled import Compiled
from pipelines.query.selection import NOWHERE, Scopes
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres, runs

STAGE = "alert"


def match(settings: Settings, run: str) -> Tally:
    """Match every change nobody has matched yet against all watches, and put what is to be told into the outbox.

    Counts, the same however often it is done for a run: changes, alerts, quiet (listed, told to nobody), deliveries;
    and seconds.
    """
    started = time.monotonic()
    with postgres.connection(settings, application="nightdesk alert") as conn:
        runs.begin(conn, run, "", STAGE)
        with conn:
            made = index.current(settings, conn)
        scopes = folders.scopes(settings)
        while _batch(conn, settings, run, made, scopes):
            pass
        unreadable = index.unreadable(made)
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
    """Send what is due from the outbox, each message on its own; channels: name -> address, else those of this process.

    Counts: sent, retried (to be tried again later), failed (given up), waiting (all that is not sent yet); and seconds.
    The message says what keeps deliveries waiting. With a run the counts join those of `match`.
    """
    started = time.monotonic()
    with postgres.connection(settings, application="nightdesk send") as conn:
        publisher = partial(folders.publisher, settings)
        counts, message = outbox.drain(conn, channels, operators=settings.operators, publisher=publisher)
        counts["seconds"] = round(time.monotonic() - started)
        if not run:
            return Tally(run="", source="", stage=STAGE, state=RunState.DONE, counts=counts, message=message)
        with conn:
            known = postgres.row(conn, "counts_of_stage", run=run, source="", stage=STAGE)
            both = {**known["counts"], **counts} if known else counts
            return runs.end(
                conn, Tally(run=run, source="", stage=STAGE, state=RunState.DONE, counts=both, message=message)
            )


def _batch(conn: postgres.Connection, settings: Settings, run: str, made: Compiled, scopes: Scopes) -> int:
    """One transaction: the next changes matched; how many there were."""
    with conn:
        changes = postgres.query(conn, "unmatched_changes", count=policy.BATCH)
        found = [(change, name, matches) for change in changes for name, matches in _found(change, made, scopes)]
        known = watches.named(conn, {name for _, name, _ in found}) if found else {}
        alerts = [
            _alert(change, run, known[name], matches)
            for change, name, matches in found
            if name in known and _is_told(known[name], change)
        ]
        written = postgres.execute_values(conn, "write_alerts", alerts, fetch=True)
        loud = sorted((alert for alert in written if not alert["quiet"]), key=lambda alert: int(alert["id"]))
        titles = {change["article_id"]: change["title"] for change in changes}
        _put_into_outbox(conn, settings, run, known, loud, titles)
        if changes:
            postgres.execute(conn, "matched_changes", run=run, ids=[change["id"] for change in changes])
        return len(changes)


def _found(change: postgres.Row, made: Compiled, scopes: Scopes) -> Iterator[tuple[str, tuple[Match, ...]]]:
    """The watches that find something in what a change brought, and what."""
    scope = scopes.get(change["source"], NOWHERE)
    fields = {name: change[name] for name in asked.FIELDS}
    of_source = {"source": change["source"], "country": scope.country, "groups": scope.groups}
    look = asked.look(Subject(**fields, **of_source, authors=change["authors"], language=change["language"]))
    for name, hits in compiled.holding(made, look):
        yield name, matcher.matches(hits, fields)


def _alert(change: postgres.Row, run: str, watch: Watch, matches: Sequence[Match]) -> Sequence[Any]:
    """A row of `alerts`, in the order of the statement `write_alerts`.

    A watch is told of a story, kind and revision once; an article is a story of its own, and gives its id to it.
    """
    return (
        watch.name,
        change["kind"],
        change["article_id"],
        change["article_id"],
        change["revision"],
        change["id"],
        run,
        change["source"],
        postgres.json([asdict(match) for match in matches]),
        change["quiet"] or (Quiet.MUTED if watch.muted_until else Quiet.NONE),
    )


def _is_told(watch: Watch, change: postgres.Row) -> bool:
    """Whether a watch is told of such a change; an article of unknown language is in every language."""
    language = change["language"].split("-")[0].lower()
    return (
        not watch.paused_at
        and change["kind"] in watch.kinds
        and (not watch.sources or change["source"] in watch.sources)
        and (not watch.languages or not language or language in watch.languages)
    )


def _put_into_outbox(
    conn: postgres.Connection,
    settings: Settings,
    run: str,
    watches: Mapping[str, Watch],
    alerts: Sequence[postgres.Row],
    titles: Mapping[int, str],
) -> None:
    """Messages for alerts: one each up to the watch's cap an hour, the rest in one message a channel."""
    told = [alert for alert in alerts if watches[alert["watch"]].channels]
    if not told:
        return
    names = sorted({alert["watch"] for alert in told})
    postgres.query(conn, "lock_watches")
    singles = {
        row["watch"]: row["singles"]
        for row in postgres.query(conn, "singles_of_hour", watches=names, within=policy.CAP_TIME)
    }
    digests = {(row["watch"], row["channel"]): row["id"] for row in postgres.query(conn, "open_digests", watches=names)}
    # Messages of one alert; alerts beyond the cap; by a message's key, its alert.
    rows, over = [], []
    inside: dict[str, int] = {}
    for alert in told:
        watch = watches[alert["watch"]]
        if singles.get(watch.name, 0) >= (watch.cap or settings.alert_cap):
            over.append(alert)
            continue
        singles[watch.name] = singles.get(watch.name, 0) + 1
        subject = wording.subject_of(watch.name, alert["kind"], titles[alert["story"]])
        for channel in watch.channels:
            # A row in the order of the statement `write_deliveries`; a single message has no body but its alert.
            key = outbox.key(watch.name, alert["story"], alert["kind"], alert["revision"], channel)
            rows.append((key, channel, watch.name, "single", run, subject, ""))
            inside[key] = alert["id"]
    written = postgres.execute_values(conn, "write_deliveries", rows, fetch=True)
    postgres.execute_values(conn, "write_delivered_alerts", [(row["id"], inside[row["key"]]) for row in written])
    _put_into_digests(conn, run, watches, over, digests)


def _put_into_digests(
    conn: postgres.Connection,
    run: str,
    watches: Mapping[str, Watch],
    alerts: Sequence[postgres.Row],
    digests: dict[tuple[str, str], int],
) -> None:
    """Put alerts into one message for each watch and channel, into one that is not begun yet where there is one."""
    pairs = []
    for alert in alerts:
        for channel in watches[alert["watch"]].channels:
            place = (alert["watch"], channel)
            if place not in digests:
                key = outbox.key(alert["watch"], "digest", alert["id"], channel)
                row = (key, channel, alert["watch"], "digest", run, "", "")
                digests[place] = postgres.execute_values(conn, "write_deliveries", [row], fetch=True)[0]["id"]
            pairs.append((digests[place], alert["id"]))
    if pairs:
        postgres.execute_values(conn, "write_delivered_alerts", pairs)
        postgres.execute(conn, "count_digests", ids=sorted({delivery for delivery, _ in pairs}))
