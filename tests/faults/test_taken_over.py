"""SIGSTOP of an extraction, a load and a sender, another attempt at the same, SIGCONT: the late one writes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pipelines.alert import stage as alert
from pipelines.errors import DatabaseError, TakenOverError
from pipelines.extract.stage import extract
from pipelines.load import stage as load
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres, runs
from tests import databases
from tests.faults.conftest import NEW, OLD, RUN, SITES, Night, Receiver
from tests.faults.holds import ALERT, EXTRACT, LOAD, beside, blocked, gone, locked, stage, until, value

NAME = "harbour"
FETCHES = "lock table fetches in access exclusive mode"
OUTCOMES = "lock table outcomes in share mode"
# The server is shared with other tests, which have databases of their own.
WAITING_FOR_ADVISORY = """
    select count(*) from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and locktype = 'advisory' and not granted
"""
ROWS = """
    select (select count(*) from revisions) as revisions, (select count(*) from outcomes) as outcomes,
        (select count(*) from changes) as changes, (select count(*) from templates) as templates,
        r.state, r.attempt, r.ended_at, r.counts::text
    from runs r where run = %s and source = %s and stage = %s
"""
# As pipelines.stores.runs has it, but for a test: an address' own options come last.
SILENT = "options=-c%20idle_in_transaction_session_timeout%3D2000"
SOON_SILENT = "from pipelines.stores import runs\nruns.SILENT_SECONDS = 2.0\n"
# How a process ends whose connection was closed: by this error, and no other one.
GONE = f"{DatabaseError.__module__}.{DatabaseError.__name__}: "
SENT = "select count(*) from deliveries where state = 'sent'"


@contextmanager
def stopped_at(
    settings: Settings, script: str, statement: str, waits: Callable[[], object]
) -> Iterator[subprocess.Popen[str]]:
    """A process that does a stage for the source, and stands still where it waited for a lock, which is free again."""
    with stage(settings, script.replace("[]", f"[{NAME!r}]"), RUN) as child:
        with locked(settings, statement):
            until(waits)
            os.kill(child.pid, signal.SIGSTOP)
        yield child


@contextmanager
def paused(child: subprocess.Popen[str]) -> Iterator[None]:
    """A process that stands still for the length of the block."""
    os.kill(child.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(child.pid, signal.SIGCONT)


@pytest.fixture
def source(night: Night) -> Source:
    """The source of the night that two processes work at."""
    return next(one for one in night.sources if one.name == NAME)


def waits_to_write_outcomes(conn: postgres.Connection) -> bool:
    """Whether a load waits within its transaction, which has written its articles."""
    return "insert into outcomes" in blocked(conn, "nightdesk load")


def written(conn: postgres.Connection, of: str) -> list[Any]:
    with conn, conn.cursor() as cursor:
        cursor.execute(ROWS, (RUN, NAME, of))
        return [tuple(row.values()) for row in cursor.fetchall()]


def check_that_only_the_other_wrote(
    conn: postgres.Connection, done: Tally, before: list[Any], late: subprocess.Popen[str], said: str
) -> None:
    """A load was done while a late one stood still, and the late one found its connection closed and wrote nothing.

    before: what was written when the load was done. said: by the late one.
    """
    assert (done.state, done.counts["new"]) == ("done", NEW)
    assert late.returncode and GONE in said, said
    assert written(conn, "load") == before
    assert value(conn, "select count(*) from articles where source = %s", NAME) == OLD + NEW


@pytest.mark.parametrize("night", ["crawled"], indirect=True)
def test_an_extraction_that_was_taken_over_while_it_was_paused_writes_nothing_when_it_goes_on(
    night: Night, source: Source, conn: postgres.Connection
) -> None:
    file = articlefile.path(night.settings, NAME, RUN)

    with stopped_at(night.settings, EXTRACT, FETCHES, lambda: blocked(conn, "nightdesk extract")) as child:
        with paused(child):
            done = extract(night.settings, source, RUN)
            before = (file.stat().st_ino, written(conn, "extract"))
        said = child.communicate()[0]

    assert (done.state, done.counts["articles"]) == ("done", NEW)
    assert "Another process has begun" in said and "busy" in said, said
    assert (file.stat().st_ino, written(conn, "extract")) == before
    assert [path.name for path in night.settings.articles.rglob(".*")] == []


@pytest.mark.parametrize("night", ["extracted"], indirect=True)
def test_a_load_that_is_paused_within_its_transaction_frees_the_source_and_writes_nothing_when_it_goes_on(
    night: Night, source: Source, conn: postgres.Connection
) -> None:
    joint = "&" if "?" in night.settings.database_url else "?"
    pausing = night.settings.model_copy(update={"database_url": f"{night.settings.database_url}{joint}{SILENT}"})

    with stopped_at(pausing, LOAD, OUTCOMES, lambda: waits_to_write_outcomes(conn)) as child:
        with paused(child):
            done = load.load(night.settings, source, RUN)
            before = written(conn, "load")
        said = child.communicate()[0]

    check_that_only_the_other_wrote(conn, done, before, child, said)


@pytest.mark.parametrize("night", ["extracted"], indirect=True)
def test_a_load_that_stands_still_while_it_reads_its_file_frees_the_source_and_writes_nothing_when_it_goes_on(
    night: Night, source: Source, conn: postgres.Connection
) -> None:
    file = articlefile.path(night.settings, NAME, RUN)
    aside = file.rename(file.with_suffix(".aside"))
    lines = aside.read_bytes().splitlines(keepends=True)
    # A pipe in place of the file gives its first line only.
    os.mkfifo(file)

    with stage(night.settings, SOON_SILENT + LOAD.replace("[]", f"[{NAME!r}]"), RUN) as child:
        with file.open("wb") as pipe:
            pipe.write(lines[0])
            pipe.flush()
            aside.replace(file)
            done = load.load(night.settings, source, RUN)
            before = written(conn, "load")
            pipe.writelines(lines[1:])
        said = child.communicate()[0]

    check_that_only_the_other_wrote(conn, done, before, child, said)


@pytest.mark.parametrize("night", ["loaded"], indirect=True)
def test_a_sender_that_is_paused_leaves_its_messages_to_the_next_one_and_repeats_what_a_kill_can_repeat(
    night: Night, conn: postgres.Connection, receiver: Receiver
) -> None:
    held = threading.Event()
    receiver.after = lambda number: bool(held.wait(60))

    with stage(night.settings, SOON_SILENT + ALERT, RUN) as child:
        until(lambda: receiver.accepted)
        with paused(child):
            until(lambda: gone(conn, "nightdesk send"))
            receiver.after = bool
            held.set()
            done = alert.send(night.settings, RUN)
            sent = value(conn, SENT)
        said = child.communicate()[0]

    assert done.counts["waiting"] == 0 and sent == NEW * len(SITES) == len(receiver.accepted)
    assert child.returncode and GONE in said, said
    # Of a program, what is marked together; it knows the keys.
    assert max(Counter(key for key, _ in receiver.asked).values()) == 2
    assert value(conn, SENT) == sent


@pytest.mark.parametrize("night", ["extracted"], indirect=True)
def test_a_load_that_another_one_joins_ends_as_it_would_alone_and_the_other_after_it(
    night: Night, source: Source, conn: postgres.Connection
) -> None:
    with locked(night.settings, OUTCOMES) as lock, beside(load.load, night.settings, source, RUN) as first:
        until(lambda: waits_to_write_outcomes(conn))
        with beside(load.load, night.settings, source, RUN) as second:
            until(lambda: value(conn, WAITING_FOR_ADVISORY))
            lock.rollback()
            tallies: list[Tally] = [first.result(), second.result()]

    assert [(tally.state, tally.counts["new"]) for tally in tallies] == [("done", NEW)] * 2
    assert value(conn, "select count(*) from articles where source = %s", NAME) == OLD + NEW


@pytest.mark.parametrize("night", ["extracted"], indirect=True)
def test_a_load_that_was_taken_over_before_its_end_takes_back_all_that_it_wrote(
    night: Night, source: Source, conn: postgres.Connection
) -> None:
    with (
        locked(night.settings, OUTCOMES) as lock,
        beside(load.load, night.settings, source, RUN) as late,
    ):
        until(lambda: waits_to_write_outcomes(conn))
        runs.begin(conn, RUN, NAME, "load")
        lock.rollback()
        tally: Tally = late.result()

    assert tally.state == "busy" and "Another process has begun" in tally.message
    assert value(conn, "select count(*) from articles where source = %s", NAME) == OLD
    assert [row[4] for row in written(conn, "load")] == ["running"]


@pytest.mark.parametrize("night", ["crawled"], indirect=True)
def test_an_attempt_holds_its_stage_until_another_one_begins(night: Night, conn: postgres.Connection) -> None:
    first = runs.begin(conn, RUN, NAME, "extract")
    with runs.ours(conn, first):
        pass

    second = runs.begin(conn, RUN, NAME, "extract")

    assert second.number == first.number + 1
    with pytest.raises(TakenOverError), runs.ours(conn, first):
        databases.rows(conn, "select 1")
    with pytest.raises(TakenOverError), conn:
        runs.end(conn, Tally(run=RUN, source=NAME, stage="extract", state="done"), first)
    with conn:
        runs.end(conn, Tally(run=RUN, source=NAME, stage="extract", state="done"), second)
