"""kill -9 of the spider at five points of a crawl, and the crawl that follows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.crawl import stage as crawl
from pipelines.stores import postgres, warc
from tests.faults.conftest import NEW, NEXT, RUN, Night, Receiver, check_whole, finish
from tests.faults.holds import beside, blocked, first_line, gone, kill_spider, locked, queued, until, value

AT = "published"
SPIDER = "nightdesk crawl"
LISTS = "select count(*) from fetches join urls on urls.id = url_id where run = %s and kind = 'feed'"
PAGES = """
    select count(*) from fetches join urls on urls.id = url_id
    where run = %s and fetches.source like %s and kind = 'article' and outcome = 'fetched'
"""
STATE = "select state from runs where run = %s and source = %s and stage = 'crawl'"
Point = Callable[[Night, postgres.Connection], None]


def on_disk(night: Night, source: str = "*") -> int:
    files = night.settings.raw.glob(f"{source}/{RUN}/*{warc.OPEN}")
    return sum(facts["kind"] == "article" for file in files for _, _, facts in warc.pages(file))


def feeds_recorded(night: Night, conn: postgres.Connection) -> None:
    until(lambda: value(conn, LISTS, RUN) == 2 and night.gate.waiting["sabah"] and night.gate.waiting["harbour"])
    assert value(conn, PAGES, RUN, "%") == 0 == on_disk(night)
    kill_spider()


def first_on_disk(night: Night, conn: postgres.Connection) -> None:
    until(lambda: value(conn, LISTS, RUN) == 2 and night.gate.waiting["sabah"])
    with locked(night.settings, "lock table fetches in share mode"):
        night.gate.let(1, "sabah")
        until(lambda: blocked(conn, SPIDER) and on_disk(night) == 1)
        assert value(conn, PAGES, RUN, "%") == 0
        kill_spider()


def first_batch(night: Night, conn: postgres.Connection) -> None:
    night.gate.let(1, "harbour", "sabah")
    until(lambda: value(conn, PAGES, RUN, "harbour") == 1 == value(conn, PAGES, RUN, "sabah"))
    kill_spider()


def half(night: Night, conn: postgres.Connection) -> None:
    night.gate.let(NEW, "harbour")
    until(lambda: value(conn, STATE, RUN, "harbour") == "done")
    assert (value(conn, PAGES, RUN, "harbour"), value(conn, PAGES, RUN, "sabah")) == (NEW, 0)
    kill_spider()


def all_but_closed(night: Night, conn: postgres.Connection) -> None:
    """The last commit waits for the row of the run, a lock on `urls` waits for that, and the spider next for both."""
    night.gate.let(NEW, "harbour")
    night.gate.let(NEW - 1, "sabah")
    until(lambda: value(conn, STATE, RUN, "harbour") == "done" and value(conn, PAGES, RUN, "sabah") == NEW - 1)
    with locked(night.settings, STATE + " for update", RUN, "sabah") as first:
        night.gate.let(1, "sabah")
        until(lambda: blocked(conn, SPIDER))
        with queued(night.settings, conn, "lock table urls in access exclusive mode") as second:
            first.rollback()
            second.result()
            until(lambda: blocked(conn, SPIDER))
            assert value(conn, "select count(*) from fetches where run = %s and source = 'sabah'", RUN) == 1 + NEW
            assert on_disk(night, "sabah") == NEW
            kill_spider()


@pytest.mark.parametrize(
    ("point", "again"),
    [
        pytest.param(feeds_recorded, NEXT, id="feed recorded, no page yet"),
        pytest.param(first_on_disk, RUN, id="first page on disk, not in the ledger"),
        pytest.param(first_batch, RUN, id="first batch in the ledger"),
        pytest.param(half, NEXT, id="half of the pages"),
        pytest.param(all_but_closed, NEXT, id="all pages, file still open"),
    ],
)
def test_a_night_whose_spider_is_killed_is_completed_by_the_next_crawl(
    night: Night, conn: postgres.Connection, receiver: Receiver, point: Point, again: str
) -> None:
    night.gate.let(0, "harbour", "sabah")
    with beside(crawl.crawl, night.settings, night.sources, RUN) as crawling:
        try:
            point(night, conn)
        finally:
            night.gate.open()
    said = {tally.source: tally for tally in crawling.result()}
    if point in (feeds_recorded, first_batch, half):
        assert value(conn, STATE, RUN, "sabah") == "failed"
    until(lambda: gone(conn, SPIDER))

    finish(night.settings, night.sources, again, receiver.channels)

    assert said["sabah"].state == "failed" and "by signal 9" in said["sabah"].message
    # A source that was done may be told as failed where its last word went with the spider.
    assert said["harbour"].state == "failed" or (point in (half, all_but_closed) and said["harbour"].state == "done")
    check_whole(night, receiver, RUN, again)


def test_a_crawl_killed_while_it_takes_up_what_a_killed_one_left_loses_nothing(
    night: Night, conn: postgres.Connection, receiver: Receiver
) -> None:
    night.gate.let(0, "harbour", "sabah")
    with beside(crawl.crawl, night.settings, night.sources, RUN):
        first_on_disk(night, conn)
        night.gate.open()
    until(lambda: gone(conn, SPIDER))
    left = [source for source in night.sources if source.name == "sabah"]
    with (
        beside(crawl.crawl, night.settings, left, NEXT),
        locked(night.settings, "lock table urls in share mode"),
    ):
        until(lambda: first_line("forgive_lists") in blocked(conn, SPIDER))
        kill_spider()
    until(lambda: gone(conn, SPIDER))
    assert on_disk(night) == 1

    finish(night.settings, night.sources, NEXT, receiver.channels)

    check_whole(night, receiver, RUN, NEXT)
