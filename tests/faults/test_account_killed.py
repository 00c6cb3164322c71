"""kill -9 at drawn moments of crawl, extract and load: the same run, run again, leaves an account without a difference.

A few moments of a fixed seed here; `make faults` draws two hundred of a new one.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from demo.sites import write_sources
from pipelines.archive.verify import verify
from pipelines.crawl import account
from pipelines.model import Source
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import sites
from tests.faults.holds import stage, until, value
from tests.papers import story
from tests.sites import Sites

# How these processes begin and end is what is tested here.
pytestmark = pytest.mark.cold

# Moments, and the seed they are drawn of: a fixed one, but a new one where somebody asks for a number of moments.
GIVEN = os.environ.get("NIGHTDESK_TESTS_MOMENTS", "")
MOMENTS, SEED = (int(GIVEN), time.time_ns()) if GIVEN else (4, 14)
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


@pytest.mark.timeout(60 + 30 * MOMENTS)
def test_whenever_a_night_is_killed_the_same_run_again_leaves_no_difference(
    here: Settings, conn: postgres.Connection, web: Sites
) -> None:
    draw = random.Random(SEED)
    source = sites.site(web, "a.test", 0)
    write_sources([source], here.sources)
    publish(web, 0)
    began = time.monotonic()
    whole(here, key(0))
    seconds = time.monotonic() - began

    for number in range(1, MOMENTS + 1):
        publish(web, number)
        at = draw.uniform(0, seconds)
        with stage(here, NIGHT, key(number)) as child:
            try:
                child.wait(at)
            except subprocess.TimeoutExpired:
                child.kill()
        until(lambda: not busy(conn), "Postgres has let go of whom it served")
        whole(here, key(number))

        assert differing(here, conn, source, number) == [], f"seed {SEED}, moment {number}: killed after {at:.2f} s"
        print(f"seed {SEED}, moment {number} of {MOMENTS}: killed after {at:.2f} of {seconds:.2f} s, no difference")

    assert [str(found) for found in verify(here, conn, records=True).damage] == []
    assert value(conn, "select count(*) from articles") == NEW * (MOMENTS + 1)


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


def whole(settings: Settings, run: str) -> None:
    """A night that nobody kills."""
    with stage(settings, NIGHT, run) as child:
        said, _ = child.communicate(timeout=HANGS)
        assert child.returncode == 0, said


def busy(conn: postgres.Connection) -> int:
    """How many sessions of the killed night Postgres still has."""
    return int(value(conn, "select count(*) from pg_stat_activity where datname = current_database() and "
                           "starts_with(application_name, 'nightdesk') and pid <> pg_backend_pid()"))  # fmt: skip


def differing(settings: Settings, conn: postgres.Connection, source: Source, number: int) -> list[str]:
    """What the stores do not agree on of this night and the one before."""
    found = [one for n in (number - 1, number) for one in account.differences(settings, conn, source, key(n))]
    conn.rollback()
    return [str(one) for one in found]
