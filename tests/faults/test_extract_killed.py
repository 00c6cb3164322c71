"""kill -9 of an extraction at five points, of one of its workers, and the extraction that follows it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.stores import articlefile, postgres
from tests.faults.conftest import NEW, NEXT, RUN, Night, Receiver, check_whole, finish
from tests.faults.holds import (
    EXTRACT,
    EXTRACT_WITH_WORKERS,
    alive,
    blocked,
    gone,
    kill,
    locked,
    stage,
    until,
    value,
    workers,
)

AT = "crawled"
EXTRACTION = "nightdesk extract"
FETCHES = "lock table fetches in access exclusive mode"
REJECTED = "select sum((counts ->> 'rejected')::int) from runs where run = %s and stage = 'extract'"
STATE = "select state from runs where run = %s and source = %s and stage = 'extract'"
Point = Callable[[Night, postgres.Connection], None]


def whole(night: Night, source: str) -> Path:
    return articlefile.path(night.settings, source, RUN)


def begun(night: Night, source: str) -> list[Path]:
    return list((night.settings.articles / source).glob(f".{RUN}.jsonl.*"))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def an_hour_passes(night: Night) -> None:
    """What a killed extraction had begun is swept away once nobody can be at it any more."""
    for file in night.settings.articles.rglob(".*.jsonl.*"):
        os.utime(file, (0, file.stat().st_mtime - 3601))


def nothing_written(night: Night, conn: postgres.Connection) -> None:
    with locked(night.settings, FETCHES), stage(night.settings, EXTRACT, RUN) as child:
        until(lambda: blocked(conn, EXTRACTION))
        assert value(conn, STATE, RUN, "harbour") == "running" and not begun(night, "harbour")
        kill(child)


def file_begun(night: Night, conn: postgres.Connection) -> None:
    """Its first page done, it is about to open the raw file for the second."""
    with stage(night.settings, EXTRACT, RUN, stop_at=("open", f"raw/harbour/{RUN}", 2)) as child:
        until(lambda: begun(night, "harbour"))
        kill(child)
    assert not whole(night, "harbour").exists()


def file_whole(night: Night, conn: postgres.Connection) -> None:
    with stage(night.settings, EXTRACT, RUN, stop_at=("os.rename", f"articles/harbour/.{RUN}", 1)) as child:
        until(lambda: [lines(file) for file in begun(night, "harbour")] == [NEW])
        kill(child)
    assert not whole(night, "harbour").exists()


def renamed(night: Night, conn: postgres.Connection) -> None:
    """It waits for `fetches` after its row is there and before it is locked, then to write the row."""
    with locked(night.settings, FETCHES) as first, stage(night.settings, EXTRACT, RUN) as child:
        until(lambda: blocked(conn, EXTRACTION))
        with locked(night.settings, "lock table runs in share mode"):
            first.rollback()
            until(lambda: whole(night, "harbour").exists() and blocked(conn, EXTRACTION))
            kill(child)
    assert value(conn, STATE, RUN, "harbour") == "running" and lines(whole(night, "harbour")) == NEW


def second_source(night: Night, conn: postgres.Connection) -> None:
    with stage(night.settings, EXTRACT, RUN, stop_at=("open", f"raw/sabah/{RUN}", 1)) as child:
        until(lambda: begun(night, "sabah"))
        kill(child)
    assert value(conn, STATE, RUN, "harbour") == "done" and not whole(night, "sabah").exists()


@pytest.mark.parametrize(
    ("point", "again"),
    [
        pytest.param(nothing_written, NEXT, id="nothing written"),
        pytest.param(file_begun, NEXT, id="temporary file begun"),
        pytest.param(file_whole, RUN, id="temporary file whole, not renamed"),
        pytest.param(renamed, NEXT, id="renamed, tally not written"),
        pytest.param(second_source, NEXT, id="in the second source"),
    ],
)
def test_a_night_whose_extraction_is_killed_is_completed_by_the_next(
    night: Night, conn: postgres.Connection, receiver: Receiver, point: Point, again: str
) -> None:
    point(night, conn)
    until(lambda: gone(conn, EXTRACTION))
    an_hour_passes(night)

    finish(night.settings, night.sources, again, receiver.channels, after="crawl")

    check_whole(night, receiver, RUN, again)


def test_a_killed_worker_costs_no_page(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    with stage(night.settings, EXTRACT_WITH_WORKERS, RUN) as child:
        until(lambda: len(workers(child.pid)) == 2)
        os.kill(workers(child.pid)[0], signal.SIGKILL)
        assert child.wait(60) == 0
    assert value(conn, REJECTED, RUN) == 0

    finish(night.settings, night.sources, RUN, receiver.channels, after="extract")

    check_whole(night, receiver, RUN)


@pytest.mark.cold
def test_no_worker_outlives_a_killed_extraction(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    with stage(night.settings, EXTRACT_WITH_WORKERS, RUN) as child:
        until(lambda: len(workers(child.pid)) == 2)
        crew = workers(child.pid)
        kill(child)

    until(lambda: not any(alive(pid) for pid in crew))
    an_hour_passes(night)
    finish(night.settings, night.sources, RUN, receiver.channels, after="crawl")
    check_whole(night, receiver, RUN)
