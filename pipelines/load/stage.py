"""Load: writes article files into Postgres. A file has a transaction of its own; several small files may share one.

`read_ahead.py` and `file_rows.py` read the file, and `steps.py` decides what each look at a page changed. After a
complete load, another load of the same file changes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from pipelines.codes import RunState, Side
from pipelines.crawl import ledger, url_account
from pipelines.crawl.url_account import Difference
from pipelines.errors import NightdeskError, StoreError, TakenOverError
from pipelines.load import file_rows, policy, quarantine, read_ahead, steps, story_links
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres, row_copy, runs

log = logging.getLogger(__name__)

STAGE = "load"
# Functions of load's caller: `check` is called before the stage begins, `prepare` before load writes anything.
Call = Callable[[postgres.Connection], None] | None
# A function that loads the article file of a source and run; `loading` gives it.
Load = Callable[..., Tally]
LOCK_NOT_AVAILABLE = "55P03"
BUSY, HELD = "Another load of {} holds its articles.", "Another process held for too long what a load of {} writes."
# These are classes of SQLSTATE. 22: a value does not fit its type. 23: a constraint refuses a value.
WRONG_VALUES = ("22", "23")
# A message names at most this many URLs, and says how many further ones there are.
URLS_SHOWN = 3


class _ApartError(Exception):
    """Several sources cannot be loaded together, because articles of one must be held."""


def load(settings: Settings, source: Source, run: str, *, check: Call = None, prepare: Call = None) -> Tally:
    """Load the article file of a source and run into Postgres; each repetition gives the same Tally.

    Counts: new (articles), revised, reread, unchanged, duplicate, removed, restored, rejected, words, cut (blocks of
    boilerplate), seconds, and held (articles in the quarantine). The Tally has the state failed if the file is missing
    though pages were fetched, if it cannot be read, or if the ledger does not account for every URL of the run
    afterwards (count: unaccounted).

    prepare: called before anything changes, while no other process loads this source. If it is given, the quarantine
    does not hold the run, because a person asked for this load: by releasing the run, or by extracting it again.
    check: called before the stage begins, while no other process loads this source; its error leaves `runs` unchanged.
    """
    with loading(settings) as load_next:
        return load_next(source, run, prepare, check)


@contextmanager
def loading(settings: Settings, ahead: Sequence[Source] = ()) -> Iterator[Load]:
    """Give a function that loads like `load`, for many sources one after the other over one connection.

    ahead: the sources for which the function will be called, of one run and in this order. Small files that follow each
    other are loaded together, in one transaction. If anything is wrong with one of them, each is loaded by itself.
    """
    # Between two calls, `idle` is the connection and `session` keeps it open. An error during a call closes it, and the
    # next call opens a new one. To look up each table on a new connection costs more than to load a small file.
    session, idle = ExitStack(), None
    # After a wait for one source in vain, the next waits are shorter: another load may have locked all sources.
    patience = policy.LOCK_WAIT_SECONDS
    # `left` has the sources that were not loaded yet, `known` the tallies of those loaded together with an earlier one.
    left, known = list(ahead), dict[tuple[str, str], Tally]()

    def load_next(source: Source, run: str, prepare: Call = None, check: Call = None) -> Tally:
        nonlocal session, idle, patience
        together: list[Source] = []
        if not prepare and (source.name, run) not in known and source in left:
            at = left.index(source)
            together = read_ahead.choose_together(settings, left[at : at + policy.TOGETHER_SOURCES], run)
            del left[: at + max(len(together), 1)]
        if len(together) < 2:
            together = [] if (source.name, run) in known else [source]
        names = [one.name for one in together]
        with file_rows.keep_garbage(), session, read_ahead.reading(settings, names, run) as reading:
            schema_checked = idle is not None
            conn = idle or session.enter_context(_connection(settings))
            idle = None
            if len(together) > 1:
                known.update(_load_together(settings, conn, together, run, reading, schema_checked=schema_checked))
                schema_checked = schema_checked or bool(known)
            tally = known.pop((source.name, run), None) or _load_alone(
                settings, conn, source, run, reading, prepare, check, schema_checked=schema_checked, patience=patience
            )
            if tally.state == RunState.BUSY:
                patience = policy.SHORT_LOCK_WAIT_SECONDS
            session, idle = session.pop_all(), conn
        return tally

    try:
        yield load_next
    finally:
        session.close()


def _connection(settings: Settings) -> AbstractContextManager[postgres.Connection]:
    return postgres.connection(settings, application="nightdesk load", idle_seconds=runs.SILENT_SECONDS)


def _load_together(
    settings: Settings,
    conn: postgres.Connection,
    sources: Sequence[Source],
    run: str,
    reading: read_ahead.ReadAhead,
    *,
    schema_checked: bool,
) -> dict[tuple[str, str], Tally]:
    """Load the sources that no other session loads, in one transaction; gives their tallies, none after an error."""
    with conn:
        turns = postgres.query(conn, "load_try_locks", sources=[source.name for source in sources])
    ours = {row["source"] for row in turns if row["ours"]}
    chosen, tallies = [source for source in sources if source.name in ours], list[Tally]()
    if not chosen:
        return {}
    try:
        attempts = runs.begin_all(conn, run, [one.name for one in chosen], STAGE, schema_checked=schema_checked)
        tallies = _write(settings, conn, chosen, attempts, reading, None)
        runs.leave_all(conn, run, [one.name for one in chosen], STAGE)
    # After an error, the sources are loaded one by one, so that the error is reported for the right source.
    except Exception as error:
        if conn.closed:
            raise
        foreseen = isinstance(error, (_ApartError, NightdeskError, postgres.Error))
        level = logging.INFO if foreseen else logging.WARNING
        log.log(level, "%d sources are loaded one by one: %s", len(chosen), error, exc_info=not foreseen)
        runs.leave_all(conn, run, [one.name for one in chosen], STAGE)
    _give_turns_back(conn, [one.name for one in chosen])
    return {(tally.source, run): tally for tally in tallies}


def _load_alone(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    run: str,
    reading: read_ahead.ReadAhead,
    prepare: Call,
    check: Call,
    *,
    schema_checked: bool,
    patience: int,
) -> Tally:
    if not _take_turn(conn, source.name, patience):
        return Tally(run=run, source=source.name, stage=STAGE, state=RunState.BUSY, message=BUSY.format(source.name))
    # If `check` raises an error, the session is closed, and the lock on this source ends with the session.
    if check:
        with conn:
            check(conn)
    attempt = runs.begin(conn, run, source.name, STAGE, schema_checked=schema_checked)
    tally = _try_to_write(settings, conn, source, attempt, reading, prepare)
    runs.leave(conn, run, source.name, STAGE)
    _give_turns_back(conn, [source.name])
    return tally


def _take_turn(conn: postgres.Connection, source: str, patience: int) -> bool:
    """Wait at most `patience` seconds until no other session loads this source, and lock it. Gives whether it is locked
    now. The lock ends with `_give_turns_back`, or with the session.
    """
    try:
        with conn:
            limits = _limits() | {"wait": f"{patience}s"}
            postgres.execute_all(conn, ("load_patience", "load_lock"), **limits, source=source)
    except postgres.Error as error:
        if error.pgcode != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _give_turns_back(conn: postgres.Connection, sources: Sequence[str]) -> None:
    with conn:
        postgres.query(conn, "load_unlock", sources=list(sources))


def _limits() -> dict[str, Any]:
    memory, lookup = f"{policy.MERGE_MB}MB", str(policy.LOOKUP_COST)
    return {"wait": f"{policy.LOCK_WAIT_SECONDS}s", "memory": memory, "lookup": lookup}


def _try_to_write(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    attempt: runs.Attempt,
    reading: read_ahead.ReadAhead,
    prepare: Call,
) -> Tally:
    run = attempt.run
    try:
        return _write(settings, conn, [source], [attempt], reading, prepare)[0]
    except TakenOverError as error:
        return runs.tell_taken_over(error, run, source.name, STAGE)
    except StoreError as error:
        return _end_stage(conn, attempt, RunState.FAILED, str(error))
    except postgres.Error as error:
        code = error.pgcode or ""
        if code == LOCK_NOT_AVAILABLE:
            return _end_stage(conn, attempt, RunState.BUSY, HELD.format(source.name))
        if code[:2] not in WRONG_VALUES and not row_copy.is_broken_row(error):
            raise
        said = (
            f"Postgres refuses what {articlefile.path(settings, source.name, run)} holds: {postgres.cause(error)}. "
            "Run `nightdesk extract` for this run again."
        )
        return _end_stage(conn, attempt, RunState.FAILED, said)


def _write(
    settings: Settings,
    conn: postgres.Connection,
    sources: Sequence[Source],
    attempts: Sequence[runs.Attempt],
    reading: read_ahead.ReadAhead,
    prepare: Call,
) -> list[Tally]:
    """Load one source or several in one transaction; gives their tallies. After an error, nothing is written."""
    started, run, names = time.monotonic(), attempts[0].run, [source.name for source in sources]
    with conn:
        postgres.query(conn, "load_patience", **_limits())
        if prepare:
            prepare(conn)
        read = reading.take(file_rows.find(conn, settings, names, run))
        held_because = steps.run_steps(conn, read, names, run, may_hold=prepare is None)
        if held_because and len(names) > 1:
            raise _ApartError(f"articles must be held ({held_because})")
        # Once `keep_loaded` has begun, every other load waits. So `_find_gaps`, which reads raw files, comes first.
        gaps = _find_gaps(settings, conn, sources, run)
        if read.file.rows and not held_because:
            story_links.keep_loaded(conn, read.file.signed)
        rows = postgres.prepared_rows(conn, "tally_of_load", sources=names, run=run)
        counted = {row.pop("source"): row for row in rows}
        # The time is divided equally among the sources.
        seconds = round((time.monotonic() - started) / len(names))
        tallies = [
            _tell(conn, name, run, counted[name] | {"seconds": seconds}, gaps[name], held_because) for name in names
        ]
        return runs.end_all(conn, tallies, attempts)


def _tell(
    conn: postgres.Connection,
    source: str,
    run: str,
    counts: dict[str, Any],
    gap: Sequence[Difference],
    held_because: str,
) -> Tally:
    flooded = counts.pop("flooded")
    counts.update({runs.UNACCOUNTED: len(gap)} if gap else {})
    counts.update(quarantine.counts(conn, source, run) if held_because else {})
    state, message = (
        (RunState.FAILED, _gap_sentence(gap))
        if gap
        else (RunState.DONE, quarantine.sentence(counts, held_because) or _flood_sentence(flooded))
    )
    return Tally(run=run, source=source, stage=STAGE, state=state, counts=counts, message=message)


def _find_gaps(
    settings: Settings, conn: postgres.Connection, sources: Sequence[Source], run: str
) -> dict[str, list[Difference]]:
    """The URLs that are not accounted for after this load, by source; none if crawl or extract did not end."""
    gaps: dict[str, list[Difference]] = {source.name: [] for source in sources}
    stages, without = runs.stages_of_all(conn, run, list(gaps)), []
    for source in sources:
        if url_account.is_due(stages[source.name]):
            gaps[source.name] = url_account.differences(settings, conn, source, run)
        elif url_account.is_due({"crawl": RunState.DONE, "extract": RunState.DONE} | stages[source.name]):
            without.append(source.name)
    # If no crawl or no extract of the run is recorded, only the ledger is checked.
    for row in ledger.find_unaccounted(conn, run, *without) if without else ():
        told = {"source": row["source"], "url": row["url"], "detail": row["problem"]}
        gaps[row["source"]].append(Difference(side=Side.OPEN, run=run, **told))
    return gaps


def _flood_sentence(count: int) -> str:
    """The sentence about edits that were too many for one run; empty if there were not too many."""
    if not count:
        return ""
    return (
        f"{count} articles read otherwise than before, nearly all that were looked at again: "
        "that is taken for a new layout of the site and alerts nobody."
    )


def _gap_sentence(gap: Sequence[Difference]) -> str:
    """The sentence about URLs that are not accounted for."""
    many = f"{len(gap)} URLs of this run are" if len(gap) > 1 else "1 URL of this run is"
    named = "; ".join(f"{one.url} ({_why(one)})" for one in gap[:URLS_SHOWN])
    more = f"; and {len(gap) - URLS_SHOWN} more" if len(gap) > URLS_SHOWN else ""
    return (
        f"{many} not accounted for: {named}{more}. What was loaded stays; "
        f"`nightdesk ledger {gap[0].source} --run {gap[0].run}` names all, `nightdesk why URL` tells the story of one, "
        "`nightdesk extract` and `nightdesk load` read a run again."
    )


def _why(one: Difference) -> str:
    return one.detail if one.side == Side.OPEN else f"{one.side.means}: {one.detail}"


def _end_stage(conn: postgres.Connection, attempt: runs.Attempt, state: RunState, message: str) -> Tally:
    tally = Tally(run=attempt.run, source=attempt.source, stage=STAGE, state=state, message=message)
    try:
        with conn:
            return runs.end(conn, tally, attempt)
    except TakenOverError as error:
        return runs.tell_taken_over(error, attempt.run, attempt.source, STAGE)
