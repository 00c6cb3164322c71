"""Alert: what changed, matched against the watches, and told to people; it alone decides who hears of what.

Alerts, their messages and "matched" are written in one transaction a batch: a killed match leaves nothing half told.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from pipelines.alert import policy, synonyms
from pipelines.alert.watches import Watch, all_watches, node
from pipelines.codes import Quiet, RunState
from pipelines.model import Tally
from pipelines.notify import outbox, wording
from pipelines.query import asked, matcher
from pipelines.query.asked import Subject
from pipelines.query.grammar import Node
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
            watches = {w.name: w for w in all_watches(conn)}
            known = synonyms.lists(conn)
        nodes = {name: node(watch, known) for name, watch in watches.items() if not watch.paused_at}
        scopes = folders.scopes(settings)
        while _batch(conn, settings, run, watches, nodes, scopes):
            pass
        with conn:
            counts = postgres.row(conn, "tally_of_alert", run=run) or {}
            counts["seconds"] = round(time.monotonic() - started)
            return runs.end(conn, Tally(run=run, source="", stage=STAGE, state=RunState.DONE, counts=counts))


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


def _batch(
    conn: postgres.Connection,
    settings: Settings,
    run: str,
    watches: Mapping[str, Watch],
    nodes: Mapping[str, Node],
    scopes: Scopes,
) -> int:
    """One transaction: the next changes matched; how many there were."""
    with conn:
        changes = postgres.query(conn, "unmatched_changes", count=policy.BATCH)
        alerts = [row for change in changes for row in _alerts(change, run, watches, nodes, scopes)]
        written = postgres.execute_values(conn, "write_alerts", alerts, fetch=True)
        loud = sorted((alert for alert in written if not alert["quiet"]), key=lambda alert: int(alert["id"]))
        titles = {change["article_id"]: change["title"] for change in changes}
        _put_into_outbox(conn, settings, run, watches, loud, titles)
        if changes:
            postgres.execute(conn, "matched_changes", run=run, ids=[change["id"] for change in changes])
        return len(changes)


def _alerts(
    change: postgres.Row,
    run: str,
    watches: Mapping[str, Watch],
    nodes: Mapping[str, Node],
    scopes: Scopes,
) -> list[Sequence[Any]]:
    """The rows of `alerts` for a change, in the order of the statement `write_alerts`.

    A watch is told of a story, kind and revision once; an article is a story of its own, and gives its id to it.
    """
    scope = scopes.get(change["source"], NOWHERE)
    fields = {name: change[name] for name in asked.FIELDS}
    authors, source, language = change["authors"], change["source"], change["language"]
    look = asked.look(
        Subject(**fields, authors=authors, source=source, language=language, country=scope.country, groups=scope.groups)
    )
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
            postgres.json([asdict(match) for match in matcher.matches(hits, fields)]),
            change["quiet"] or (Quiet.MUTED if watches[name].muted_until else Quiet.NONE),
        )
        for name, wanted in nodes.items()
        if _is_told(watches[name], change) and (hits := asked.places(wanted, look)) is not None
    ]


def _is_told(watch: Watch, change: postgres.Row) -> bool:
    """Whether a watch is told of such a change; an article of unknown language is in every language."""
    language = change["language"].split("-")[0].lower()
    return (
        change["kind"] in watch.kinds
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
