"""Run keys and the rows of `runs`."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.errors import NightdeskError, TakenOverError
from pipelines.model import Tally
from pipelines.stores import migrations, postgres, runs
from tests.factories import AT, insert


def test_a_manual_key_has_seconds() -> None:
    at = datetime(2026, 11, 22, 2, 0, 13, tzinfo=UTC)

    assert (runs.key_of(at), runs.key_of(at, manual=True)) == ("2026-11-22T0200", "2026-11-22T020013")


def test_a_key_that_would_leave_its_folder_is_refused() -> None:
    with pytest.raises(NightdeskError, match="run key"):
        runs.check_key("../2026")


def test_a_stage_that_is_run_again_starts_from_nothing(conn: postgres.Connection) -> None:
    run = "2026-11-22T0200"
    with conn:
        runs.end(conn, Tally(run=run, source="sana", stage="crawl", state="failed", message="The feed answers 500."))

    runs.begin(conn, run, "sana", "crawl")

    assert runs.tallies(conn, run) == [Tally(run=run, source="sana", stage="crawl", state="running")]
    assert runs.latest(conn)[0]["running"] == 1


def test_a_stage_ends_when_it_says_so_however_long_its_transaction_was_open(conn: postgres.Connection) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute("select now()")

        runs.end(conn, Tally(run="2026-11-22T0200", source="sana", stage="load", state="done"))

        cursor.execute("select ended_at > now() as later from runs")
        assert cursor.fetchone()["later"]  # type: ignore[index,call-overload]


def test_a_stage_that_begins_does_not_look_through_all_runs_of_its_source(conn: postgres.Connection) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "insert into runs (run, source, stage, state)"
            " select to_char(timestamptz '2023-01-01' + n * interval '1 day', 'YYYY-MM-DD') || 'T0200', 'sana',"
            " stage, 'done'"
            " from generate_series(1, 1000) n, unnest(array['crawl', 'extract', 'load']) stage"
        )
        cursor.execute("analyze runs")
        asked = {"run": "2026-11-29T0200", "sources": ["sana"], "stage": "load"}
        cursor.execute("explain (analyze, buffers, format json) " + postgres.statement("close_stale_stages"), asked)
        (told,) = cursor.fetchall()

    plan = told["QUERY PLAN"][0]["Plan"]

    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 10


def test_a_run_of_a_few_sources_is_no_night_whatever_group_the_nights_are_of(conn: postgres.Connection) -> None:
    for run, sources, followed in (
        ("2026-11-22T0200", 400, 1000), ("2026-11-22T0900", 300, 1000), ("2026-11-22T091500", 1, 1000),
        ("2026-11-22T1000", 600, 1000), ("2026-11-22T1100", 300, 1000), ("2026-11-22T1200", 30, 50),
    ):  # fmt: skip
        runs.plan(conn, run, sources=sources, followed=followed)

    assert nights(conn) == ["2026-11-22T0200", "2026-11-22T0900", "2026-11-22T1000", "2026-11-22T1200"]


def test_of_two_plans_of_a_run_the_wider_one_stays_and_what_nobody_planned_is_no_night(
    conn: postgres.Connection,
) -> None:
    runs.plan(conn, "2026-11-22T0200", sources=40, followed=50)
    runs.plan(conn, "2026-11-22T0200", sources=3)
    runs.begin(conn, "2026-11-22T090000", "sana", "load")
    runs.begin(conn, "2026-11-22T0200", "sana", "crawl")

    with conn.cursor() as cursor:
        cursor.execute("select run, sources, followed, night from run_plans order by run")
        kept = [tuple(row.values()) for row in cursor.fetchall()]  # type: ignore[union-attr]
    assert kept == [("2026-11-22T0200", 40, 50, True), ("2026-11-22T090000", 0, 0, False)]


def nights(conn: postgres.Connection) -> list[str]:
    with conn.cursor() as cursor:
        cursor.execute("select run from run_plans where night order by run")
        return [row["run"] for row in cursor.fetchall()]  # type: ignore[index,call-overload]


def test_what_came_of_a_run_is_counted_once_it_is_over_and_again_when_a_stage_begins_again(
    conn: postgres.Connection,
) -> None:
    old = "2026-11-22T0200"
    runs.plan(conn, old, sources=2)
    runs.begin(conn, old, "sana", "crawl")
    with conn, conn.cursor() as cursor:
        runs.end(conn, Tally(run=old, source="sana", stage="crawl", state="failed", message="x"))
        cursor.execute("update run_plans set begun_at = now() - interval '1 day'")

    runs.plan(conn, "2026-11-23T0200", sources=2)
    counted = summary(conn, old)
    runs.begin(conn, old, "sana", "crawl")

    assert (counted["sources"], counted["failed"], counted["running"], counted["new"]) == (1, 1, 0, 0)
    assert (summary(conn, old), summary(conn, "2026-11-23T0200")) == (None, None)


def test_what_was_counted_of_a_run_before_a_release_no_longer_lengthened_its_night_is_counted_anew(
    conn: postgres.Connection,
) -> None:
    script = (migrations.MIGRATIONS / "0043_summaries_without_releases.sql").read_text(encoding="utf-8")
    kept = {"2026-11-22T0200": "released", "2026-11-23T0200": "held"}
    for run, state in kept.items():
        runs.plan(conn, run, sources=2)
        with conn:
            insert(conn, "quarantine", source="sana", run=run, state=state, reason="", articles=8, since=AT)
    with conn, conn.cursor() as cursor:
        cursor.execute("update run_plans set summary = '{}'")
        cursor.execute(script)

    assert [summary(conn, run) for run in kept] == [None, {}]


def summary(conn: postgres.Connection, run: str) -> Any:
    with conn, conn.cursor() as cursor:
        cursor.execute("select summary from run_plans where run = %s", (run,))
        return cursor.fetchone()["summary"]  # type: ignore[index,call-overload]


def test_of_sources_that_end_together_one_that_was_taken_over_ends_none(conn: postgres.Connection) -> None:
    run, names = "2026-11-22T0200", ["sana", "jisr", "sabah"]
    before = runs.begin_all(conn, run, names, "load")
    runs.begin(conn, run, "jisr", "load")
    tallies = [Tally(run=run, source=name, stage="load", state="done", counts={"new": 1}) for name in names]

    with pytest.raises(TakenOverError, match="jisr"), conn:
        runs.end_all(conn, tallies, before)
    states = [runs.stages(conn, run, name)["load"] for name in names]
    again = runs.begin_all(conn, run, names, "load")
    with conn:
        runs.end_all(conn, tallies, again)

    assert states == ["running"] * 3
    assert [(one.source, one.number) for one in again] == [("sana", 2), ("jisr", 3), ("sabah", 2)]
    assert [(tally.state, tally.counts) for tally in runs.tallies(conn, run)] == [("done", {"new": 1})] * 3
