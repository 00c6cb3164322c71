"""Redirects and canonical URLs: which of them make two addresses one article, and what is kept when they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import urls
from pipelines.codes import Kind, State
from pipelines.crawl import aliases, discovery, ledger
from pipelines.crawl.ledger import FetchResult, Lease
from pipelines.desk import desk_records
from pipelines.load import stage as load
from pipelines.model import Article, Entry, Tally
from pipelines.settings import Settings
from pipelines.stores import articlefile, migrations, postgres, runs
from pipelines.stores.articlefile import Line
from tests import sites
from tests.databases import rows
from tests.sites import NEXT, RUN

HOST = "http://a.test"
SOURCE = sites.source("a.test", deny=("/video/",), sections=(f"{HOST}/local/",))
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def fetched(conn: postgres.Connection, url: str, final: str = "", *, at: datetime = NOW, **facts: Any) -> int:
    """Discover and fetch a URL; the id of the row that the fetch is of."""
    key = urls.key(url)
    with conn:
        discovery.discover(conn, SOURCE, RUN, [(Kind.ARTICLE, Entry(url=url, title="خبر"))], f"{HOST}/feed")
        row = postgres.row(conn, "main_of_key", source="a", key=key)
        assert row
        lease = Lease(id=row["id"], source="a", url=url, host="a.test", kind=Kind.ARTICLE)
        known = {"outcome": State.FETCHED, "final_url": final or url, "status": 200, **facts}
        look = FetchResult(url_id=lease.id, source="a", url=url, kind=Kind.ARTICLE, fetched_at=at, **known)
        (settled,) = ledger.record(conn, RUN, aliases.follow_redirects(conn, SOURCE, RUN, [look]))
    return settled.url_id


def stored(
    settings: Settings, conn: postgres.Connection, *pages: tuple[str, str, str], run: str = RUN
) -> dict[str, int]:
    """Fetch and load pages: (URL, canonical URL, title)."""
    lines = []
    for n, (url, canonical, title) in enumerate(pages):
        at = NOW + timedelta(minutes=n)
        url_id = fetched(conn, url, at=at)
        ((fetch_id,),) = rows(conn, f"select max(id) from fetches where url_id = {url_id}")
        made = article(url, canonical, title)
        lines.append(Line(fetch_id=fetch_id, url_id=url_id, run=run, fetched_at=at, article=made))
    articlefile.write(articlefile.path(settings, "a", run), lines)
    tally = load.load(settings, SOURCE, run)
    assert tally.state == "done", tally.message
    return {name: tally.counts[name] for name in ("new", "duplicate") if tally.counts[name]}


def article(url: str, canonical: str, title: str) -> Article:
    empty = dict.fromkeys(
        ("description", "language", "published_precision", "published_from", "image", "section", "page_digest"), ""
    )
    return Article(
        **empty, source="a", url=url, canonical_url=canonical or url, title=title, text=f"{title} {url}", authors=(),
        published_at=None, modified_at=None, tags=(), removed=(), extractor="x",
    )  # fmt: skip


def test_a_page_that_answered_from_elsewhere_is_that_addresss_and_the_asked_one_its_alias(
    conn: postgres.Connection,
) -> None:
    url_id = fetched(conn, f"{HOST}/go?id=48151", f"{HOST}/news/48151-flood", digest="x", etag='"1"')

    assert rows(conn, "select id, url, state, entry ->> 'title', digest, etag from urls where alias_of is null") == [
        (url_id, f"{HOST}/news/48151-flood", "fetched", "خبر", "x", '"1"')
    ]
    assert rows(conn, "select state, reason, alias_of, next_at from urls where alias_of is not null") == [
        ("duplicate", "alias: redirected", url_id, None)
    ]
    assert rows(conn, "select url_id, url from fetches") == [(url_id, f"{HOST}/go?id=48151")]


@pytest.mark.parametrize(
    "final",
    [f"{HOST}/", f"{HOST}/local/", f"{HOST}/video/48151", "http://other.test/news/48151"],
    ids=["home page", "section", "excluded", "other site"],
)
def test_a_redirect_to_what_is_no_article_of_the_source_makes_no_alias(conn: postgres.Connection, final: str) -> None:
    fetched(conn, f"{HOST}/news/48151", final)

    assert rows(conn, "select url, state, alias_of from urls") == [(f"{HOST}/news/48151", "fetched", None)]


def test_a_third_strange_address_that_leads_to_one_page_is_no_alias_of_it(conn: postgres.Connection) -> None:
    for n in range(5):
        fetched(conn, f"{HOST}/story/{n}", f"{HOST}/welcome")

    assert rows(conn, "select count(*) from urls where alias_of is not null") == [(2,)]


def test_strange_addresses_that_lead_to_one_page_together_are_none_of_them_aliases(conn: postgres.Connection) -> None:
    pages = [Entry(url=f"{HOST}/story/{n}") for n in range(3)]
    with conn:
        discovery.discover(conn, SOURCE, RUN, [(Kind.ARTICLE, page) for page in pages], f"{HOST}/feed")
    leased = ledger.lease(conn, "a", RUN, 3, per_host=3)

    known = {"kind": Kind.ARTICLE, "fetched_at": NOW, "outcome": State.FETCHED, "final_url": f"{HOST}/welcome"}
    looks = [FetchResult(**known, url_id=one.id, source="a", url=one.url) for one in leased]
    settled = aliases.follow_redirects(conn, SOURCE, RUN, looks)

    assert settled == looks


def test_any_number_of_akin_addresses_lead_to_one_article(conn: postgres.Connection) -> None:
    for n in range(5):
        fetched(conn, f"{HOST}/go?id=48151&from_list={n}", f"{HOST}/news/48151")

    assert rows(conn, "select count(*) from urls where alias_of is not null") == [(5,)]


def test_an_article_that_moved_stays_the_same_article(conn: postgres.Connection) -> None:
    first = fetched(conn, f"{HOST}/old/48151")

    again = fetched(conn, f"{HOST}/old/48151", f"{HOST}/new/48151", at=NOW + timedelta(days=1))

    assert first == again
    assert rows(conn, "select url, alias_of from urls where alias_of is not null") == [(f"{HOST}/new/48151", first)]


def test_a_look_that_is_adopted_twice_is_one_look(conn: postgres.Connection) -> None:
    place = ledger.Pointer(warc_file="a", warc_offset=1, warc_length=1)
    first = fetched(conn, f"{HOST}/go?id=48151", f"{HOST}/news/48151", pointer=place)

    row = rows(conn, "select id from urls where alias_of is not null")[0][0]
    look = FetchResult(
        url_id=row, source="a", url=f"{HOST}/go?id=48151", kind=Kind.ARTICLE, fetched_at=NOW, outcome=State.FETCHED,
        final_url=f"{HOST}/news/48151", pointer=place,
    )  # fmt: skip
    with conn:
        fresh = ledger.record(conn, RUN, aliases.follow_redirects(conn, SOURCE, RUN, [look]))

    assert fresh == [] and rows(conn, "select url_id from fetches") == [(first,)]


def test_pages_of_akin_addresses_that_name_one_canonical_url_are_one_article(
    settings: Settings, conn: postgres.Connection
) -> None:
    own = f"{HOST}/news/48151-flood"

    counts = stored(
        settings,
        conn,
        (f"{HOST}/mobile-edition/48151", own, "فيضان | للجوال"),
        (own, own, "فيضان"),
        (f"{HOST}/p.php?id=48151", own, "فيضان - طباعة"),
    )

    assert counts == {"new": 1, "duplicate": 2}
    assert rows(conn, "select url, title from articles") == [(own, "فيضان")]


def test_an_article_that_a_redirect_led_to_stands_at_its_own_address(
    settings: Settings, conn: postgres.Connection
) -> None:
    asked, own = f"{HOST}/go?id=48151", f"{HOST}/news/48151-flood"
    url_id = fetched(conn, asked, own)
    ((fetch_id,),) = rows(conn, "select id from fetches")
    line = Line(fetch_id=fetch_id, url_id=url_id, run=RUN, fetched_at=NOW, article=article(asked, own, "فيضان"))
    articlefile.write(articlefile.path(settings, "a", RUN), [line])

    load.load(settings, SOURCE, RUN)

    assert rows(conn, "select url, canonical_url from articles") == [(own, own)]
    assert rows(conn, "select url, state from urls order by id") == [(asked, "duplicate"), (own, "stored")]


def test_a_canonical_url_nobody_fetched_is_an_alias_and_is_not_fetched_when_it_is_named(
    settings: Settings, conn: postgres.Connection
) -> None:
    stored(settings, conn, (f"{HOST}/p.php?id=48151", f"{HOST}/news/48151-flood", "فيضان"))

    with conn:
        counts = discovery.discover(
            conn, SOURCE, NEXT, [(Kind.ARTICLE, Entry(url=f"{HOST}/news/48151-flood"))], f"{HOST}/feed"
        )

    assert counts["new"] == 0
    assert rows(conn, "select url, reason from urls where alias_of is not null") == [
        (f"{HOST}/news/48151-flood", "alias: canonical")
    ]


def test_a_canonical_url_of_a_stranger_takes_no_article_away(settings: Settings, conn: postgres.Connection) -> None:
    victim = f"{HOST}/news/48151-flood"

    counts = stored(settings, conn, (victim, victim, "فيضان"), (f"{HOST}/news/99999-fire", victim, "حريق"))

    assert counts == {"new": 2}


def test_a_canonical_url_that_many_pages_with_other_titles_claim_makes_no_copies(
    settings: Settings, conn: postgres.Connection
) -> None:
    claimed = f"{HOST}/news/the-one-page-of-all"
    pages = [(f"{HOST}/{n}/the-one-page-of-all", claimed, f"خبر {n}") for n in range(6)]

    counts = stored(settings, conn, *pages)

    assert counts == {"new": 6}
    assert rows(conn, "select count(*) from urls where alias_of is not null") == [(0,)]


def test_loading_aliases_twice_changes_nothing(settings: Settings, conn: postgres.Connection) -> None:
    page = (f"{HOST}/p.php?id=48151", f"{HOST}/news/48151-flood", "فيضان")
    stored(settings, conn, page)
    before = rows(conn, "select * from urls order by id")

    load.load(settings, SOURCE, RUN)

    assert rows(conn, "select * from urls order by id") == before


@pytest.mark.parametrize(
    ("looks", "removed"),
    [([404], 0), ([404, 404], 1), ([410], 1)],
    ids=["once not found", "twice not found", "gone for good"],
)
def test_a_removal_needs_two_looks_unless_the_site_says_gone(
    settings: Settings, conn: postgres.Connection, looks: list[int], removed: int
) -> None:
    url = f"{HOST}/news/48151"
    stored(settings, conn, (url, "", "فيضان"))
    for n, status in enumerate(looks, 1):
        fetched(conn, url, at=NOW + timedelta(hours=2 * n), outcome=State.GONE, status=status)

    load.load(settings, SOURCE, RUN)

    assert rows(conn, "select count(*) from changes where kind = 'removed'") == [(removed,)]


def test_a_run_for_one_page_does_not_hide_that_the_source_failed(conn: postgres.Connection) -> None:
    for run, state in ((RUN, "failed"), (NEXT, "done")):
        runs.begin(conn, run, "a", "crawl")
        with conn:
            runs.end(conn, Tally(run=run, source="a", stage="crawl", state=state, message=state))
    with conn:
        postgres.execute(conn, "mark_one_page", run=NEXT, source="a", stage="crawl", url=f"{HOST}/news/1")

    (shown,) = desk_records.sources(conn, [SOURCE])

    assert (shown["state"], shown["run"]) == ("failed", RUN)


def test_a_ledger_of_the_version_before_goes_on_where_it_was(database_url: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, sources=tmp_path, database_url=database_url, contact="mailto:tests@a.test")
    with postgres.connection(settings) as conn, conn.cursor() as cursor:
        cursor.execute("create table migrations (name text primary key, applied_at timestamptz default now())")
        for path in sorted(migrations.MIGRATIONS.glob("000[1-4]*.sql")):
            cursor.execute(path.read_text(encoding="utf-8"))
            cursor.execute("insert into migrations (name) values (%s)", (path.stem,))
        cursor.execute(
            "insert into urls (source, url_key, url, host, kind, state, discovered_run, next_at, fetched_at, etag)"
            " values ('a', %s, %s, 'a.test', 'article', 'stored', %s, null, now(), 'x')",
            (urls.key(f"{HOST}/news/48151"), f"{HOST}/news/48151", RUN),
        )
        conn.commit()

        assert migrations.migrate(settings)[0] == "0005_crawl"
        ledger.begin(conn, SOURCE, NEXT)
        with conn:
            counts = discovery.discover(
                conn, SOURCE, NEXT, [(Kind.ARTICLE, Entry(url=f"{HOST}/news/48151/amp"))], f"{HOST}/feed"
            )

    assert counts["alias"] == 1
