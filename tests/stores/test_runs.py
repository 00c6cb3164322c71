"""Run keys and the rows of `runs`."""

from datetime import UTC, datetime

import pytest

from pipelines.errors import NightdeskError
from pipelines.model import Tally
from pipelines.stores import postgres, runs


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
        asked = {"run": "2026-11-29T0200", "source": "sana", "stage": "load"}
        cursor.execute("explain (analyze, buffers, format json) " + postgres.statement("close_stale_stages"), asked)
        (told,) = cursor.fetchall()

    plan = told["QUERY PLAN"][0]["Plan"]

    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 10
