"""A short list of things that need a person: each has a code of `Need`, its subject, and the words of the stage or site
that reported it.

The page holds the sentence for each code, in the reader's language; `of` holds the values for the sentence.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.codes import Need, RunState, TroubleKind
from pipelines.desk import policy
from pipelines.desk.headline import find_night, missed_run
from pipelines.errors import SourceError
from pipelines.stores import postgres

Record = dict[str, Any]

# A gigabyte has this many bytes, as tools for disks count.
GIGABYTE = 1024**3


def of_night(
    conn: postgres.Connection,
    rows: Sequence[Record],
    latest: Sequence[Record],
    *,
    schedule: str,
    timezone: str,
    now: datetime,
) -> Iterator[Record]:
    """Needs after the last night: a late run, failed sources, URLs without a final state.

    rows, latest: from `desk_records.sources` and `desk_records.runs`.
    """
    newest = find_night(latest)
    missed = missed_run(rows, latest, schedule, timezone, now)
    if newest and missed:
        yield _need(Need.LATE, of={"run": newest["run"]}, since=missed)
    named = {row["name"]: row for row in rows}
    open_ends = postgres.query(conn, "desk_unaccounted", run=newest["run"]) if newest else []
    for end in open_ends:
        yield _need(Need.LEDGER, end["message"], source=end["source"], run=newest["run"] if newest else "")
    unaccounted = {end["source"] for end in open_ends}
    for row in rows:
        if row["state"] == RunState.FAILED and row["name"] not in unaccounted:
            yield _need(Need.FAILED, row["message"], source=row["name"], run=row["run"], since=row["started_at"])
    for trouble in postgres.query(conn, "desk_troubles", sources=list(named)):
        kind = TroubleKind(trouble["kind"])
        if kind is TroubleKind.DRIFTING:
            # A source is drifting because a run of it is held; `of_held` has a need for that run.
            continue
        if kind is not TroubleKind.SILENT or named[trouble["source"]]["quiet"]:
            judged = named[trouble["source"]]["health"]
            # Health gives a reason only for the state of a source, so a trouble that is not the state has none.
            told = judged["reason"] if judged["state"] == kind else ""
            yield _need(Need.TROUBLE, told, source=trouble["source"], since=trouble["since"], detail=kind)
    if newest and newest["alert_error"]:
        yield _need(Need.ALERTING, newest["alert_error"], run=newest["run"])


def of_messages(undelivered: int, channels: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
    """Needs about messages: messages that were given up, and messages that a channel holds."""
    if undelivered:
        yield _need(Need.GIVEN_UP, of={"messages": undelivered})
    for channel in channels:
        if channel["held"]:
            of = {"channel": channel["name"], "messages": channel["held"]}
            yield _need(Need.CHANNEL, channel["error"] or "", of=of, channel=channel["name"], detail=channel["state"])


def of_files(broken: Iterable[SourceError]) -> Iterator[Record]:
    """Needs about source files that cannot be used."""
    for error in broken:
        yield _need(Need.FILE, str(error))


def of_approvals(waiting: Collection[Mapping[str, Any]]) -> Iterator[Record]:
    """Needs about sites that wait for an approval; each of `waiting` has `url`, `run_id` and `since`."""
    for one in waiting:
        yield _need(Need.APPROVAL, of={"url": one["url"]}, run_id=one["run_id"], since=one["since"])


def of_held(held: Iterable[Mapping[str, Any]], followed: Collection[str]) -> Iterator[Record]:
    """Needs about runs of followed sources in the quarantine.

    Each of `held` has `source`, `run`, `articles`, `reason`, `drifts` and `held_at`.
    """
    for one in held:
        if one["source"] in followed:
            of = {"run": one["run"], "articles": one["articles"]}
            about = {"source": one["source"], "run": one["run"], "since": one["held_at"], "drifts": one["drifts"]}
            yield _need(Need.HELD, one["reason"], of=of, **about)


def of_disk(folder: Path, stops_at_mb: int = 0) -> Iterator[Record]:
    """A need if the disk of the data folder is nearly full; none if the folder is not on this machine.

    stops_at_mb: the space that the stages leave free (`min_free_mb`); the need begins when twice as much is free, or
    earlier.
    """
    if not folder.exists():
        return
    disk = shutil.disk_usage(folder)
    least = max(2 * stops_at_mb * 1024**2, min(policy.DISK_LEFT_BYTES, policy.DISK_LEFT_SHARE * disk.total))
    if disk.free < least:
        of = {"free": f"{disk.free / GIGABYTE:.1f}", "size": f"{disk.total / GIGABYTE:.0f}"}
        yield _need(Need.DISK, of=of)


def _need(code: Need, said: str = "", **about: Any) -> Record:
    """One need. said: the words of a stage or a site; about: its source, run, channel or moment."""
    return {"code": code, "sentence": said, **about}
