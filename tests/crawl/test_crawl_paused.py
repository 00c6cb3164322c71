"""A crawl that is paused, or loses Postgres, for minutes loses its source to the next one; when it goes on it writes
nothing, and asks its sites for nothing. The next one keeps the site's delay, also after a crawl that was killed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines.crawl import ledger, url_account
from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.load import stage as load
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import clock, databases, postgres_lines
from tests.faults.holds import DEADLINE, beside, spider, until
from tests.papers import HOST, Paper, conditional, story
from tests.postgres_lines import Line
from tests.sites import Answer

RUN = "2026-11-22T0200"
LATER = "2026-11-22T0300"
# As pipelines.stores.runs has it, but for a test: an address' own options come last.
SILENT = "options=-c%20idle_session_timeout%3D2000%20-c%20idle_in_transaction_session_timeout%3D2000"
# A crawl that has nothing to write speaks to Postgres every five seconds.
LIVELY = SILENT.replace("2000", "7000")
# Seconds between two requests: a request of the paused crawl still waits for its gap when the session ends. How much
# later than it was sent the server may note one.
DELAY, LATE = 4.0, 0.2
WRITTEN = """
    select (select count(*) from fetches) as fetches, (select count(*) from urls) as urls,
        (select max(ended_at) from runs) as ended_at
"""
SESSIONS = """
    select count(*) from pg_stat_activity
    where application_name = 'nightdesk crawl' and datname = current_database()
"""


def raw_files(settings: Settings) -> dict[str, int]:
    """What the raw store of one machine holds."""
    return {path.name: path.stat().st_size for path in settings.raw.rglob("*.warc.gz*")}


def answer_when(allowed: threading.Event, asked: threading.Event) -> Answer:
    """A page that is answered once that is allowed; asked: set as soon as somebody asks for it."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        allowed.wait(60)
        conditional(story(2))(handler)

    return answer


def test_a_paused_crawl_loses_its_source_within_the_time_and_writes_nothing_when_it_goes_on(
    here: Settings, paper: Paper, conn: postgres.Connection
) -> None:
    address = f"{here.database_url}{'&' if '?' in here.database_url else '?'}{SILENT}"
    pausing = here.model_copy(update={"database_url": address})
    asked, answered = threading.Event(), threading.Event()
    paper.prints(1, 2, 3)
    paper.web.pages[f"{HOST}/news/2"] = answer_when(answered, asked)

    with ThreadPoolExecutor(1) as pool:
        paused = pool.submit(crawl.crawl, pausing, [paper.source], RUN)
        assert asked.wait(60)
        pid = spider()
        os.kill(pid, signal.SIGSTOP)
        try:
            until(lambda: databases.rows(conn, SESSIONS) == [(0,)])
            paper.web.pages[f"{HOST}/news/2"] = conditional(story(2))
            (next_one,) = crawl.crawl(here, [paper.source], RUN)
        finally:
            answered.set()
            os.kill(pid, signal.SIGCONT)
        (first,) = paused.result()

    assert (first.state, next_one.state) == ("failed", "done")
    # As Airflow has it: another attempt of the same run, whose row the late one leaves alone.
    assert databases.rows(conn, "select state from runs where stage = 'crawl'") == [("done",)]
    read = extract(here, paper.source, RUN)
    assert (read.state, read.message) == ("done", "")
    assert load.load(here, paper.source, RUN).state == "done"
    assert databases.rows(conn, "select count(*), count(distinct url) as urls from articles") == [(3, 3)]
    assert ledger.find_unaccounted(conn, RUN) == []
    assert url_account.differences(here, conn, paper.source, RUN) == []


def test_a_crawl_that_comes_back_on_a_machine_of_its_own_writes_no_raw_file_and_no_row(
    here: Settings, paper: Paper, conn: postgres.Connection, tmp_path: Path
) -> None:
    address = f"{here.database_url}{'&' if '?' in here.database_url else '?'}{SILENT}"
    other = here.model_copy(update={"database_url": address, "data": tmp_path / "other"})
    other.data.mkdir()
    asked, answered = threading.Event(), threading.Event()
    paper.prints(1, 2, 3)
    paper.web.pages[f"{HOST}/news/2"] = answer_when(answered, asked)

    with ThreadPoolExecutor(1) as pool:
        paused = pool.submit(crawl.crawl, other, [paper.source], RUN)
        assert asked.wait(60)
        until(lambda: raw_files(other))
        pid = spider()
        os.kill(pid, signal.SIGSTOP)
        try:
            until(lambda: databases.rows(conn, SESSIONS) == [(0,)])
            paper.web.pages[f"{HOST}/news/2"] = conditional(story(2))
            crawl.crawl(here, [paper.source], LATER)
            files, rows = raw_files(other), databases.rows(conn, WRITTEN)
        finally:
            answered.set()
            os.kill(pid, signal.SIGCONT)
        (first,) = paused.result()

    assert first.state == "failed" and "paused" in first.message
    assert (raw_files(other), databases.rows(conn, WRITTEN)) == (files, rows)


@contextmanager
def paused(pid: int, line: Line) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def cut(pid: int, line: Line) -> Iterator[None]:
    line.cut()
    try:
        yield
    finally:
        line.mend()


@contextmanager
def killed(pid: int, line: Line) -> Iterator[None]:
    os.kill(pid, signal.SIGKILL)
    yield


@pytest.mark.parametrize("away", [paused, cut, killed])
def test_a_crawl_that_was_away_from_postgres_asks_nothing_while_another_one_has_its_site(
    here: Settings, paper: Paper, conn: postgres.Connection, away: Callable[[int, Line], contextmanager[None]]
) -> None:
    source = replace(paper.source, delay=DELAY)
    paper.prints(1, 2, 3, 4)

    with (
        postgres_lines.line(here.database_url) as line,
        beside(
            crawl.crawl, here.model_copy(update={"database_url": f"{line.address}&{LIVELY}"}), [source], RUN
        ) as first,
    ):
        paper.web.wait_for(2, seconds=DEADLINE)
        with away(spider(), line):
            until(lambda: databases.rows(conn, SESSIONS) == [(0,)])
            before = len(paper.web.hits)
            with beside(crawl.crawl, here, [source], RUN) as second:
                # The second crawl's first request, the list; then the late one goes on within the gap that follows.
                until(lambda: len(paper.web.hits) >= before + 1)
        (second_tally,), (first_tally,) = second.result(), first.result()

    assert (first_tally.state, second_tally.state) == ("failed", "done")
    assert clock.apart([later - earlier for (earlier, *_), (later, *_) in pairwise(paper.web.hits)], DELAY, LATE)
    assert extract(here, source, RUN).state == load.load(here, source, RUN).state == "done"
    assert databases.rows(conn, "select count(*), count(distinct url) as urls from articles") == [(4, 4)]
    assert url_account.differences(here, conn, source, RUN) == []
