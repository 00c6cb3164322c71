"""What a crawl did in words, and what was excluded by which rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.codes import Kind
from pipelines.crawl import discovery, summary
from pipelines.model import Entry
from pipelines.stores import postgres
from tests import sites
from tests.sites import RUN


def test_the_counts_of_a_crawl_read_as_a_sentence() -> None:
    counts = {"discovered": 9, "new": 2, "fetched": 2, "excluded": 7, "blocked": 0, "bytes": 31_400, "seconds": 72}

    said = summary.sentence(counts, {"deny: /live/": 5, "home page": 2})

    assert said == ("9 discovered, 2 new, 2 fetched, 7 excluded (5 deny: /live/, 2 home page); 31 kB in 1 min 12 s")


def test_a_running_crawl_says_what_is_left_and_when_it_may_end() -> None:
    now = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    said = summary.sentence({"fetched": 3, "left": 40, "remaining": 65, "seconds": 4}, now=now)

    assert said == "3 fetched; 0 B in 4 s; 40 URLs left, may end at 02:01:05 UTC"


@pytest.mark.parametrize("remaining", [0, 5])
def test_an_end_that_would_be_over_when_it_is_read_is_not_told_as_a_moment(remaining: int) -> None:
    said = summary.sentence({"fetched": 3, "left": 40, "remaining": remaining})

    assert said == "3 fetched; 0 B in 0 s; 40 URLs left, about to end"


def test_exclusions_are_counted_by_the_rule_of_the_ledger(conn: postgres.Connection) -> None:
    source = sites.source("a.test", deny=("/live/",), feeds=(), sitemaps=("http://a.test/s.xml",))
    old = datetime.now(UTC) - timedelta(days=90)
    named = [Entry(url=f"http://a.test/live/{n}") for n in range(3)] + [
        Entry(url="http://a.test/old", published_at=old)
    ]
    named += [Entry(url="http://b.test/1"), Entry(url="http://c.test/1"), Entry(url="http://a.test/news/1")]

    with conn:
        discovery.discover(
            conn, source, RUN, [(Kind.ARTICLE, e) for e in named], "http://a.test/s.xml", by=Kind.SITEMAP
        )

    assert summary.exclusions(conn, RUN) == {"a": {"deny: /live/": 3, "other site": 2, "older than 30 days": 1}}
    assert summary.tell_rules({"deny: /live/": 3, "home page": 1}) == "3 deny: /live/, 1 home page"


def test_sizes_and_times_are_written_for_people() -> None:
    sizes = [summary.size(count) for count in (0, 999, 1_500, 31_400, 2_500_000, 7_000_000_000)]

    assert sizes == ["0 B", "999 B", "1.5 kB", "31 kB", "2.5 MB", "7.0 GB"]
    assert [summary.span(seconds) for seconds in (4, 72, 7_300)] == ["4 s", "1 min 12 s", "2 h 1 min"]
