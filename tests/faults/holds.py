"""How the fault tests see where a process is, hold it there through the stores, and end it with kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from pipelines.model import Source
from pipelines.settings import Settings, export
from pipelines.stores import postgres
from tests import warm
from tests.sites import RUN

DEADLINE = 60.0
# A process that is to stop where it touches a file waits there for us to say something; we never do.
AT_FILE = """
import sys
left = [{count}]
def hold(event, given):
    if event == {event!r} and any({part!r} in str(value) for value in given[:2]):
        left[0] -= 1
        if not left[0]:
            sys.stdin.read()
sys.addaudithook(hold)
"""
EXTRACT = """
import sys
from pipelines.sources import folders
from pipelines.extract.stage import extract
from pipelines.settings import settings
if __name__ == "__main__":
    for source in folders.read_named(settings(), []):
        print(extract(settings(), source, sys.argv[1], processes=1))
"""
EXTRACT_WITH_WORKERS = EXTRACT.replace("processes=1", "processes=2")
LOAD = """
import sys
from pipelines.sources import folders
from pipelines.load.stage import load
from pipelines.settings import settings
for source in folders.read_named(settings(), []):
    print(load(settings(), source, sys.argv[1]))
"""
LOAD_TOGETHER = """
import sys
from pipelines.sources import folders
from pipelines.load.stage import loading
from pipelines.settings import settings
followed = folders.read_named(settings(), [])
with loading(settings(), ahead=followed) as load_next:
    for source in followed:
        print(load_next(source, sys.argv[1]))
"""
ALERT = """
import sys
from pipelines.alert import stage as alert
from pipelines.settings import settings
alert.match(settings(), sys.argv[1])
print(alert.send(settings(), sys.argv[1]))
"""
NIGHT = """
import sys
from pipelines.alert import stage as alert
from pipelines.crawl import stage as crawl
from pipelines.sources import folders
from pipelines.extract.stage import extract
from pipelines.load.stage import load
from pipelines.settings import settings
now, run, followed = settings(), sys.argv[1], folders.read_named(settings(), [])
print(crawl.crawl(now, followed, run))
for source in followed:
    print(extract(now, source, run))
for source in followed:
    print(load(now, source, run))
print(alert.match(now, run))
print(alert.send(now, run))
"""
REST = NIGHT.replace("print(crawl.crawl(now, followed, run))", "")
CRAWL = """
import sys
from pipelines.crawl import stage as crawl
from pipelines.sources import folders
from pipelines.settings import settings
print(crawl.crawl(settings(), folders.read_named(settings(), []), sys.argv[1]))
"""


class Gate:
    """Holds the article requests of a site until they are let through."""

    def __init__(self) -> None:
        self.left: dict[str, float] = defaultdict(lambda: inf)
        self.waiting: dict[str, int] = defaultdict(int)
        self.changed = threading.Condition()

    def let(self, count: int, *sites: str) -> None:
        """Let so many more articles of each of these sites through, then none."""
        with self.changed:
            self.left.update(dict.fromkeys(sites, count))
            self.changed.notify_all()

    def open(self) -> None:
        """Let everything through."""
        with self.changed:
            self.left = defaultdict(lambda: inf)
            self.changed.notify_all()

    def enter(self, site: str) -> None:
        """Return when the request may be answered."""
        with self.changed:
            self.waiting[site] += 1
            self.changed.wait_for(lambda: self.left[site] > 0, 2 * DEADLINE)
            self.waiting[site] -= 1
            self.left[site] -= 1


def until(true: Callable[[], Any], what: str = "") -> None:
    """Return when the store says so; the deadline is a failure."""
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline, f"it did not come to that in time: {what}"
        time.sleep(0.01)


def value(conn: postgres.Connection, statement: str, *params: Any) -> Any:
    """The one value of a query, seen now."""
    conn.rollback()
    with conn.cursor() as cursor:
        cursor.execute(statement, params)
        row = cursor.fetchone()
    conn.rollback()
    return next(iter(row.values())) if row else None


def first_line(name: str) -> str:
    """The first line of a statement, by which Postgres shows who waits in it."""
    return postgres.statement(name).lstrip().splitlines()[0]


def blocked(conn: postgres.Connection, application: str) -> str:
    """The statement with which a process waits for a lock, or nothing."""
    found = value(
        conn,
        "select query from pg_stat_activity"
        " where datname = current_database() and application_name = %s and wait_event_type = 'Lock'",
        application,
    )
    return " ".join((found or "").split())


def gone(conn: postgres.Connection, application: str) -> bool:
    """Whether Postgres has nothing left of a process; one that was killed while it waited stays until it is served."""
    return not value(
        conn,
        "select count(*) from pg_stat_activity where datname = current_database() and application_name = %s",
        application,
    )


@contextmanager
def locked(settings: Settings, statement: str, *params: Any) -> Iterator[postgres.Connection]:
    """A transaction that has run a statement and keeps its locks until the end of the block."""
    with postgres.connection(settings, application="test lock") as conn:
        with conn.cursor() as cursor:
            cursor.execute(statement, params)
        yield conn


@contextmanager
def queued(settings: Settings, conn: postgres.Connection, statement: str) -> Iterator[Future[None]]:
    """A transaction that waits to run a statement; what comes after it waits behind it."""
    with (
        postgres.connection(settings, application="test queue") as waiting,
        beside(waiting.cursor().execute, statement) as asked,
    ):
        until(lambda: blocked(conn, "test queue"))
        yield asked


@contextmanager
def stage(
    settings: Settings, script: str, *given: str, stop_at: tuple[str, str, int] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process of its own, killed at the end of the block.

    stop_at: an audit event, a part of a path, and the how manieth of these is where the process stops for good.
    """
    event, part, count = stop_at or ("", "", 0)
    stops = AT_FILE.format(event=event, part=part, count=count) if stop_at else ""
    child = subprocess.Popen(
        [sys.executable, "-c", warm.SCRIPT + stops + script, *given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **export(settings)},
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


@contextmanager
def spiders(
    settings: Settings, *sources: Source, run: str = RUN, budget: float = 60
) -> Iterator[subprocess.Popen[str]]:
    """A crawl's process without anybody who watches over it; its sources given."""
    child = subprocess.Popen(
        [sys.executable, "-m", "spiders", "crawl", "--run", run, "--budget", str(budget)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **export(settings)},
    )
    assert child.stdin
    child.stdin.write(json.dumps([asdict(source) for source in sources]))
    child.stdin.close()
    child.stdin = None
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def kill(child: subprocess.Popen[str]) -> None:
    """kill -9 of a process that is still alive."""
    assert child.poll() is None, child.communicate()[0]
    child.kill()
    child.wait()


def children(pid: int, said: str = "") -> list[int]:
    """The children of a process whose command line says this."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in _read(path).split() if said in _read(Path(f"/proc/{child}/cmdline"))]
    return found


def workers(pid: int) -> list[int]:
    """The worker processes of an extraction: the children of its nursery."""
    return [worker for server in children(pid, "extract.nursery") for worker in children(server)]


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be buried does not."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2][1:2] not in ("", "Z")


def spider(parent: int = 0) -> int:
    """The process in which a thread of ours, or another process, has a crawl done."""
    (pid,) = children(parent or os.getpid(), "spiders")
    return pid


def kill_spider() -> None:
    """kill -9 of the crawl's process that a thread of ours has started."""
    os.kill(spider(), signal.SIGKILL)


@contextmanager
def beside(work: Callable[..., Any], *given: Any, **named: Any) -> Iterator[Future[Any]]:
    """Work in a thread of its own, done when the block ends."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield thread.submit(work, *given, **named)


def _read(path: Path) -> str:
    """A file of /proc; nothing where its process has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
