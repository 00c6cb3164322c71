"""What the operators read of a run that failed."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import postgres, runs
from tests import commands, factories
from tests.later import Later

callbacks = Later("pipelines.airflow.callbacks")

RUN = "2026-11-22T0200"
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def tasks_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.use(settings, monkeypatch)


def ended(conn: postgres.Connection, source: str, state: str, message: str = "", run: str = RUN) -> None:
    runs.begin(conn, run, source, "crawl")
    with conn:
        runs.end(conn, Tally(run=run, source=source, stage="crawl", state=state, message=message))


def test_a_failed_run_names_its_sources_by_title_and_says_why(settings: Settings, conn: postgres.Connection) -> None:
    source = Source(
        name="sabah", title="صباح", url="http://sabah.test/", country="SY", language="ar", timezone="Asia/Damascus",
        feeds=("http://sabah.test/feed/",),
    )  # fmt: skip
    factories.follow(settings, source)
    ended(conn, "sabah", "failed", "Its feed answered 503.")
    ended(conn, "gone", "failed")
    ended(conn, "harbour", "done")

    subject, lines = callbacks.failure(
        "news_crawl", "scheduled__x", SimpleNamespace(partition_key=RUN, conf={}, run_after=AT)
    )

    assert subject == f"news_crawl failed: {RUN}: gone, sabah"
    assert lines[0] == f"news_crawl failed for the run {RUN}."
    assert lines[1:3] == ["gone: failed, and gave no reason", "صباح (sabah): Its feed answered 503."]
    assert lines[-1].endswith("/dags/news_crawl/runs/scheduled__x")
    assert "verdict" not in " ".join(lines)


def test_the_operators_read_that_no_source_is_followed_where_that_is_why(conn: postgres.Connection) -> None:
    dag_run = SimpleNamespace(partition_key=RUN, conf={}, run_after=AT)

    told = {dag: callbacks.failure(dag, "scheduled__x", dag_run)[1][1] for dag in ("news_crawl", "news_load")}

    assert told["news_crawl"].startswith("No source is followed (")
    assert told["news_load"].startswith("No source of it failed: ")


@pytest.mark.parametrize(
    ("partition", "timezone", "run"),
    [(None, "UTC", "2026-11-22T020000"), ("2026-11-22T0300", "Europe/Berlin", RUN)],
)
def test_a_crawl_is_known_by_the_key_that_it_gave_itself(
    conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, partition: str | None, timezone: str, run: str
) -> None:
    monkeypatch.setenv("NIGHTDESK_SCHEDULE_TIMEZONE", timezone)
    ended(conn, "sabah", "failed", "Its feed answered 503.", run=run)
    dag_run = SimpleNamespace(partition_key=partition, conf={}, run_after=AT)

    _, lines = callbacks.failure("news_crawl", "manual__x", dag_run)

    assert "sabah: Its feed answered 503." in lines


def test_where_no_source_failed_the_log_is_named(conn: postgres.Connection) -> None:
    subject, lines = callbacks.failure("news_load", "x", SimpleNamespace(partition_key=RUN, conf={}, run_after=AT))

    assert subject == f"news_load failed: {RUN}"
    assert lines[1] == "No source of it failed: one of its tasks did, and the log of that task says why."
