"""A disk that is full before a stage begins, or in the middle of a record: said clearly, and nothing is lost."""

from __future__ import annotations

import resource

from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.stores import postgres
from tests.faults.conftest import NEXT, RUN, Night, Receiver, check_whole, finish
from tests.faults.holds import beside, spider, until, value

AT = "published"
PAGES = """
    select count(*) from fetches join urls on urls.id = url_id
    where run = %s and fetches.source = %s and kind = 'article' and outcome = 'fetched'
"""


def test_without_room_crawl_and_extract_stop_and_say_so(night: Night, receiver: Receiver) -> None:
    full = night.settings.model_copy(update={"min_free_mb": 10**9})

    crawled = crawl.crawl(full, night.sources, RUN)
    again = crawl.crawl(night.settings, night.sources, RUN)
    extracted = [extract(full, source, RUN) for source in night.sources]

    assert [tally.state for tally in (*crawled, *again, *extracted)] == ["failed"] * 2 + ["done"] * 2 + ["stopped"] * 2
    assert all("NIGHTDESK_MIN_FREE_MB" in tally.message for tally in (*crawled, *extracted))
    assert list(night.settings.articles.glob(f"*/*{RUN}*")) == []
    finish(night.settings, night.sources, RUN, receiver.channels, after="crawl")
    check_whole(night, receiver, RUN)


def test_a_disk_that_fills_up_in_the_middle_of_a_record_costs_nothing(
    night: Night, conn: postgres.Connection, receiver: Receiver
) -> None:
    night.gate.let(1, "harbour", "sabah")
    with beside(crawl.crawl, night.settings, night.sources, RUN) as crawling:
        until(lambda: value(conn, PAGES, RUN, "sabah") == 1 == value(conn, PAGES, RUN, "harbour"))
        files = list(night.settings.raw.glob(f"*/{RUN}/*.open"))
        room = max(file.stat().st_size for file in files) + 100
        resource.prlimit(spider(), resource.RLIMIT_FSIZE, (room, room))
        night.gate.open()
        assert [tally.state for tally in crawling.result()] == ["failed", "failed"]
    assert room in [file.stat().st_size for file in files]

    finish(night.settings, night.sources, NEXT, receiver.channels)

    assert all("data folder cannot be written to" in tally.message for tally in crawling.result())
    check_whole(night, receiver, RUN, NEXT)
