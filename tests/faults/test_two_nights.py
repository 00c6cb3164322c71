"""Two nights over the same sources at the same time: one of them crawls, and nothing is done twice."""

from __future__ import annotations

import pytest

from pipelines.stores import postgres
from tests.faults.conftest import NEXT, RUN, Night, Receiver, check_whole
from tests.faults.holds import NIGHT, REST, locked, stage, until, value

AT = "published"
STATES = "select string_agg(distinct state, ' ') from runs where run = %s and stage = 'crawl'"
EXTRACTING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and application_name = 'nightdesk extract' and wait_event_type = 'Lock'
"""


def test_two_nights_at_once_do_everything_once(night: Night, conn: postgres.Connection, receiver: Receiver) -> None:
    night.gate.let(1, "harbour", "sabah")
    with stage(night.settings, NIGHT, RUN) as one:
        until(lambda: night.gate.waiting["harbour"] and night.gate.waiting["sabah"])
        with stage(night.settings, NIGHT, NEXT) as other:
            until(lambda: value(conn, STATES, NEXT) == "busy")
            night.gate.open()
            said = [process.communicate(timeout=120)[0] for process in (one, other)]

    assert (one.returncode, other.returncode) == (0, 0), said
    assert value(conn, STATES, RUN) == "done"
    assert len(receiver.asked) == len(receiver.accepted)
    check_whole(night, receiver, RUN, NEXT)


@pytest.mark.parametrize("night", ["crawled"], indirect=True)
def test_two_nights_that_extract_and_load_the_same_pages_tell_of_them_once(
    night: Night, conn: postgres.Connection, receiver: Receiver
) -> None:
    with (
        locked(night.settings, "lock table fetches in access exclusive mode") as start,
        stage(night.settings, REST, RUN) as one,
        stage(night.settings, REST, NEXT) as other,
    ):
        until(lambda: value(conn, EXTRACTING) == 2)
        start.rollback()
        said = [process.communicate(timeout=120)[0] for process in (one, other)]

    assert (one.returncode, other.returncode) == (0, 0), said
    assert len(receiver.asked) == len(receiver.accepted)
    check_whole(night, receiver, RUN, NEXT)
