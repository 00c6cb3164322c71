"""The crawl as a child process against sites on loopback: what ends up on disk and in the ledger."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from typing import Any

import pytest

from pipelines import errors, urls
from pipelines.crawl import ledger, policy
from pipelines.crawl import stage as crawl
from pipelines.settings import Settings
from pipelines.stores import postgres, runs, warc
from tests import clock, sites
from tests.databases import states
from tests.sites import NEXT, RUN, Answer, Sites


def fetches(conn: postgres.Connection, outcome: str = "fetched") -> list[str]:
    conn.rollback()
    with conn.cursor() as cursor:
        cursor.execute(
            "select fetches.url from fetches join urls on urls.id = url_id "
            "where outcome = %s and kind = 'article' order by fetches.url",
            (outcome,),
        )
        return [row["url"] for row in cursor.fetchall()]


def test_every_article_of_a_feed_is_on_disk_and_in_the_ledger(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 5)

    (tally,) = crawl.crawl(here, [source], RUN, on_line=print)

    assert (tally.state, tally.counts["new"], tally.counts["fetched"]) == ("done", 5, 5), tally
    assert len(fetches(conn)) == 5
    (file,) = here.raw.glob("a/*/*")
    stored = [page for _, page, _ in warc.pages(file)]
    assert sorted(page.url for page in stored if "news" in page.url) == fetches(conn)
    assert runs.tallies(conn, RUN) == [tally]
    assert [row["problem"] for row in ledger.find_unaccounted(conn, RUN)] == ["fetched and not decided by load"] * 5


@pytest.mark.parametrize(
    ("named", "mapped", "told"), [((3, 4), False, True), ((2, 3), False, False), ((3, 4), True, False)]
)
def test_a_feed_that_names_no_article_of_its_last_look_may_have_lost_some_and_says_so(
    here: Settings, web: Sites, named: tuple[int, ...], mapped: bool, told: bool
) -> None:
    source = sites.site(web, "a.test", 4)
    at = [f"http://a.test/news/{number}" for number in range(1, 5)]
    if mapped:
        source = replace(source, sitemaps=("http://a.test/map",))
        inside = "".join(f"<url><loc>{url}</loc></url>" for url in at)
        web.pages["http://a.test/map"] = sites.answer(200, f"<urlset>{inside}</urlset>".encode(), "application/xml")
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*at[:2]), "application/rss+xml")
    crawl.crawl(here, [source], RUN)
    web.pages["http://a.test/feed"] = sites.answer(
        200, sites.feed(*(at[number - 1] for number in named)), "application/rss+xml"
    )

    (tally,) = crawl.crawl(here, [source], NEXT)

    assert tally.state == "done"
    assert ("names no article of its last look" in tally.message) == told, tally.message


def test_a_night_whose_new_pages_are_not_there_says_so(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 2)
    crawl.crawl(here, [source], RUN)
    new = [f"http://a.test/news/{number}" for number in (2, 3, 4, 5)]
    web.pages["http://a.test/feed"] = sites.answer(200, sites.feed(*new), "application/rss+xml")

    (tally,) = crawl.crawl(here, [source], NEXT)

    assert (tally.state, tally.counts["new"], tally.counts["gone"]) == ("done", 3, 3)
    assert "none of the 3 new pages that its lists name could be fetched" in tally.message


def test_a_second_crawl_with_nothing_new_fetches_only_the_feed_and_says_so(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 2)
    crawl.crawl(here, [source], RUN)

    (tally,) = crawl.crawl(here, [source], NEXT)

    assert (tally.state, tally.counts["new"], tally.message) == ("done", 0, "nothing new")
    assert len(web.asked("/news/")) == 2 and len(web.asked("/feed")) == 2
    assert states(conn)["http://a.test/feed"] == "unchanged: same bytes"
    assert len([url for _, url, _ in web.hits if url.endswith("robots.txt")]) == 1


def test_requests_to_one_host_keep_the_delay_of_the_source(here: Settings, web: Sites) -> None:
    source = sites.site(web, "slow.test", 4, delay=0.5)

    crawl.crawl(here, [source], RUN)

    times = [at for at, url, _ in web.hits]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert clock.apart(gaps, 0.5, 0.1)


def test_robots_txt_is_obeyed_and_its_crawl_delay_kept(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 3)
    rules = b"User-agent: *\nCrawl-delay: 0.6\nDisallow: /news/2\n"
    web.pages["http://a.test/robots.txt"] = sites.answer(200, rules, "text/plain")

    crawl.crawl(here, [source], RUN)

    times = [at for at, url, _ in web.hits if not url.endswith("robots.txt")]
    assert states(conn)["http://a.test/news/2"] == "excluded: robots.txt"
    assert web.asked("/news/2") == [] and len(fetches(conn)) == 2
    assert clock.apart([later - earlier for earlier, later in pairwise(times)], 0.6, 0.1)


def test_a_host_whose_robots_txt_breaks_is_left_alone(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 3)
    web.pages["http://a.test/robots.txt"] = sites.answer(500, b"")

    (tally,) = crawl.crawl(here, [source], RUN)

    assert tally.state == "failed" and "robots.txt unreachable: status 500" in tally.message
    assert web.asked() == []
    assert states(conn)["http://a.test/feed"] == "blocked: robots.txt unreachable: status 500"


def test_every_way_a_page_can_fail_has_its_state_and_reason(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 9)

    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    def cut(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"short")
        handler.close_connection = True

    where = "http://a.test/news/"
    web.pages |= {
        where + "1": sites.answer(404, b"no"),
        where + "2": sites.answer(403, b"no"),
        where + "3": sites.answer(400, b"no"),
        where + "4": sites.answer(302, b"", Location="http://127.0.0.1:1/"),
        where + "5": sites.answer(302, b"", Location=where + "5"),
        where + "6": endless,
        where + "7": cut,
        where + "8": sites.answer(302, b"", Location="http://a.test/"),
        where + "9": sites.answer(200, b"<title>Just a moment...</title>"),
        "http://a.test/": sites.page("home"),
    }

    (tally,) = crawl.crawl(here, [source], RUN)

    found = states(conn)
    assert [found[f"{where}{n}"] for n in range(1, 10)] == [
        "gone: status 404",
        "blocked: status 403",
        "failed: status 400",
        "excluded: guard: 127.0.0.1 is no public address",
        "failed: max redirections reached",
        "failed: larger than 10485760 bytes",
        "failed: truncated",
        "fetched: redirected to the home page",
        "blocked: challenge page",
    ]
    assert tally.state == "done" and tally.counts["fetched"] == 1


def test_a_host_that_asks_for_rest_gets_nothing_more(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 8)
    for number in range(1, 9):
        web.pages[f"http://a.test/news/{number}"] = sites.answer(429, b"", Retry_After="3600")

    (tally,) = crawl.crawl(here, [source], RUN)

    conn.rollback()
    assert len(web.asked("/news/")) <= 2
    assert tally.state == "failed" and "429" in tally.message
    with conn.cursor() as cursor:
        cursor.execute("select host from hosts where cooldown_until > now() + interval '50 minutes'")
        assert [row["host"] for row in cursor.fetchall()] == ["a.test"]


def test_a_source_whose_feeds_cannot_be_reached_failed_and_the_others_did_not(here: Settings, web: Sites) -> None:
    good = sites.site(web, "good.test", 1)
    bad = sites.source("bad.test")
    web.pages["http://bad.test/feed"] = sites.answer(500, b"")

    tallies = crawl.crawl(here, [bad, good], RUN)

    assert [tally.state for tally in tallies] == ["failed", "done"]
    assert tallies[0].message.startswith("None of its feeds, sitemaps and sections could be reached: http://bad.test/")
    assert tallies[0].message.endswith(" status 500.")


def test_without_a_contact_the_internet_is_not_touched(here: Settings, web: Sites) -> None:
    settings = here.model_copy(update={"contact": ""})

    with pytest.raises(errors.SettingsError, match="NIGHTDESK_CONTACT"):
        crawl.crawl(settings, [sites.source("www.example.org")], RUN)

    assert crawl.crawl(settings, [sites.site(web, "a.test", 1)], RUN)[0].state == "done"


def test_one_asked_for_url_is_fetched_whatever_is_due(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 3)

    (tally,) = crawl.crawl(here, [source], RUN, only="http://a.test/news/2")

    assert tally.state == "done" and web.asked() == ["http://a.test/news/2"]
    assert [row["what"] for row in ledger.history_of_url(conn, "http://a.test/news/2")] == [
        "discovered: article",
        "crawl: fetched",
        "now: fetched",
    ]


def test_one_page_can_be_had_without_the_ledger(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 1)

    page = crawl.fetch(here, source, "http://a.test/news/1")

    assert "قال الوزير" in warc.decode_body(page).decode()
    assert states(conn) == {}


def test_a_crawl_stops_before_the_disk_is_full(here: Settings, web: Sites) -> None:
    settings = here.model_copy(update={"min_free_mb": 2**40})

    (tally,) = crawl.crawl(settings, [sites.site(web, "a.test", 3)], RUN)

    assert tally.state == "failed" and "NIGHTDESK_MIN_FREE_MB" in tally.message


def test_an_index_its_sitemap_and_a_section_lead_to_articles(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.source(
        "a.test", feeds=(), sitemaps=("http://a.test/index.xml",), sections=("http://a.test/politics",)
    )
    locations = "<urlset><url><loc>http://a.test/1</loc></url><url><loc>http://b.test/2</loc></url></urlset>"
    web.pages |= {
        "http://a.test/index.xml": sites.answer(
            200, b"<sitemapindex><sitemap><loc>http://a.test/s.xml.gz</loc></sitemap></sitemapindex>"
        ),
        "http://a.test/s.xml.gz": sites.answer(200, gzip.compress(locations.encode()), "application/gzip"),
        "http://a.test/politics": sites.answer(200, b'<a href="/2026/11/22/3">x</a><a href="/about">y</a>'),
        "http://a.test/1": sites.page("1"),
        "http://a.test/2026/11/22/3": sites.page("3"),
    }

    (tally,) = crawl.crawl(here, [source], RUN)

    assert tally.state == "done" and fetches(conn) == ["http://a.test/1", "http://a.test/2026/11/22/3"]
    assert states(conn)["http://b.test/2"] == "excluded: other site: b.test"


def test_a_feed_with_an_etag_is_asked_whether_it_changed(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 1)
    body = sites.feed("http://a.test/news/1")

    def tagged(handler: Any) -> None:
        known = handler.headers.get("If-None-Match") == '"1"'
        sites.answer(304 if known else 200, b"" if known else body, ETag='"1"')(handler)

    web.pages["http://a.test/feed"] = tagged
    crawl.crawl(here, [source], RUN)

    crawl.crawl(here, [source], NEXT)

    assert states(conn)["http://a.test/feed"] == "unchanged: status 304"


def test_a_redirect_to_another_host_asks_for_its_robots_txt_and_keeps_where_it_led(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 2)
    web.pages |= {
        "http://a.test/news/1": sites.answer(301, b"", Location="http://b.test/1"),
        "http://a.test/news/2": sites.answer(301, b"", Location="http://b.test/closed"),
        "http://b.test/1": sites.page("1"),
        "http://b.test/robots.txt": sites.answer(200, b"User-agent: nightdesk\nDisallow: /closed\n", "text/plain"),
    }

    crawl.crawl(here, [source], RUN)

    (file,) = here.raw.glob("a/*/*")
    ((page, facts),) = [(page, facts) for _, page, facts in warc.pages(file) if "/news/" in page.url]
    assert (page.final_url, facts["redirects"]) == ("http://b.test/1", ["http://a.test/news/1"])
    assert states(conn)["http://a.test/news/2"] == "excluded: robots.txt" and web.asked("closed") == []


def test_a_chain_of_sitemaps_without_an_end_is_followed_so_far_and_no_further(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    where = "http://a.test/chain/"
    source = replace(sites.site(web, "a.test", 2), sitemaps=(f"{where}0.xml",))
    for n in range(60):
        index = f"<sitemapindex><sitemap><loc>{where}{n + 1}.xml</loc></sitemap></sitemapindex>"
        web.pages[f"{where}{n}.xml"] = sites.answer(200, index.encode())

    (tally,) = crawl.crawl(here, [source], RUN)
    asked = len(web.asked("/chain/"))
    crawl.crawl(here, [source], RUN)

    assert asked == policy.MAX_SITEMAPS + 1
    assert tally.state == "done" and len(fetches(conn)) == 2
    assert "too many sitemaps: 50 were read in this run, 1 wait for the next" in tally.message
    assert web.asked(f"{where}51.xml") == []


def test_a_robots_txt_that_no_name_leads_to_is_told_in_words(here: Settings, conn: postgres.Connection) -> None:
    settings = here.model_copy(update={"host_map": ""})

    (tally,) = crawl.crawl(settings, [sites.source("nowhere.invalid")], RUN)

    assert tally.message.endswith("http://nowhere.invalid/feed robots.txt unreachable: DNS lookup failed.")
    assert states(conn)["http://nowhere.invalid/feed"] == "blocked: robots.txt unreachable: DNS lookup failed"


@pytest.mark.parametrize(
    ("host", "path", "robots", "why"),
    [
        ("a.test", "/news/9", 500, "robots.txt unreachable: status 500"),
        ("a.test", "/news/9", 404, "status 403"),
        ("127.0.0.1", "/x", 404, "guard: 127.0.0.1 is no public address"),
    ],
)
def test_one_asked_for_url_that_cannot_be_had_failed_for_its_own_reason(
    here: Settings, web: Sites, host: str, path: str, robots: int, why: str
) -> None:
    url = f"http://{host}{path}"
    web.pages |= {"http://a.test/robots.txt": sites.answer(robots, b""), url: sites.answer(403, b"no")}

    (tally,) = crawl.crawl(here, [sites.site(web, "a.test", 1)], RUN, only=url)

    assert (tally.state, tally.message) == ("failed", f"{url} could not be fetched: {why}.")


def test_one_asked_for_url_whose_host_rests_says_so(here: Settings, web: Sites, conn: postgres.Connection) -> None:
    source = sites.site(web, "a.test", 1)
    with conn:
        ledger.rest_host(conn, "a.test", timedelta(hours=1), "status 429")

    (tally,) = crawl.crawl(here, [source], RUN, only="http://a.test/news/1")

    assert tally.state == "failed" and web.asked() == []
    assert tally.message == "http://a.test/news/1 could not be fetched: its host asked for rest."


def with_cookie(name: str, *, then: Answer, sets: str = "", to: str = "") -> Answer:
    """Sends whoever lacks a cookie to an address, this one if none is given, with the cookie."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        has = name in (handler.headers.get("Cookie") or "")
        location = to or handler.path
        (then if has else sites.answer(302, b"", Location=location, Set_Cookie=f"{name}; Path=/{sets}"))(handler)

    return send


@pytest.mark.parametrize("way", ["the same address", "another page and back"])
def test_a_cookie_that_a_redirect_sets_is_known_to_the_next_hop_and_to_no_other_page(
    here: Settings, web: Sites, conn: postgres.Connection, way: str
) -> None:
    source = sites.site(web, "a.test", 2)
    one = "http://a.test/news/1"
    if way == "the same address":
        web.pages[one] = with_cookie("ok=1", then=web.pages[one])
    else:
        web.pages[one] = with_cookie("ok=1", then=web.pages[one], to="/check")
        web.pages["http://a.test/check"] = with_cookie("seen=1", then=sites.answer(302, b"", Location=one), to="/check")

    (tally,) = crawl.crawl(here, [source], RUN, on_line=print)

    assert tally.counts["fetched"] == 2, tally
    assert not any("Cookie" in headers for _, url, headers in web.hits if url != one and "check" not in url)
    assert states(conn)[one] == "fetched"


def test_a_cookie_goes_to_no_other_host_and_one_that_is_never_taken_ends(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 2)
    web.pages["http://a.test/news/1"] = with_cookie("never=1", then=web.pages["http://a.test/news/1"], sets="; Secure")
    web.pages["http://a.test/news/2"] = with_cookie("mine=1", then=sites.page("no"), to="http://b.test/news/2")
    web.pages["http://b.test/news/2"] = sites.page("there")

    (tally,) = crawl.crawl(here, [source], RUN)

    assert [headers for _, url, headers in web.hits if "b.test" in url and "Cookie" in headers] == []
    assert "max redirections reached" in tally.message
    assert len(web.asked("a.test/news/1")) == 6


def test_what_a_list_names_tonight_comes_before_what_was_left_of_other_nights(here: Settings, web: Sites) -> None:
    def dated(*numbers: int) -> bytes:
        rows = (f"<url><loc>http://a.test/news/{n}</loc><lastmod>{day(n)}</lastmod></url>" for n in numbers)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(rows)}</urlset>'.encode()

    def day(n: int) -> str:
        return (datetime.now(UTC) - timedelta(hours=40 - n)).isoformat()

    source = sites.site(web, "a.test", 30, feeds=(), sitemaps=("http://a.test/map.xml",), max_pages=3)
    web.pages["http://a.test/map.xml"] = sites.answer(200, dated(*range(1, 21)), "application/xml")
    crawl.crawl(here, [source], RUN)
    web.pages["http://a.test/map.xml"] = sites.answer(200, dated(*range(1, 23)), "application/xml")

    crawl.crawl(here, [source], NEXT)

    asked = [url.rpartition("/")[2] for url in web.asked("/news/")]
    assert (asked[:3], asked[3:]) == (["20", "19", "18"], ["22", "21", "17"])


def test_links_of_a_section_that_were_left_out_are_told(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 0, feeds=(), sections=("http://a.test/news",), max_pages=1)
    links = "".join(f'<a href="/{n % 7}x/{n + 10_000}/s">The old bridge was opened again {n}</a>' for n in range(1500))
    web.pages["http://a.test/news"] = sites.answer(200, f"<main>{links}</main>".encode())

    (tally,) = crawl.crawl(here, [source], RUN)

    assert "http://a.test/news has more links than are read: 500 were left out" in tally.message


def test_a_link_of_a_section_that_is_longer_than_an_address_may_be_is_in_the_ledger_with_that_reason(
    here: Settings, web: Sites, conn: postgres.Connection
) -> None:
    source = sites.site(web, "a.test", 0, feeds=(), sections=("http://a.test/news",))
    long = f"http://a.test/news/10002/{'x' * urls.LONGEST_CHARACTERS}"
    links = [f'<a href="{url}">The old bridge was opened again</a>' for url in ("http://a.test/news/10001/s", long)]
    web.pages |= {
        "http://a.test/news": sites.answer(200, f"<main>{''.join(links)}</main>".encode()),
        "http://a.test/news/10001/s": sites.page("1"),
    }

    (tally,) = crawl.crawl(here, [source], RUN)

    assert tally.state == "done" and fetches(conn) == ["http://a.test/news/10001/s"]
    reason = f"excluded: address too long: {len(long)} characters, more than {urls.LONGEST_CHARACTERS}"
    assert states(conn)[urls.shorten(long)] == reason


def test_a_section_that_has_more_pages_than_are_read_says_so(here: Settings, web: Sites) -> None:
    source = sites.site(web, "a.test", 0, feeds=(), sections=("http://a.test/news",), max_pages=1)
    pages = ["http://a.test/news", *(f"http://a.test/news?page={n}" for n in range(2, policy.MAX_SECTION_PAGES + 4))]
    for n, (page, behind) in enumerate(pairwise(pages)):
        links = "".join(
            f'<a href="/{m}x/{100 * n + m + 10_000}/s">The bridge of {n} opened again {m}</a>' for m in range(7)
        )
        following = f'<a rel="next" href="{behind}">Next</a>'
        web.pages[page] = sites.answer(200, f"<main>{links}</main>{following}".encode())

    (tally,) = crawl.crawl(here, [source], RUN)

    assert f"names more: {policy.MAX_SECTION_PAGES} pages of it were read" in tally.message
    assert len([url for url in web.asked("/news") if "page=" in url]) == policy.MAX_SECTION_PAGES
