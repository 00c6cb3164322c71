"""Stories: what is linked and what is not, in which order, and what a new wording or a second load changes."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from typer.testing import CliRunner

from bench import story_texts
from pipelines.archive import search
from pipelines.archive.search import Order
from pipelines.cli import app
from pipelines.load import policy, stage, story_links
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres, story_records
from tests import archives, commands
from tests.archives import T0, article, keep
from tests.databases import rows

DAY = timedelta(days=1)
NIGHTS = [f"2026-11-{22 + n}T0200" for n in range(5)]
MEMBERS = "select story_id, array_agg(article_id order by place) from nightdesk.stories group by 1 order by 1"


def _story(seed: str, words: int = 200, language: str = "en") -> str:
    return story_texts.story(language, random.Random(seed), words)


def _changed(text: str, share: float = 0.08) -> str:
    return story_texts._change(share)("en", text, random.Random("edit"))


def _load(settings: Settings, conn: postgres.Connection, texts: Sequence[str], night: int = 0, **more: Any) -> None:
    """Each text as the article of an outlet of its own, loaded one after the other."""
    for n, text in enumerate(texts):
        keep(
            settings, conn, [article(f"{night}-{n}", text, title=f"t{night} {n}", source=f"outlet{n}", **more)],
            run=NIGHTS[night], at=T0 + night * DAY + timedelta(minutes=n),
        )  # fmt: skip


def _members(conn: postgres.Connection) -> dict[int, list[int]]:
    return dict(rows(conn, MEMBERS))


@pytest.mark.parametrize("edit", story_texts.EDITS)
@pytest.mark.parametrize("language", ["ar", "en", "zh"])
def test_an_edited_copy_is_of_the_story_of_its_original(
    settings: Settings, conn: postgres.Connection, language: str, edit: str
) -> None:
    text = _story(edit, 250, language)
    copy = story_texts.EDITS[edit](language, text, random.Random(edit))

    _load(settings, conn, [text, copy])

    assert _members(conn) == {1: [1, 2]}


def test_short_items_are_copies_of_each_other_only_as_a_whole(settings: Settings, conn: postgres.Connection) -> None:
    item = story_texts.items("weather", 1)[0]

    _load(settings, conn, [item, item.upper() + "\nBy our own", item.replace("Monday", "Sunday").replace("the", "a")])

    assert _members(conn) == {1: [1, 2], 3: [3]}


@pytest.mark.parametrize("kind", story_texts.TEMPLATES)
@pytest.mark.parametrize("at_once", [True, False])
def test_items_of_one_template_are_no_copies(
    settings: Settings, conn: postgres.Connection, kind: str, at_once: bool
) -> None:
    texts = story_texts.items(kind, 300 if at_once else 40)
    made = [article(str(n), text, title=kind, source=f"o{n % 3}") for n, text in enumerate(texts)]
    if at_once:
        keep(settings, conn, made)
    else:
        # A load finds what all earlier ones have left: those of other nights, and of the other two sources.
        for n, night in enumerate(NIGHTS):
            keep(settings, conn, made[n :: len(NIGHTS)], run=night, at=T0 + n * DAY)

    assert rows(conn, "select count(*) from story_articles") == [(0,)]


def test_articles_of_their_own_are_stories_of_their_own(settings: Settings, conn: postgres.Connection) -> None:
    texts = [_story(f"{language} {n}", 0, language) for language in story_texts.LANGUAGES for n in range(40)]
    keep(settings, conn, [article(str(n), t, title=str(n), source=f"o{n % 9}") for n, t in enumerate(texts)])

    assert rows(conn, "select count(*) from story_articles") == [(0,)]


def test_the_first_to_publish_comes_first_whoever_was_loaded_first(
    settings: Settings, conn: postgres.Connection
) -> None:
    text = _story("order")
    minute, day = {"published_precision": "minute"}, {"published_precision": "day"}
    keep(settings, conn, [article("1", text, source="late", published_at=T0 - timedelta(hours=1), **minute)])
    keep(settings, conn, [article("2", text + "\nBy us", source="early", published_at=T0 - DAY, **minute)])
    # A day without a time may be as late as its end.
    keep(settings, conn, [article("3", text[: len(text) // 2], source="daily", published_at=T0 - DAY, **day)])

    got = rows(conn, "select source, place, share from nightdesk.stories order by place")

    assert [(source, place) for source, place, _ in got] == [("early", 1), ("late", 2), ("daily", 3)]
    assert [share for *_, share in got] == pytest.approx([1, 1, 1], abs=0.02)


def test_who_copied_says_how_much_of_it_is_the_first_ones(settings: Settings, conn: postgres.Connection) -> None:
    text = _story("share", 200)

    _load(settings, conn, [text, text + "\n" + _story("own", 200)])

    (share,) = [share for (share,) in rows(conn, "select share from nightdesk.stories where place = 2")]
    assert share == pytest.approx(0.5, abs=0.1)


def test_two_stories_that_turn_out_one_are_merged_and_both_numbers_lead_there(
    settings: Settings, conn: postgres.Connection
) -> None:
    whole = _story("merged", 240)
    words = whole.split(" ")
    halves = [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]
    _load(settings, conn, [*halves, halves[1] + " By us"])
    before = _members(conn)

    _load(settings, conn, [whole], night=1)

    assert before == {1: [1], 2: [2, 3]}
    assert _members(conn) == {1: [1, 2, 3, 4]}
    assert rows(conn, "select distinct story_id from nightdesk.articles where id in (1, 2)") == [(1,)]


def test_a_second_load_changes_nothing(settings: Settings, conn: postgres.Connection) -> None:
    text = _story("again")
    _load(settings, conn, [text, _changed(text)])
    tables = ("article_signatures", "signature_buckets", "story_articles")
    before = [rows(conn, f"select * from {table} order by 1, 2, 3") for table in tables]

    stage.load(settings, archives.source_of("outlet1"), NIGHTS[0])

    assert [rows(conn, f"select * from {table} order by 1, 2, 3") for table in tables] == before


def test_a_wording_that_is_still_the_story_stays_in_it(settings: Settings, conn: postgres.Connection) -> None:
    text = _story("stays")
    _load(settings, conn, [text, text])

    keep(settings, conn, [article("0-1", _changed(text), title="t0 1", source="outlet1")], run=NIGHTS[1], at=T0 + DAY)

    assert _members(conn) == {1: [1, 2]}
    assert rows(conn, "select share < 1 from story_articles where article_id = 2") == [(True,)]


def test_a_wording_that_becomes_another_text_leaves_its_story_and_may_find_another(
    settings: Settings, conn: postgres.Connection
) -> None:
    text, other = _story("leaves"), _story("arrives")
    _load(settings, conn, [text, text, text, other])

    keep(settings, conn, [article("0-0", other, title="t0 0", source="outlet0")], run=NIGHTS[1], at=T0 + DAY)

    assert _members(conn) == {1: [1, 4], 2: [2, 3]}


def test_articles_that_only_one_tied_together_part_when_it_becomes_another_text(
    settings: Settings, conn: postgres.Connection
) -> None:
    words = _story("bridge", 240).split(" ")
    halves = [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]
    _load(settings, conn, [*halves, " ".join(words)])
    tied = _members(conn)

    keep(settings, conn, [article("0-2", _story("else"), title="t0 2", source="outlet2")], run=NIGHTS[1], at=T0 + DAY)

    assert tied == {1: [1, 2, 3]}
    assert _members(conn) == {1: [1], 2: [2], 3: [3]}


def test_near_copies_are_found_a_month_away_and_exact_ones_ever(settings: Settings, conn: postgres.Connection) -> None:
    text = _story("old")
    at = {"published_at": T0 - 30 * DAY, "published_precision": "minute"}
    keep(settings, conn, [article("1", text, title="1", source="a", **at)])
    keep(settings, conn, [article("2", _changed(text), title="2", source="b")])
    keep(settings, conn, [article("3", text, title="3", source="c", published_at=datetime(1999, 1, 1, tzinfo=UTC))])

    assert _members(conn) == {1: [3, 1, 2]}


def test_an_article_that_is_erased_leaves_no_trace_of_its_text(settings: Settings, conn: postgres.Connection) -> None:
    text = _story("erased")
    _load(settings, conn, [text, text])
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from articles where id = 1")

    assert rows(conn, "select distinct article_id from signature_buckets") == [(2,)]
    assert rows(conn, "select article_id from story_articles") == [(2,)]


def test_rows_of_an_article_are_bounded_however_long_its_text_is(settings: Settings, conn: postgres.Connection) -> None:
    _load(settings, conn, [_story("long", 20_000)])

    assert rows(conn, "select count(*) from signature_buckets") == [(story_links.BUCKETS + 1,)]
    assert rows(conn, "select length(signature) < 2000 from article_signatures") == [(True,)]


def test_a_file_without_signatures_is_linked_all_the_same(settings: Settings, conn: postgres.Connection) -> None:
    text = _story("unsigned")
    _load(settings, conn, [text, _changed(text)])

    lines = [line for n in (0, 1) for line in articlefile.read(articlefile.path(settings, f"outlet{n}", NIGHTS[0]))]

    assert [line.signature for line in lines] == ["", ""]
    assert _members(conn) == {1: [1, 2]}


def test_what_was_loaded_before_is_linked_in_batches_that_may_be_killed(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_links, "BATCH", 2)
    texts = [_story(str(n)) for n in range(3)]
    _load(settings, conn, [text for one in texts for text in (one, _changed(one))])
    linked = _members(conn)
    with conn, conn.cursor() as cursor:
        for table in ("article_signatures", "story_articles"):
            cursor.execute(f"delete from {table}")
        cursor.execute("update backfills set passed_at = null, below = null where name = 'stories'")

    def stop(done: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        story_links.backfill(settings, stop)
    half = (_members(conn), story_links.complete(conn))
    conn.rollback()
    left = story_links.backfill(settings)

    assert half == ({**{n: [n] for n in (1, 2)}, **{n: linked[n] for n in (3, 5)}}, False)
    assert (left, _members(conn), story_links.complete(conn)) == (2, linked, True)


def test_copies_that_come_with_one_file_are_one_story(settings: Settings, conn: postgres.Connection) -> None:
    copies = story_texts.copies("en", 1)

    keep(settings, conn, [article(str(n), copy.text, title=f"t {n}") for n, copy in enumerate(copies)])

    assert _members(conn) == {1: list(range(1, len(copies) + 1))}


def test_short_copies_that_come_together_are_no_items_of_a_template(
    settings: Settings, conn: postgres.Connection
) -> None:
    """Two edits of one text are alike and no more: each is tied to the text that both are of."""
    copies = story_texts.copies("fr", 4)
    keep(settings, conn, [article(str(n), c.text, title=f"t {n}", source=f"o{n}") for n, c in enumerate(copies)])
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from story_articles; delete from article_signatures")
        cursor.execute("update backfills set passed_at = null where name = 'stories'")

    story_links.backfill(settings)

    assert _members(conn) == {1: list(range(1, len(copies) + 1))}


def test_lightly_edited_copies_are_linked_as_well_as_the_bar_has_it(
    settings: Settings, conn: postgres.Connection
) -> None:
    """Pairwise, few: the bench has more."""
    copies = [
        ((language, n), copy.text)
        for language in story_texts.LANGUAGES
        for n in range(2)
        for copy in story_texts.copies(language, n)
    ]
    keep(
        settings, conn, [article(str(n), text, title=str(n), source=f"o{n % 5}") for n, (_, text) in enumerate(copies)]
    )
    paths = dict(rows(conn, "select split_part(url, '/', 4)::int, story_id from nightdesk.articles"))

    pairs = [(copies[a][0] == copies[b][0], paths[a] == paths[b]) for a, b in combinations(range(len(copies)), 2)]

    right, wrong = pairs.count((True, True)), pairs.count((True, False)) + pairs.count((False, True))
    assert 2 * right / (2 * right + wrong) >= 0.97
    assert pairs.count((False, True)) == 0


def test_a_story_that_hundreds_carry_takes_in_the_next_one(settings: Settings, conn: postgres.Connection) -> None:
    text = _story("wire")
    keep(
        settings, conn, [article(str(n), text + f"\nBy {n} {n}", title=str(n), source=f"o{n % 2}") for n in range(150)]
    )

    keep(settings, conn, [article("more", _changed(text), title="more", source="other")], run=NIGHTS[1], at=T0 + DAY)

    assert [len(members) for members in _members(conn).values()] == [151]


def test_other_outlets_of_a_story_are_told_in_order_and_once_each(
    settings: Settings, conn: postgres.Connection
) -> None:
    text = _story("others")
    _load(settings, conn, [text, text, text])
    keep(settings, conn, [article("again", text + " again", title="x", source="outlet2")], run=NIGHTS[1], at=T0 + DAY)

    assert [row["source"] for row in story_records.others(conn, 1)] == ["outlet1", "outlet2"]
    assert [row["article_id"] for row in story_records.others(conn, 2)] == [1, 3]
    assert story_records.find_carried(conn, [1, 99]) == {
        1: story_records.StorySize(1, 4, 3),
        99: story_records.StorySize(99),
    }
    assert (story_records.resolve(conn, 3), story_records.resolve(conn, 99)) == (1, 99)


@pytest.mark.parametrize("order", list(Order))
def test_search_shows_each_story_once_over_all_pages_with_how_many_outlets_carry_it(
    settings: Settings, conn: postgres.Connection, order: Order
) -> None:
    for n in range(4):
        _load(settings, conn, [f"zebra {_story(str(n))}"] * 3, night=n)
    with conn, conn.cursor() as cursor:
        # The copies of a story do not stand beside each other, neither by date nor by number.
        cursor.execute("update articles set first_fetched_at = '2026-11-01', published_at = null where id % 2 = 0")
        cursor.execute("update article_words set dated = '2026-11-01' where article_id % 2 = 0")

    got, after = [], ""
    while True:
        page = search.search(conn, "zebra", order=order, count=1, after=after)
        got += page.answers
        after = page.after
        if not after:
            break

    assert sorted(answer.story_id for answer in got) == [1, 4, 7, 10]
    assert {answer.outlets for answer in got} == {3}


def test_a_story_is_shown_by_an_article_of_it_that_answers(settings: Settings, conn: postgres.Connection) -> None:
    text = f"zebra {_story('answers')}"
    _load(settings, conn, [text, text, text])

    first = search.search(conn, "zebra -source:outlet2", count=1)
    other = search.search(conn, "zebra source:outlet0", count=1)

    assert [answer.article["source"] for answer in (*first.answers, *other.answers)] == ["outlet1", "outlet0"]
    assert first.after == "" or not search.search(conn, "zebra -source:outlet2", after=first.after).answers


def test_a_killed_load_links_nothing_and_the_next_one_all(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _story("killed")
    _load(settings, conn, [text])

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(story_links, "_share", die)
        keep(settings, conn, [article("2", _changed(text), title="2", source="other")])
    conn.rollback()
    nothing = rows(conn, "select count(*) from story_articles"), rows(conn, "select count(*) from articles")
    stage.load(settings, archives.source_of("other"), archives.RUN)

    assert nothing == ([(0,)], [(1,)])
    assert [len(members) for members in _members(conn).values()] == [2]


def test_two_loads_at_once_of_one_text_see_each_other(settings: Settings, conn: postgres.Connection) -> None:
    text = _story("at once")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: _kept(settings, n, text), range(8)))

    assert [len(members) for members in _members(conn).values()] == [8]


def test_a_load_that_waits_in_vain_for_the_stories_names_no_other_load_of_its_source(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "LOCK_WAIT_SECONDS", 1)
    (source,) = archives.extract(settings, conn, [article("1", _story("held"))])
    with postgres.connection(settings) as other, other:
        story_links.lock(other)

        tally = stage.load(settings, source, archives.RUN)

    told = "Another process held for too long what a load of sana writes."
    assert (tally.state, tally.message) == ("busy", told)


def _kept(settings: Settings, number: int, text: str) -> None:
    with postgres.connection(settings) as own:
        keep(settings, own, [article(str(number), text, title=str(number), source=f"outlet{number}")])


def test_articles_and_search_show_the_story_with_the_other_outlets_in_order(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _story("shown", 200)
    _load(settings, conn, [text, text + "\n" + _story("own", 200)])
    for n in range(2):
        (settings.sources / f"outlet{n}.toml").write_text(
            f'title = "O{n}"\nurl = "https://outlet{n}.test/"\ncountry = "SY"\nlanguage = "en"\ntimezone = "UTC"\n'
            f'feeds = ["https://outlet{n}.test/feed"]\n'
        )
    commands.use(settings, monkeypatch)

    def said(*words: str) -> str:
        return CliRunner().invoke(app, list(words), catch_exceptions=False).stdout

    one = json.loads(said("articles", "2", "--json"))
    (found,) = json.loads(said("search", "source:outlet1", "--json"))["answers"]
    assert "Its story, told by 2 outlets; first by outlet0" in said("articles", "2")
    assert [row["source"] for row in one["story"]] == ["outlet0", "outlet1"]
    assert (one["story_id"], found["story_id"], found["outlets"]) == (1, 1, 2)
    assert "(story 1: 2 outlets)" in said("search", "source:outlet1")
