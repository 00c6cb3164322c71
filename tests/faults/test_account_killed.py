"""kill -9 at drawn moments of crawl, extract and load: the same run, run again, leaves an account without a difference.

Twenty moments of a fixed seed here; `make faults` draws two hundred of a new one. All is begun warm (tests/warm.py): a
kill while an interpreter imports proves nothing, and a night takes a second instead of three.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from demo.sites import write_sources
from pipelines.archive.verify import verify
from pipelines.crawl import url_account
from pipelines.model import Source
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import sites
from tests.faults.holds import stage, until, value
from tests.papers import story
from tests.sites import Sites

# Kills, and the seed their moments are drawn of: a fixed one, but a new one where somebody asks for a number of kills.
GIVEN = os.environ.get("NIGHTDESK_TESTS_MOMENTS", "")
KILLS, SEED = (int(GIVEN), time.time_ns()) if GIVEN else (20, 14)
# Nights that may be over before they are killed, for each that is killed: drawn are moments of the night before.
OVER = 1
NIGHT = """
import sys
from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.load.stage import load
from pipelines.settings import settings
from pipelines.sources import folders
now, run, followed = settings(), sys.argv[1], folders.read_named(settings(), [])
tallies = [*crawl.crawl(now, followed, run), extract(now, followed[0], run), load(now, followed[0], run)]
print([(tally.stage, str(tally.state), tally.message) for tally in tallies])
sys.exit(any(tally.state != "done" for tally in tallies))
"""
# New articles of each night.
NEW = 3
# Seconds of a night that hangs: beside others, on a busy machine, one took 130.
HANGS = 900


@pytest.fixture
def conn(settings: Settings) -> Iterator[postgres.Connection]:
    with postgres.connection(settings, application="test") as connection:
        yield connection


@pytest.mark.timeout(60 + 30 * KILLS)
def test_whenever_a_night_is_killed_the_same_run_again_leaves_no_difference(
    here: Settings, conn: postgres.Connection, web: Sites
) -> None:
    draw = random.Random(SEED)
    source = sites.site(web, "a.test", 0)
    write_sources([source], here.sources)
    # The first night begins what the others find warm, and says nothing of how long one takes.
    publish(web, 0)
    run_whole(here, key(0))
    publish(web, 1)
    began, number, killed = time.monotonic(), 1, Counter[str]()
    seconds = run_whole(here, key(1))

    while killed.total() < KILLS:
        number += 1
        assert number <= 1 + KILLS * (1 + OVER), f"seed {SEED}: nights end before their moment has come"
        publish(web, number)
        at = draw.uniform(0, seconds)
        with stage(here, NIGHT, key(number)) as child:
            try:
                child.wait(at)
            except subprocess.TimeoutExpired:
                child.kill()
                killed[stage_of(conn, key(number))] += 1
        until(lambda: not busy(conn), "Postgres has let go of whom it served")
        took = run_whole(here, key(number))

        assert differing(here, conn, source, number) == [], f"seed {SEED}, night {number}: killed after {at:.2f} s"
        # As busy as the machine is now: half of a night is done already.
        seconds = (seconds + max(took, seconds / 2)) / 2

    assert [str(found) for found in verify(here, conn, records=True).damage] == []
    assert value(conn, "select count(*) from articles") == NEW * (number + 1)
    print(
        f"seed {SEED}: {killed.total()} kills in {number - 1} nights, {time.monotonic() - began:.0f} s, no difference;"
    )
    print("killed " + ", ".join(f"{count} in {name}" for name, count in killed.items()))


def publish(web: Sites, number: int) -> None:
    """The articles of a night, the latest three beside them in the feed."""
    names = range(NEW * number + 1, NEW * number + NEW + 1)
    for n in names:
        body = story(n, f"نص الخبر رقم {n} وحده. " * 30)
        web.pages[f"http://a.test/news/{n}"] = sites.answer(200, body, "text/html; charset=utf-8")
    feed = sites.feed(*(f"http://a.test/news/{n}" for n in names))
    web.pages["http://a.test/feed"] = sites.answer(200, feed, "application/rss+xml")


def key(number: int) -> str:
    return f"{datetime(2026, 11, 22, 2, 0) + timedelta(minutes=number):%Y-%m-%dT%H%M}"


def run_whole(settings: Settings, run: str) -> float:
    """A night that nobody kills; the seconds it took."""
    began = time.monotonic()
    with stage(settings, NIGHT, run) as child:
        said, _ = child.communicate(timeout=HANGS)
        assert child.returncode == 0, said
    return time.monotonic() - began


def stage_of(conn: postgres.Connection, run: str) -> str:
    """The stage that a killed night was in, as far as its rows tell."""
    return str(value(conn, "select coalesce((select stage from runs where run = %s order by started_at desc limit 1), "
                           "'its beginning')", run))  # fmt: skip


def busy(conn: postgres.Connection) -> int:
    """How many sessions of the killed night Postgres still has."""
    return int(value(conn, "select count(*) from pg_stat_activity where datname = current_database() and "
                           "starts_with(application_name, 'nightdesk') and pid <> pg_backend_pid()"))  # fmt: skip


def differing(settings: Settings, conn: postgres.Connection, source: Source, number: int) -> list[str]:
    """What the stores do not agree on of this night and the one before."""
    found = [one for n in (number - 1, number) for one in url_account.differences(settings, conn, source, key(n))]
    conn.rollback()
    return [str(one) for one in found]
