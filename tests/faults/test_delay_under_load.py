"""A Crawl-delay on a machine that has no time: the gap holds between lists and pages, sources and processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from pipelines.crawl import stage as crawl
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import clock, sites
from tests.sites import RUN, Sites

# A crawl is a child of this process, and so kept to the same core: one that is forked warm is not.
pytestmark = pytest.mark.cold

DELAY = 0.5
# Of each of three sources: all the while the hogs take all the CPU that there is.
PAGES = 2
HOGS = 3
# What the server's thread is late by on such a machine; the ledger's own times are exact.
LATE = 0.1
SENT = """
    select extract(epoch from fetched_at)::float8 as at from fetches order by fetched_at
"""


@pytest.fixture
def conn(settings: Settings) -> Iterator[postgres.Connection]:
    with postgres.connection(settings, application="test") as connection:
        yield connection


@pytest.fixture
def busy() -> Iterator[None]:
    """One core for the sites, the crawls and three processes that want it all the time; the rest is for other tests."""
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_cores)})
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(HOGS)]
    yield
    os.sched_setaffinity(0, all_cores)
    for hog in hogs:
        hog.kill()
        hog.wait()


@pytest.mark.usefixtures("busy")
def test_a_crawl_delay_holds_by_the_servers_log_and_by_the_ledger(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    papers = []
    for name in ("east", "west", "north"):
        urls = [f"http://a.test/news/{name}{n}" for n in range(PAGES)]
        web.pages[f"http://a.test/{name}.xml"] = sites.answer(200, sites.feed(*urls), "application/rss+xml")
        web.pages |= {url: sites.page(url) for url in urls}
        papers.append(sites.source("a.test", name=name, feeds=(f"http://a.test/{name}.xml",)))
    rules = f"User-agent: *\nCrawl-delay: {DELAY}\n".encode()
    web.pages["http://a.test/robots.txt"] = sites.answer(200, rules, "text/plain")

    with ThreadPoolExecutor(len(papers)) as pool:
        tallies = list(pool.map(lambda paper: crawl.crawl(here, [paper], RUN)[0], papers))

    assert [tally.counts["fetched"] for tally in tallies] == [PAGES] * 3
    with conn, conn.cursor() as cursor:
        cursor.execute(SENT)
        sent = [row["at"] for row in cursor.fetchall()]  # type: ignore[call-overload]
    # Before robots.txt was read nobody knew of its delay.
    log = [at for at, url, _ in web.hits if not url.endswith("/robots.txt")]
    assert min(later - earlier for earlier, later in pairwise(sent)) >= DELAY - 0.001
    assert clock.apart([later - earlier for earlier, later in pairwise(log)], DELAY, LATE)
