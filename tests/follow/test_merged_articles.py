"""Articles that two sources had and that a merge made one: dates, looks, wordings, stories."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipelines.archive import search, walk
from pipelines.follow import renames
from pipelines.load import stage, story_links
from pipelines.query import grammar
from pipelines.settings import Settings
from pipelines.sources import sourcefile
from pipelines.stores import migrations, postgres, story_records
from tests import factories
from tests.archives import RUN, T0, article, keep, source_of
from tests.faults import holds

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = T0 + 3 * DAY
SECOND, THIRD = "2026-11-23T0200", "2026-11-24T0200"
# The numbers of the wordings of article 1.
NUMBERS = "select r.revision from revisions r join articles a on a.id = r.article_id where a.url like '%/1' order by 1"
LONG = " ".join(f"word{number} zebra text" for number in range(100))


def test_a_merged_article_is_found_at_its_own_date_by_each_way_of_search(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(
        settings,
        conn,
        [
            article("1", "zebra text", published_at=T0 - 40 * DAY),
            article("1", "zebra text", source="harbour", published_at=T0 - HOUR),
            article("2", "zebra other", source="harbour", published_at=T0 - 2 * DAY),
        ],
    )

    _merge(conn)

    assert _found(conn, "zebra from:7d") == ["1", "2"]
    assert _dates(conn) == []


def test_a_merged_article_without_a_date_has_that_of_its_earlier_fetch(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "zebra text")])
    keep(settings, conn, [article("1", "zebra text", source="harbour")], run=SECOND, at=T0 + DAY)

    _merge(conn)

    assert _rows(conn, "select first_fetched_at, first_run from articles") == [(T0, RUN)]
    assert _dates(conn) == []


def test_an_old_file_that_is_loaded_after_a_merge_makes_no_revision(
    settings: Settings, conn: postgres.Connection
) -> None:
    first, second = "first wording of this zebra text", "second wording of this zebra text with more"
    keep(settings, conn, [article("1", first, source="harbour")])
    keep(settings, conn, [article("1", second, source="harbour")], run=SECOND, at=T0 + DAY)
    keep(settings, conn, [article("1", first)], run=THIRD, at=T0 + 2 * DAY)
    for name in ("sana", "harbour"):
        file = sourcefile.render(factories.source(name))
        (settings.sources / f"{name}.toml").write_text(file, encoding="utf-8")
    with conn, conn.cursor() as cursor:
        cursor.execute("update changes set matched_at = now()")
        cursor.execute("update urls set url_key = 'same'")
    renames.merge(settings, "sana", "harbour")
    kept = _rows(conn, "select revision, kind from changes order by id")

    stage.load(settings, source_of("harbour"), THIRD)

    assert _rows(conn, "select revision, text from revisions order by revision") == [(1, first), (2, second)]
    assert _rows(conn, "select revision, kind from changes order by id") == kept


@pytest.mark.parametrize(
    ("gone", "gone_too", "merged"),
    [
        # Of the source that stays, of the other one, of the article they become.
        (T0 + DAY, None, None),
        (T0 + 3 * DAY, None, T0 + 3 * DAY),
        (T0 + DAY, T0 + 3 * DAY, T0 + 3 * DAY),
        (None, T0 + 3 * DAY, T0 + 3 * DAY),
        (T0 + 4 * DAY, T0 + 3 * DAY, T0 + 3 * DAY),
    ],
)
def test_a_merged_article_is_gone_if_nobody_saw_its_page_afterwards(
    settings: Settings,
    conn: postgres.Connection,
    gone: datetime | None,
    gone_too: datetime | None,
    merged: datetime | None,
) -> None:
    keep(settings, conn, [article("1", "zebra text", source="harbour")])
    keep(settings, conn, [article("1", "zebra text")], run=THIRD, at=T0 + 2 * DAY)
    with conn, conn.cursor() as cursor:
        cursor.execute("update articles set gone_at = case source when 'sana' then %s else %s end", (gone_too, gone))

    _merge(conn)

    assert _rows(conn, "select seen_at, gone_at from articles") == [(T0 + 2 * DAY, merged)]


def test_that_a_second_address_is_gone_does_not_take_the_article_away(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "zebra text"), article("new", "zebra text", source="harbour")])
    with conn, conn.cursor() as cursor:
        cursor.execute("update articles set gone_at = %s where source = 'sana'", (T0 + DAY,))

    _merge(conn)

    assert _rows(conn, "select url, gone_at from articles") == [("https://harbour.test/new", None)]


def test_an_article_with_wordings_of_two_sources_is_revised(settings: Settings, conn: postgres.Connection) -> None:
    _keep_two_wordings(settings, conn)

    _merge(conn)

    assert [row[0] for row in _rows(conn, NUMBERS)] == [-1, 0, 1]
    _holds_revised(conn)


def test_what_was_merged_before_the_upgrade_is_dated_and_revised_after_it(
    settings: Settings, conn: postgres.Connection
) -> None:
    _keep_two_wordings(settings, conn)
    _merge(conn)
    with conn, conn.cursor() as cursor:
        cursor.execute("update articles set first_revision = 1")
        cursor.execute("update article_words set dated = dated - interval '40 days'")
        cursor.execute("delete from migrations where name like '0050%'")

    migrations.migrate(settings)

    _holds_revised(conn)
    assert _dates(conn) == []


def test_a_merge_after_one_that_did_not_note_the_first_wording_keeps_all_wordings(
    settings: Settings, conn: postgres.Connection
) -> None:
    _keep_two_wordings(settings, conn)
    keep(settings, conn, [article("1", "zebra text of a third source", source="third")])
    _merge(conn)
    # An older version of Nightdesk merges in this way.
    with conn, conn.cursor() as cursor:
        cursor.execute("update articles set first_revision = 1")

    _merge(conn, "third")

    assert [row[0] for row in _rows(conn, NUMBERS)] == [-2, -1, 0, 1]
    assert _rows(conn, "select first_revision from articles where url like '%/1'") == [(-2,)]


def test_a_merge_of_sources_without_a_common_article_waits_for_no_load_and_none_for_it(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", LONG), article("2", "zebra", source="harbour")])

    with postgres.connection(settings) as other, other:
        story_links.lock(other)
        with conn, conn.cursor() as cursor:
            cursor.execute("set local lock_timeout = '1s'")
            assert renames.merge_rows(conn, "sana", "harbour") == (0, {})

    assert _rows(conn, "select distinct source from articles") == [("harbour",)]


def test_a_merge_has_locked_its_articles_and_given_them_the_new_name_before_it_locks_the_stories(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = [article("1", LONG, source=name) for name in ("sana", "harbour")]
    keep(settings, conn, [*common, article("2", "zebra"), article("3", LONG, source="third")])
    lock, free = story_links.lock, list[str]()

    def look_and_lock(own: postgres.Connection) -> None:
        with own.cursor() as cursor:
            cursor.execute("select from articles where source = 'sana'")
            assert not cursor.rowcount
        free.extend(row[0] for row in _rows(other, "select source from articles for no key update skip locked"))
        lock(own)

    monkeypatch.setattr(story_links, "lock", look_and_lock)
    with postgres.connection(settings) as other:
        _merge(conn)

    assert set(free) == {"third"}


@pytest.mark.parametrize("first", ["merge", "upkeep"])
def test_a_merge_and_upkeep_that_links_older_articles_end_both_whichever_begins_first(
    settings: Settings, conn: postgres.Connection, first: str
) -> None:
    keep(settings, conn, [article(str(n), f"{LONG} {n}", source=name) for n in (1, 2) for name in ("sana", "harbour")])
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from story_articles; delete from article_signatures")
        cursor.execute("update backfills set passed_at = null, below = null where name = 'stories'")
    waiting = {"merge": "test merge", "upkeep": "nightdesk stories"}
    work = {"merge": lambda: _merge(merging), "upkeep": lambda: story_links.backfill(settings)}
    second = "upkeep" if first == "merge" else "merge"

    with ThreadPoolExecutor(2) as threads, postgres.connection(settings, application="test merge") as merging:
        with postgres.connection(settings) as load, load:
            # Both want to put articles into stories, and wait for this load; each has what it locks before.
            story_links.lock(load)
            ends = [threads.submit(work[first])]
            holds.until(lambda: holds.blocked(conn, waiting[first]), first)
            ends.append(threads.submit(work[second]))
            holds.until(lambda: holds.blocked(conn, waiting[second]), second)
        for end in ends:
            end.result(timeout=holds.DEADLINE)

    assert _rows(conn, "select distinct source from articles") == [("harbour",)]
    # A merge that is first leaves upkeep the articles that stay; all are linked in the end.
    story_links.backfill(settings)
    assert _rows(conn, "select count(*) from article_signatures") == [(2,)]
    assert story_links.complete(conn)


def test_a_story_names_no_article_that_was_merged_away(settings: Settings, conn: postgres.Connection) -> None:
    texts = (("1", LONG, "sana"), ("2", LONG, "harbour"), ("3", f"{LONG} end", "third"))
    keep(settings, conn, [article(path, text, source=source) for path, text, source in texts])
    own, other = (row[0] for row in _rows(conn, "select id from articles where source <> 'sana' order by id"))
    (before,) = _rows(conn, f"select share from story_articles where article_id = {other}")

    _merge(conn)

    told = _rows(conn, "select article_id, story_id, first_id, share from story_articles order by article_id")
    assert told == [(own, own, own, 1.0), (other, own, own, before[0])]
    assert [row["article_id"] for row in story_records.members(conn, other)] == [own, other]


def test_an_article_that_is_older_by_a_merge_comes_first_in_its_story(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "zebra")])
    keep(settings, conn, [article("3", f"{LONG} end", source="third")], run=SECOND, at=T0 + DAY)
    keep(settings, conn, [article("1", LONG, source="harbour")], run=THIRD, at=T0 + 2 * DAY)
    (late,) = (row[0] for row in _rows(conn, "select id from articles where source = 'harbour'"))

    _merge(conn)

    assert _rows(conn, f"select told_at from story_articles where article_id = {late}") == [(T0,)]
    assert _rows(conn, f"select told_at from article_signatures where article_id = {late}") == [(T0,)]
    assert _rows(conn, "select distinct first_id from story_articles") == [(late,)]


def _keep_two_wordings(settings: Settings, conn: postgres.Connection) -> None:
    keep(
        settings,
        conn,
        [
            article("1", "zebra text first wording"),
            article("1", "zebra text second wording", source="harbour"),
            article("2", "zebra text of one wording", source="harbour"),
        ],
    )
    keep(settings, conn, [article("1", "zebra text other wording with words")], run=SECOND, at=T0 + DAY)


def _holds_revised(conn: postgres.Connection) -> None:
    """Each way of search calls article 1 revised, and no other one."""
    for query, found in (("is:revised", ["1"]), ("-is:revised", ["2"])):
        for written in (query, f"zebra {query}", f"zebra text {query} from:2026-01-01", f"{query} -lion"):
            node = grammar.parse(written)
            walked = [
                row[2].rsplit("/", 1)[1] for some in walk.articles(conn, node, NOW, last=walk.end(conn)) for row in some
            ]
            assert (_found(conn, written), walked) == (found, found), written
            assert search.count(conn, written, now=NOW).number == 1, written


def _merge(conn: postgres.Connection, old: str = "sana") -> None:
    """Merge a source into harbour. What has the same path at both is one page."""
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set url_key = 'same ' || split_part(url, '/', 4)")
        renames.merge_rows(conn, old, "harbour")


def _dates(conn: postgres.Connection) -> list[tuple[Any, ...]]:
    """The articles to which the index gives another date."""
    return _rows(
        conn,
        "select a.url, w.dated from articles a left join article_words w on w.article_id = a.id where w.dated is "
        "distinct from least(coalesce(a.published_at, a.first_fetched_at), a.first_fetched_at)",
    )


def _found(conn: postgres.Connection, query: str) -> list[str]:
    return [hit.article["url"].rsplit("/", 1)[1] for hit in search.search(conn, query, now=NOW).answers]


def _rows(conn: postgres.Connection, statement: str) -> list[tuple[Any, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute(statement)
        return [tuple(row.values()) for row in cursor.fetchall()]  # type: ignore[union-attr]
