"""Load: writes an article file into Postgres, in one transaction for each source and run.

`file_rows.py` reads the file, and `steps.py` decides what each look at a page changed. A second load of the same file
changes nothing, whatever happened to the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from pipelines.codes import RunState, Side
from pipelines.crawl import ledger, url_account
from pipelines.crawl.url_account import Difference
from pipelines.errors import StoreError, TakenOverError
from pipelines.load import file_rows, policy, quarantine, steps, story_links
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres, runs

STAGE = "load"
# What the caller of `load` writes before anything changes, in the load's transaction.
Prepare = Callable[[postgres.Connection], None]
# Loads the article file of a source and run, as `loading` gives it.
Load = Callable[..., Tally]
LOCK_NOT_AVAILABLE = "55P03"
BUSY = "Another load of {} holds its articles."
# SQLSTATE classes: 22, a value that its type cannot have; 23, one that a constraint of its column refuses.
WRONG_VALUES = ("22", "23")
# URLs in one message. Chosen: the others are counted.
URLS_SHOWN = 3


def load(settings: Settings, source: Source, run: str, *, prepare: Prepare | None = None) -> Tally:
    """Load the article file of a source and run into Postgres; each repetition gives the same Tally.

    Counts: new (articles), revised, reread, unchanged, duplicate, removed, restored, rejected, words, cut (blocks of
    boilerplate), seconds, and held (articles in the quarantine). The Tally has the state failed if the file is missing
    though pages were fetched, if it cannot be read, or if the ledger does not account for every URL of the run
    afterwards (count: unaccounted).

    prepare: a function that is called before anything changes, while no other process loads this source. With it the
    quarantine does not hold the run: a person asked for this load (released the run, or has it extracted again).
    """
    with loading(settings) as load_next:
        return load_next(source, run, prepare)


@contextmanager
def loading(settings: Settings) -> Iterator[Load]:
    """Give a function that loads like `load`, for many sources one after the other over one connection.

    A new connection looks up each table again; for a small file this costs more than its articles.
    """
    # Between two calls, `idle` is the connection and `session` keeps it open. An error during a call closes it, and the
    # next call opens a new one.
    session, idle = ExitStack(), None

    def load_next(source: Source, run: str, prepare: Prepare | None = None) -> Tally:
        nonlocal session, idle
        with session:
            schema_checked = idle is not None
            conn = idle or session.enter_context(_connection(settings))
            idle = None
            if _take_turn(conn, source.name):
                attempt = runs.begin(conn, run, source.name, STAGE, schema_checked=schema_checked)
                tally = _load(settings, conn, source, attempt, prepare)
                runs.leave(conn, run, source.name, STAGE)
                _give_turn_back(conn, source.name)
            else:
                tally = Tally(
                    run=run, source=source.name, stage=STAGE, state=RunState.BUSY, message=BUSY.format(source.name)
                )
            session, idle = session.pop_all(), conn
        return tally

    try:
        yield load_next
    finally:
        session.close()


def _connection(settings: Settings) -> AbstractContextManager[postgres.Connection]:
    return postgres.connection(settings, application="nightdesk load", idle_seconds=runs.SILENT_SECONDS)


def _take_turn(conn: postgres.Connection, source: str) -> bool:
    """Wait until no other session loads this source; gives whether this session may load now. The turn ends with the
    session."""
    try:
        with conn:
            postgres.execute_all(conn, ("load_patience", "load_lock"), **_limits(), source=source)
    except postgres.Error as error:
        if error.pgcode != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _give_turn_back(conn: postgres.Connection, source: str) -> None:
    with conn:
        postgres.query(conn, "load_unlock", source=source)


def _limits() -> dict[str, Any]:
    return {"wait": f"{policy.LOCK_WAIT_SECONDS}s", "memory": f"{policy.MERGE_MB}MB"}


def _load(
    settings: Settings, conn: postgres.Connection, source: Source, attempt: runs.Attempt, prepare: Prepare | None
) -> Tally:
    started, run = time.monotonic(), attempt.run
    try:
        with conn:
            postgres.query(conn, "load_patience", **_limits())
            if prepare:
                prepare(conn)
            rows, signed, indexed = file_rows.read(conn, settings, source.name, run)
            held_because = steps.run_steps(conn, rows, indexed, source.name, run, may_hold=prepare is None)
            # `_gap` reads raw files, so it runs before the stories: from then on every other load waits.
            gap = _gap(settings, conn, source, run)
            if rows and not held_because:
                story_links.keep_loaded(conn, signed)
            counts = postgres.prepared_row(conn, "tally_of_load", source=source.name, run=run) or {}
            counts["seconds"] = round(time.monotonic() - started)
            counts.update({runs.UNACCOUNTED: len(gap)} if gap else {})
            counts.update(quarantine.counts(conn, source.name, run) if held_because else {})
            state, message = (
                (RunState.FAILED, _gap_sentence(gap))
                if gap
                else (
                    RunState.DONE,
                    quarantine.sentence(counts, held_because) or _flood_sentence(conn, source.name, run),
                )
            )
            tally = Tally(run=run, source=source.name, stage=STAGE, state=state, counts=counts, message=message)
            return runs.end(conn, tally, attempt)
    except TakenOverError as error:
        return runs.tell_taken_over(error, run, source.name, STAGE)
    except StoreError as error:
        return _end_stage(conn, attempt, RunState.FAILED, str(error))
    except postgres.Error as error:
        code = error.pgcode or ""
        if code == LOCK_NOT_AVAILABLE:
            return _end_stage(conn, attempt, RunState.BUSY, BUSY.format(source.name))
        if code[:2] not in WRONG_VALUES:
            raise
        said = (
            f"Postgres refuses what {articlefile.path(settings, source.name, run)} holds: {postgres.cause(error)}. "
            "Run `nightdesk extract` for this run again."
        )
        return _end_stage(conn, attempt, RunState.FAILED, said)


def _gap(settings: Settings, conn: postgres.Connection, source: Source, run: str) -> list[Difference]:
    """The URLs without an account after this load; empty if an earlier stage has reported that it did not end."""
    before = runs.stages(conn, run, source.name)
    if url_account.is_due(before):
        return url_account.differences(settings, conn, source, run)
    if (
        before.get("crawl", RunState.DONE) not in (RunState.DONE, RunState.STOPPED)
        or before.get("extract", RunState.DONE) != RunState.DONE
    ):
        return []
    # Without a crawl of ours, only the ledger has an account.
    return [
        Difference(side=Side.OPEN, source=source.name, run=run, url=row["url"], detail=row["problem"])
        for row in ledger.find_unaccounted(conn, run, source.name)
    ]


def _flood_sentence(conn: postgres.Connection, source: str, run: str) -> str:
    """The sentence about edits that were too many for one run; empty if there were not too many."""
    count = (postgres.row(conn, "edits_at_once", source=source, run=run) or {"count": 0})["count"]
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
