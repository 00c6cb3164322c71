"""Health: silence is an error, told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.codes import TroubleKind
from pipelines.health import troubles
from pipelines.model import Expect, Source, Tally
from pipelines.settings import Settings
from pipelines.stores import postgres, runs
from tests.factories import night

SANA = Source(name="sana", title="سانا", url="https://sana.test/", country="SY", language="ar", timezone="UTC")
T0 = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(conn: postgres.Connection) -> list[Any]:
    with conn, conn.cursor() as cursor:
        cursor.execute("select key, channel, subject, body from deliveries order by id")
        return cursor.fetchall()


def with_operators(settings: Settings) -> Settings:
    return settings.model_copy(update={"operators": "ops"})


def test_a_source_that_gives_nothing_for_three_usual_intervals_is_told_once(
    settings: Settings, conn: postgres.Connection
) -> None:
    for day in range(5):
        night(conn, T0 + day * DAY, new=True)
    for day in range(5, 9):
        night(conn, T0 + day * DAY, new=False, message="The feed answers 200 and names nothing new.")

    silences = [troubles.check(with_operators(settings), [SANA], now=T0 + days * DAY + HOUR) for days in (6, 7, 8)]

    assert [[(s.since, s.usual, s.told) for s in found] for found in silences] == [
        [],
        [(T0 + 4 * DAY, DAY, True)],
        [(T0 + 4 * DAY, DAY, False)],
    ]
    (message,) = told(conn)
    assert (message["key"], message["channel"]) == ("message/health/1/20261105T020000000000/ops", "ops")
    assert message["subject"] == "sana has gone silent"
    assert "no new article since 2026-11-05 02:00 UTC; usual is one every 24 hours" in message["body"]
    assert "crawl done: 12 discovered; The feed answers 200" in message["body"]


def test_a_source_that_recovers_and_goes_silent_again_is_told_again(
    settings: Settings, conn: postgres.Connection
) -> None:
    current = with_operators(settings)
    for day in (0, 1, 2, 7):
        night(conn, T0 + day * DAY, new=day in (0, 1, 2))
    first = troubles.check(current, [SANA], now=T0 + 7 * DAY + HOUR)
    night(conn, T0 + 8 * DAY, new=True)
    recovered = troubles.check(current, [SANA], now=T0 + 8 * DAY + HOUR)
    night(conn, T0 + 12 * DAY, new=False)

    again = troubles.check(current, [SANA], now=T0 + 12 * DAY + HOUR)

    assert [len(found) for found in (first, recovered, again)] == [1, 0, 1]
    assert [row["subject"] for row in told(conn)] == [
        "sana has gone silent", "sana is well again", "sana has gone silent"
    ]  # fmt: skip
    assert told(conn)[1]["body"] == "sana is well again: silent for 6 days, since 2026-11-03 02:00 UTC."
    with conn, conn.cursor() as cursor:
        cursor.execute("select recovered_at is not null as over, told_at is not null as told from health order by id")
        assert [tuple(row.values()) for row in cursor.fetchall()] == [(True, True), (False, True)]


def test_a_silence_is_the_same_where_the_last_article_turns_out_to_be_older(
    settings: Settings, conn: postgres.Connection
) -> None:
    current = with_operators(settings)
    for day in (0, 1, 2, 7):
        night(conn, T0 + day * DAY, new=day in (0, 1, 2))
    troubles.check(current, [SANA], now=T0 + 7 * DAY + HOUR)
    with conn, conn.cursor() as cursor:
        cursor.execute("update changes set at = at - interval '12 hours'")

    (again,) = troubles.check(current, [SANA], now=T0 + 7 * DAY + 2 * HOUR)

    assert not again.told
    assert len(told(conn)) == 1


def test_a_source_that_never_gave_anything_is_silent_since_its_first_run(
    settings: Settings, conn: postgres.Connection
) -> None:
    for day in range(4):
        night(conn, T0 + day * DAY, new=False)

    found = [troubles.check(settings, [SANA], now=T0 + days * DAY + HOUR) for days in (2, 3)]

    assert [len(silent) for silent in found] == [0, 1]
    assert "not one article so far since 2026-11-01" in found[1][0].message


def test_a_source_that_nobody_asked_is_not_called_silent(settings: Settings, conn: postgres.Connection) -> None:
    night(conn, T0, new=True)

    found = troubles.check(settings, [SANA, Source(**{**vars(SANA), "name": "enab"})], now=T0 + 20 * DAY)

    assert found == []


def test_a_weekly_source_is_given_three_weeks(settings: Settings, conn: postgres.Connection) -> None:
    weekly = Source(**{**vars(SANA), "schedule": "0 2 * * 0"})
    night(conn, T0, new=True)
    for week in range(1, 4):
        night(conn, T0 + week * 7 * DAY, new=False)

    found = [troubles.check(settings, [weekly], now=T0 + days * DAY + HOUR) for days in (14, 21)]

    assert [len(silent) for silent in found] == [0, 1]


def test_a_usually_slow_source_on_a_fast_schedule_is_given_its_own_time(
    settings: Settings, conn: postgres.Connection
) -> None:
    often = Source(**{**vars(SANA), "schedule": "*/15 * * * *"})
    for day in (0, 2, 4):
        night(conn, T0 + day * DAY, new=True)
    night(conn, T0 + 9 * DAY, new=False)

    found = troubles.check(settings, [often], now=T0 + 9 * DAY + HOUR)
    later = troubles.check(settings, [often], now=T0 + 10 * DAY + HOUR)

    assert (len(found), len(later)) == (0, 1)


def test_silence_is_kept_where_no_operator_is_set_and_told_when_one_is(
    settings: Settings, conn: postgres.Connection
) -> None:
    night(conn, T0, new=True)
    night(conn, T0 + 5 * DAY, new=False)
    untold = troubles.check(settings, [SANA], now=T0 + 5 * DAY + HOUR)

    found = troubles.check(with_operators(settings), [SANA], now=T0 + 6 * DAY)

    assert (untold[0].told, found[0].told, len(told(conn))) == (False, True, 1)
    with conn, conn.cursor() as cursor:
        cursor.execute("select kind, source, message from alerts")
        assert [(row["kind"], row["source"]) for row in cursor.fetchall()] == [("health", "sana")]


def test_a_failing_crawl_is_in_the_message(settings: Settings, conn: postgres.Connection) -> None:
    from pipelines.stores import runs

    night(conn, T0, new=True)
    night(conn, T0 + 5 * DAY, new=False)
    failed = Tally(
        run="2026-11-06T0200", source="sana", stage="crawl", state="failed", message="robots.txt answers 503."
    )
    with conn:
        runs.end(conn, failed)

    (found,) = troubles.check(settings, [SANA], now=T0 + 6 * DAY)

    assert "crawl failed: robots.txt answers 503." in str(found)


def behind(conn: postgres.Connection, at: datetime, *, lacks: bool = True) -> None:
    """A crawl that compared feed and sitemap."""
    night(conn, at, new=True, message="the feed lacks 12 of 40 articles" if lacks else "")
    if lacks:
        with conn, conn.cursor() as cursor:
            cursor.execute("update runs set counts = '{\"feed behind\": 1}' where started_at = %s", (at,))


def test_a_feed_that_is_behind_three_crawls_in_a_row_is_told_once_until_it_caught_up(
    settings: Settings, conn: postgres.Connection
) -> None:
    for day in range(5):
        behind(conn, T0 + day * DAY, lacks=day < 4)

    found = [troubles.check(with_operators(settings), [SANA], now=T0 + day * DAY + HOUR) for day in range(1, 5)]

    said = "سانا (sana): its feed is behind its sitemap since 2026-11-01.\n{}T0200: the feed lacks 12 of 40 articles."
    assert [[str(one) for one in day] for day in found] == [
        [], [said.format("2026-11-03")], [said.format("2026-11-04")], []
    ]  # fmt: skip
    assert [row["subject"] for row in told(conn)] == ["The feed of sana is behind", "sana is well again"]


def test_a_crawl_of_one_page_is_no_sign_of_life(settings: Settings, conn: postgres.Connection) -> None:
    for day in range(5):
        night(conn, T0 + day * DAY, new=True)
    night(conn, T0 + 8 * DAY, new=False)
    with conn, conn.cursor() as cursor:
        cursor.execute("update runs set only_url = 'u' where started_at > %s", (T0 + 7 * DAY,))

    assert troubles.check(settings, [SANA], now=T0 + 9 * DAY) == []


def test_a_source_whose_runs_are_started_by_hand_is_expected_once_a_day(
    settings: Settings, conn: postgres.Connection
) -> None:
    by_hand = with_operators(settings).model_copy(update={"schedule": ""})
    night(conn, T0, new=True)
    night(conn, T0 + 4 * DAY, new=False)

    soon = troubles.check(by_hand, [SANA], now=T0 + DAY)
    late = troubles.check(by_hand, [SANA], now=T0 + 4 * DAY + HOUR)

    assert (soon, [trouble.source for trouble in late]) == ([], ["sana"])


def loaded(conn: postgres.Connection, at: datetime, new: int) -> None:
    """A run that was crawled and loaded to the end, with so many new articles."""
    night(conn, at, new=new > 0)
    tally = Tally(run=f"{at:%Y-%m-%dT%H%M}", source="sana", stage="load", state="done", counts={"new": new})
    with conn, conn.cursor() as cursor:
        runs.end(conn, tally)
        cursor.execute("update runs set started_at = %s where run = %s and stage = 'load'", (at, tally.run))


def test_a_promise_that_a_run_breaks_is_told_once_until_a_run_keeps_it(
    settings: Settings, conn: postgres.Connection
) -> None:
    promising = replace(SANA, expect=Expect(articles_per_run=5))
    told_of = []
    for day, new in enumerate((7, 2, 1, 5, 4)):
        loaded(conn, T0 + day * DAY, new)
        found = troubles.check(with_operators(settings), [promising], now=T0 + day * DAY + HOUR)
        told_of.append([(t.run, t.told) for t in found if t.kind == TroubleKind.PROMISE])

    assert told_of == [
        [],
        [("2026-11-02T0200", True)],
        [("2026-11-03T0200", False)],
        [],
        [("2026-11-05T0200", True)],
    ]
    first, second = told(conn)
    assert first["subject"] == "sana gives less than it promises"
    assert "run 2026-11-02T0200 gave 2 new articles; its file promises at least 5 in a run" in first["body"]
    assert "gave 4 new articles" in second["body"]


def test_a_source_that_promises_nothing_breaks_no_promise(settings: Settings, conn: postgres.Connection) -> None:
    loaded(conn, T0, 0)

    assert troubles.check(with_operators(settings), [SANA], now=T0 + HOUR) == []
