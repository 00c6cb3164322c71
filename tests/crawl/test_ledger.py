"""The ledger of the crawl: what is due, who may have it, and where each look leaves a URL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.codes import Kind, State
from pipelines.crawl import discovery, known_urls, ledger, rules
from pipelines.crawl.ledger import FetchResult, Lease
from pipelines.model import Entry, Pointer
from pipelines.stores import postgres
from tests import factories, sites
from tests.sites import NEXT, RUN

NOW = datetime.now(UTC)
SOURCE = sites.source("a.test", deny=("/sport/",), max_age=30)


def discover(conn: postgres.Connection, *entries: Entry, run: str = RUN, by: Kind = Kind.FEED) -> dict[str, int]:
    with conn:
        return discovery.discover(conn, SOURCE, run, [(Kind.ARTICLE, e) for e in entries], "http://a.test/feed", by=by)


def lease(conn: postgres.Connection, count: int = 10, **wanted: Any) -> list[Lease]:
    return ledger.lease(conn, "a", RUN, count, **{"per_host": 10, **wanted})


def settle(conn: postgres.Connection, lease: Lease, outcome: State, *, run: str = RUN, **facts: Any) -> None:
    known = {
        "url_id": lease.id,
        "source": "a",
        "url": lease.url,
        "kind": lease.kind,
        "fetched_at": NOW,
        "outcome": outcome,
    }
    with conn:
        ledger.record(conn, run, [FetchResult(**{**known, **facts})])


def decide(conn: postgres.Connection, verdict: str, reason: str) -> None:
    """What load writes of the one fetch there is."""
    with conn, conn.cursor() as cursor:
        cursor.execute("select id from fetches")
        for row in cursor.fetchall():
            factories.outcome(conn, row["id"], verdict, reason)
        cursor.execute("update urls set state = %s, reason = %s", (verdict, reason))


def url(conn: postgres.Connection, column: str, address: str = "http://a.test/1") -> Any:
    with conn.cursor() as cursor:
        cursor.execute(f"select {column} as value from urls where url = %s", (address,))
        row: Any = cursor.fetchone()
    conn.rollback()
    return row["value"]


def test_a_url_is_discovered_once_however_it_is_written(conn: postgres.Connection) -> None:
    first = discover(conn, Entry(url="http://a.test/1?utm_source=x"), Entry(url="http://A.test:80/1"))
    second = discover(conn, Entry(url="http://a.test/1"))

    assert (first["new"], second["new"]) == (1, 0)


@pytest.mark.parametrize(
    ("entry", "by", "reason"),
    [
        (Entry(url="http://a.test/sport/1"), Kind.FEED, "deny: /sport/"),
        (Entry(url="http://a.test/1", published_at=NOW - timedelta(days=31)), Kind.FEED, "older than 30 days"),
        (Entry(url="http://a.test/"), Kind.FEED, "home page"),
        (Entry(url="http://b.test/1"), Kind.SITEMAP, "other site: b.test"),
        (Entry(url="http://b.test/1"), Kind.FEED, ""),
        (Entry(url="http://www.a.test/1"), Kind.SECTION, ""),
    ],
)
def test_the_rule_that_keeps_a_url_out_is_its_reason(entry: Entry, by: Kind, reason: str) -> None:
    assert rules.excluding_rule(SOURCE, Kind.ARTICLE, entry, by, NOW).words == reason


def test_an_excluded_url_is_in_the_ledger_and_never_leased(conn: postgres.Connection) -> None:
    counts = discover(conn, Entry(url="http://a.test/sport/1"), Entry(url="javascript:x"))

    assert (counts["excluded"], counts["unusable"], lease(conn)) == (1, 1, [])
    assert url(conn, "state || ': ' || reason", "http://a.test/sport/1") == "excluded: deny: /sport/"


def test_a_sitemap_that_an_index_names_is_no_article_that_was_discovered(conn: postgres.Connection) -> None:
    named = [(Kind.SITEMAP, Entry(url="http://a.test/s1.xml")), (Kind.ARTICLE, Entry(url="http://a.test/1"))]

    with conn:
        counts = discovery.discover(conn, SOURCE, RUN, named, "http://a.test/index.xml", by=Kind.SITEMAP)

    assert counts["new"] == 1
    assert url(conn, "state", "http://a.test/s1.xml") == "discovered"


def test_a_leased_url_is_leased_to_nobody_else_until_it_is_given_back(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/1", title="خبر"))

    (first,), second = lease(conn), lease(conn)
    with conn:
        ledger.release(conn, "a")

    assert first.entry == Entry(url="http://a.test/1", title="خبر") and second == []
    assert [again.id for again in lease(conn)] == [first.id]


def test_lists_come_before_articles_and_new_articles_before_old_ones(conn: postgres.Connection) -> None:
    discover(conn, *(Entry(url=f"http://a.test/{n}", published_at=NOW - timedelta(days=n)) for n in (2, 1, 3)))
    ledger.begin(conn, SOURCE, RUN)

    (feed,) = lease(conn, 3)
    settle(conn, feed, State.FETCHED)
    leased = [one.url for one in lease(conn, 2)]

    assert [feed.url, *leased] == ["http://a.test/feed", "http://a.test/1", "http://a.test/2"]


def test_no_host_gets_more_leases_than_its_share_and_a_resting_one_none(conn: postgres.Connection) -> None:
    discover(conn, *(Entry(url=f"http://{host}.test/{n}") for host in "abc" for n in range(5)))
    with conn:
        ledger.rest_host(conn, "c.test", timedelta(hours=1), "status 429")

    leased = [one.host for one in lease(conn, per_host=2, skip=["b.test"])]

    assert leased == ["a.test", "a.test"]


@pytest.mark.parametrize(
    ("outcome", "state", "again"),
    [(State.FETCHED, "fetched", False), (State.FAILED, "failed", True), (State.BLOCKED, "blocked", True),
     (State.EXCLUDED, "excluded", False), (State.GONE, "gone", True), (State.UNCHANGED, "unchanged", False)],
)  # fmt: skip
def test_each_outcome_leaves_a_url_in_one_state(
    conn: postgres.Connection, outcome: State, state: str, again: bool
) -> None:
    discover(conn, Entry(url="http://a.test/1"))

    settle(conn, lease(conn)[0], outcome, reason="why")

    assert url(conn, "state") == state and url(conn, "leased_until") is None
    assert (url(conn, "next_at") is not None) is again


def test_a_page_that_keeps_failing_is_asked_for_five_times_with_growing_pauses(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/1"))
    (leased,) = lease(conn)

    pauses = []
    for night in range(5):
        settle(conn, leased, State.FAILED, run=f"2026-11-2{night}T0200", reason="timeout")
        pauses.append(url(conn, "round(extract(epoch from next_at - now()) / 60)::int"))

    assert pauses == [10, 30, 90, 270, None]


def test_a_record_of_the_raw_store_is_taken_once(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/1"))
    (leased,) = lease(conn)
    place = Pointer(warc_file="a/r/a-r-1.warc.gz", warc_offset=500, warc_length=100)

    settle(conn, leased, State.FETCHED, pointer=place)
    settle(conn, leased, State.FAILED, pointer=place)

    assert ledger.count_asked(conn, "a", RUN) == 1 and url(conn, "state") == "fetched"


def test_an_article_is_due_again_when_a_list_says_it_was_modified_since(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/1"))
    settle(conn, lease(conn)[0], State.UNCHANGED)

    same = discover(conn, Entry(url="http://a.test/1", modified_at=NOW - timedelta(days=1)))
    newer = discover(conn, Entry(url="http://a.test/1", modified_at=NOW + timedelta(minutes=1)))

    assert (same["again"], newer["again"]) == (0, 1) and len(lease(conn)) == 1


def test_a_url_the_rules_let_in_now_is_discovered_after_all(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/1", published_at=NOW - timedelta(days=31)))

    counts = discover(conn, Entry(url="http://a.test/1", published_at=NOW))

    assert counts["again"] == 1 and url(conn, "state || reason") == "discovered"


def test_what_a_killed_crawl_had_leased_is_free_when_the_next_begins(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/1"))
    lease(conn)

    ledger.begin(conn, SOURCE, NEXT)

    (feed,) = lease(conn)
    settle(conn, feed, State.UNCHANGED, run=NEXT)
    assert [feed.url, *(one.url for one in lease(conn))] == ["http://a.test/feed", "http://a.test/1"]


def test_no_article_is_leased_before_the_lists_that_can_be_read_now(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/1"))
    ledger.begin(conn, SOURCE, NEXT)

    first, meanwhile = lease(conn), lease(conn)
    elsewhere = lease(conn, skip=["other.test"])
    resting = lease(conn, skip=["a.test"])
    settle(conn, first[0], State.FAILED, run=NEXT, reason="status 500")

    assert [one.url for one in first] == ["http://a.test/feed"]
    assert (meanwhile, elsewhere, resting) == ([], [], [])
    assert [one.url for one in lease(conn)] == ["http://a.test/1"]


def test_articles_do_not_wait_for_a_list_whose_host_rests(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://b.test/1"))
    ledger.begin(conn, SOURCE, NEXT)

    leased = lease(conn, skip=["a.test"])

    assert [one.url for one in leased] == ["http://b.test/1"]


def test_an_address_that_is_too_long_is_in_the_ledger_with_that_as_its_reason(conn: postgres.Connection) -> None:
    long, other = (f"http://a.test/1?x={'a' * 2200}{end}" for end in ("b", "c"))

    counts = discover(conn, Entry(url=long, title="Bread"), Entry(url=other), Entry(url="http://a.test/2"))

    (told,) = (row for row in ledger.history_of_url(conn, long) if row["what"].startswith("now"))
    assert (told["what"], told["reason"]) == (
        "now: excluded",
        f"address too long: {len(long)} characters, more than 2083",
    )
    assert len(ledger.history_of_url(conn, other)) == 2
    assert (counts["new"], counts["excluded"], counts["unusable"]) == (1, 2, 0)
    assert discover(conn, Entry(url=long), run=NEXT)["again"] == 0
    assert [one.url for one in lease(conn)] == ["http://a.test/2"]


@pytest.mark.parametrize("form", ["", "?amp=1"], ids=["the same address", "another form of it"])
@pytest.mark.parametrize("turned", [False, True], ids=["sitemap first", "feed first"])
def test_what_one_list_says_of_an_article_is_known_whichever_list_named_it_first(
    conn: postgres.Connection, form: str, turned: bool
) -> None:
    plain = "http://a.test/news/70123-bread-is-dear"
    at = NOW - timedelta(hours=3)
    lists = [
        (Kind.SITEMAP, Entry(url=plain, published_at=at)),
        (Kind.FEED, Entry(url=plain + form, title="Bread", authors=("Ada Quill",))),
    ]
    for by, entry in reversed(lists) if turned else lists:
        discover(conn, entry, by=by)

    (leased,) = lease(conn)

    assert leased.entry is not None
    assert (leased.url, leased.entry.url) == (plain, plain)
    assert (leased.entry.authors, leased.entry.title, leased.entry.published_at) == (("Ada Quill",), "Bread", at)


def stored(conn: postgres.Connection, **entry: Any) -> None:
    """An article that a feed has named, fetched and loaded."""
    discover(conn, Entry(**entry))
    with conn:
        conn.cursor().execute(
            "update urls set state = 'stored', next_at = null, fetched_at = now() where kind = 'article'"
        )


MOVED = {"url": "http://a.test/b-story/", "title": "The bridge opens again", "guid": "http://a.test/?p=4711"}


def test_an_article_that_its_feed_names_by_another_address_under_the_same_guid_stays_one(
    conn: postgres.Connection,
) -> None:
    stored(conn, **{**MOVED, "url": "http://a.test/a-story/", "title": "The old bridge opens"})

    counts = discover(conn, Entry(**MOVED), run=NEXT)

    assert (counts["new"], counts["again"]) == (0, 1)
    assert [one.url for one in lease(conn)] == ["http://a.test/b-story/"]
    assert url(conn, "alias_of", "http://a.test/a-story/") == url(conn, "id", "http://a.test/b-story/")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"guid": "item-1"}, {"guid": "item-1"}),
        ({"title": "Farmers wait for rain"}, {}),
        ({"guid": "http://a.test/?p=4712"}, {}),
    ],
    ids=["a place in the feed", "another title", "another guid"],
)
def test_a_guid_that_tells_nothing_moves_no_article(
    conn: postgres.Connection, before: dict[str, str], now: dict[str, str]
) -> None:
    stored(conn, **{**MOVED, "url": "http://a.test/a-story/", **before})

    counts = discover(conn, Entry(**{**MOVED, **now}), run=NEXT)

    assert (counts["new"], counts["again"]) == (1, 0)


def test_a_feed_that_names_both_addresses_has_two_articles(conn: postgres.Connection) -> None:
    old = {**MOVED, "url": "http://a.test/a-story/"}
    stored(conn, **old)

    counts = discover(conn, Entry(**old), Entry(**MOVED), run=NEXT)

    assert counts["new"] == 1


def test_the_check_names_urls_without_an_end(conn: postgres.Connection) -> None:
    discover(conn, *(Entry(url=f"http://a.test/{n}") for n in (1, 2, 3)))
    first, _, _ = lease(conn)
    settle(conn, first, State.FETCHED)

    problems = {row["problem"] for row in ledger.find_unaccounted(conn, RUN)}

    assert problems == {"fetched and not decided by load", "leased and never ended"}


def test_the_story_of_a_url_is_told_in_order(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/1"))
    settle(conn, lease(conn)[0], State.BLOCKED, reason="status 403", status=403, bytes=12)

    told = [
        (row["what"], row["reason"].partition(", next")[0])
        for row in ledger.history_of_url(conn, "http://a.test/1?utm_id=1")
    ]

    assert told == [
        ("discovered: article", "http://a.test/feed"),
        ("crawl: blocked", "status 403, 12 bytes"),
        ("now: blocked", "status 403"),
    ]


def test_an_asked_for_url_is_due_even_if_excluded(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/sport/1"), Entry(url="http://a.test/1"))

    ledger.want(conn, SOURCE, RUN, "http://a.test/sport/1")

    assert [one.url for one in lease(conn, only="http://a.test/sport/1")] == ["http://a.test/sport/1"]


@pytest.mark.parametrize(
    ("verdict", "reason", "state"),
    [("rejected", "too short", "rejected: too short"), ("duplicate", "second URL", "duplicate: second URL"),
     ("stored", "", "unchanged: same bytes"), (None, "", "fetched: ")],
)  # fmt: skip
@pytest.mark.parametrize("between", [State.FAILED, State.BLOCKED, State.GONE])
def test_a_page_unchanged_after_a_failure_stands_where_its_bytes_had_left_it(
    conn: postgres.Connection, verdict: str | None, reason: str, state: str, between: State
) -> None:
    discover(conn, Entry(url="http://a.test/1"))
    (leased,) = lease(conn)
    settle(conn, leased, State.FETCHED, pointer=Pointer(warc_file="a", warc_offset=1, warc_length=1))
    if verdict:
        decide(conn, verdict, reason)

    settle(conn, leased, between, reason="status 500", fetched_at=NOW + timedelta(days=1))
    settle(conn, leased, State.UNCHANGED, reason="same bytes", fetched_at=NOW + timedelta(days=2))

    assert url(conn, "state || ': ' || reason") == state


def test_a_feed_unchanged_after_a_failure_is_unchanged(conn: postgres.Connection) -> None:
    ledger.begin(conn, SOURCE, RUN)
    (feed,) = lease(conn)
    settle(conn, feed, State.FETCHED, pointer=Pointer(warc_file="a", warc_offset=1, warc_length=1))

    settle(conn, feed, State.FAILED, reason="status 500")
    settle(conn, feed, State.UNCHANGED, reason="same bytes")

    assert url(conn, "state || ': ' || reason", "http://a.test/feed") == "unchanged: same bytes"


def test_sitemaps_beyond_the_limit_wait_and_hold_up_no_article_nor_what_the_source_lists(
    conn: postgres.Connection,
) -> None:
    named = [(Kind.SITEMAP, Entry(url=f"http://a.test/s{n}.xml")) for n in range(4)]
    with conn:
        discovery.discover(conn, SOURCE, RUN, named, "http://a.test/index.xml", by=Kind.SITEMAP)
    discover(conn, Entry(url="http://a.test/1"))
    ledger.begin(conn, SOURCE, RUN)

    lists = lease(conn, sitemaps=2)
    waiting = lease(conn, sitemaps=0, per_host=1)
    settle(conn, next(one for one in lists if one.kind == Kind.FEED), State.UNCHANGED)
    leased = [one.url for one in (*lists, *waiting, *lease(conn, sitemaps=0, per_host=1))]

    ours = ["http://a.test/feed", "http://a.test/s0.xml", "http://a.test/s1.xml", "http://a.test/1"]
    assert sorted(leased) == sorted(ours)
    assert ledger.count_waiting(conn, "a", sitemaps=True) == 4


def test_of_more_sitemaps_than_a_run_may_read_it_reads_those_that_changed_last(conn: postgres.Connection) -> None:
    named = [
        (Kind.SITEMAP, Entry(url=f"http://a.test/s{n}.xml", modified_at=datetime(2026, 11, n, tzinfo=UTC)))
        for n in (1, 2, 3, 4)
    ]
    with conn:
        discovery.discover(conn, SOURCE, RUN, named, "http://a.test/index.xml", by=Kind.SITEMAP)
    ledger.begin(conn, SOURCE, RUN)

    leased = [one.url for one in lease(conn, sitemaps=2) if one.kind == Kind.SITEMAP]

    assert leased == ["http://a.test/s4.xml", "http://a.test/s3.xml"]


def test_forms_of_one_address_in_one_list_are_one_article_with_aliases(conn: postgres.Connection) -> None:
    counts = discover(
        conn,
        Entry(url="http://a.test/story-48151/amp"),
        Entry(url="http://m.a.test/story-48151"),
        Entry(url="http://a.test/story-48151"),
        Entry(url="http://a.test/story-48152"),
    )

    assert (counts["new"], counts["alias"]) == (2, 2)
    assert sorted(one.url for one in lease(conn)) == ["http://a.test/story-48151", "http://a.test/story-48152"]
    assert url(conn, "alias_of", "http://m.a.test/story-48151") == url(conn, "id", "http://a.test/story-48151")


def test_an_amp_page_nobody_fetched_yields_to_the_page_itself(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/story-48151/amp"))

    discover(conn, Entry(url="http://a.test/story-48151"))

    assert [one.url for one in lease(conn)] == ["http://a.test/story-48151"]
    assert url(conn, "state", "http://a.test/story-48151/amp") == "duplicate"


def test_an_amp_page_that_was_fetched_stays_the_article_and_the_page_is_its_alias(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/story-48151/amp"))
    settle(conn, lease(conn)[0], State.FETCHED)

    counts = discover(conn, Entry(url="http://a.test/story-48151"))

    assert (counts["new"], counts["alias"], lease(conn)) == (0, 1, [])


def test_an_alias_of_a_page_that_is_no_article_is_looked_at_after_all(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/story-48151"), Entry(url="http://a.test/story-48151/"))
    settle(conn, lease(conn)[0], State.GONE, final=True)

    counts = discover(conn, Entry(url="http://a.test/story-48151/"))

    assert counts["again"] == 1
    assert [one.url for one in lease(conn)] == ["http://a.test/story-48151/"]


def test_a_change_told_of_an_alias_is_a_look_at_the_article(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/story-48151"), Entry(url="http://a.test/story-48151/amp"))
    settle(conn, lease(conn)[0], State.UNCHANGED)

    discover(conn, Entry(url="http://a.test/story-48151/amp", modified_at=NOW + timedelta(minutes=1)))

    assert [one.url for one in lease(conn)] == ["http://a.test/story-48151"]


def test_an_asked_for_alias_is_a_look_at_the_article(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/story-48151"), Entry(url="http://a.test/story-48151/amp"))
    settle(conn, lease(conn)[0], State.UNCHANGED)

    ledger.want(conn, SOURCE, NEXT, "http://a.test/story-48151/amp")

    assert [one.url for one in lease(conn, only="http://a.test/story-48151/amp")] == ["http://a.test/story-48151"]


def test_the_story_of_an_alias_is_that_of_its_article(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/story-48151"), Entry(url="http://a.test/story-48151/amp"))
    settle(conn, lease(conn)[0], State.FAILED, reason="timeout")

    told = [(row["what"], row["reason"]) for row in ledger.history_of_url(conn, "http://a.test/story-48151/amp")]

    alias = "alias of http://a.test/story-48151, alias: another form of a known address"
    assert ("now: alias", alias) in told
    assert told[-1][0] == "now: failed"
    assert told[-1][1].startswith("http://a.test/story-48151, timeout, next try 20")


def test_rows_of_before_are_known_by_their_forms_once_their_source_is_crawled(conn: postgres.Connection) -> None:
    discover(conn, Entry(url="http://a.test/story-48151"))
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set variant_key = null")

    ledger.begin(conn, SOURCE, NEXT)
    counts = discover(conn, Entry(url="https://www.a.test/story-48151/"), run=NEXT)

    assert counts["alias"] == 1


def test_what_was_not_sent_in_full_for_a_week_is_asked_for_without_a_condition(conn: postgres.Connection) -> None:
    ledger.begin(conn, SOURCE, RUN)
    (feed,) = lease(conn)
    settle(conn, feed, State.FETCHED, etag='"1"', digest="x", status=200)
    ledger.begin(conn, SOURCE, RUN)
    (soon,) = lease(conn)
    settle(conn, soon, State.UNCHANGED, etag='"1"', digest="x", status=304, fetched_at=NOW)
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set whole_at = now() - interval '7 days'")

    ledger.begin(conn, SOURCE, NEXT)
    (late,) = lease(conn)

    assert (soon.etag, late.etag, late.digest) == ('"1"', "", "x")


def test_what_had_other_bytes_under_the_same_etag_is_never_asked_for_with_it(conn: postgres.Connection) -> None:
    ledger.begin(conn, SOURCE, RUN)
    (feed,) = lease(conn)
    settle(conn, feed, State.FETCHED, etag='"1"', digest="x", status=200)
    settle(conn, feed, State.FETCHED, etag='"1"', digest="y", status=200, fetched_at=NOW + timedelta(hours=1))

    ledger.begin(conn, SOURCE, NEXT)

    assert [one.etag for one in lease(conn)] == [""]


def test_a_list_that_was_wrong_three_times_is_not_believed_until_it_was_read_in_full_again(
    conn: postgres.Connection,
) -> None:
    believed = [
        known_urls.believable({"lastmod_true": held, "lastmod_false": failed})
        for held, failed in ((0, 0), (0, 2), (0, 3), (2, 3), (3, 3), (9, 4), (1, 1))
    ]

    assert believed == [3, 3, 0, 0, None, None, 3]


def test_of_the_sitemaps_of_an_index_the_newest_is_read_every_night_and_the_old_ones_are_not(
    conn: postgres.Connection,
) -> None:
    named = [
        (Kind.SITEMAP, Entry(url=f"http://a.test/s{n}.xml", modified_at=NOW - timedelta(days=n))) for n in range(3)
    ]
    with conn:
        discovery.discover(conn, SOURCE, RUN, named, "http://a.test/index.xml", by=Kind.SITEMAP)
    for leased in lease(conn):
        settle(conn, leased, State.UNCHANGED)

    ledger.begin(conn, SOURCE, NEXT)

    assert sorted(one.url for one in lease(conn)) == ["http://a.test/feed", "http://a.test/s0.xml"]


def test_a_section_is_followed_for_twenty_pages_and_no_further(conn: postgres.Connection) -> None:
    ledger.begin(conn, SOURCE, RUN)
    where = "http://a.test/feed"

    with conn:
        went = []
        for n in range(2, 23):
            first = discovery.first_page(conn, SOURCE, where)
            went.append(discovery.next_page(conn, SOURCE, RUN, first, Entry(url=f"http://a.test/list?page={n}")))
            where = f"http://a.test/list?page={n}"

    assert went == [True] * 20 + [False]
    assert url(conn, "via", "http://a.test/list?page=21") == "http://a.test/feed"


def test_what_a_sitemap_calls_newest_is_leased_first(conn: postgres.Connection) -> None:
    days = {n: NOW - timedelta(days=n) for n in (9, 3, 6)}
    discover(conn, *(Entry(url=f"http://a.test/{n}", modified_at=at) for n, at in days.items()))

    leased = ledger.lease(conn, "a", RUN, 2, per_host=9)

    assert [one.url for one in leased] == ["http://a.test/3", "http://a.test/6"]
