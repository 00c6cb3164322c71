"""When a list is asked again: as often as its source publishes, within its bounds, and as seldom as it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.crawl import rhythm
from pipelines.desk import desk_records
from pipelines.health import troubles
from pipelines.listings.asked_pauses import NONE_ASKED, AskedPauses, fresh_seconds, of_feed
from pipelines.model import Expect
from pipelines.sources import sourcefile
from pipelines.stores import runs
from tests import commands, factories, sites
from tests.papers import HOST, Paper, conditional, feed, pass_time, sitemap

# Sunday, at ten.
AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOURCE = sites.source("a.test")
# Days of a night of the paper, which passes time by days.
MINUTES = 1 / 24 / 60


def head(inside: str) -> Any:
    return etree.fromstring(
        f'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>{inside}<item/></channel></rss>'
    )


def cached(body: bytes, **headers: str) -> Callable[..., None]:
    return sites.answer(200, body, "application/rss+xml", **headers)


@pytest.mark.parametrize(
    ("usual", "said", "bounds", "pause"),
    [
        (10 * MINUTE, {}, {}, 4.75 * MINUTE),
        (MINUTE, {}, {}, 4.75 * MINUTE),
        (MINUTE, {}, {"list_pause_least": 20}, 19 * MINUTE),
        (None, {}, {}, 4.75 * MINUTE),
        (6 * HOUR, {}, {}, 0.95 * 3 * HOUR),
        (7 * DAY, {}, {}, 20 * HOUR),
        (7 * DAY, {}, {"list_pause_most": 10080}, 0.95 * 3.5 * DAY),
        (30 * DAY, {}, {"list_pause_most": 10080}, 7 * DAY),
        (10 * MINUTE, {"seconds": 3600}, {}, 57 * MINUTE),
        (10 * MINUTE, {"fresh": 3600}, {}, HOUR),
        (10 * MINUTE, {"fresh": 3600, "seconds": 7200}, {}, 114 * MINUTE),
        (10 * MINUTE, {"fresh": 31_536_000}, {}, 20 * HOUR),
        (10 * MINUTE, {"hours": [10, 11, 12]}, {}, 3 * HOUR),
        (10 * MINUTE, {"days": [6]}, {}, 14 * HOUR),
        (10 * MINUTE, {"days": [6, 0, 1]}, {}, 20 * HOUR),
        (10 * MINUTE, {"hours": [3], "days": [2]}, {}, 4.75 * MINUTE),
    ],
)
def test_a_list_is_due_after_half_the_usual_time_or_what_it_asks_for_within_the_bounds(
    usual: timedelta | None, said: dict[str, Any], bounds: dict[str, int], pause: timedelta
) -> None:
    source = replace(SOURCE, **bounds)

    due = rhythm.due_at(AT, said, usual, source)

    assert due - AT == pause


def test_the_usual_time_is_that_of_the_newest_half_and_unknown_for_three_articles() -> None:
    steady = [AT - n * HOUR for n in range(20)]

    assert rhythm.interval(steady) == HOUR
    assert rhythm.interval([*steady[:19], AT - 4000 * DAY]) == HOUR
    assert rhythm.interval(steady[:4]) == HOUR
    assert rhythm.interval(steady[:3]) is None


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("", NONE_ASKED),
        ("<ttl>60</ttl>", AskedPauses(seconds=3600)),
        ("<ttl> 90 </ttl><sy:updatePeriod>hourly</sy:updatePeriod>", AskedPauses(seconds=5400)),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            AskedPauses(seconds=6 * 3600),
        ),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            AskedPauses(seconds=3600),
        ),
        ("<ttl>soon</ttl><sy:updatePeriod>often</sy:updatePeriod>", NONE_ASKED),
        ("<ttl>99999999999999999999</ttl>", NONE_ASKED),
        (
            "<skipHours><hour>0</hour><hour>24</hour><hour>5</hour><hour>x</hour></skipHours>",
            AskedPauses(hours=(0, 5)),
        ),
        ("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>", NONE_ASKED),
        (
            "<skipDays><day>Saturday</day><day>sunday</day><day>Someday</day></skipDays>",
            AskedPauses(days=(5, 6)),
        ),
    ],
)
def test_the_head_of_a_feed_says_how_seldom_it_wants_to_be_read(inside: str, said: AskedPauses) -> None:
    assert of_feed(head(inside)) == said


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=600, s-maxage=9", "age": "200"}, 400),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "max-age=600", "expires": "0"}, 600),
        ({"cache-control": "public", "expires": "Sun, 22 Nov 2026 10:05:00 GMT"}, 300),
        ({"date": "Sun, 22 Nov 2026 10:01:00 GMT", "expires": "Sun, 22 Nov 2026 10:05:00 GMT"}, 240),
        ({"expires": "Sun, 22 Nov 2026 09:05:00 GMT"}, 0),
        ({"expires": "-1"}, 0),
    ],
)
def test_the_headers_of_an_answer_say_how_long_it_is_good_for(headers: dict[str, str], seconds: int | None) -> None:
    assert fresh_seconds(headers, AT) == seconds


def test_a_list_is_asked_once_its_source_may_have_published_and_not_before(paper: Paper) -> None:
    # An article an hour.
    paper.prints(*range(8, 0, -1))
    paper.comes_out(due=True)

    early, asked_early = paper.comes_out(20 * MINUTES, due=True)
    late, asked_late = paper.comes_out(20 * MINUTES, due=True)

    assert (asked_early, asked_late) == ([], ["/feed"])
    assert early.message.startswith("none of its lists was asked: not due until 20")
    assert (early.state, early.counts["not due"], early.counts["lists"]) == ("done", 1, 0)
    assert (late.state, late.message) == ("done", "nothing new")


def test_a_weekly_paper_is_asked_each_night_unless_its_file_says_that_a_week_may_pass(paper: Paper) -> None:
    paper.prints(*range(8, 0, -1))
    paper.comes_out(due=True)
    with paper.conn, paper.conn.cursor() as cursor:
        cursor.execute("update articles set published_at = published_at - id * interval '7 days'")
    nightly = [paper.comes_out(1, due=True)[1] for _ in range(2)]
    paper.source = replace(paper.source, list_pause_most=10080)

    weekly = [paper.comes_out(1, due=True)[1] for _ in range(4)]

    assert ["/feed" in night for night in nightly] == [True, True]
    assert ["/feed" in night for night in weekly] == [False, False, False, True]


def test_a_run_that_a_person_starts_asks_for_every_list(paper: Paper) -> None:
    paper.prints(*range(8, 0, -1))
    paper.comes_out(due=True)

    by_hand = paper.comes_out(5 * MINUTES)[1]

    assert by_hand == ["/feed"]


def test_what_the_answer_and_the_feed_say_makes_the_pause_longer_also_where_nothing_was_sent_again(
    paper: Paper,
) -> None:
    numbers = range(8, 0, -1)
    paper.prints(*numbers)
    said = feed(*numbers).replace(b"<channel>", b"<channel><ttl>100</ttl>")
    paper.web.pages[f"{HOST}/feed"] = conditional(said, kind="application/rss+xml")
    paper.comes_out(due=True)
    by_ttl = [paper.comes_out(60 * MINUTES, due=True)[1] for _ in range(4)]
    paper.web.pages[f"{HOST}/feed"] = cached(feed(*numbers), **{"Cache-Control": "max-age=10000"})
    paper.comes_out(1)

    by_header = [paper.comes_out(60 * MINUTES, due=True)[1] for _ in range(3)]

    assert ["/feed" in night for night in by_ttl] == [False, True, False, True]
    assert ["/feed" in night for night in by_header] == [False, False, True]


def test_an_index_that_is_not_due_keeps_its_sitemaps_unasked_and_a_list_that_is_due_is_asked(paper: Paper) -> None:
    paper.prints(*range(8, 0, -1))
    index = f"<sitemapindex><sitemap><loc>{HOST}/one.xml</loc></sitemap></sitemapindex>".encode()
    paper.web.pages[f"{HOST}/index.xml"] = cached(index, **{"Cache-Control": "max-age=7200"})
    paper.web.pages[f"{HOST}/one.xml"] = conditional(sitemap({}), kind="application/xml")
    paper.source = replace(paper.source, sitemaps=(f"{HOST}/index.xml",))
    paper.comes_out(due=True)

    tally, asked = paper.comes_out(40 * MINUTES, due=True)

    assert asked == ["/feed"]
    assert tally.message.startswith("1 of its 2 lists were not asked: not due until 20")
    assert tally.message.endswith("UTC; nothing new")
    asked_later = paper.comes_out(100 * MINUTES, due=True)[1]
    assert [path for path in asked_later if "/news/" not in path] == ["/feed", "/index.xml", "/one.xml"]


def test_articles_that_are_due_are_looked_at_though_no_list_is(paper: Paper) -> None:
    paper.prints(*range(8, 0, -1))
    paper.source = replace(paper.source, list_pause_most=10080)
    paper.web.pages[f"{HOST}/feed"] = cached(feed(*range(8, 0, -1)), **{"Cache-Control": "max-age=9999999"})
    paper.comes_out(due=True)

    tally, asked = paper.comes_out(1, due=True)

    assert [path for path in asked if path != "/robots.txt"] == [f"/news/{n}" for n in range(1, 9)]
    assert tally.message.startswith("none of its lists was asked: not due until 20")


def test_a_list_that_failed_is_asked_in_the_next_run(paper: Paper) -> None:
    paper.prints(*range(8, 0, -1))
    paper.comes_out(due=True)
    paper.web.pages[f"{HOST}/feed"] = sites.answer(500, b"broken")
    paper.comes_out(1, ends="failed", due=True)

    _, asked = paper.comes_out(1 * MINUTES, ends="failed", due=True)

    assert set(asked) == {"/feed"}


def test_the_same_run_made_again_asks_for_its_lists_again(paper: Paper) -> None:
    paper.prints(*range(8, 0, -1))
    paper.comes_out(due=True)
    paper.night -= 1
    paper.web.hits.clear()

    _, asked = paper.comes_out(due=True)

    assert "/feed" in asked


def test_a_crawl_for_which_no_list_was_due_proves_no_silence_and_breaks_no_promise(paper: Paper) -> None:
    paper.prints(*range(8, 0, -1))
    paper.source = replace(paper.source, list_pause_most=40_000, expect=Expect(articles_per_run=1))
    paper.web.pages[f"{HOST}/feed"] = cached(feed(*range(8, 0, -1)), **{"Cache-Control": "max-age=9999999"})
    paper.comes_out(due=True)
    quiet = [paper.comes_out(1, due=True)[0].counts["not due"] for _ in range(6)]

    with paper.conn, paper.conn.cursor() as cursor:
        cursor.execute("update changes set at = at - interval '6 days'")

    found = troubles.check(paper.settings, [paper.source])
    row = desk_records.sources(paper.conn, [paper.source])[0]
    paper.comes_out(1)
    asked = {str(trouble.kind) for trouble in troubles.check(paper.settings, [paper.source])}

    assert quiet == [1] * 6
    assert found == []
    assert (row["not_due"], row["new"]) == (True, 0)
    assert asked == {"silent", "promise"}


def test_the_command_line_says_that_no_list_was_due_and_until_when(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use(paper.settings, monkeypatch)
    paper.prints(*range(8, 0, -1))
    factories.follow(paper.settings, paper.source)
    CliRunner().invoke(app, ["run", "--run", "2026-11-22T0200"])
    pass_time(paper.conn, 10 * MINUTE)

    done = CliRunner().invoke(app, ["run", "--due", "--run", "2026-11-22T0210"])
    status = CliRunner().invoke(app, ["status"])
    alone = CliRunner().invoke(app, ["crawl", "--due", "--json", "--run", "2026-11-22T0220"])

    assert done.exit_code == status.exit_code == alone.exit_code == 0
    assert "none of its lists was asked: not due until" in " ".join(done.output.split())
    assert "1 source not asked yet, because no list of theirs was due" in " ".join(status.output.split())
    assert '"not due": 1' in alone.output


def test_bounds_that_cross_are_refused(paper: Paper) -> None:
    text = sourcefile.render(replace(paper.source, list_pause_least=100, list_pause_most=50))

    with pytest.raises(Exception, match="list_pause_least is 100, more than list_pause_most, 50"):
        sourcefile.parse(text, paper.source.name, "a.toml")


def test_a_run_is_begun_by_hand_where_its_key_has_seconds() -> None:
    assert runs.begun_by_hand(runs.key_of(AT, manual=True))
    assert not runs.begun_by_hand(runs.key_of(AT))
