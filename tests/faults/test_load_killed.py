"""kill -9 of a load at six points of its transactions, and the load that follows it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from pipelines.stores import postgres
from tests.faults.conftest import NEW, NEXT, OLD, RUN, Night, Receiver, check_whole, finish
from tests.faults.holds import LOAD, LOAD_TOGETHER, blocked, gone, kill, locked, stage, until, value

AT = "extracted"
LOADING = "nightdesk load"
LOADED = "select count(*) from articles where source = %s"
# A check at the very end of a transaction that waits for whoever has this lock.
AT_COMMIT = """
    create function wait() returns trigger language plpgsql
        as $$ begin perform pg_advisory_xact_lock(7001); return null; end $$;
    create constraint trigger wait after update on runs deferrable initially deferred
        for each row execute function wait()
"""
Point = Callable[[Night, postgres.Connection], None]


def killed_while(night: Night, conn: postgres.Connection, lock: str, statement: str, script: str = LOAD) -> None:
    """Kill a load that a lock of ours holds at a statement."""
    with locked(night.settings, lock), stage(night.settings, script, RUN) as child:
        until(lambda: statement in blocked(conn, LOADING), statement)
        assert value(conn, LOADED, "harbour") == OLD
        kill(child)


def copied(night: Night, conn: postgres.Connection) -> None:
    killed_while(night, conn, "lock table outcomes in access exclusive mode", "update lines")


def after_articles(night: Night, conn: postgres.Connection) -> None:
    killed_while(night, conn, "lock table outcomes in share mode", "insert into outcomes")


def together(night: Night, conn: postgres.Connection) -> None:
    killed_while(night, conn, "lock table outcomes in share mode", "insert into outcomes", LOAD_TOGETHER)
    assert value(conn, LOADED, "sabah") == OLD


def at_commit(night: Night, conn: postgres.Connection) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute(AT_COMMIT)
    killed_while(night, conn, "select pg_advisory_lock(7001)", "COMMIT")


def committed(night: Night, conn: postgres.Connection) -> None:
    """It sleeps while its commit goes through, so it never hears of it."""
    with conn, conn.cursor() as cursor:
        cursor.execute(AT_COMMIT)
    with locked(night.settings, "select pg_advisory_lock(7001)") as lock, stage(night.settings, LOAD, RUN) as child:
        until(lambda: "COMMIT" in blocked(conn, LOADING))
        os.kill(child.pid, signal.SIGSTOP)
        with lock.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(7001)")
        until(lambda: value(conn, LOADED, "harbour") == OLD + NEW)
        kill(child)


def between(night: Night, conn: postgres.Connection) -> None:
    lock = "select pg_advisory_xact_lock(hashtextextended('load sabah', 0))"
    with locked(night.settings, lock), stage(night.settings, LOAD, RUN) as child:
        until(lambda: "pg_advisory_lock" in blocked(conn, LOADING))
        assert (value(conn, LOADED, "harbour"), value(conn, LOADED, "sabah")) == (OLD + NEW, OLD)
        kill(child)


@pytest.mark.parametrize(
    ("point", "again"),
    [
        pytest.param(copied, NEXT, id="rows copied, nothing committed"),
        pytest.param(after_articles, NEXT, id="inside the transaction after articles"),
        pytest.param(together, RUN, id="inside the transaction of both sources"),
        pytest.param(at_commit, RUN, id="waiting at commit"),
        pytest.param(committed, RUN, id="committed, not heard"),
        pytest.param(between, NEXT, id="between two sources"),
    ],
)
def test_a_night_whose_load_is_killed_is_completed_by_the_next(
    night: Night, conn: postgres.Connection, receiver: Receiver, point: Point, again: str
) -> None:
    point(night, conn)
    until(lambda: gone(conn, LOADING))

    finish(night.settings, night.sources, again, receiver.channels, after="extract" if again == RUN else "crawl")

    check_whole(night, receiver, RUN, again)
