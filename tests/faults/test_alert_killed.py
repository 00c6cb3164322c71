"""kill -9 of the alert stage, matching and sending, at six points, and the one that follows it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pipelines.stores import postgres
from tests.faults.conftest import NEW, NEXT, RUN, SITES, Night, Receiver, check_whole, finish
from tests.faults.holds import ALERT, blocked, first_line, gone, kill, locked, stage, until, value

AT = "loaded"
ALL = NEW * len(SITES)
SENT = "select count(*) from deliveries where state = 'sent'"
WRITTEN = "select count(*) from deliveries"
ERROR = "select error from deliveries where attempts = 1"
MATCHER, SENDER = "nightdesk alert", "nightdesk send"
Point = Callable[[Night, postgres.Connection, Receiver], None]


def not_matched(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    with locked(night.settings, "lock table changes in share mode"), stage(night.settings, ALERT, RUN) as child:
        until(lambda: "update changes" in blocked(conn, MATCHER))
        kill(child)
    until(lambda: gone(conn, MATCHER))
    assert value(conn, WRITTEN) == 0


def not_sent(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    """It waits for `watches` after its row is there and before it is locked, then for the row."""
    row = "select from runs where run = %s and stage = 'alert' for update"
    lock = "lock table watches in access exclusive mode"
    with locked(night.settings, lock) as first, stage(night.settings, ALERT, RUN) as child:
        until(lambda: blocked(conn, MATCHER))
        with locked(night.settings, row, RUN):
            first.rollback()
            until(lambda: value(conn, WRITTEN) == ALL and "runs" in blocked(conn, MATCHER))
            kill(child)
    assert receiver.asked == []


def taken(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    """It waits for `delivered_alerts` once it has a delivery and is about to write it out."""
    lock = "lock table delivered_alerts in access exclusive mode"
    finish(night.settings, night.sources, RUN, {}, after="load")
    with locked(night.settings, lock), stage(night.settings, ALERT, RUN) as child:
        # By its first line: Postgres shows the first thousand bytes of a statement, and the table stands behind them.
        until(lambda: first_line("alerts_of_deliveries") in blocked(conn, SENDER))
        assert value(conn, "select count(*) from deliveries where begun_at is not null") >= 1
        kill(child)
    assert receiver.asked == []


def not_marked(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    held = threading.Event()
    receiver.after = lambda _: held.wait(60)
    with stage(night.settings, ALERT, RUN) as child:
        until(lambda: len(receiver.accepted) == 1)
        kill(child)
    receiver.after = bool
    held.set()
    assert value(conn, SENT) == 0


def first_sent(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    held = threading.Event()
    receiver.before = lambda number: number == 2 and held.wait(60)
    with stage(night.settings, ALERT, RUN) as child:
        until(lambda: value(conn, SENT) == 1)
        kill(child)
    receiver.before = bool
    assert value(conn, SENT) == 1 == len(receiver.accepted)
    held.set()


def tried(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    held = threading.Event()
    receiver.status = 500
    receiver.before = lambda _: len(receiver.asked) == 1 and held.wait(60)
    with stage(night.settings, ALERT, RUN) as child:
        until(lambda: value(conn, "select count(*) from deliveries where attempts = 1") == 1)
        kill(child)
    receiver.status, receiver.before = 204, bool
    held.set()
    assert value(conn, ERROR) == "Channel desk did not take the message: it answered 500."
    with conn, conn.cursor() as cursor:
        cursor.execute("update deliveries set next_at = now() where attempts = 1")


@pytest.mark.parametrize(
    ("point", "again"),
    [
        pytest.param(not_matched, NEXT, id="alerts written, match not committed"),
        pytest.param(not_sent, NEXT, id="match committed, nothing sent"),
        pytest.param(taken, RUN, id="delivery locked, not sent"),
        pytest.param(not_marked, NEXT, id="received, not marked"),
        pytest.param(first_sent, RUN, id="first sent, the second on its way"),
        pytest.param(tried, NEXT, id="after a failed try"),
    ],
)
def test_a_night_whose_alert_stage_is_killed_is_completed_by_the_next(
    night: Night, conn: postgres.Connection, receiver: Receiver, point: Point, again: str
) -> None:
    point(night, conn, receiver)
    until(lambda: gone(conn, MATCHER) and gone(conn, SENDER))

    finish(night.settings, night.sources, again, receiver.channels, after="load")

    check_whole(night, receiver, RUN, again)
