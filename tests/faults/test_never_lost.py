"""What a night could not have is had in a later one, and a night that could have nothing says so."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.codes import RunCode
from pipelines.crawl import stage as crawl
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import postgres, runs
from tests import sites
from tests.databases import rows
from tests.papers import pass_time
from tests.sites import NEXT, RUN, Answer, Sites

DAY = timedelta(days=1)
ARTICLES = "select url, state, reason from urls where kind = 'article' order by id"
# Postgres' own now(), and one that is behind it, so that the machine's clock is ahead.
BEHIND = """
    create schema behind;
    create function behind.now() returns timestamptz language sql stable
        as 'select pg_catalog.now() - interval ''{by}''';
    create function behind.clock_timestamp() returns timestamptz language sql volatile
        as 'select pg_catalog.clock_timestamp() - interval ''{by}''';
"""


@pytest.fixture
def conn(settings: Settings) -> Iterator[postgres.Connection]:
    with postgres.connection(settings, application="test") as connection:
        yield connection


def nights(here: Settings, conn: postgres.Connection, source: Source, count: int) -> Iterator[Tally]:
    """So many nights, a day apart; what the test changes between two of them is there in the next."""
    for night in range(1, count + 1):
        (tally,) = crawl.crawl(here, [source], f"2026-11-{night:02}T0200")
        yield tally
        pass_time(conn, DAY)
        with conn, conn.cursor() as cursor:
            cursor.execute("update hosts set robots_changed_at = robots_changed_at - interval '1 day'")


@pytest.mark.parametrize("by", ["0.3 seconds", "2 hours", "1 day"])
def test_a_machine_whose_clock_is_ahead_of_postgres_fetches_what_it_finds(
    here: Settings, web: Sites, conn: postgres.Connection, by: str
) -> None:
    source = sites.site(web, "a.test", 12)
    with conn, conn.cursor() as cursor:
        cursor.execute(BEHIND.format(by=by))
    slow = here.model_copy(
        update={"database_url": here.database_url + "&options=-c%20search_path%3Dbehind,pg_catalog,public"}
    )

    (tally,) = crawl.crawl(slow, [source], RUN)

    assert (tally.state, tally.counts["new"], tally.counts["fetched"]) == ("done", 12, 12)
    ahead = "select count(*) from fetches where fetched_at > pg_catalog.now() - interval '{}' + interval '1 second'"
    assert rows(conn, ahead.format(by)) == [(0,)]


def test_a_url_that_was_written_with_a_clock_a_day_ahead_is_fetched_all_the_same(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 2, max_pages=1)
    crawl.crawl(here, [source], RUN)
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set next_at = now() + interval '1 day' where state = 'discovered'")

    (tally,) = crawl.crawl(here, [source], NEXT)

    assert tally.counts["fetched"] == 1


def test_what_a_rate_limit_kept_from_one_night_comes_in_the_next(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 6)
    pages = {url: answer for url, answer in web.pages.items() if "/news/" in url}
    limited = sites.answer(429, b"slow down", Retry_After="1")
    web.pages |= dict.fromkeys(pages, limited)

    limited_nights = nights(here, conn, source, 3)
    first = next(limited_nights)
    asked = len(web.asked("/news/"))
    web.pages |= pages
    second = next(limited_nights)

    assert asked <= 6 and first.counts["fetched"] == 0
    assert (second.state, second.counts["fetched"]) == ("done", 6)


def test_a_page_that_failed_for_a_week_is_asked_for_again_while_a_list_names_it(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 2)
    good = web.pages["http://a.test/news/1"]
    web.pages["http://a.test/news/1"] = sites.answer(500, b"broken")
    week = nights(here, conn, source, 9)
    for n in range(7):
        web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*_urls(2), f"http://a.test/other/{n}"))
        next(week)
    stuck = rows(conn, "select next_at from urls where url like '%/news/1'")

    web.pages["http://a.test/news/1"] = good
    for n in range(2):
        web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*_urls(2), f"http://a.test/others/{n}"))
        next(week)

    assert stuck == [(None,)]
    assert rows(conn, "select state from urls where url like '%/news/1'") == [("fetched",)]


@pytest.mark.parametrize("named", [True, False], ids=["named again", "its list unchanged"])
def test_what_robots_txt_forbade_is_fetched_once_it_does_not(
    here: Settings, web: Sites, conn: postgres.Connection, named: bool
) -> None:
    source = sites.site(web, "a.test", 1)
    web.pages["http://a.test/robots.txt"] = sites.answer(200, b"User-agent: *\nDisallow: /news/\n", "text/plain")
    three = nights(here, conn, source, 3)
    next(three)
    forbidden = rows(conn, ARTICLES)

    web.pages["http://a.test/robots.txt"] = sites.answer(200, b"User-agent: *\nDisallow:\n", "text/plain")
    if named:
        web.pages["http://a.test/feed"] = sites.answer(200, sites.feed("http://a.test/news/1", "http://a.test/news/2"))
    next(three)

    assert forbidden == [("http://a.test/news/1", "excluded", "robots.txt")]
    assert "http://a.test/news/1" in web.asked() and ("http://a.test/news/1", "fetched", "") in rows(conn, ARTICLES)


def test_a_page_that_leads_to_another_site_is_asked_for_ever_more_rarely_and_comes_once_it_does_not(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 2, feeds=("http://a.test/feed", "http://a.test/second"))
    good = web.pages["http://a.test/news/1"]
    web.pages["http://a.test/news/1"] = sites.answer(302, b"", Location="http://casino.test/offer")
    web.pages["http://casino.test/offer"] = sites.page("offer")
    week = nights(here, conn, source, 9)

    for n in range(8):
        for place in ("feed", "second"):
            listed = sites.feed(*_urls(2), f"http://a.test/{place}/{n}")
            web.pages[f"http://a.test/{place}"] = sites.answer(200, listed)
        if n == 7:
            web.pages["http://a.test/news/1"] = good
            led_away = rows(conn, "select state, reason from urls where url like '%/news/1'")
        next(week)

    assert led_away == [("excluded", "redirected to another site: casino.test")]
    assert len(web.asked("/news/1")) == 4
    assert rows(conn, "select state from urls where url like '%/news/1'") == [("fetched",)]


def test_while_robots_txt_forbids_a_page_it_is_never_asked_for_and_uses_up_no_page_of_the_run(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = replace(sites.site(web, "a.test", 3), max_pages=1)
    web.pages["http://a.test/robots.txt"] = sites.answer(200, b"User-agent: *\nDisallow: /news/1\n", "text/plain")

    tallies = list(nights(here, conn, source, 3))

    assert "http://a.test/news/1" not in web.asked()
    assert sum(tally.counts["fetched"] for tally in tallies) == 2


def test_what_the_guard_refused_is_fetched_once_the_settings_let_it(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 1)
    far = f"http://{web.address}/news/9"
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed("http://a.test/news/1", far))
    web.pages[far] = sites.page("far")
    crawl.crawl(here, [source], RUN)
    refused = rows(conn, f"select state, reason from urls where url = '{far}'")
    pass_time(conn, DAY)

    crawl.crawl(
        here.model_copy(update={"allow_networks": "127.0.0.0/8:" + web.address.rpartition(":")[2]}), [source], NEXT
    )

    assert refused[0][0] == "excluded" and refused[0][1].startswith("guard: ")
    assert far in web.asked()


@pytest.mark.parametrize(
    "answer",
    [
        sites.answer(500, b"broken"),
        sites.answer(404, b"gone"),
        sites.answer(200, b"<html><title>Before you continue</title><p>We and our partners use cookies.</p></html>"),
        sites.answer(302, b"", Location="http://a.test/consent"),
    ],
    ids=["status 500", "status 404", "a consent page", "a way to a consent page"],
)
def test_a_night_that_reached_no_list_failed_though_known_pages_answered(
    here: Settings, web: Sites, conn: postgres.Connection, answer: Answer
) -> None:
    source = sites.site(web, "a.test", 2, max_pages=1)
    two = nights(here, conn, source, 2)
    next(two)
    web.pages["http://a.test/feed"] = answer

    second = next(two)

    assert second.counts["fetched"] == 1
    assert (second.state, second.code) == ("failed", RunCode.UNREACHABLE)
    assert second.message.startswith("None of its feeds, sitemaps and sections could be reached: http://a.test/feed ")


def test_a_network_that_is_down_is_told_apart_from_a_site_that_is(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    alive, dead = sites.site(web, "a.test", 1), [sites.source(f"{name}.test") for name in ("b", "c")]
    hung = here.model_copy(update={"host_map": "a.test=" + web.address + ",*.test=127.0.0.1:9"})

    crawl.crawl(hung, [alive, *dead], RUN)
    crawl.crawl(hung, dead, NEXT)

    assert runs.tell_unreached(conn, RUN) == ""
    assert "no host of 2 sources" in runs.tell_unreached(conn, NEXT)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"allow": ("/story/", "/tale/")}, "allow (/story/, /tale/) matches none of http://a.test/news/1, "),
        ({"deny": ("/news/",)}, "deny (/news/) matches http://a.test/news/1, "),
    ],
)
def test_patterns_that_keep_out_all_that_the_lists_name_are_told_from_the_first_night_on(
    here: Settings, web: Sites, conn: postgres.Connection, rules: dict[str, tuple[str, ...]], said: str
) -> None:
    source = replace(sites.site(web, "a.test", 4), **rules)  # type: ignore[arg-type]
    kind = "application/rss+xml"
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*_urls(4)), kind, ETag='"one"')

    tallies = list(nights(here, conn, source, 2))

    assert [(tally.state, tally.code) for tally in tallies] == [("failed", RunCode.KEPT_OUT)] * 2
    assert said + "http://a.test/news/2, http://a.test/news/3. Correct it in a.toml." in tallies[0].message


def test_a_section_of_which_allow_lets_in_nothing_is_told(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    links = "".join(f"<a href='/news/a-long-story-number-{n}-{n}4711'>A long story number {n}</a>" for n in range(9))
    web.pages["http://a.test/"] = sites.answer(200, f"<html><body>{links}</body></html>".encode())
    source = sites.source("a.test", feeds=(), sections=("http://a.test/",), allow=("/story/",))

    (tally,) = crawl.crawl(here, [source], RUN)

    assert (tally.state, tally.code) == ("failed", RunCode.KEPT_OUT) and "a-long-story-number-" in tally.message


def test_a_packed_page_that_was_cut_short_has_failed_and_comes_later(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 1)
    whole = web.pages["http://a.test/news/1"]
    packed = gzip.compress(b"<p>" + b"word " * 4000)
    web.pages["http://a.test/news/1"] = sites.answer(200, packed[:-9], Content_Encoding="gzip")
    two = nights(here, conn, source, 2)
    next(two)
    cut = rows(conn, ARTICLES)

    web.pages["http://a.test/news/1"] = whole
    next(two)

    assert cut == [("http://a.test/news/1", "failed", "truncated")]
    assert rows(conn, ARTICLES) == [("http://a.test/news/1", "fetched", "")]


def _urls(count: int) -> list[str]:
    return [f"http://a.test/news/{n}" for n in range(1, count + 1)]
