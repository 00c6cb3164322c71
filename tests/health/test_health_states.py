"""The state of a source: learned of its own history, told once, its end as well, many at once together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from bench import silences
from pipelines.cli import app
from pipelines.codes import SourceState, TroubleKind
from pipelines.health import history, states, troubles, usual
from pipelines.health.states import StateReport
from pipelines.health.usual import SourceLook
from pipelines.model import Source
from pipelines.settings import Settings
from pipelines.settings import settings as settings_of_this_process
from pipelines.stores import postgres
from tests import commands, factories
from tests.databases import rows

T0 = datetime(2026, 9, 7, 2, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = (30, 28, 31, 29, 30, 6, 5)


def nights(*counts: int, pages: int = 1, begin: datetime = T0) -> list[SourceLook]:
    """A look each night with so many new articles."""
    return [
        SourceLook(at=begin + day * DAY, new=count, pages=count * pages, articles=count)
        for day, count in enumerate(counts)
    ]


def judged(looks: Sequence[SourceLook], **more: Any) -> StateReport:
    return states.judge(looks, looks[-1].at + HOUR, gap=DAY, **more)


def test_simulated_sources_are_told_in_time_never_called_well_while_dead_and_alarm_falsely_once_at_most() -> None:
    histories = [history for history in silences.simulate(7, 24) if history.every == DAY]

    told = [silences.tell(history) for history in histories]

    assert {history.kind for history in histories} == {made.__name__ for made in silences.KINDS}
    assert [one.history.kind for one in told if one.late or one.recovered or len(one.false) > 1] == []


def test_a_new_source_is_learning_and_one_that_is_known_is_healthy() -> None:
    assert judged(nights(40, 30, 28)).state == SourceState.LEARNING
    assert judged(nights(40, *WEEK * 4)).state == SourceState.HEALTHY


def test_a_quiet_source_is_told_with_its_figure_and_what_is_usual_and_a_weekend_is_none() -> None:
    weeks = WEEK * 5

    weekend = judged(nights(40, *weeks))
    quiet = judged(nights(40, *weeks, 2, 1))

    assert weekend.state == SourceState.HEALTHY
    assert quiet.state == SourceState.QUIET
    assert quiet.figure in (1, 2, 3)
    assert quiet.low is not None and quiet.high is not None and quiet.low <= 30 <= quiet.high
    assert f"{quiet.figure} new since " in quiet.reason and f"usually {quiet.low} to {quiet.high}" in quiet.reason


def test_a_quiet_source_is_quiet_until_what_it_gives_is_likely_again() -> None:
    looks = nights(40, *WEEK * 5, 2, 1, 12)

    assert judged(looks, was=SourceState.QUIET).state == SourceState.QUIET
    assert judged(nights(40, *WEEK * 5, 2, 1, 12, 31, 30), was=SourceState.QUIET).state == SourceState.HEALTHY


def test_a_quiet_source_that_gives_nothing_is_not_well_because_less_is_expected_of_it_by_now() -> None:
    looks = nights(40, 3, *[1, 0, 2, 0, 0, 1, 0] * 6, 0)

    assert judged(looks).state == SourceState.HEALTHY
    assert judged(looks, was=SourceState.QUIET).state == SourceState.QUIET


def test_a_silence_is_not_over_by_one_article_and_a_holiday_that_is_over_is_not_told_again() -> None:
    known = [SourceLook(at=T0 + n * 6 * HOUR, new=8, pages=8, articles=8) for n in range(4 * 35)]

    def then(*counts: int) -> list[SourceLook]:
        return [*known, *(SourceLook(at=known[-1].at + (n + 1) * 6 * HOUR, new=new) for n, new in enumerate(counts))]

    silent, one, back = then(*[0] * 6), then(*[0] * 6, 1), then(*[0] * 6, 1, *[8] * 5)
    holiday = then(*[1] * 12, *[8, 8, 5, 3, 2])

    assert judged(silent).state == SourceState.SILENT
    assert judged(one, was=SourceState.SILENT).state == SourceState.QUIET
    assert judged(back, was=SourceState.QUIET).state == judged(holiday).state == SourceState.HEALTHY


def test_what_is_as_low_as_what_was_told_and_ended_is_not_told_again_nor_is_what_was_told_counted_twice() -> None:
    counts = [8] * 4 * 35 + [1] * 12 + [8] * 8 + [1] * 6
    looks = [SourceLook(at=T0 + n * 6 * HOUR, new=new, pages=new, articles=new) for n, new in enumerate(counts)]
    ended = looks[4 * 35 + 14].at

    assert judged(looks).state == SourceState.QUIET
    assert judged(looks, ended=ended).state == SourceState.HEALTHY


def test_the_gap_that_is_to_be_judged_does_not_lengthen_what_is_waited_for() -> None:
    looks = [*nights(9, *[9, 0, 0] * 8, 9), SourceLook(at=T0 + 40 * DAY, new=1)]

    assert usual.usual_gap(looks) == 15 * DAY
    assert usual.usual_gap(looks, but_newest=True) == 3 * DAY


def test_of_a_holiday_no_silence_is_told_before_so_much_is_missing_that_a_tenth_would_have_come() -> None:
    known = [SourceLook(at=T0 + n * 3 * HOUR, new=2, pages=2, articles=2) for n in range(8 * 35)]

    def then(empty: int) -> StateReport:
        return judged([*known, *(SourceLook(at=known[-1].at + n * 3 * HOUR) for n in range(1, empty + 1))])

    assert [then(empty).state for empty in (5, 8)] == [SourceState.HEALTHY, SourceState.SILENT]


@pytest.mark.parametrize(
    ("came", "state"), [(5, SourceState.HEALTHY), (0, SourceState.SILENT), (200, SourceState.SILENT)]
)
def test_a_silence_is_reckoned_from_when_the_last_article_came_out_where_its_page_says_it(
    came: int, state: SourceState
) -> None:
    known = [SourceLook(at=T0 + n * 6 * HOUR, new=2, pages=2, articles=2) for n in range(4 * 35)]
    last = replace(known[-1], newest=known[-2].at + came * HOUR if came < 24 else T0)

    looks = [*known[:-1], last, *(SourceLook(at=last.at + n * 6 * HOUR) for n in (1, 2))]

    assert states.judge(looks, looks[-1].at + HOUR / 6, gap=6 * HOUR).state == state


def test_of_one_gap_that_began_before_its_first_look_a_source_is_given_twice_the_time() -> None:
    looks = nights(0, 0, 0, 2, *[0] * 16)

    assert judged(looks[:19]).state == SourceState.LEARNING
    assert judged([*nights(0, 0, 0, 2, 0, 2, 0), *nights(*[0] * 9, begin=T0 + 7 * DAY)]).state == SourceState.SILENT


def test_when_the_last_article_came_out_is_read_of_the_newest_articles(
    settings: Settings, conn: postgres.Connection
) -> None:
    with conn:
        for number, (hour, precision) in enumerate([(1, "minute"), (3, "minute"), (5, "day"), (60, "minute")]):
            factories.article(
                conn, "sana", str(number), "A title", "A text", published_at=T0 - (6 - hour) * HOUR,
                published_precision=precision, first_fetched_at=T0,
            )  # fmt: skip
    crawl(conn, "sana", 0, new=4)

    with conn:
        past = history.read(conn, "sana", T0 + HOUR)

    assert [look.newest for look in past.looks] == [T0 - 3 * HOUR]


def test_an_hour_of_a_site_s_own_trouble_is_none_and_two_nights_without_an_answer_are() -> None:
    known = [SourceLook(at=T0 + n * HOUR, new=2, pages=2, articles=2) for n in range(24 * 20)]
    down = [SourceLook(at=known[-1].at + n * HOUR, heard=False, cause="timeout") for n in range(1, 9)]

    short, long = judged([*known, *down[:2]]), judged([*known, *down])
    seldom = judged(
        [*nights(40, *WEEK * 3), *(SourceLook(at=T0 + n * DAY, heard=False, cause="dns") for n in (22, 23))]
    )

    assert (short.state, short.suspected) == (SourceState.HEALTHY, down[0].at)
    assert (long.state, long.since) == (SourceState.ERRORING, down[0].at)
    assert "in 8 crawls (timeout)" in long.reason
    assert seldom.state == SourceState.ERRORING


@pytest.mark.parametrize(
    ("walls", "refused", "state"),
    [
        (0, False, SourceState.NOT_EXTRACTING),
        (12, False, SourceState.BLOCKED),
        (0, True, SourceState.BLOCKED),
    ],
)
def test_pages_without_an_article_are_walls_or_are_not_extracted(walls: int, refused: bool, state: SourceState) -> None:
    newest = {"heard": False, "refused": True, "cause": "refused"} if refused else {"pages": 12, "walls": walls}
    last = [SourceLook(at=T0 + (36 + n) * DAY, **newest) for n in range(2)]

    assert judged([*nights(40, *WEEK * 5), *last]).state == state


def crawl(conn: postgres.Connection, name: str, day: float, new: int = 5, state: str = "done", code: str = "") -> None:
    """A night of a source in the ledger; committed."""
    at = T0 + day * DAY
    run = f"{at:%Y-%m-%dT%H%M}"
    with conn:
        row = {"run": run, "started_at": at, "ended_at": at + HOUR / 6}
        counted = postgres.json({"fetched": new, "discovered": new})
        factories.ran(
            conn, name, "crawl", state, "" if state == "done" else "It does not answer.", counts=counted, **row
        )
        if state == "done":
            done = postgres.json({"pages": new, "articles": new})
            factories.ran(conn, name, "extract", "done", counts=done, **row)
            factories.ran(conn, name, "load", "done", counts=postgres.json({"new": new}), **row)
        else:
            listed = factories.url(conn, name, f"feed-{run}", kind="feed", discovered_run=run)
            factories.fetch(conn, name, listed, "failed", run, code=code, reason="x", fetched_at=at)


def that_fail(conn: postgres.Connection, count: int, *, days: Sequence[int]) -> list[Source]:
    """Sources that answer for three days, and on these days do not."""
    sources = [factories.source(f"paper-{n}") for n in range(count)]
    for source in sources:
        for day in range(3):
            crawl(conn, source.name, day)
        for day in days:
            crawl(conn, source.name, day, state="failed", code="timeout")
    return sources


def told(conn: postgres.Connection) -> list[tuple[str, str]]:
    with conn, conn.cursor() as cursor:
        cursor.execute("select subject, body from deliveries order by id")
        return [(row["subject"], row["body"]) for row in cursor.fetchall()]  # type: ignore[call-overload]


def keys(conn: postgres.Connection) -> list[str]:
    return [key for (key,) in rows(conn, "select key from deliveries order by id")]


def test_many_sources_that_stop_answering_for_one_reason_are_one_message_and_so_is_their_end(
    settings: Settings, conn: postgres.Connection
) -> None:
    current = settings.model_copy(update={"operators": "ops"})
    sources = that_fail(conn, 4, days=(3, 4))

    found = [troubles.check(current, sources, now=T0 + 4 * DAY + hours * HOUR) for hours in (1, 2)]
    for source in sources:
        crawl(conn, source.name, 5)
    over = troubles.check(current, sources, now=T0 + 5 * DAY + HOUR)
    troubles.check(current, sources, now=T0 + 5 * DAY + 2 * HOUR)

    assert [[(one.kind, one.told) for one in each] for each in found] == [
        [(TroubleKind.ERRORING, True)] * 4, [(TroubleKind.ERRORING, False)] * 4
    ]  # fmt: skip
    assert over == []
    (begun, body), (ended, lasted) = told(conn)
    assert (begun, ended) == ("4 sources are erroring (timeout)", "4 sources are well again")
    # After a restore the first of them can be told alone under the same number.
    assert keys(conn)[0].endswith("/4/ops")
    assert body.startswith("Nothing answered, no host of 4 sources")
    assert lasted.splitlines()[0] == "paper-0 is well again: erroring for 2 days, since 2026-09-10 02:00 UTC."


def test_a_source_that_stays_down_is_not_called_well_when_those_that_failed_beside_it_are(
    settings: Settings, conn: postgres.Connection
) -> None:
    current = settings.model_copy(update={"operators": "ops"})
    sources = that_fail(conn, 3, days=(3,))
    together = troubles.check(current, sources, now=T0 + 3 * DAY + HOUR)
    crawl(conn, "paper-0", 3.1, state="failed", code="timeout")
    for source in sources[1:]:
        crawl(conn, source.name, 3.1)
    alone = troubles.check(current, sources, now=T0 + 3.1 * DAY + HOUR)
    crawl(conn, "paper-0", 5, state="failed", code="timeout")
    later = troubles.check(current, sources, now=T0 + 5 * DAY + HOUR)
    crawl(conn, "paper-0", 6)
    well = troubles.check(current, sources, now=T0 + 6 * DAY + HOUR)

    assert [[one.source for one in each] for each in (together, alone, later, well)] == [
        ["paper-0", "paper-1", "paper-2"], ["paper-0"], ["paper-0"], []
    ]  # fmt: skip
    assert [subject for subject, _ in told(conn)] == [
        "3 sources are erroring (timeout)", "paper-1 is well again", "paper-2 is well again", "paper-0 is well again"
    ]  # fmt: skip


def test_one_trouble_that_becomes_another_is_no_recovery(settings: Settings, conn: postgres.Connection) -> None:
    current, source = settings.model_copy(update={"operators": "ops"}), factories.source("paper")
    for day, new in enumerate((5, 6, 5, 0, 0, 0, 0)):
        crawl(conn, "paper", day, new)
    silent = troubles.check(current, [source], now=T0 + 6 * DAY + HOUR)
    for day in (7, 8):
        crawl(conn, "paper", day, state="failed", code="dns")
    failing = troubles.check(current, [source], now=T0 + 8 * DAY + HOUR)
    crawl(conn, "paper", 9, 0)
    silent_again = troubles.check(current, [source], now=T0 + 9 * DAY + HOUR)
    crawl(conn, "paper", 10, 5)
    well = troubles.check(current, [source], now=T0 + 10 * DAY + HOUR)

    kinds = [[one.kind for one in found] for found in (silent, failing, silent_again, well)]
    assert kinds == [[TroubleKind.SILENT], [TroubleKind.ERRORING], [TroubleKind.SILENT], []]
    assert [subject for subject, _ in told(conn)] == [
        "paper has gone silent", "paper does not answer", "paper is well again"
    ]  # fmt: skip


def test_status_health_and_the_list_of_sources_show_the_state(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = factories.source("paper")
    settings.sources.mkdir(parents=True, exist_ok=True)
    factories.follow(settings, source)
    commands.use(settings, monkeypatch)
    settings_of_this_process.cache_clear()
    now = datetime.now(UTC)
    for day in range(3):
        crawl(conn, "paper", (now - T0) / DAY - 3 + day - 0.1)
    troubles.check(settings, [source])

    def answer(*words: str) -> str:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        return done.output

    (looked,) = json.loads(answer("health", "paper", "--json"))
    (listed,) = json.loads(answer("sources", "list", "--json"))
    (shown,) = json.loads(answer("status", "--json"))["sources"]
    assert (looked["state"], listed["health"]["state"], shown["health"]["state"]) == ("learning",) * 3
    assert looked["reason"] == shown["health"]["reason"] != ""
    assert all("learning" in answer(*words) for words in (["health"], ["status"], ["sources", "list"]))


def test_a_source_that_was_never_crawled_has_no_trouble(settings: Settings, conn: postgres.Connection) -> None:
    source = replace(factories.source("paper"), schedule="0 2 * * *")

    found = troubles.states(conn, settings, [source], T0)

    assert found["paper"].state == SourceState.LEARNING
    assert troubles.check(settings, [source], now=T0) == []
