"""Backfill: a site's past by its own lists, once, with its delay, told to nobody, beside the nights."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from typer.testing import Result

from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.load.stage import load
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import clock, commands, papers, sites
from tests.databases import rows
from tests.sites import Sites

Nightdesk = Callable[..., Result]
# What the site's thread is late by. Measured beside other tests: 0.06 s.
LATE = 0.06
HOST = "http://a.test"
MONTHS = [f"{year}-{month:02}" for year in (2022, 2023, 2024) for month in range(1, 13)]
# A month that the site lost.
LOST = "2023-07"


def a_site(web: Sites, each: int = 1) -> list[str]:
    """Three years of a site: an index of a sitemap for each month, a feed of today's; the addresses of its past."""
    found = []
    maps = []
    for number, month in enumerate(MONTHS):
        if month == LOST:
            continue
        entries = []
        for n in range(each):
            url = f"{HOST}/news/{1000 + number * 10 + n}"
            web.pages[url] = papers.conditional(papers.story(1000 + number * 10 + n))
            entries.append(f"<url><loc>{url}</loc><lastmod>{month}-1{n}T10:00:00Z</lastmod></url>")
            found.append(url)
        web.pages[f"{HOST}/sitemap-{month}.xml"] = sites.answer(
            200, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(entries)}</urlset>'.encode(),
            "application/xml",
        )  # fmt: skip
        maps.append(f"<sitemap><loc>{HOST}/sitemap-{month}.xml</loc></sitemap>")
    web.pages[f"{HOST}/index.xml"] = sites.answer(
        200, f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(maps)}</sitemapindex>'.encode(),
        "application/xml",
    )  # fmt: skip
    web.pages[f"{HOST}/feed"] = papers.conditional(papers.feed(1), kind="application/rss+xml")
    web.pages[f"{HOST}/news/1"] = papers.conditional(papers.story(1, ""))
    return found


@pytest.fixture
def nightdesk(here: Settings, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    commands.use(here, monkeypatch)
    (here.sources / "a.toml").write_text(
        f'title = "A"\nurl = "{HOST}/"\ncountry = "SY"\nlanguage = "ar"\ntimezone = "UTC"\ndelay = 0.2\n'
        f'feeds = ["{HOST}/feed"]\nsitemaps = ["{HOST}/index.xml"]\n',
        encoding="utf-8",
    )
    return commands.run


def test_three_years_killed_and_resumed_every_article_once_with_the_delay_and_the_nights_undisturbed(
    nightdesk: Nightdesk, here: Settings, conn: postgres.Connection, web: Sites
) -> None:
    past = a_site(web)
    asked = ("backfill", "a", "--from", "2022-01", "--to", "2024-12")

    dry = nightdesk(*asked, "--dry-run")

    assert dry.exit_code == 0, dry.output
    assert f"names anything of {LOST}:" in " ".join(dry.stdout.split())
    assert "35 pages are to be fetched" in dry.stdout
    assert web.asked("/news/") == []

    program = [sys.executable, "-c", "from pipelines.cli import main; main()", *asked, "--yes"]
    child = subprocess.Popen(program, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    web.wait_for(4, "/news/", seconds=60)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert len(web.asked("/news/")) < len(past), "it was killed too late to tell"
    with ThreadPoolExecutor(1) as aside:
        begun = aside.submit(crawl.crawl, here, [_source(here)], "2026-11-22T0200")
        said = json.loads(nightdesk(*asked, "--yes", "--json").stdout)
        (night,) = begun.result()

    assert (night.state, night.counts["fetched"]) == ("done", 1)
    assert said["filled"]["failed"] == []
    assert extract(here, _source(here), "2026-11-22T0200").state == "done"
    assert load(here, _source(here), "2026-11-22T0200").state == "done"
    assert {url for (url,) in rows(conn, "select url from articles")} == {*past, f"{HOST}/news/1"}
    quiet = "select c.quiet, count(*) from changes c group by 1 order by 1"
    assert rows(conn, quiet) == [("backfill", 35), ("first run", 1)]
    times = [at for at, url, _ in web.hits if not url.endswith("/robots.txt")]
    # Two crawls that each kept the delay for itself would be nearer to each other at times.
    assert clock.apart([later - earlier for earlier, later in pairwise(times)], 0.2, LATE)
    assert rows(conn, "select count(*) from urls where due_for = 'past'") == [(0,)]
    assert rows(conn, "select run from past_runs where ended_at is null") == []
    for (run,) in rows(conn, "select distinct run from past_runs order by run"):
        ledger = json.loads(nightdesk("ledger", "--run", run, "--json").stdout)
        assert ledger["differences"] == [], run
    assert json.loads(nightdesk("verify", "--json").stdout)["damage"] == []
    fetched = len(web.asked("/news/"))
    again = nightdesk(*asked, "--yes")
    assert "to be fetched" not in again.stdout
    assert len(web.asked("/news/")) == fetched


def _source(here: Settings) -> Any:
    from pipelines.sources import folders

    return folders.read_named(here, ["a"])[0]


def test_pages_of_a_feed_are_read_as_far_back_as_is_asked(
    nightdesk: Nightdesk, conn: postgres.Connection, web: Sites, here: Settings
) -> None:
    def page(*numbers: int) -> Any:
        items = "".join(
            f"<item><title>t{n}</title><link>{HOST}/news/{n}</link>"
            f"<pubDate>{datetime.now(UTC) - timedelta(days=n):%a, %d %b %Y 10:00:00 GMT}</pubDate></item>"
            for n in numbers
        )
        return sites.answer(200, f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), "application/rss+xml")

    for n in range(40, 120, 10):
        web.pages[f"{HOST}/news/{n}"] = papers.conditional(papers.story(n, ""))
    web.pages[f"{HOST}/feed"] = page(40, 50)
    web.pages[f"{HOST}/feed?paged=2"] = page(60, 70)
    web.pages[f"{HOST}/feed?paged=3"] = page(80, 90)
    web.pages[f"{HOST}/feed?paged=4"] = page(100, 110)
    path = here.sources / "a.toml"
    path.write_text(path.read_text("utf-8").replace(f'sitemaps = ["{HOST}/index.xml"]\n', ""), "utf-8")
    since = (datetime.now(UTC) - timedelta(days=75)).date().isoformat()

    said = nightdesk("backfill", "a", "--from", since, "--yes")

    assert said.exit_code == 0, said.output
    assert web.asked("/feed") == [f"{HOST}/feed", f"{HOST}/feed?paged=2", f"{HOST}/feed?paged=3"]
    assert sorted(url for (url,) in rows(conn, "select url from articles")) == [
        f"{HOST}/news/{n}" for n in (40, 50, 60, 70)
    ]


def test_a_list_of_addresses_is_fetched_as_a_crawl_does_and_stored_as_imported(
    nightdesk: Nightdesk, conn: postgres.Connection, web: Sites, tmp_path: Any
) -> None:
    for host in (HOST, "http://other.test"):
        for n in (1, 2):
            web.pages[f"{host}/news/{n}"] = papers.conditional(papers.story(n, ""))
    web.pages["http://closed.test/robots.txt"] = sites.answer(200, b"User-agent: *\nDisallow: /\n", "text/plain")
    listed = tmp_path / "list.txt"
    named = [f"{HOST}/news/1", f"{HOST}/news/2", "http://other.test/news/1", "http://closed.test/news/1"]
    listed.write_text("# mine\n" + "\n".join(named) + "\n", encoding="utf-8")

    said = nightdesk("import", listed)
    again = nightdesk("import", listed)

    assert said.exit_code == 0, said.output
    assert rows(conn, "select source, url from articles order by url") == [
        ("a", f"{HOST}/news/1"),
        ("a", f"{HOST}/news/2"),
        ("imported", "http://other.test/news/1"),
    ]
    assert rows(conn, "select distinct quiet from changes") == [("imported",)]
    assert web.asked("closed.test") == []
    assert len(web.asked("/news/")) == 3, again.output
