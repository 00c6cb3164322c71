"""Alert: what changed, matched against the watches, and told to people; it alone decides who hears of what.

Alerts, their messages and "matched" are written in one transaction a batch: a killed match leaves nothing half told.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from pipelines.alert import policy
from pipelines.alert import watches as watch
from pipelines.alert.watches import Watch
from pipelines.codes import RunState
from pipelines.model import Tally
from pipelines.notify import outbox, wording
from pipelines.query import matcher
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres as db
from pipelines.stores import runs

STAGE = "alert"


def match(settings: Settings, run: str) -> Tally:
    """Match every change nobody has matched yet against all watches, and put what is to be told into the outbox.

    Counts, the same however often it is done for a run: changes, alerts, quiet (listed, told to nobody), deliveries;
    and seconds.
    """
    started = time.monotonic()
    with db.connection(settings, application="nightdesk alert") as conn:
        runs.begin(conn, run, "", STAGE)
        with conn:
            watches = {w.name: w for w in watch.all_watches(conn)}
        made = matcher.index((w.name, w.terms, w.unless) for w in watches.values())
        while _batch(conn, settings, run, watches, made):
            pass
        with conn:
            counts = db.row(conn, "tally_of_alert", run=run) or {}
            counts["seconds"] = round(time.monotonic() - started)
            return runs.end(conn, Tally(run=run, source="", stage=STAGE, state=RunState.DONE, counts=counts))


def send(settings: Settings, run: str = "", *, channels: Mapping[str, str] | None = None) -> Tally:
    """Send what is due from the outbox, each message on its own; channels: name -> address, else those of this process.

    Counts: sent, retried (to be tried again later), failed (given up), waiting (all that is not sent yet); and seconds.
    The message says what keeps deliveries waiting. With a run the counts join those of `match`.
    """
    started = time.monotonic()
    with db.connection(settings, application="nightdesk send") as conn:
        publisher = partial(folders.publisher, settings)
        counts, message = outbox.drain(conn, channels, operators=settings.operators, publisher=publisher)
        counts["seconds"] = round(time.monotonic() - started)
        if not run:
            return Tally(run="", source="", stage=STAGE, state=RunState.DONE, counts=counts, message=message)
        with conn:
            known = db.row(conn, "counts_of_stage", run=run, source="", stage=STAGE)
            both = {**known["counts"], **counts} if known else counts
            return runs.end(
                conn, Tally(run=run, source="", stage=STAGE, state=RunState.DONE, counts=both, message=message)
            )


def _batch(conn: db.Connection, settings: Settings, run: str, watches: Mapping[str, Watch], made: matcher.Index) -> int:
    """One transaction: the next changes matched; how many there were."""
    with conn:
        changes = db.query(conn, "unmatched_changes", count=policy.BATCH)
        found = [row for change in changes for row in _alerts(change, run, watches, made)]
        written = db.execute_values(conn, "write_alerts", found, fetch=True)
        loud = sorted((alert for alert in written if not alert["quiet"]), key=lambda alert: int(alert["id"]))
        _put(conn, settings, run, watches, loud, {change["article_id"]: change["title"] for change in changes})
        if changes:
            db.execute(conn, "matched_changes", run=run, ids=[change["id"] for change in changes])
        return len(changes)


def _alerts(change: db.Row, run: str, watches: Mapping[str, Watch], made: matcher.Index) -> list[Sequence[Any]]:
    """The rows of `alerts` for a change; its article stands for its story."""
    fields = {name: change[name] for name in ("title", "description", "text")}
    story = change["article_id"]
    return [
        (
            name,
            change["kind"],
            story,
            change["article_id"],
            change["revision"],
            change["id"],
            run,
            change["source"],
            db.json([asdict(m) for m in matches]),
            change["quiet"],
        )
        for name, matches in matcher.find(made, fields).items()
        if _wants(watches[name], change)
    ]


def _wants(wanted: Watch, change: db.Row) -> bool:
    """Whether a watch is told of such a change; an article of unknown language is in every language."""
    language = change["language"].split("-")[0].lower()
    return (
        change["kind"] in wanted.kinds
        and (not wanted.sources or change["source"] in wanted.sources)
        and (not wanted.languages or not language or language in wanted.languages)
    )


def _put(
    conn: db.Connection,
    settings: Settings,
    run: str,
    watches: Mapping[str, Watch],
    alerts: Sequence[db.Row],
    titles: Mapping[int, str],
) -> None:
    """Messages for alerts: one each up to the watch's cap an hour, the rest in one message a channel."""
    told = [alert for alert in alerts if watches[alert["watch"]].channels]
    if not told:
        return
    names = sorted({alert["watch"] for alert in told})
    db.query(conn, "lock_watches")
    singles = {
        row["watch"]: row["singles"] for row in db.query(conn, "singles_of_hour", watches=names, within=policy.CAP_TIME)
    }
    digests = {(row["watch"], row["channel"]): row["id"] for row in db.query(conn, "open_digests", watches=names)}
    rows, over = [], []
    inside: dict[str, int] = {}
    for alert in told:
        wanted = watches[alert["watch"]]
        if singles.get(wanted.name, 0) >= (wanted.cap or settings.alert_cap):
            over.append(alert)
            continue
        singles[wanted.name] = singles.get(wanted.name, 0) + 1
        subject = wording.subject_of(wanted.name, alert["kind"], titles[alert["story"]])
        for channel in wanted.channels:
            key = outbox.key(wanted.name, alert["story"], alert["kind"], alert["revision"], channel)
            rows.append((key, channel, wanted.name, "single", run, subject, ""))
            inside[key] = alert["id"]
    written = db.execute_values(conn, "write_deliveries", rows, fetch=True)
    db.execute_values(conn, "write_delivered_alerts", [(row["id"], inside[row["key"]]) for row in written])
    _collect(conn, run, watches, over, digests)


def _collect(
    conn: db.Connection,
    run: str,
    watches: Mapping[str, Watch],
    alerts: Sequence[db.Row],
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
                digests[place] = db.execute_values(conn, "write_deliveries", [row], fetch=True)[0]["id"]
            pairs.append((digests[place], alert["id"]))
    if pairs:
        db.execute_values(conn, "write_delivered_alerts", pairs)
        db.execute(conn, "count_digests", ids=sorted({delivery for delivery, _ in pairs}))
