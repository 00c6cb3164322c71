"""One crawl over all hostile sites of tests/hostile_web.py at once, then the ledger's word on each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.load.stage import load
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import postgres
from pipelines.urls import clean
from tests import databases
from tests import hostile_tls as tls
from tests import hostile_web as hostile
from tests.sites import RUN, Sites, answer, feed, mapped, sites, source

CASES = [(family, name) for family, cases in hostile.FAMILIES.items() for name in cases]
GOOD = [f"http://good.test/news/{n}" for n in range(1, 21)]


@dataclass(frozen=True)
class Night:
    """What a crawl, and then extract and load, made of all the sites at once."""

    web: Sites
    tallies: dict[str, Tally]
    crawled: dict[str, str]
    ended: dict[str, str]
    articles: list[str]


@pytest.fixture(scope="module")
def night(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """One night over every hostile site and a good one."""
    with databases.database(server, template) as address, sites() as web, tls.servers() as ports:
        opened = ",".join(f"{tls.ADDRESS}/32:{port}" for port in ports.values())
        settings = mapped(fresh(address, tmp_path_factory.mktemp("hostile"), allow_networks=opened), web)
        sources = serve(web, [f"https://{tls.ADDRESS}:{port}/news/{name}" for name, port in ports.items()])
        tallies = {tally.source: tally for tally in crawl.crawl(settings, sources, RUN, budget=60)}
        with postgres.connection(settings, application="test") as conn:
            crawled = states(conn)
            for one in sources:
                if tallies[one.name].counts.get("fetched"):
                    extract(settings, one, RUN, site=False)
                    load(settings, one, RUN)
            ended = states(conn)
            conn.rollback()
            with conn.cursor() as cursor:
                cursor.execute("select url from articles order by url")
                articles = [row["url"] for row in cursor.fetchall()]
        yield Night(web, tallies, crawled, ended, articles)


@pytest.mark.parametrize(("family", "name"), CASES)
def test_a_hostile_page_ends_in_a_state_with_its_reason(night: Night, family: str, name: str) -> None:
    case, url = hostile.FAMILIES[family][name], f"http://{name}.{family}.test/news/1"

    assert night.crawled[url].startswith(case.crawled), night.crawled[url]
    assert night.ended[url].startswith(case.end), night.ended[url]


@pytest.mark.parametrize("name", hostile.LISTS)
def test_a_hostile_feed_ends_in_a_state_with_its_reason(night: Night, name: str) -> None:
    _, end = hostile.LISTS[name]

    assert night.crawled[f"http://{name}.lists.test/feed"].startswith(end), night.crawled[
        f"http://{name}.lists.test/feed"
    ]


@pytest.mark.parametrize("name", hostile.ROBOTS)
def test_a_hostile_robots_txt_is_read_as_the_rfc_says(night: Night, name: str) -> None:
    _, end = hostile.ROBOTS[name]

    assert night.ended[f"http://{name}.robots.test/news/1"] == end


@pytest.mark.parametrize("url", hostile.ADDRESSES)
def test_an_address_that_is_not_on_the_open_web_is_not_asked(night: Night, url: str) -> None:
    assert night.crawled[clean(url)] == f"excluded: {hostile.ADDRESSES[url]}"


@pytest.mark.parametrize("name", tls.ENDS)
def test_what_is_no_trusted_tls_is_not_spoken_to(night: Night, name: str) -> None:
    (end,) = [state for url, state in night.crawled.items() if url.endswith(f"/news/{name}")]

    assert end.startswith(f"blocked: robots.txt unreachable: {tls.ENDS[name]}"), end


def test_what_no_crawl_can_ask_for_is_counted_and_left(night: Night) -> None:
    counts = night.tallies["inside"].counts

    assert counts["unusable"] == len(hostile.UNUSABLE)
    (cut,) = [end for url, end in night.crawled.items() if url.startswith(hostile.TOO_LONG[:100])]
    assert cut.startswith("excluded: address too long: 3014 characters")
    assert [url for url in night.ended if not url.startswith("http")] == []


def test_a_good_source_in_the_same_crawl_noticed_nothing(night: Night) -> None:
    tally = night.tallies["good"]

    assert (tally.state, tally.counts["fetched"], tally.counts["failed"]) == ("done", len(GOOD), 0)
    assert {night.ended[url] for url in GOOD} == {"stored"}


def test_only_articles_became_articles(night: Night) -> None:
    expected = {f"http://{name}.{family}.test/news/1" for family, name in CASES
                if hostile.FAMILIES[family][name].end == "stored"}  # fmt: skip
    expected |= {f"http://{name}.robots.test/news/1" for name, (_, end) in hostile.ROBOTS.items() if end == "stored"}
    expected |= {f"http://{name}.lists.test/news/1" for name in ("feed-laughs", "feed-external", "feed-external-dtd")}
    expected |= {"http://a-few-times.redirects.test/hop/3"}

    assert set(night.articles) == expected | set(GOOD)


def test_every_source_has_its_tally(night: Night) -> None:
    states = {name: tally.state for name, tally in night.tallies.items()}

    # Nothing that its feed names is on the open web.
    assert states == {**dict.fromkeys(night.tallies, "done"), "inside": "failed"}


def test_nothing_of_this_machine_was_read_for_a_site(night: Night) -> None:
    assert [url for _, url, _ in night.web.hits if "evil.dtd" in url or "passwd" in url] == []


@pytest.fixture(scope="module")
def traps(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """One crawl over sites that never end, and a good one."""
    with databases.database(server, template) as address, sites() as web:
        settings = mapped(fresh(address, tmp_path_factory.mktemp("traps")), web)
        web.pages = hostile.Traps({"http://good.test/feed": answer(200, feed(*GOOD))})
        web.pages |= {url: answer(200, hostile.story(f"Town {n}")) for n, url in enumerate(GOOD)}
        sources = [
            source("good.test", delay=0.02),
            source("calendar.test", feeds=(), sections=("http://calendar.test/news",), max_pages=10, delay=0.02),
            source("facets.test", feeds=(), sections=("http://facets.test/list",), max_pages=10, delay=0.02),
            source("maps.test", feeds=(), sitemaps=("http://maps.test/sitemap.xml",), max_pages=10, delay=0.02),
            source("crowd.test", max_pages=10, delay=0.02),
        ]
        tallies = {tally.source: tally for tally in crawl.crawl(settings, sources, RUN, budget=60)}
        with postgres.connection(settings, application="test") as conn:
            crawled = states(conn)
        yield Night(web, tallies, crawled, {}, [])


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("calendar", 10 + hostile.MOST_SECTIONS),
        ("facets", 10 + hostile.MOST_SECTIONS),
        ("maps", 10 + 52),
        ("crowd", 11),
    ],
)
def test_a_site_that_never_ends_gets_so_many_requests_and_no_more(traps: Night, name: str, most: int) -> None:
    asked = traps.web.asked(f"//{name}.test/")

    assert 1 <= len(asked) <= most
    assert traps.tallies[name].state == "done"
    assert traps.tallies["good"].counts["fetched"] == len(GOOD)


def test_a_feed_of_more_entries_than_anybody_writes_is_read_up_to_a_bound(traps: Night) -> None:
    tally = traps.tallies["crowd"]

    assert tally.counts["fetched"] == 10
    assert 1_000 <= tally.counts["new"] <= hostile.CROWD
    assert "are left for the next crawl" in tally.message
    assert traps.crawled["http://crowd.test/feed"] == "stored"


def serve(web: Sites, secure: list[str]) -> list[Source]:
    web.pages |= {url: answer(200, hostile.story(f"Town {n}")) for n, url in enumerate(GOOD)}
    web.pages |= {
        "http://good.test/feed": answer(200, feed(*GOOD), "application/rss+xml"),
        "http://stranger.test/offer": answer(200, hostile.story("Offer")),
        "http://moved-there.test/news/1": answer(200, hostile.story("Moved")),
        "http://consent.redirects.test/v2?from=1": answer(200, hostile.wall("Before you continue", "Cookies?")),
    }
    named: dict[str, list[str]] = {"robots": list(hostile.ROBOTS), "inside": []}
    for family, cases in hostile.FAMILIES.items():
        named[family] = list(cases)
        for name, case in cases.items():
            host = f"http://{name}.{family}.test"
            web.pages |= {host + path: page for path, page in {"/news/1": case.article, **case.pages}.items()}
    for name, (robots, _) in hostile.ROBOTS.items():
        host = f"http://{name}.robots.test"
        web.pages |= {
            f"{host}/robots.txt": robots,
            f"{host}/robots-are-here.txt": answer(200, b"User-agent: *\nDisallow: /x", "text/plain"),
            f"{host}/news/1": answer(200, hostile.story(name)),
        }
    for name, (listed, _) in hostile.LISTS.items():
        web.pages[f"http://{name}.lists.test/feed"] = listed
        web.pages[f"http://{name}.lists.test/news/1"] = answer(200, hostile.story(name))
    for family, names in named.items():
        urls = [f"http://{name}.{family}.test/news/1" for name in names]
        urls += [*hostile.ADDRESSES, *hostile.UNUSABLE, hostile.TOO_LONG, *secure] if family == "inside" else []
        web.pages[f"http://{family}.test/feed"] = answer(200, hostile.json_feed({"url": url} for url in urls))
    feeds = tuple(f"http://{name}.lists.test/feed" for name in hostile.LISTS)
    made = [source(f"{name}.test", language="en") for name in ("good", *named)]
    return [*made, source("lists.test", language="en", feeds=feeds)]


def fresh(address: str, folder: Path, allow_networks: str = "") -> Settings:
    return Settings(
        data=folder / "data",
        sources=folder / "sources",
        database_url=address,
        contact="mailto:tests@newsroom.test",
        min_free_mb=0,
        fetch_timeout=hostile.SECONDS,
        allow_networks=allow_networks,
    )


def states(conn: postgres.Connection) -> dict[str, str]:
    conn.rollback()
    with conn.cursor() as cursor:
        cursor.execute("select url, state || case when reason = '' then '' else ': ' || reason end as state from urls")
        return {row["url"]: row["state"] for row in cursor.fetchall()}
