"""A crawl that is asked to stop, and one whose parent is killed: gone at once, with every page so far kept."""

from __future__ import annotations

import os
import signal

import pytest

from pipelines.crawl import stage as crawl
from pipelines.stores import postgres
from tests import clock
from tests.faults.conftest import NEXT, OLD, RUN, SITES, Night, Receiver, check_whole, finish, in_raw_store
from tests.faults.holds import CRAWL, alive, beside, gone, kill, spider, stage, until, value

# How these processes begin and end is what is tested here.
pytestmark = pytest.mark.cold

AT = "published"
PAGES = """
    select count(*) from fetches join urls on urls.id = url_id
    where run = %s and kind = 'article' and outcome = 'fetched'
"""
STATES = "select string_agg(distinct state, ' ') from runs where run = %s"


def test_sigterm_ends_a_crawl_within_three_seconds_and_keeps_every_page(
    night: Night, conn: postgres.Connection, receiver: Receiver
) -> None:
    night.gate.let(2, "sabah", "harbour")
    with beside(crawl.crawl, night.settings, night.sources, RUN) as crawling:
        until(lambda: night.gate.waiting["sabah"] and night.gate.waiting["harbour"])
        pid = spider()
        with clock.wall_below(3):
            os.kill(pid, signal.SIGTERM)
            until(lambda: not alive(pid))
        night.gate.open()

    assert [tally.state for tally in crawling.result()] == ["stopped", "stopped"]
    assert value(conn, PAGES, RUN) == 4 == len(in_raw_store(night.settings)) - OLD * len(SITES)
    finish(night.settings, night.sources, NEXT, receiver.channels)
    check_whole(night, receiver, RUN, NEXT)


def test_a_spider_ends_with_its_parent_and_keeps_every_page(
    night: Night, conn: postgres.Connection, receiver: Receiver
) -> None:
    night.gate.let(2, "sabah", "harbour")
    with stage(night.settings, CRAWL, RUN) as parent:
        until(lambda: night.gate.waiting["sabah"] and night.gate.waiting["harbour"])
        pid = spider(parent.pid)
        with clock.wall_below(5):
            kill(parent)
            until(lambda: not alive(pid) and gone(conn, "nightdesk crawl"))
        night.gate.open()

    assert value(conn, STATES, RUN) == "stopped"
    assert value(conn, PAGES, RUN) == 4 == len(in_raw_store(night.settings)) - OLD * len(SITES)
    finish(night.settings, night.sources, RUN, receiver.channels)
    check_whole(night, receiver, RUN)
