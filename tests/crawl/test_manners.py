"""The politeness of crawls, read from the servers' own logs, and who may ask a host when several crawls want to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from typing import Any

import pytest

from pipelines.crawl import host_locks, ledger
from pipelines.crawl import stage as crawl
from pipelines.settings import Settings, export
from pipelines.stores import postgres
from spiders import policy
from tests import clock, sites
from tests.sites import NEXT, RUN, Answer, Sites

ROBOTS = b"User-agent: *\nDisallow: /\n\nUser-agent: Nightdesk\nDisallow: /news/closed\nAllow: /news/closed/open\n"
INEXACT = 0.02


@dataclass
class Log:
    """What a server was asked for: (begin, end, URL), seconds of one clock."""

    asked: list[tuple[float, float, str]] = field(default_factory=list)

    def watch(self, web: Sites, *, took: float = 0.0) -> None:
        """Write every answer of these sites down, each `took` seconds long."""
        for url, answer in web.pages.items():
            web.pages[url] = self.watched(answer, url, took)

    def watched(self, answer: Answer, url: str, took: float) -> Answer:
        def send(handler: BaseHTTPRequestHandler) -> None:
            begin = time.monotonic()
            time.sleep(took)
            answer(handler)
            self.asked.append((begin, time.monotonic(), url))

        return send

    def urls(self, part: str = "") -> list[str]:
        return [url for _, _, url in self.asked if part in url]

    def gaps(self, part: str = "") -> list[float]:
        begins = sorted(begin for begin, _, url in self.asked if part in url)
        return [later - earlier for earlier, later in pairwise(begins)]

    def at_once(self) -> int:
        """The most requests that were under way at the same moment."""
        return max(sum(b <= begin < e for b, e, _ in self.asked) for begin, _, _ in self.asked)


@pytest.fixture
def second(settings: Settings) -> Iterator[postgres.Connection]:
    """The connection of another crawl."""
    with postgres.connection(settings, application="second") as connection:
        yield connection


def two_papers(web: Sites, *, delay: float) -> list[Any]:
    """Two sources on one host with a feed and three articles each, and what robots.txt forbids."""
    papers = []
    for name in ("east", "west"):
        urls = [f"http://a.test/news/{name}{n}" for n in range(3)]
        closed = f"http://a.test/news/closed/{name}"
        web.pages[f"http://a.test/{name}.xml"] = sites.answer(200, sites.feed(*urls, closed, closed + "/open"))
        web.pages |= {url: sites.page(url) for url in (*urls, closed)}
        papers.append(sites.source("a.test", name=name, feeds=(f"http://a.test/{name}.xml",), delay=delay))
    web.pages["http://a.test/robots.txt"] = sites.answer(200, ROBOTS, "text/plain")
    return papers


def test_two_sources_on_one_host_in_one_process_share_its_slot_and_its_robots_txt(here: Settings, web: Sites) -> None:
    east, west = two_papers(web, delay=0.3)
    log = Log()
    log.watch(web, took=0.1)

    tallies = crawl.crawl(here, [replace(east, delay=0.1), west], RUN) + crawl.crawl(here, [east, west], NEXT)

    assert [tally.state for tally in tallies] == ["done"] * 4
    assert log.at_once() == 1 and clock.apart(log.gaps(), 0.3, INEXACT)
    assert len(log.urls("robots.txt")) == 1 and log.urls("/closed/") == []
    assert len(log.urls("/news/")) == 6 == len(set(log.urls("/news/")))


def test_two_crawls_at_once_on_one_host_share_its_slot_and_its_robots_txt(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    papers = two_papers(web, delay=0.3)
    log = Log()
    log.watch(web, took=0.1)

    with ThreadPoolExecutor(2) as pool:
        tallies = list(pool.map(lambda paper: crawl.crawl(here, [paper], RUN)[0], papers))

    assert [(tally.state, tally.counts["fetched"]) for tally in tallies] == [("done", 3), ("done", 3)]
    assert log.at_once() == 1 and clock.apart(log.gaps(), 0.3, INEXACT)
    assert len(log.urls("robots.txt")) == 1 and log.urls("/closed/") == []
    assert len(log.urls("/news/")) == 6 == len(set(log.urls("/news/")))


def test_a_site_that_is_looked_at_while_it_is_crawled_still_answers_one_at_a_time(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    east, west = two_papers(web, delay=0.3)
    log = Log()
    log.watch(web, took=0.1)

    with ThreadPoolExecutor(2) as pool:
        crawled = pool.submit(crawl.crawl, here, [east], RUN)
        looked = pool.submit(
            crawl.probe, here, west, "http://a.test/", budget=20.0, known=True, on_event=lambda e: None
        )
        tally, pages = crawled.result()[0], looked.result()

    assert (tally.state, tally.counts["fetched"]) == ("done", 3)
    assert {page.url for page in pages} >= {f"http://a.test/news/west{n}" for n in range(3)}
    assert log.at_once() == 1 and clock.apart(log.gaps(), 0.3, INEXACT)


def test_a_turn_at_a_host_is_had_by_one_crawl_at_a_time(conn: postgres.Connection, second: postgres.Connection) -> None:
    ours, theirs = host_locks.HostLocks(conn), host_locks.HostLocks(second)
    host_locks.take(ours, ["a.test", "b.test"])

    missed = host_locks.take(theirs, ["a.test"])
    wanted = host_locks.find_wanted(ours)
    host_locks.leave(ours, {"a.test": 2.0})
    taken = host_locks.take(theirs, ["a.test", "b.test"])

    assert missed == {} and wanted == {"a.test"}
    assert list(taken) == ["a.test"] and 2.0 <= taken["a.test"].ago < 3.0
    assert host_locks.find_wanted(ours) == {"b.test"} and host_locks.find_wanted(theirs) == set()


def test_the_hosts_of_a_killed_crawl_are_free_at_once_and_count_as_just_asked(
    settings: Settings, conn: postgres.Connection
) -> None:
    killed = postgres.connect(settings)
    fresh = host_locks.take(host_locks.HostLocks(killed), ["a.test"])
    killed.close()

    turns = host_locks.HostLocks(conn)
    deadline = time.monotonic() + 10
    while not (taken := host_locks.take(turns, ["a.test"])):
        assert time.monotonic() < deadline

    assert fresh["a.test"].ago == float("inf") and taken["a.test"].ago == 0.0


def test_a_host_that_rests_is_taken_with_its_rest(conn: postgres.Connection) -> None:
    with conn:
        ledger.rest_host(conn, "a.test", timedelta(seconds=90), "status 429")

    taken = host_locks.take(host_locks.HostLocks(conn), ["a.test"])

    assert 80 < taken["a.test"].rest <= 90


def test_a_redirect_to_another_host_waits_for_the_slot_of_that_host(here: Settings, web: Sites) -> None:
    first, other = sites.site(web, "a.test", 4, delay=0.1), sites.site(web, "b.test", 4, delay=0.4)
    for n in range(1, 5):
        web.pages[f"http://a.test/news/{n}"] = sites.answer(301, b"", Location=f"http://b.test/moved/{n}")
        web.pages[f"http://b.test/moved/{n}"] = sites.page(str(n))
    log = Log()
    log.watch(web)

    crawl.crawl(here, [first, other], RUN)

    assert len(log.urls("/moved/")) == 4 and len(log.urls("b.test/news/")) == 4
    assert clock.apart(log.gaps("b.test"), 0.4, INEXACT)


@pytest.mark.parametrize("rule", [b"Crawl-delay: 0.6", b"Request-rate: 10/6s"])
def test_the_longer_of_the_sources_delay_and_what_robots_txt_asks_for_is_kept(
    here: Settings, web: Sites, rule: bytes
) -> None:
    source = sites.site(web, "a.test", 3)
    web.pages["http://a.test/robots.txt"] = sites.answer(200, b"User-agent: *\n" + rule + b"\n", "text/plain")
    log = Log()
    log.watch(web)

    crawl.crawl(here, [source], RUN)

    assert len(log.urls("/news/")) == 3 and clock.apart(log.gaps("/news/"), 0.6, INEXACT)


def test_an_absurd_crawl_delay_is_told_and_leaves_the_rest_to_the_next_crawl(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 3)
    rules = b"User-agent: *\nCrawl-delay: 86400\n"
    web.pages["http://a.test/robots.txt"] = sites.answer(200, rules, "text/plain")
    lines: list[str] = []

    (tally,) = crawl.crawl(here, [source], RUN, budget=3, on_line=lines.append)

    assert any("robots.txt asks for 86400 s between requests; we keep 600 s" in line for line in lines), lines
    assert tally.state in ("stopped", "failed") and web.asked() == []


def test_a_short_rest_that_a_host_asks_for_is_kept_and_the_crawl_goes_on_after_it(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 4)
    busy = sites.answer(429, b"", Retry_After="3")
    calm = web.pages["http://a.test/news/2"]
    answers = iter([busy])
    web.pages["http://a.test/news/2"] = lambda handler: next(answers, calm)(handler)
    log = Log()
    log.watch(web)

    (tally,) = crawl.crawl(here, [source], RUN)

    (refused,) = [begin for begin, _, url in log.asked if url.endswith("/2")][:1]
    after = min(begin for begin, _, _ in log.asked if begin > refused)
    assert after - refused >= 3 - INEXACT
    assert tally.state == "done" and set(log.urls("/news/")) == {f"http://a.test/news/{n}" for n in range(1, 5)}


def test_a_host_whose_robots_txt_answers_429_is_left_alone_though_it_does_not_say_how_long(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 2)
    web.pages["http://a.test/robots.txt"] = sites.answer(429, b"slow down")

    crawl.crawl(here, [source], RUN)

    taken = host_locks.take(host_locks.HostLocks(conn), ["a.test"])
    assert policy.USUAL_REST.total_seconds() / 2 < taken["a.test"].rest <= policy.USUAL_REST.total_seconds()


def test_a_host_that_slows_down_is_asked_less_often_and_then_as_before(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 18)
    count = iter(range(100))
    log = Log()

    def strained(answer: Answer) -> Answer:
        def send(handler: BaseHTTPRequestHandler) -> None:
            if 5 <= next(count) < 8:
                time.sleep(0.7)
            answer(handler)

        return send

    for url in [url for url in web.pages if "/news/" in url]:
        web.pages[url] = strained(web.pages[url])
    log.watch(web)

    crawl.crawl(here, [source], RUN)

    gaps = log.gaps("/news/")
    assert clock.apart(gaps, 0.1, INEXACT) and max(gaps[7:9]) > 1.5, gaps
    assert clock.fits(gaps[-1], 0.5, time.monotonic), gaps


def test_a_host_that_only_breaks_is_asked_ever_less_and_then_left(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 12)
    for n in range(1, 13):
        web.pages[f"http://a.test/news/{n}"] = sites.answer(503, b"")
    log = Log()
    log.watch(web)

    (tally,) = crawl.crawl(here, [source], RUN)

    gaps = log.gaps("/news/")
    assert len(log.urls("/news/")) == 5 and gaps == sorted(gaps) and gaps[-1] > 3
    assert tally.state == "failed" and "status 503" in tally.message


@pytest.mark.parametrize(("hours", "state"), [(30, "done"), (50, "failed")])
def test_an_old_robots_txt_stands_for_one_more_day_while_there_is_no_new_one(
    here: Settings, web: Sites, conn: postgres.Connection, hours: int, state: str
) -> None:
    source = sites.site(web, "a.test", 3)
    web.pages["http://a.test/robots.txt"] = sites.answer(500, b"")
    with conn:
        postgres.execute(conn, "keep_robots", host="a.test", status=200, body="User-agent: *\nDisallow: /news/2\n")
        with conn.cursor() as cursor:
            cursor.execute("update hosts set robots_fetched_at = now() - %s * interval '1 hour'", (hours,))

    (tally,) = crawl.crawl(here, [source], RUN)

    assert tally.state == state and web.asked("/news/2") == []
    assert len(web.asked("/news/")) == (2 if state == "done" else 0)


@pytest.mark.parametrize(("hops", "fetched"), [(5, 1), (6, 2)])
def test_robots_txt_is_followed_over_five_redirects_and_then_counts_as_not_there(
    here: Settings, web: Sites, hops: int, fetched: int
) -> None:
    source = sites.site(web, "a.test", 2)
    chain = ["http://a.test/robots.txt", *(f"http://a.test/hop/{n}" for n in range(hops))]
    for here_is, there in pairwise(chain):
        web.pages[here_is] = sites.answer(302, b"", Location=there)
    web.pages[chain[-1]] = sites.answer(200, b"User-agent: *\nDisallow: /news/2\n", "text/plain")

    (tally,) = crawl.crawl(here, [source], RUN)

    assert (tally.state, tally.counts["fetched"]) == ("done", fetched)


def test_of_a_robots_txt_half_a_megabyte_is_read_and_no_half_rule(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 3)
    rules = b"User-agent: *\nDisallow: /news/1\n"
    cut = b"Disallow: /news/2\n"
    filler = b"#" * (500 * 1024 - len(rules) - 1 - len(b"Disallow: /n")) + b"\n"
    web.pages["http://a.test/robots.txt"] = sites.answer(200, rules + filler + cut, "text/plain")

    crawl.crawl(here, [source], RUN)

    assert sorted(web.asked("/news/")) == ["http://a.test/news/2", "http://a.test/news/3"]


def test_sigterm_closes_within_five_seconds_with_two_thousand_urls_left_at_one_host(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 2000, delay=1.0)
    source = replace(source, max_pages=5000)
    command = [sys.executable, "-m", "spiders", "crawl", "--run", RUN, "--budget", "600"]
    env = {**os.environ, **export(here)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as child:
        assert child.stdin
        child.stdin.write(json.dumps([asdict(source)]))
        child.stdin.close()
        child.stdin = None
        web.wait_for(3, "/news/", seconds=60)
        with clock.wall_below(5):
            child.send_signal(signal.SIGTERM)
            said, _ = child.communicate(timeout=60)

    (tally,) = [event for event in map(json.loads, said.splitlines()) if event["event"] == "tally"]
    assert (child.returncode, tally["state"]) == (3, "stopped")
    assert value(conn, "select count(*) from urls where next_at is not null and kind = 'article'") >= 1995
    assert value(conn, "select count(*) from urls where leased_until is not null") == 0


def value(conn: postgres.Connection, statement: str) -> Any:
    conn.rollback()
    with conn.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return next(iter(row.values())) if row else None


def test_a_host_with_a_dot_at_its_end_is_the_same_host(here: Settings, web: Sites) -> None:
    dotted = here.model_copy(update={"host_map": f"*.test={web.address},*.test.={web.address}"})
    source = sites.site(web, "a.test", 1)
    web.pages["http://a.test/robots.txt"] = sites.answer(200, b"User-agent: *\nDisallow: /shut\n", "text/plain")
    web.pages["http://a.test/news/1"] = sites.answer(302, b"", Location="http://a.test./shut/1")

    crawl.crawl(dotted, [source], RUN)

    assert [url for _, url, _ in web.hits if "a.test." in url or "shut" in url] == []


def test_what_robots_txt_forbids_is_not_had_by_dots_in_a_path(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 1)
    web.pages["http://a.test/robots.txt"] = sites.answer(200, b"User-agent: *\nDisallow: /private/\n", "text/plain")
    named = ["http://a.test/a/../private/1", "http://a.test/a/%2e%2e/private/2", "http://a.test/news/1"]
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*named), "application/rss+xml")
    web.pages["http://a.test/news/1"] = sites.answer(302, b"", Location="/b/../private/3")

    crawl.crawl(here, [source], RUN)

    assert [url for url in web.asked() if "private" in url] == []


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r"])
def test_the_last_whole_rule_of_a_robots_txt_that_is_too_long_is_kept(
    here: Settings, web: Sites, codec: str, end: str
) -> None:
    source = sites.site(web, "a.test", 1)
    first, last = f"\ufeffUser-agent: *{end}", f"Disallow: /private/{end}"
    letters = policy.MAX_ROBOTS_TXT_BYTES // len("a".encode(codec)) - len(first + last + end) - len("#/news\ufeff")
    rules = f"{first}#{'y' * letters}{end}{last}Disallow: /news-of-old/{end}"
    web.pages["http://a.test/robots.txt"] = sites.answer(200, rules.encode(codec), "text/plain")
    named = ["http://a.test/private/1", "http://a.test/news/1"]
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*named), "application/rss+xml")

    crawl.crawl(here, [source], RUN)

    assert web.asked("/private") == []
    assert web.asked("/news") == ["http://a.test/news/1"]


def test_what_a_robots_txt_in_utf_16_forbids_is_forbidden(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 1)
    rules = "User-agent: *\nDisallow: /private/\n".encode("utf-16")
    web.pages["http://a.test/robots.txt"] = sites.answer(200, rules, "text/plain")
    named = ["http://a.test/private/1", "http://a.test/news/1"]
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*named), "application/rss+xml")

    crawl.crawl(here, [source], RUN)

    assert web.asked("/private") == []
    assert web.asked("/news") == ["http://a.test/news/1"]


@pytest.mark.parametrize(
    "path",
    [
        "/%70rivate/1",
        "/x/..%2fprivate/1",
        "/x%2F..%2fprivate/1",
        "/x/..%5Cprivate/1",
        "//private/1",
        "/%2e%2fprivate/1",
    ],
)
def test_what_robots_txt_forbids_is_not_had_by_another_spelling_of_its_path(
    here: Settings, web: Sites, path: str
) -> None:
    source = sites.site(web, "a.test", 1)
    web.pages["http://a.test/robots.txt"] = sites.answer(200, b"User-agent: *\nDisallow: /private\n", "text/plain")
    named = [f"http://a.test{path}", "http://a.test/news%2Fof/1", "http://a.test/news/1"]
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*named), "application/rss+xml")

    crawl.crawl(here, [source], RUN)

    assert web.asked("/news") == ["http://a.test/news%2Fof/1", "http://a.test/news/1"]
    assert web.asked("rivate") == []
