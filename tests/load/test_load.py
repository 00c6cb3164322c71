"""Load: what one look at a page changes, and that a second load changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines import digests, urls
from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.codes import Reason
from pipelines.health import duties
from pipelines.load import file_rows, search_index, steps
from pipelines.load.stage import load, loading
from pipelines.load.steps import OF_CANONICAL, OF_KNOWN, OF_LOOKS
from pipelines.model import Article, Rejection, RemovedBlock, Source, Tally
from pipelines.query import index_rows, vectors
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres, row_copy, runs
from pipelines.stores.articlefile import Line
from tests.databases import rows
from tests.faults.holds import blocked, until

SANA = Source(name="sana", title="سانا", url="https://sana.test/", country="SY", language="ar", timezone="UTC")
T0 = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHTS = ["2026-11-22T0200", "2026-11-23T0200", "2026-11-24T0200", "2026-11-25T0200"]

Look = Callable[..., Line]


BODY = "قُتل ثلاثة مدنيين في غارة.\nولم تعلق وزارة الدفاع."


def article(path: str, title: str = "غارة على الرقة", text: str = BODY, **more: Any) -> Article:
    url = f"https://sana.test/{path}"
    fields = {
        "source": "sana",
        "url": url,
        "canonical_url": url,
        "title": title,
        "description": "",
        "text": text,
        "authors": ("م. حسن",),
        "language": "ar",
        "published_at": None,
        "published_precision": "",
        "published_from": "",
        "modified_at": None,
        "image": "",
        "tags": ("سوريا", 'a,"b"'),
        "section": "",
        "removed": (RemovedBlock(text="0", reason="counter"),),
        "page_digest": hashlib.sha256((title + text).encode(errors="ignore")).hexdigest(),
        "extractor": "x1",
    }
    return Article(**{**fields, **more})


def rejection(path: str, reason: Reason = Reason.LISTING) -> Rejection:
    return Rejection(source="sana", url=f"https://sana.test/{path}", reason=reason, detail="31 links", extractor="x1")


@pytest.fixture
def look(conn: postgres.Connection) -> Look:
    """Put a fetch of a page into the ledger as crawl does; the line that extract makes of it."""

    def look(run: str, at: datetime, what: Article | Rejection, outcome: str = "fetched") -> Line:
        with conn, conn.cursor() as cursor:
            cursor.execute(
                "insert into urls (source, url_key, url, host, kind, state, discovered_run, next_at, fetched_at)"
                " values ('sana', %s, %s, 'sana.test', 'article', 'fetched', %s, null, %s)"
                " on conflict (source, url_key) do update set state = excluded.state, next_at = null,"
                " fetched_at = excluded.fetched_at returning id",
                (urls.key(what.url), what.url, run, at),
            )
            url_id = cursor.fetchone()["id"]
            cursor.execute(
                "insert into fetches (run, source, url_id, url, fetched_at, outcome)"
                " values (%s, 'sana', %s, %s, %s, %s) returning id",
                (run, url_id, what.url, at, outcome),
            )
            fetch_id = cursor.fetchone()["id"]
            if outcome != "fetched":
                cursor.execute("update urls set state = %s where id = %s", (outcome, url_id))
        known = {"article": what} if isinstance(what, Article) else {"rejection": what}
        return Line(fetch_id=fetch_id, url_id=url_id, run=run, fetched_at=at, **known)

    return look


def put(settings: Settings, run: str, *lines: Line) -> dict[str, int]:
    articlefile.write(articlefile.path(settings, "sana", run), lines)
    tally = load(settings, SANA, run)
    assert tally.state == "done", tally.message
    return {name: count for name, count in tally.counts.items() if count and name not in ("seconds", "words", "cut")}


def everything(conn: postgres.Connection) -> list[Any]:
    tables = ("urls", "articles", "revisions", "changes", "outcomes")
    return [rows(conn, f"select * from {table} order by 1, 2") for table in tables]


def test_a_new_article_is_stored_with_its_first_revision_and_one_change(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    line = look(NIGHTS[0], T0, article("1", title="غارة\tعلى \\N الرقة"))

    counts = put(settings, NIGHTS[0], line)

    assert counts == {"new": 1}
    assert rows(conn, "select title, words, revision, authors, tags, removed from articles") == [
        ("غارة\tعلى \\N الرقة", 9, 1, ["م. حسن"], ["سوريا", 'a,"b"'], [{"text": "0", "reason": "counter"}])
    ]
    assert rows(conn, "select kind, revision, quiet from changes") == [("new", 1, "first run")]
    assert rows(conn, "select outcome, extractor from outcomes") == [("stored", "x1")]
    assert rows(conn, "select state, next_at, looks from urls") == [("stored", T0 + HOUR, 1)]


def test_a_second_load_of_the_same_file_changes_nothing_and_counts_the_same(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    lines = [look(NIGHTS[0], T0, article("1")), look(NIGHTS[0], T0, rejection("2")), look(NIGHTS[0], T0, article("3"))]
    first = put(settings, NIGHTS[0], *lines)
    stored = everything(conn)

    second = put(settings, NIGHTS[0], *lines)

    assert first == second == {"new": 1, "duplicate": 1, "rejected": 1}
    assert everything(conn) == stored


def test_a_changed_text_makes_a_revision_and_an_unchanged_one_does_not(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(
        settings,
        NIGHTS[0],
        look(NIGHTS[0], T0, article("1")),
        look(NIGHTS[0], T0, article("2", "وفد في حلب", "وصل وفد.")),
    )

    counts = put(
        settings,
        NIGHTS[1],
        look(NIGHTS[1], T0 + DAY, article("1", text="قُتل أربعة مدنيين في غارة.")),
        look(NIGHTS[1], T0 + DAY, article("2", "وفدٌ في حلب", "وصل وفد.")),
    )

    assert counts == {"revised": 1, "unchanged": 1}
    assert rows(conn, "select article_id, kind, revision, quiet from changes where id > 2") == [(1, "revised", 2, "")]
    assert rows(conn, "select text, revision from articles where id = 1") == [("قُتل أربعة مدنيين في غارة.", 2)]
    assert rows(conn, "select state, next_at from urls where id = 1") == [("stored", T0 + 3 * DAY)]


def test_spelling_variants_of_the_same_text_are_no_revision(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1", "أحمد في الرقة", "وصل أحمد إلى الرقّة")))

    counts = put(settings, NIGHTS[1], look(NIGHTS[1], T0 + DAY, article("1", "احمد في الرقه", "وصل احمد الى الرقة")))

    assert counts == {"unchanged": 1}
    assert rows(conn, "select text, seen_at from articles") == [("وصل أحمد إلى الرقّة", T0 + DAY)]


def test_an_older_look_never_overwrites_a_newer_one(settings: Settings, conn: postgres.Connection, look: Look) -> None:
    old = look(NIGHTS[0], T0, article("1", text="نص قديم عن الغارة"))
    put(settings, NIGHTS[1], look(NIGHTS[1], T0 + DAY, article("1", text="نص جديد عن الغارة")))

    counts = put(settings, NIGHTS[0], old)

    assert counts == {"unchanged": 1}
    assert rows(conn, "select text, revision from articles") == [("نص جديد عن الغارة", 1)]
    assert rows(conn, "select state, decided_run from urls") == [("stored", NIGHTS[1])]


def test_two_looks_in_one_file_make_two_revisions(settings: Settings, conn: postgres.Connection, look: Look) -> None:
    lines = [look(NIGHTS[0], T0, article("1")), look(NIGHTS[0], T0 + HOUR, article("1", text="نص آخر تماماً"))]

    counts = put(settings, NIGHTS[0], *reversed(lines))

    assert counts == {"new": 1, "revised": 1}
    assert rows(conn, "select text, revision, first_fetched_at, fetched_at from articles") == [
        ("نص آخر تماماً", 2, T0, T0 + HOUR)
    ]


def test_a_page_read_again_by_another_extractor_corrects_the_text_quietly(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    line = look(NIGHTS[0], T0, article("1", text="قُتل ثلاثة.\nشارك"))
    put(settings, NIGHTS[0], line)
    assert line.article

    again = replace(line, article=replace(line.article, text="قُتل ثلاثة.", extractor="x2"))
    counts = put(settings, NIGHTS[0], again)

    assert counts == {"new": 1, "reread": 1}
    assert rows(conn, "select text, extractor, revision from articles") == [("قُتل ثلاثة.", "x2", 1)]
    assert rows(conn, "select text, extractor from revisions") == [("قُتل ثلاثة.", "x2")]
    assert rows(conn, "select kind, quiet from changes order by id") == [
        ("new", "first run"),
        ("revised", "re-extraction"),
    ]
    assert rows(conn, "select outcome, extractor from outcomes order by id") == [("stored", "x1"), ("stored", "x2")]


def test_an_article_found_by_reading_a_rejected_page_again_alerts_nobody(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    line = look(NIGHTS[1], T0 + DAY, rejection("2"))
    put(settings, NIGHTS[1], line)

    put(settings, NIGHTS[1], replace(line, rejection=None, article=article("2", "خبر", "نص خبر", extractor="x2")))

    assert rows(conn, "select kind, quiet from changes where article_id = 2") == [("new", "re-extraction")]


@pytest.mark.parametrize(
    "second",
    [
        article("2"),
        article("2", canonical_url="https://sana.test/1", title="عنوان آخر"),
        article("2", canonical_url="https://sana.test/1", text="النص وقد زيد عليه"),
    ],
    ids=["title and text", "canonical and text", "canonical and title"],
)
@pytest.mark.parametrize("together", [True, False])
def test_a_second_url_of_an_article_is_a_duplicate_of_the_first(
    settings: Settings, conn: postgres.Connection, look: Look, second: Article, together: bool
) -> None:
    first = look(NIGHTS[0], T0, article("1"))
    if not together:
        put(settings, NIGHTS[0], first)

    counts = put(settings, NIGHTS[0], first, look(NIGHTS[0], T0 + HOUR, second))

    assert counts == {"new": 1, "duplicate": 1}
    assert rows(conn, "select state, reason, alias_of, next_at from urls where id = 2") == [
        ("duplicate", "second URL", 1, None)
    ]


def test_a_chain_of_copies_in_one_file_has_one_article(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    copies = [article(f"amp/{n}", canonical_url="https://sana.test/main") for n in range(3)]
    lines = [look(NIGHTS[0], T0 + n * HOUR, copy) for n, copy in enumerate(copies)]

    counts = put(settings, NIGHTS[0], *lines, look(NIGHTS[0], T0 + 9 * HOUR, article("main")))

    assert counts == {"new": 1, "duplicate": 3}
    assert rows(conn, "select url from articles") == [("https://sana.test/main",)]


def test_a_site_that_names_one_canonical_url_on_every_page_loses_no_article(settings: Settings, look: Look) -> None:
    home = "https://sana.test/"
    pages = [
        article(name, title, f"خبر {name}", canonical_url=home)
        for name, title in [("1", "عاجل"), ("2", "عاجل"), ("3", "وفد")]
    ]

    counts = put(settings, NIGHTS[0], *(look(NIGHTS[0], T0, page) for page in pages))

    assert counts == {"new": 3}


def test_a_page_that_is_gone_marks_its_article_removed_once(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    look(NIGHTS[1], T0 + DAY, article("1"), "gone")

    counts = [load(settings, SANA, NIGHTS[1]).counts["removed"] for _ in range(2)]

    assert counts == [1, 1]
    assert rows(conn, "select kind, revision, quiet from changes order by id") == [
        ("new", 1, "first run"),
        ("removed", 1, ""),
    ]
    assert rows(conn, "select gone_at from articles") == [(T0 + DAY,)]
    assert rows(conn, "select outcome from outcomes order by id") == [("stored",), ("gone",)]


def test_each_time_an_article_is_removed_and_is_back_has_a_change_an_alert_and_a_message(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    with conn:
        kinds = ["removed", "restored"]
        watches.add(conn, watches.make("w", ["غارة"], kinds=kinds, channels=["desk"]))
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    nights = [f"2026-11-{23 + day}T0200" for day in range(6)]
    for day, night in enumerate(nights):
        at = T0 + (day + 1) * DAY
        outcome = ("gone", "unchanged", "gone", "fetched", "gone", "unchanged")[day]
        line = look(night, at, article("1"), outcome)
        for _ in range(2):
            put(settings, night, *([line] if outcome == "fetched" else []))

    for _ in range(2):
        alert.match(settings, nights[-1])

    told = [(kind, n) for n in range(3) for kind in ("removed", "restored")]
    assert rows(conn, "select kind, repeat from changes where kind <> 'new' order by id") == told
    assert rows(conn, "select kind, repeat from alerts order by id") == told
    assert rows(conn, "select count(distinct delivery_id) from delivered_alerts") == [(6,)]


def test_an_alert_of_an_earlier_removal_does_not_show_the_time_of_the_last_one(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    with conn:
        watches.add(conn, watches.make("w", ["غارة"], kinds=["removed"], channels=["desk"]))
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    for day, outcome in enumerate(("gone", "unchanged", "gone"), start=1):
        look(NIGHTS[day], T0 + day * DAY, article("1"), outcome)
        load(settings, SANA, NIGHTS[day])
        with conn, conn.cursor() as cursor:
            loaded = T0 + day * DAY + HOUR
            cursor.execute("update changes set at = %s where id = (select max(id) from changes)", (loaded,))
    alert.match(settings, NIGHTS[3])

    ids = [number for (number,) in rows(conn, "select delivery_id from delivered_alerts order by 1")]
    with conn:
        told = postgres.query(conn, "alerts_of_deliveries", ids=ids)
        listed = postgres.query(conn, "alerts_of_feed", watch="w", count=9)

    times = [T0 + DAY + HOUR, T0 + 3 * DAY]
    assert [row["removed_at"] for row in told] == times
    assert [row["removed_at"] for row in reversed(listed)] == times


@pytest.mark.parametrize("outcome", ["fetched", "unchanged"])
def test_a_look_from_before_an_article_was_gone_that_is_loaded_late_brings_it_not_back(
    settings: Settings, conn: postgres.Connection, look: Look, outcome: str
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    late = look(NIGHTS[1], T0 + DAY, article("1"), outcome)
    for night in (2, 3):
        look(NIGHTS[night], T0 + night * DAY, article("1"), "gone")
        load(settings, SANA, NIGHTS[night])

    for _ in range(2):
        put(settings, NIGHTS[1], *([late] if outcome == "fetched" else []))

    assert rows(conn, "select kind, repeat from changes where kind <> 'new'") == [("removed", 0)]
    assert rows(conn, "select seen_at, gone_at from articles") == [(T0 + DAY, T0 + 2 * DAY)]


def test_a_page_that_comes_back_is_not_gone(settings: Settings, conn: postgres.Connection, look: Look) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    look(NIGHTS[1], T0 + DAY, article("1"), "gone")
    load(settings, SANA, NIGHTS[1])

    put(settings, NIGHTS[2], look(NIGHTS[2], T0 + 2 * DAY, article("1")))

    assert rows(conn, "select gone_at, revision from articles") == [(None, 1)]
    assert rows(conn, "select state from urls") == [("unchanged",)]


def test_a_page_its_site_calls_unchanged_is_looked_at_again_as_planned(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    look(NIGHTS[1], T0 + DAY + HOUR, article("1"), "unchanged")

    load(settings, SANA, NIGHTS[1])

    assert rows(conn, "select next_at, looks from urls") == [(T0 + 3 * DAY, 2)]
    assert rows(conn, "select seen_at from articles") == [(T0 + DAY + HOUR,)]


def test_the_last_planned_look_is_seven_days_after_the_first(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))

    put(settings, NIGHTS[1], look(NIGHTS[1], T0 + 7 * DAY, article("1")))

    assert rows(conn, "select state, next_at from urls") == [("unchanged", None)]


def test_a_rejected_page_gets_one_more_look(settings: Settings, conn: postgres.Connection, look: Look) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, rejection("1")))
    first = rows(conn, "select state, reason, next_at from urls")

    put(settings, NIGHTS[1], look(NIGHTS[1], T0 + DAY, rejection("1", Reason.SOFT_404)))

    assert first == [("rejected", "listing", T0 + DAY)]
    assert rows(conn, "select state, reason, next_at from urls") == [("rejected", "soft 404", None)]
    assert rows(conn, "select outcome, detail from outcomes order by id")[0] == ("rejected", "31 links")


def test_a_rejected_look_takes_no_stored_article_away(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))

    counts = put(settings, NIGHTS[1], look(NIGHTS[1], T0 + DAY, rejection("1", Reason.PAYWALL)))

    assert counts == {"rejected": 1}
    assert rows(conn, "select state, reason from urls") == [("unchanged", "last look rejected: paywall")]
    assert rows(conn, "select revision, gone_at from articles") == [(1, None)]


@pytest.mark.parametrize(
    ("published", "precision", "quiet"),
    [
        (T0 + DAY - HOUR, "minute", ""),
        (T0 - HOUR, "minute", "old"),
        (T0 - HOUR, "day", ""),
        (T0 - 2 * DAY, "day", "old"),
        (datetime(2026, 1, 1, tzinfo=UTC), "year", ""),
        (None, "", ""),
    ],
)
def test_an_article_older_than_a_day_when_found_alerts_nobody(
    settings: Settings, conn: postgres.Connection, look: Look, published: datetime | None, precision: str, quiet: str
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))

    late = article("2", "خبر", "نص", published_at=published, published_precision=precision)
    put(settings, NIGHTS[1], look(NIGHTS[1], T0 + DAY, late))

    assert rows(conn, "select quiet from changes where article_id = 2") == [(quiet,)]


def test_pages_of_an_old_run_loaded_after_newer_ones_alert_nobody(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    for n in (1, 2):
        put(settings, NIGHTS[n], look(NIGHTS[n], T0 + n * DAY, article(str(n), f"خبر {n}", f"نص {n}")))

    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("old", "خبر قديم", "نص قديم")))

    assert rows(conn, "select quiet from changes order by id") == [("first run",), ("",), ("replay",)]


def test_a_page_that_a_fault_of_ours_kept_undecided_is_news_though_newer_runs_were_loaded(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    for n in (0, 2):
        put(settings, NIGHTS[n], look(NIGHTS[n], T0 + n * DAY, article(str(n), f"خبر {n}", f"نص {n}")))
    late = look(NIGHTS[1], T0 + DAY, article("1", "خبر", "نص"))
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "update urls set code = 'undecided', reason = 'undecided: it is not there' where id = %s", (late.url_id,)
        )

    put(settings, NIGHTS[1], late)

    assert rows(conn, "select quiet from changes order by id") == [("first run",), ("",), ("",)]


def test_an_article_that_first_answered_days_after_a_list_named_it_is_as_old_as_when_it_was_found(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    late = look(NIGHTS[2], T0 + 2 * DAY, article("2", "خبر", "نص", published_at=T0 + DAY - HOUR))
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set discovered_at = %s where id = %s", (T0 + DAY, late.url_id))

    put(settings, NIGHTS[2], late)

    assert rows(conn, "select quiet from changes where article_id = 2") == [("",)]


def test_a_run_that_a_manual_one_overtook_still_alerts(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    put(settings, "2026-11-23T020513", look("2026-11-23T020513", T0 + DAY, article("2", "خبر", "نص")))

    put(settings, NIGHTS[1], look(NIGHTS[1], T0 + DAY - HOUR, article("3", "خبر ثالث", "نص ثالث")))

    assert rows(conn, "select quiet from changes order by id") == [("first run",), ("",), ("",)]


def test_what_postgres_cannot_hold_is_left_out(settings: Settings, conn: postgres.Connection, look: Look) -> None:
    odd = article(
        "1", "عنوان\x00 " + "طويل " * 5000, "نص\x00 \ud83d هنا", removed=(RemovedBlock(text="\x00\ud83d0", reason=""),)
    )
    file = articlefile.path(settings, "sana", NIGHTS[0])
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(json.loads(articlefile.to_json(look(NIGHTS[0], T0, odd)))))

    load(settings, SANA, NIGHTS[0])

    assert rows(conn, "select length(title), text, removed from articles") == [
        (25006, "نص  هنا", [{"text": "0", "reason": ""}])
    ]


def test_a_missing_file_is_a_failure_only_where_pages_were_fetched(settings: Settings, look: Look) -> None:
    nothing = load(settings, SANA, NIGHTS[0])
    look(NIGHTS[1], T0, article("1"))

    missing = load(settings, SANA, NIGHTS[1])

    assert (nothing.state, nothing.counts["new"]) == ("done", 0)
    assert missing.state == "failed"
    assert "nightdesk extract" in missing.message


def test_a_page_that_the_article_file_lost_fails_the_load_by_name_and_what_was_there_is_kept(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    kept = look(NIGHTS[0], T0, article("1"))
    lost = look(NIGHTS[0], T0, article("2", title="افتتاح الجسر", text="افتتحت البلدية الجسر صباح اليوم."))
    articlefile.write(articlefile.path(settings, "sana", NIGHTS[0]), [kept])

    gap = load(settings, SANA, NIGHTS[0])
    articlefile.write(articlefile.path(settings, "sana", NIGHTS[0]), [kept, lost])
    whole = load(settings, SANA, NIGHTS[0])

    assert (gap.state, gap.counts["unaccounted"], gap.counts["new"]) == ("failed", 1, 1)
    assert "https://sana.test/2 (fetched and not decided by load)" in gap.message
    assert (whole.state, whole.counts["new"], "unaccounted" in whole.counts) == ("done", 2, False)


@pytest.mark.parametrize(("stage", "state"), [("crawl", "failed"), ("extract", "failed"), ("extract", "stopped")])
def test_a_gap_that_the_stage_before_has_told_is_not_told_again(
    settings: Settings, conn: postgres.Connection, look: Look, stage: str, state: str
) -> None:
    kept, _ = look(NIGHTS[0], T0, article("1")), look(NIGHTS[0], T0, article("2"))
    articlefile.write(articlefile.path(settings, "sana", NIGHTS[0]), [kept])
    with conn:
        runs.end(conn, Tally(run=NIGHTS[0], source="sana", stage=stage, state=state))

    assert load(settings, SANA, NIGHTS[0]).state == "done"


def test_a_file_that_has_a_line_twice_stores_all_of_it_once(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    line, refused = look(NIGHTS[0], T0, article("1")), look(NIGHTS[0], T0, rejection("2"))

    counts = put(settings, NIGHTS[0], line, refused, line, refused)

    assert counts == {"new": 1, "unchanged": 1, "rejected": 1}
    assert rows(conn, "select count(*)::int from changes") == [(1,)]
    assert rows(conn, "select outcome, count(*)::int from outcomes group by 1 order by 1") == [
        ("rejected", 1), ("stored", 1), ("unchanged", 1),
    ]  # fmt: skip


def test_a_file_of_another_database_is_refused_whole(settings: Settings, conn: postgres.Connection, look: Look) -> None:
    line = look(NIGHTS[0], T0, article("1"))
    articlefile.write(articlefile.path(settings, "sana", NIGHTS[0]), [line, replace(line, fetch_id=99)])

    tally = load(settings, SANA, NIGHTS[0])

    assert tally.state == "failed"
    assert "line 2: fetch 99" in tally.message
    assert rows(conn, "select count(*) from articles") == [(0,)]


def test_two_loads_at_once_store_everything_once(settings: Settings, conn: postgres.Connection, look: Look) -> None:
    lines = [look(NIGHTS[0], T0, article(str(n), f"خبر {n}", f"نص {n}")) for n in range(20)]
    articlefile.write(articlefile.path(settings, "sana", NIGHTS[0]), lines)

    with ThreadPoolExecutor(3) as pool:
        tallies = list(pool.map(lambda _: load(settings, SANA, NIGHTS[0]), range(3)))

    assert [(tally.state, tally.counts["new"]) for tally in tallies] == [("done", 20)] * 3
    assert rows(conn, "select count(*) from changes union all select count(*) from outcomes") == [(20,), (20,)]


def test_files_that_come_one_after_the_other_over_one_connection_are_loaded_as_over_one_each(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    for n, run in enumerate(NIGHTS):
        articlefile.write(
            articlefile.path(settings, "sana", run), [look(run, T0 + n * DAY, article(str(n), f"خبر {n}", f"نص {n}"))]
        )
    articlefile.path(settings, "sana", NIGHTS[1]).write_text("no line", encoding="utf-8")

    with loading(settings) as load_next:
        tallies = [load_next(SANA, run) for run in NIGHTS]
        at_work = "application_name = 'nightdesk load' and datname = current_database()"
        sessions = rows(conn, f"select pid from pg_stat_activity where {at_work}")
        # What another session may take is held no more.
        ours = "database = (select oid from pg_database where datname = current_database())"
        held = rows(conn, f"select count(*) from pg_locks where locktype = 'advisory' and {ours}")

    assert [(tally.state, tally.counts.get("new", 0)) for tally in tallies] == [
        ("done", 1), ("failed", 0), ("done", 1), ("done", 1),
    ]  # fmt: skip
    assert (len(sessions), held) == (1, [(0,)])


def test_what_breaks_ends_the_session_and_the_next_file_has_one_of_its_own(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    for n, run in enumerate(NIGHTS[:2]):
        articlefile.write(
            articlefile.path(settings, "sana", run), [look(run, T0 + n * DAY, article(str(n), f"خبر {n}", f"نص {n}"))]
        )

    with loading(settings) as load_next:
        with pytest.raises(ZeroDivisionError):
            load_next(SANA, NIGHTS[0], prepare=lambda _: 1 // 0)
        tally = load_next(SANA, NIGHTS[1])

    assert (tally.state, tally.counts["new"]) == ("done", 1)
    assert rows(conn, "select run, state from runs where stage = 'load' order by run") == [
        (NIGHTS[0], "failed"), (NIGHTS[1], "done"),
    ]  # fmt: skip


def test_a_file_of_new_articles_alone_is_not_asked_what_only_stored_ones_need(
    settings: Settings, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    statement = postgres.statement
    monkeypatch.setattr(postgres, "statement", lambda name: asked.append(name) or statement(name))

    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1")))
    of_new = set(asked)
    asked.clear()
    put(settings, NIGHTS[1], look(NIGHTS[1], T0 + DAY, article("1", text="نص آخر")))

    assert not of_new & {
        *OF_KNOWN,
        *OF_LOOKS,
        *OF_CANONICAL,
        "load_ask_flood",
        "load_find_edited_texts",
        "load_find_edits",
    }
    assert {*OF_KNOWN, *OF_LOOKS, "load_ask_flood", "load_find_edited_texts", "load_find_edits"} <= set(asked)


def counted(number: int, reads: int, dead: int = 0) -> Article:
    """An article in which its site counts readers in its own words, and which counts something else."""
    own = f"حي رقم {number} شهد {number * 13 + dead} ضحية في الليلة الماضية وفق سكانه"
    body = f"{own}\nقرأه حتى الآن {reads} شخصا\nانتهى خبر الحي {number}."
    return article(str(number), title=f"خبر {number}", text=body)


def test_a_line_that_moves_in_many_articles_at_once_is_the_site_s_counter(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], *(look(NIGHTS[0], T0, counted(number, 100)) for number in range(4)))

    lines = [look(NIGHTS[1], T0 + DAY, counted(number, 100 + number + 7, dead=number == 3)) for number in range(4)]
    first = put(settings, NIGHTS[1], *lines)
    second = put(settings, NIGHTS[1], *lines)

    assert first == second
    revised = "select a.title from changes c join articles a on a.id = c.article_id where c.kind = 'revised'"
    assert rows(conn, revised) == [("خبر 3",)]


def test_a_number_that_moves_in_one_article_or_two_is_an_edit(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], *(look(NIGHTS[0], T0, counted(number, 100)) for number in range(4)))

    put(settings, NIGHTS[1], *(look(NIGHTS[1], T0 + DAY, counted(number, 109)) for number in range(2)))

    assert rows(conn, "select count(*) from changes where kind = 'revised'") == [(2,)]


def revised_by(settings: Settings, conn: postgres.Connection, look: Look, *moved: tuple[str, str]) -> int:
    """How many articles with such a line, one for each pair, are revised if the line is another one a night later."""
    for night, at, which in ((NIGHTS[0], T0, 0), (NIGHTS[1], T0 + DAY, 1)):
        shown = [article(str(n), f"خبر {n}", f"خبر الحي رقم {n}\n{pair[which]}") for n, pair in enumerate(moved)]
        put(settings, night, *(look(night, at, one) for one in shown))
    return int(rows(conn, "select count(*) from changes where kind = 'revised'")[0][0])


@pytest.mark.parametrize(
    "line",
    [
        "The strike killed {} people, officials said.", "قتل {} شخصا في الغارة، بحسب مسؤولين.", "हमले में {} लोग मारे गए।",
        "空爆で{}人が死亡。", "“At least {} were killed.”", "هل قتل {} شخصا؟",
        "ما لا يقل عن {} قتيلا في الغارة على المدينة", "عدد القتلى: {}", "Death toll: {}", "{} killed",
        "{} dead, 30 hurt", "Ölü sayısı: {}", "死者 {}人", "कुल मौतें: {}", "Syria {} - 0 Iraq", "Votes for Assad: {}%",
        "Aleppo, 3 May 2026: {} visitors dead", "{}",
    ],
)  # fmt: skip
def test_a_number_that_moves_in_the_prose_of_several_articles_is_an_edit_of_each(
    settings: Settings, conn: postgres.Connection, look: Look, line: str
) -> None:
    assert revised_by(settings, conn, look, *[(line.format(12), line.format(87))] * 3) == 3


@pytest.mark.parametrize(
    "line",
    [
        "Read by {} people", "{} تعليقاً", "Shares: {}", "閲覧数: {}", "أعجب {} شخصا بهذا الخبر حتى الآن",
        "12 views · {} comments",
    ],
)  # fmt: skip
def test_a_counter_that_moves_in_several_articles_is_no_edit(
    settings: Settings, conn: postgres.Connection, look: Look, line: str
) -> None:
    assert revised_by(settings, conn, look, *[(line.format("1,204"), line.format("1,391"))] * 3) == 0


@pytest.mark.parametrize(
    "line", ["أعجب {} شخصا بهذا الخبر حتى الآن", "{} minutes ago", "منذ {} دقيقة", "{}", "👍 {}", "({})"]
)
def test_a_counter_that_moves_differently_in_each_article_is_no_edit(
    settings: Settings, conn: postgres.Connection, look: Look, line: str
) -> None:
    assert revised_by(settings, conn, look, *[(line.format(n * 3), line.format(n * 4)) for n in (5, 6, 7)]) == 0


@pytest.mark.parametrize(
    "line",
    [
        "ما لا يقل عن {} قتيلا في الغارة على المدينة",
        "Death toll: {}",
        "At least {} were killed",
        "{}%",
        "٪{}",
        "{} °",
        "$ {}",
        "{} €",
        "{} : 1",
        "{}-1",
        "-{}",
        "{}.5",
    ],
)
@pytest.mark.parametrize("later", [(87, 87, 85), (13, 15, 16)])
def test_a_number_of_deaths_that_the_articles_have_differently_is_an_edit_of_each(
    settings: Settings, conn: postgres.Connection, look: Look, line: str, later: tuple[int, int, int]
) -> None:
    assert revised_by(settings, conn, look, *[(line.format(12), line.format(now)) for now in later]) == 3


def edited(
    settings: Settings, conn: postgres.Connection, look: Look, of: int, unchanged: int = 0, *, claimed: bool = False
) -> tuple[Tally, list[str]]:
    """Articles edited in the next night, beside some that are unchanged; the load, and the reasons of its edits."""
    first = [look(NIGHTS[0], T0, article(str(n), f"خبر {n}", f"نص {n}")) for n in range(of + unchanged)]
    put(settings, NIGHTS[0], *first)
    if claimed:
        with conn, conn.cursor() as cursor:
            cursor.execute("update urls set entry = %s", (json.dumps({"modified_at": (T0 + HOUR).isoformat()}),))
    later = [look(NIGHTS[1], T0 + DAY, article(str(n), f"خبر {n}", f"نص آخر {n}")) for n in range(of)]
    for n in range(of, of + unchanged):
        look(NIGHTS[1], T0 + DAY, article(str(n), f"خبر {n}", f"نص {n}"), outcome="unchanged")
    articlefile.write(articlefile.path(settings, "sana", NIGHTS[1]), later)
    done = load(settings, SANA, NIGHTS[1])
    assert load(settings, SANA, NIGHTS[1]).message == done.message
    return done, [row[0] for row in rows(conn, "select distinct quiet from changes where revision > 1")]


def test_a_whole_sources_worth_of_edits_in_one_night_is_a_new_layout_and_alerts_nobody(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    done, reasons = edited(settings, conn, look, 9, unchanged=1)

    assert reasons == ["many at once"]
    assert done.message.startswith("9 articles read otherwise than before")
    assert rows(conn, "select count(*) from revisions where revision = 2") == [(9,)]


@pytest.mark.parametrize(
    ("of", "unchanged", "claimed"), [(7, 0, False), (9, 3, False), (9, 0, True)], ids=["few", "a part", "claimed"]
)
def test_edits_that_a_site_may_well_have_made_alert(
    settings: Settings, conn: postgres.Connection, look: Look, of: int, unchanged: int, claimed: bool
) -> None:
    done, reasons = edited(settings, conn, look, of, unchanged, claimed=claimed)

    assert (reasons, done.message) == ([""], "")


INDEX = "select words::text from article_words order by article_id"


def write_as_given(settings: Settings, *lines: Line) -> None:
    """Write an article file as another program may: no word is left out."""
    file = articlefile.path(settings, "sana", NIGHTS[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(articlefile.to_json(line) + "\n" for line in lines), encoding="utf-8")


def with_words(line: Line, words: str) -> Line:
    """A line whose index says other words than its text, so that one sees where an index is from."""
    made = vectors.vectors({"title": words, "description": "", "text": ""}, [])
    return replace(line, words=index_rows.write_rows(*made))


def test_the_words_of_the_search_index_come_from_the_file_or_are_made_where_it_has_none_of_this_version(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    titles = ("زلزال في الشمال", "أمطار في الجنوب", "ثلوج في الجبال")
    given, older, none = (look(NIGHTS[0], T0, article(str(n), title, title * 9)) for n, title in enumerate(titles))
    older = replace(with_words(older, "marked"), words=[index_rows.VERSION - 1, [[0, 0, "'marked':61A"]]])

    put(settings, NIGHTS[0], with_words(given, "marked"), older, none)

    made = [index for (index,) in rows(conn, INDEX)]
    assert ["marked" in index for index in made] == [True, False, False]
    assert ["في" in index for index in made] == [False, True, True]
    assert rows(conn, "select count(*) from known_words where word in ('marked', 'في')") == [(2,)]


def test_words_are_known_that_a_file_has_in_a_line_of_which_nothing_is_stored(
    settings: Settings, conn: postgres.Connection, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = look(NIGHTS[0], T0 + HOUR, article("1", "زلزال", "في الشمال"))
    first = look(NIGHTS[0], T0, article("2", "زلزال", "في الشمال"))

    put(settings, NIGHTS[0], with_words(later, "زلزال"), with_words(first, "زلزال"))

    assert rows(conn, "select a.url_id, w.words::text from article_words w join articles a on a.id = w.article_id") == [
        (first.url_id, "'=زلزال':61 'زلزال':61A")
    ]
    assert rows(conn, "select word from known_words") == [("زلزال",)]
    # Words that are known stay known, also to a process that does not remember them.
    monkeypatch.setattr(search_index, "_REMEMBERED", {})
    put(settings, NIGHTS[1], with_words(look(NIGHTS[1], T0 + DAY, article("3", "زلزال", "نص آخر")), "زلزال"))
    assert rows(conn, "select word from known_words") == [("زلزال",)]


def test_words_that_another_load_stores_meanwhile_are_stored_once(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    line = look(NIGHTS[0], T0, article("1", "زلزال", "خبر"))
    articlefile.write(articlefile.path(settings, "sana", NIGHTS[0]), [line])

    with ThreadPoolExecutor(1) as beside:
        with postgres.connection(settings) as other, other:
            postgres.execute(other, "words_add", words="زلزال")
            loaded = beside.submit(load, settings, SANA, NIGHTS[0])
            until(lambda: "known_words" in blocked(conn, "nightdesk load"))
        assert loaded.result().state == "done", loaded.result().message

    assert rows(conn, "select word from known_words where word in ('زلزال', 'خبر') order by 1") == [
        ("خبر",),
        ("زلزال",),
    ]


def test_words_of_new_articles_wait_beside_the_index_until_upkeep_merges_them(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1", text="زلزال في الشمال")))
    found = "select count(*) from article_words where shape = 0 and words @@ 'زلزال'"
    before = rows(conn, found)

    merged = search_index.merge(settings)
    put(settings, NIGHTS[1], look(NIGHTS[1], T0 + DAY, article("2", text="أمطار في الجنوب")))
    duties.complete_index(settings)

    assert (before, rows(conn, found)) == ([(1,)], [(1,)])
    assert (merged > 0, search_index.merge(settings)) == (True, 0)


def test_digests_of_a_line_are_those_of_its_file_or_made_where_it_has_none_of_this_version(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    given, older, none = (look(NIGHTS[0], T0, article(str(n), f"خبر {n}", f"نص {n} هنا")) for n in range(3))
    told = digests.Digests(title="a title", text="a text", canonical_key="a key", akin=True, words=77)
    older = replace(older, digests=[digests.VERSION - 1, "another title"])

    put(settings, NIGHTS[0], replace(given, digests=digests.write_digests(told)), older, none)

    stored = rows(conn, "select title_digest, text_digest, canonical_key, words from articles order by id")
    made = [digests.of_article(line.article) for line in (older, none) if line.article]
    assert stored == [
        ("a title", "a text", "a key", 77),
        *((one.title, one.text, one.canonical_key, one.words) for one in made),
    ]


def test_digests_change_with_their_version_alone() -> None:
    odd = article("1", title="«الوحدة» ١٢", text="نصٌّ طويـل\nABC")

    made = digests.of_article(odd)

    # Another value here asks for another VERSION, or lines of older files are taken for edits.
    assert (digests.VERSION, made.title[:8], made.text[:8], made.words) == (1, "4de949ab", "1964efc0", 3)


def test_the_index_of_an_article_whose_stored_title_stands_is_not_that_of_the_title_in_the_file(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    put(settings, NIGHTS[0], look(NIGHTS[0], T0, article("1", title='The "old" bridge', text="It stands. " * 9)))
    again = look(NIGHTS[1], T0 + DAY, article("1", title="The “old” bridge", text="It fell last night. " * 9))

    counts = put(settings, NIGHTS[1], with_words(again, "marked"))

    assert counts == {"revised": 1}
    assert rows(conn, "select title from articles") == [('The "old" bridge',)]
    assert ["marked" in index for (index,) in rows(conn, INDEX)] == [False]


def test_files_of_one_session_are_loaded_like_the_first_one_however_many_lines_they_have(
    settings: Settings, conn: postgres.Connection, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = [f"2026-11-{day:02}T0200" for day in range(1, 9)]
    with loading(settings) as load_next:
        for number, night in enumerate(nights):
            if number == 3:
                # As if this file had many lines: its steps are planned for it alone.
                monkeypatch.setattr(steps, "FEW_LINES", 0)
            if number == 5:
                monkeypatch.undo()
            at = T0 + number * DAY
            lines = [look(night, at, article("1", text=f"نص جديد {number}")), look(night, at, article(f"own-{number}"))]
            articlefile.write(articlefile.path(settings, "sana", night), lines)
            counts = load_next(SANA, night).counts
            assert (counts["new"], counts["revised"], counts["duplicate"]) == ((2, 0, 0) if not number else (0, 1, 1))

    assert rows(conn, "select revision from articles order by id") == [(8,), (1,)]


# A tsvector without words, as it stands in an article file.
NO_WORDS = "AAAAAA=="


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param([[[0, 0, 5]], "نص"], id="damaged"),
        pytest.param([[]], id="no words"),
        pytest.param([], id="no rows"),
        pytest.param([[[70_000, 0, NO_WORDS]], "نص"], id="a part that is no smallint"),
        pytest.param([[[0, 0, NO_WORDS]], "ن\0ص"], id="a NUL in a word"),
        pytest.param([[[0, 0, NO_WORDS]], f"نص {'a' * 2047}"], id="a word that is too long"),
    ],
)
def test_rows_of_the_index_that_cannot_be_read_are_named_by_their_line_and_nothing_is_loaded(
    settings: Settings, conn: postgres.Connection, look: Look, rest: list[object]
) -> None:
    first, second = (look(NIGHTS[0], T0, article(path, text=f"نص {path}")) for path in ("1", "2"))
    damaged = replace(second, words=[index_rows.VERSION, *rest])
    write_as_given(settings, with_words(first, "نص"), damaged)

    tally = load(settings, SANA, NIGHTS[0])

    assert tally.state == "failed"
    assert "Line 2" in tally.message
    assert "nightdesk extract" in tally.message
    assert rows(conn, "select count(*) from articles") == [(0,)]


# The first tsvector announces five words and has none. In the second one, a word has a place twice.
@pytest.mark.parametrize("words", ["AAAABQ==", "AAAAAWEAAAIABQAF"])
def test_a_damaged_tsvector_is_refused_with_its_file(
    settings: Settings, conn: postgres.Connection, look: Look, words: str
) -> None:
    line = look(NIGHTS[0], T0, article("1", text="نص"))
    write_as_given(settings, replace(line, words=[index_rows.VERSION, [[0, 0, words]], "نص"]))

    tally = load(settings, SANA, NIGHTS[0])

    assert tally.state == "failed"
    assert "Postgres refuses what" in tally.message and "nightdesk extract" in tally.message
    assert rows(conn, "select count(*) from articles") == [(0,)]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("name", ["published_at", "modified_at"])
def test_a_moment_in_a_year_that_cannot_be_read_again_is_named_by_its_line(
    settings: Settings, conn: postgres.Connection, look: Look, moment: str, name: str
) -> None:
    odd = replace(article("1", text="نص"), **{name: T0 + DAY})
    write_as_given(settings, look(NIGHTS[0], T0, odd))
    file = articlefile.path(settings, "sana", NIGHTS[0])
    written = file.read_text(encoding="utf-8")
    file.write_text(written.replace((T0 + DAY).isoformat(), moment), encoding="utf-8")

    tally = load(settings, SANA, NIGHTS[0])

    assert tally.state == "failed"
    assert "Line 1" in tally.message and "nightdesk extract" in tally.message
    assert rows(conn, "select count(*) from articles") == [(0,)]


def test_halves_of_surrogate_pairs_and_nul_bytes_are_dropped_on_the_way_in(
    settings: Settings, conn: postgres.Connection, look: Look
) -> None:
    odd = article("1", "عنوان\udc00", "نص\ud800 أول\x00", authors=("م. حسن\ud800",), tags=("a\x00b",), section="\udfff")
    line = replace(look(NIGHTS[0], T0, article("1")), article=odd)
    file = articlefile.path(settings, "sana", NIGHTS[0])
    file.parent.mkdir(parents=True)
    # As an extractor may have left it that wrote no UTF-8 but escapes.
    file.write_text(json.dumps(json.loads(articlefile.to_json(line))), encoding="utf-8")

    tally = load(settings, SANA, NIGHTS[0])

    assert tally.state == "done", tally.message
    assert rows(conn, "select title, text, authors, tags, section from articles") == [
        ("عنوان", "نص أول", ["م. حسن"], ["ab"], "")
    ]


def test_the_sources_of_a_load_are_asked_once_whatever_the_planner_expects(conn: postgres.Connection) -> None:
    lines = [(n, "sana", n, n, NIGHTS[0], T0, "", "", "", "", "", 1, True, "", "") for n in range(50)]
    packers = {name: pack for name, pack in file_rows.JUDGED.items() if name not in ("canonical_key", "published_at")}
    packed = [[pack(value) for pack, value in zip(packers.values(), line, strict=True)] for line in lines]

    with conn, conn.cursor() as cursor:
        postgres.execute(conn, "load_create_lines")
        row_copy.copy_packed(conn, "lines", tuple(packers), packed)
        cursor.execute(
            "insert into runs (run, source, stage, state) values (%s, 'sana', 'crawl', 'done')", (NIGHTS[0],)
        )
        # As where the planner expects few lines.
        cursor.execute(
            "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_material = off"
        )
        asked = {"sources": ["sana"], "run": NIGHTS[0]}
        cursor.execute("explain (analyze, format json) " + postgres.statement("drift_lines"), asked)
        plan = cursor.fetchone()["QUERY PLAN"][0]["Plan"]

    assert max(_loops(plan, "lines")) == 1


def _loops(plan: dict[str, Any], table: str) -> list[float]:
    """How often each step of a plan reads a table."""
    inner = [loops for part in plan.get("Plans", []) for loops in _loops(part, table)]
    return [*inner, *([plan["Actual Loops"]] if plan.get("Relation Name") == table else [])]
