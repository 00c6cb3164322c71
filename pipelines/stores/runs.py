"""Runs: their keys, and the row that each stage writes for each source.

Each start of a stage is an attempt with a number. A process that begins the same stage of the same run and source takes
the stage over. From then on the earlier attempt writes nothing, even if it was paused for long and goes on
(TakenOverError).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.codes import RunCode, RunState
from pipelines.errors import NightdeskError, TakenOverError
from pipelines.model import RUN_KEY, Tally
from pipelines.stores import migrations, postgres

# By default this many runs are listed. Chosen: they fit on a screen.
LATEST = 10
# `latest` reads this many runs more than it lists. The newest rows may belong to old runs that were started again, and
# such a run must not take the place of a newer run. Chosen: hardly anybody starts so many old runs again.
BEGUN_AGAIN = 10
# One message names this many sources; further sources are only counted. Chosen: so many names fit in a line.
SOURCES_SHOWN = 10

# A run is a night if it is planned for more than the share NIGHT_SHARE of the followed sources. It is also a night if
# it is planned for more than this share of the sources of the widest run within WIDEST_WITHIN. Chosen: half, because a
# crawl of a few sources has fewer than half of them; a week, because each of several groups of sources is crawled at
# least once a week.
NIGHT_SHARE, WIDEST_WITHIN = 0.5, timedelta(days=7)

# A run counts as over when it began longer ago than OVER_AFTER. Chosen: no night lasts so long. When a run is planned,
# `summarise_runs` saves the summaries of at most COUNTED_AT_ONCE runs that are over and have none. Chosen: the first
# night after an update then summarises a month of nights.
OVER_AFTER, COUNTED_AT_ONCE = timedelta(hours=12), 40

STAGES = ("crawl", "extract", "load", "alert")
# Under this name the Tally of load counts the URLs without a final state that the ledger's check found.
UNACCOUNTED = "unaccounted"
ENDED_WELL = (RunState.DONE, RunState.STOPPED, RunState.BUSY)
# The network is judged from at least this many sources. One source without an answer says nothing about the network.
ALIKE = 2
# Other sessions may wait for the session of a stage, so Postgres ends it if it was silent for this many seconds: then
# its process or its machine is paused. Chosen: a crawl that is not paused sends something every fifteen seconds, and
# nobody should wait for two minutes.
SILENT_SECONDS = 115.0
KEY = re.compile(r"\d{4}-\d{2}-\d{2}T\d{4}(\d{2})?", re.ASCII)


@dataclass(frozen=True)
class Attempt:
    """One start of a stage of a source's run; the number counts from 1."""

    run: str
    source: str
    stage: str
    number: int


def key_of(at: datetime, *, manual: bool = False) -> str:
    """The run key of a moment: `2026-11-22T0200`, with seconds if a person started the run."""
    return at.astimezone(UTC).strftime(RUN_KEY + "%S" * manual)


def begun_by_hand(key: str) -> bool:
    """Whether a person started the run of this key, as `key_of` writes it."""
    return len(key) > len(key_of(datetime.now(UTC)))


def check_key(key: str) -> str:
    """The key itself; NightdeskError if it is no run key (it becomes part of file names)."""
    if moment_of(key) is None:
        raise NightdeskError(f"{key!r} is no run key; write it like 2026-11-22T0200 or 2026-11-22T020013.")
    return key


def moment_of(key: str) -> datetime | None:
    """The moment in a run key; None if there is none, or if no calendar has such a moment."""
    if not KEY.fullmatch(key):
        return None
    try:
        # fromisoformat reads a key with seconds and one without.
        return datetime.fromisoformat(key).replace(tzinfo=UTC)
    except ValueError:
        return None


def plan(conn: postgres.Connection, run: str, *, sources: int, followed: int = 0) -> None:
    """Write, and commit at once, how many sources a run is planned for. This decides whether the run is a night.

    followed: how many sources are followed, without the paused ones; 0: as many as are planned. If a run is planned
    twice, the plan with more sources stays.
    """
    if not sources:
        return
    wide = {"sources": sources, "followed": followed or sources, "share": NIGHT_SHARE, "within": WIDEST_WITHIN}
    with conn:
        postgres.execute(conn, "plan_run", run=run, **wide)
    with conn:
        postgres.execute(conn, "summarise_runs", run=run, over=OVER_AFTER, count=COUNTED_AT_ONCE)


def read_plan(conn: postgres.Connection, run: str) -> postgres.Row | None:
    """What a run was planned for: `sources`, `followed`, `night`; None if the run is unknown."""
    return postgres.row(conn, "plan_of_run", run=run)


def begin(conn: postgres.Connection, run: str, source: str, stage: str, *, schema_checked: bool = False) -> Attempt:
    """Write that a stage has begun for a source, and that this stage has failed in the source's other runs in which it
    was killed. Both are committed at once. An earlier attempt at this stage of this run writes nothing from now on.

    The stage counts as alive while this connection is open, or until `leave`.
    schema_checked: whether this connection has checked the schema before. If not, it is checked now: DatabaseError if
    this version may not work on the schema.
    """
    return begin_all(conn, run, [source], stage, schema_checked=schema_checked)[0]


def begin_all(
    conn: postgres.Connection, run: str, sources: Sequence[str], stage: str, *, schema_checked: bool = False
) -> list[Attempt]:
    """Like `begin`, for several sources at once."""
    if not schema_checked:
        migrations.check_migrated(conn)
    named: dict[str, Any] = {"run": run, "sources": list(sources), "stage": stage}
    with conn:
        postgres.execute_all(conn, ("lock_stage", "close_stale_stages"), **named)
        numbers = {row["source"]: row["attempt"] for row in postgres.query(conn, "begin_stage", **named)}
    return [Attempt(run, source, stage, numbers[source]) for source in sources]


@contextmanager
def ours(conn: postgres.Connection, attempt: Attempt) -> Iterator[None]:
    """One transaction in which the attempt has its stage for certain: no other process takes the stage over before the
    transaction ends.

    TakenOverError if another process has taken it over already; then nothing in the block is done.
    """
    with conn:
        hold(conn, attempt)
        yield


def hold(conn: postgres.Connection, attempt: Attempt) -> None:
    """Make sure that no other process takes this attempt over before the caller's transaction ends; TakenOverError if
    another process has done so already."""
    named = {"run": attempt.run, "source": attempt.source, "stage": attempt.stage}
    if not postgres.execute(conn, "hold_attempt", **named, attempt=attempt.number):
        raise taken_over(attempt)


def attempts(conn: postgres.Connection, run: str, stage: str, sources: Sequence[str]) -> dict[str, Attempt]:
    """The newest attempt at a stage of a run, by source."""
    rows = postgres.query(conn, "attempts", run=run, stage=stage, sources=list(sources))
    return {row["source"]: Attempt(run, row["source"], stage, row["attempt"]) for row in rows}


def taken_over(attempt: Attempt) -> TakenOverError:
    """The error of an attempt that was taken over."""
    return TakenOverError(
        f"Another process has begun {attempt.stage} of {attempt.source or 'this run'} for run {attempt.run} again. "
        "This one writes nothing; the other one does all of it."
    )


def leave(conn: postgres.Connection, run: str, source: str, stage: str) -> None:
    """Write that this connection has ended a stage, whose work is committed, and goes on to another stage."""
    leave_all(conn, run, [source], stage)


def leave_all(conn: postgres.Connection, run: str, sources: Sequence[str], stage: str) -> None:
    """Like `leave`, for several sources at once."""
    with conn:
        postgres.query(conn, "leave_stage", run=run, sources=list(sources), stage=stage)


def progress(conn: postgres.Connection, run: str, source: str, stage: str, counts: dict[str, int]) -> None:
    """Write how far a running stage is; part of the caller's transaction."""
    postgres.execute(conn, "progress_stage", run=run, source=source, stage=stage, counts=postgres.json(counts))


def end(conn: postgres.Connection, tally: Tally, attempt: Attempt | None = None) -> Tally:
    """Write how a stage ended for a source; part of the caller's transaction. Gives the tally.

    attempt: the attempt that ends. TakenOverError if another attempt has begun meanwhile; the error undoes the
    transaction.
    """
    if attempt is None:
        told = _tell(tally)
        postgres.execute(conn, "end_stage", **told | {"counts": postgres.json(told["counts"])})
    else:
        end_all(conn, [tally], [attempt])
    return tally


def end_all(conn: postgres.Connection, tallies: list[Tally], attempts: Sequence[Attempt]) -> list[Tally]:
    """Like `end`, for the attempts at a stage of several sources."""
    ends = [_tell(tally) | {"attempt": one.number} for tally, one in zip(tallies, attempts, strict=True)]
    ended = {row["source"] for row in postgres.query(conn, "end_attempts", ends=postgres.json(ends))}
    for attempt in attempts:
        if attempt.source not in ended:
            raise taken_over(attempt)
    return tallies


def tell_taken_over(error: TakenOverError, run: str, source: str, stage: str) -> Tally:
    """The tally of an attempt that was taken over. Nothing is written, because the row now belongs to the other
    attempt."""
    return Tally(run=run, source=source, stage=stage, state=RunState.BUSY, message=str(error))


def tallies(conn: postgres.Connection, run: str) -> list[Tally]:
    """The tallies of a run, ordered by source and stage."""
    return list(_tallies(postgres.query(conn, "tallies_of_run", run=run)))


def stages(conn: postgres.Connection, run: str, source: str) -> dict[str, str]:
    """The state of each stage of a source's run so far: stage -> state."""
    return stages_of_all(conn, run, [source])[source]


def stages_of_all(conn: postgres.Connection, run: str, sources: Sequence[str]) -> dict[str, dict[str, str]]:
    """Like `stages`, for several sources at once, by source."""
    states: dict[str, dict[str, str]] = {source: {} for source in sources}
    for row in postgres.query(conn, "states_of_stages", run=run, sources=list(sources)):
        states[row["source"]][row["stage"]] = row["state"]
    return states


def tell_unreached(conn: postgres.Connection, run: str) -> str:
    """A sentence that says that our network is at fault, if no host answered in a run over several sources; else
    empty."""
    row = postgres.row(conn, "reach_of_run", run=run) or {}
    if row["answered"] or row["sources"] < ALIKE:
        return ""
    whys = ", ".join(f"{count} {why}" for why, count in sorted(row["whys"].items(), key=lambda one: -one[1]))
    return (
        f"Nothing answered, no host of {row['sources']} sources ({whys}): the network of this machine, or its name "
        "server, is down. The sites are not to blame; run the same again when it is back."
    )


def seconds(conn: postgres.Connection, stage: str, names: Sequence[str]) -> dict[str, float]:
    """How long a stage took for each source when it last ended well: source -> seconds. New sources are missing."""
    rows = postgres.query(conn, "last_seconds", stage=stage, sources=list(names))
    return {row["source"]: row["seconds"] for row in rows}


def latest(conn: postgres.Connection, count: int = LATEST) -> list[postgres.Row]:
    """The newest runs: `run`, `started_at`, `ended_at`, `sources`, `failed`, `running`; newest first."""
    return postgres.query(conn, "latest_runs", count=count, again=BEGUN_AGAIN)


def _tell(tally: Tally) -> postgres.Row:
    names = ("run", "source", "stage", "counts", "message")
    return {name: getattr(tally, name) for name in names} | {"state": str(tally.state), "code": str(tally.code)}


def _tallies(rows: Iterable[postgres.Row]) -> Iterable[Tally]:
    for row in rows:
        facts = {name: row[name] for name in ("run", "source", "stage", "counts", "message")}
        yield Tally(**facts, state=RunState(row["state"]), code=RunCode(row["code"]))


def judge_stage(tallies: Iterable[Tally], stage: str, names: Sequence[str], share: float) -> str:
    """The sentence on a stage for the task `verdict`; NightdeskError if `share` of the sources or more failed or never
    ended."""
    known = {tally.source: tally for tally in tallies if tally.stage == stage}
    bad = {name: _why(known.get(name)) for name in names if name not in known or known[name].state not in ENDED_WELL}
    if not bad:
        return f"{len(names)} sources, none failed"
    said = "; ".join(f"{name}: {why}" for name, why in list(bad.items())[:SOURCES_SHOWN])
    more = f"; and {len(bad) - SOURCES_SHOWN} more" if len(bad) > SOURCES_SHOWN else ""
    # URLs without a final state (UNACCOUNTED) fail the stage, however few sources have them: the ledger promises a
    # final state for every URL.
    if len(bad) >= share * len(names) or any(known[name].counts.get(UNACCOUNTED) for name in bad if name in known):
        raise NightdeskError(f"{stage} failed for {len(bad)} of {len(names)} sources: {said}{more}")
    return f"{len(names)} sources, {len(bad)} failed: {said}{more}"


def _why(tally: Tally | None) -> str:
    if tally is None:
        return "never began"
    return tally.message or ("did not end" if tally.state == RunState.RUNNING else tally.state)
