"""What the tasks do when they run: which sources they take, what they hand over, when they go red or are skipped."""

import logging
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="nightdesk-airflow-"))

from pipelines.errors import CrawlError, NightdeskError, SourceError
from pipelines.health import golden
from pipelines.model import Tally
from pipelines.settings import Settings, export
from pipelines.settings import settings as settings_of_process
from pipelines.sources import folders
from pipelines.stores import bucket, postgres, runs
from tests import buckets, commands, factories, sites
from tests.later import Later
from tests.sites import Sites

sdk, asset = Later("airflow.sdk"), Later("airflow.sdk.definitions.asset")
sdk_exceptions, context = Later("airflow.sdk.exceptions"), Later("airflow.sdk.execution_time.context")
tasks = Later("pipelines.airflow.tasks")

RUN = "2026-11-22T0200"
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SOURCE = """
title = "Alpha"
url = "https://alpha.test/"
country = "SY"
language = "ar"
timezone = "Asia/Damascus"
feeds = ["https://alpha.test/feed"]
"""


@pytest.fixture(autouse=True)
def tasks_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.use(settings, monkeypatch)


@pytest.fixture
def nightly() -> SimpleNamespace:
    return SimpleNamespace(partition_key=RUN, run_after=AT)


@pytest.fixture
def event() -> Any:
    return context.OutletEventAccessor(
        key=asset.AssetUniqueKey.from_asset(sdk.Asset("raw", uri="x-news://raw")), extra={}
    )


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG, logger="nightdesk"):
        yield caplog


def follow(settings: Settings, *names: str) -> None:
    for name in names:
        (settings.sources / f"{name}.toml").write_text(SOURCE, encoding="utf-8")


def said(conn: postgres.Connection, source: str, state: str, stage: str = "crawl", **counts: int) -> None:
    runs.begin(conn, RUN, source, stage)
    with conn:
        runs.end(conn, Tally(run=RUN, source=source, stage=stage, state=state, counts=counts, message="why"))


def planned(*names: str) -> list[Any]:
    return [{"run": RUN, "name": name, "sources": [name]} for name in names]


def started_by(*extras: dict[str, Any]) -> dict[str, list[SimpleNamespace]]:
    return {"raw": [SimpleNamespace(extra=extra) for extra in extras]}


def test_a_crawl_takes_every_due_source_and_a_bad_source_file_stops_none(
    settings: Settings, nightly: SimpleNamespace, log: pytest.LogCaptureFixture
) -> None:
    follow(settings, "alpha", "beta")
    (settings.sources / "bad.toml").write_text("title = 3\n", encoding="utf-8")

    batches = tasks.plan_crawl({"run": None, "sources": None}, nightly)

    assert batches == planned("alpha", "beta")
    assert [r.levelname for r in log.records if "bad.toml" in r.getMessage()] == ["ERROR"]


def test_a_planned_run_is_a_night_if_it_is_for_most_of_the_sources_that_are_not_paused(
    settings: Settings, conn: postgres.Connection, nightly: SimpleNamespace
) -> None:
    follow(settings, "alpha", "beta", "gamma", "delta")
    with conn:
        folders.pause(conn, "delta")

    tasks.plan_crawl({}, nightly)
    tasks.plan_crawl({"run": "2026-11-22T090000", "sources": ["delta"]}, nightly)

    assert runs.read_plan(conn, RUN) == {"sources": 3, "followed": 3, "night": True}
    assert runs.read_plan(conn, "2026-11-22T090000") == {"sources": 1, "followed": 3, "night": False}


def test_the_night_leaves_a_paused_source_out_and_a_person_who_names_it_does_not(
    settings: Settings, conn: postgres.Connection, nightly: SimpleNamespace
) -> None:
    follow(settings, "alpha", "beta")
    with conn:
        folders.pause(conn, "beta")

    assert tasks.plan_crawl({}, nightly) == planned("alpha")
    assert [batch["name"] for batch in tasks.plan_crawl({"sources": ["beta"]}, nightly)] == ["beta"]


def test_a_crawl_whose_source_files_are_all_bad_is_red(settings: Settings, nightly: SimpleNamespace) -> None:
    (settings.sources / "bad.toml").write_text("title = 3\n", encoding="utf-8")

    with pytest.raises(SourceError, match=r"bad\.toml"):
        tasks.plan_crawl({}, nightly)


def test_a_crawl_without_any_source_is_red_and_one_of_which_none_is_due_is_not(
    settings: Settings, conn: postgres.Connection, nightly: SimpleNamespace
) -> None:
    with pytest.raises(SourceError, match=r"^No source is followed .* `nightdesk follow`"):
        tasks.plan_crawl({}, nightly)

    follow(settings, "alpha")
    with conn:
        folders.pause(conn, "alpha")
    assert tasks.plan_crawl({}, nightly) == []


def test_a_crawl_by_hand_takes_the_sources_of_the_form_and_a_key_with_seconds(settings: Settings) -> None:
    follow(settings, "alpha", "beta")
    by_hand = SimpleNamespace(partition_key=None, run_after=datetime(2026, 11, 22, 9, 15, 1, tzinfo=UTC))

    batches = tasks.plan_crawl({"run": None, "sources": ["beta"]}, by_hand)

    assert batches == [{"run": "2026-11-22T091501", "name": "beta", "sources": ["beta"]}]


def test_a_crawl_by_hand_of_a_source_that_nobody_follows_says_so(settings: Settings, nightly: SimpleNamespace) -> None:
    follow(settings, "alpha")

    with pytest.raises(SourceError, match="gamma is not followed"):
        tasks.plan_crawl({"sources": ["gamma"]}, nightly)


def test_a_later_stage_takes_what_was_handed_over(nightly: SimpleNamespace) -> None:
    events = started_by({"run": RUN, "sources": ["beta", "alpha"]})

    assert tasks.plan_stage("extract", {"run": None, "sources": None}, nightly, events) == planned("alpha", "beta")


def test_a_later_stage_by_hand_takes_what_the_run_delivered(conn: postgres.Connection) -> None:
    said(conn, "alpha", "done")
    said(conn, "beta", "failed")
    by_hand = SimpleNamespace(partition_key=None, run_after=AT)

    named = tasks.plan_stage("extract", {"run": RUN, "sources": None}, by_hand, {})
    newest = tasks.plan_stage("extract", {}, by_hand, {})

    assert named == newest == planned("alpha")


def test_a_later_stage_by_hand_before_any_run_says_what_to_do() -> None:
    by_hand = SimpleNamespace(partition_key=None, run_after=AT)

    with pytest.raises(NightdeskError, match="start news_crawl first"):
        tasks.plan_stage("load", {}, by_hand, {})


def test_publish_hands_over_who_delivered_even_a_part_before_failing(conn: postgres.Connection, event: Any) -> None:
    said(conn, "alpha", "done")
    said(conn, "beta", "failed", fetched=2)
    said(conn, "gamma", "busy")

    tasks.publish("crawl", planned("alpha", "beta", "gamma"), event)

    assert event.extra == {"run": RUN, "sources": ["alpha", "beta"]}
    assert event.partition_keys == {RUN}


def test_publish_is_skipped_when_nobody_delivered_or_nothing_was_due(conn: postgres.Connection, event: Any) -> None:
    said(conn, "alpha", "failed")

    for nothing in (planned("alpha"), [], None):
        with pytest.raises(sdk_exceptions.AirflowSkipException):
            tasks.publish("crawl", nothing, event)

    assert event.partition_keys == set()


def test_the_verdict_is_read_from_the_ledger_not_from_the_tasks(conn: postgres.Connection) -> None:
    said(conn, "alpha", "done")
    said(conn, "beta", "failed")

    assert tasks.verdict("crawl", planned("alpha", "beta", "alpha")) == "3 sources, 1 failed: beta: why"
    with pytest.raises(NightdeskError, match="crawl failed for 1 of 1 sources: beta: why"):
        tasks.verdict("crawl", planned("beta"))


def test_the_verdict_on_a_run_without_a_plan_is_red() -> None:
    with pytest.raises(NightdeskError, match="has no plan"):
        tasks.verdict("crawl", None)


def test_a_crawl_that_cannot_reach_its_only_source_is_red_with_the_sites_name(
    settings: Settings, log: pytest.LogCaptureFixture
) -> None:
    follow(settings, "alpha")

    with pytest.raises(CrawlError, match="alpha"):
        tasks.crawl_batch(planned("alpha")[0])

    assert {r.name for r in log.records} == {"nightdesk"}
    assert "ERROR" in {r.levelname for r in log.records}


def test_a_run_of_the_schedule_asks_the_lists_that_are_due_and_one_that_a_person_starts_asks_all(
    settings: Settings, web: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIGHTDESK_HOST_MAP", f"*.test={web.address}")
    follow(settings, "alpha")
    feed = sites.feed().replace(b"<channel>", b"<channel><ttl>60</ttl>")
    web.pages |= {"http://alpha.test/feed": sites.answer(200, feed, "application/rss+xml")}
    path = settings.sources / "alpha.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("https:", "http:") + "delay = 0.1\n", encoding="utf-8")

    asked = []
    for run, form in (
        ("2026-11-22T0200", {}),
        ("2026-11-22T0210", {"run": "", "sources": []}),
        ("2026-11-22T021500", {}),
        ("2026-11-22T0220", {"run": "2026-11-22T0220"}),
        ("2026-11-22T0230", {"sources": ["alpha"]}),
        ("2026-11-22T0240", {}),
    ):
        assert tasks.crawl_batch({"run": run, "name": "alpha", "sources": ["alpha"]}, form) == {"alpha": "done"}
        asked.append(len(web.asked("/feed")))

    assert asked == [1, 1, 2, 3, 4, 4]


def test_a_source_that_is_being_crawled_is_skipped_and_left_alone(
    settings: Settings, conn: postgres.Connection
) -> None:
    follow(settings, "alpha")

    with (
        postgres.hold_lock(conn, "crawl", "alpha") as got,
        pytest.raises(sdk_exceptions.AirflowSkipException, match="alpha"),
    ):
        assert got
        tasks.crawl_batch(planned("alpha")[0])


def test_extracting_and_loading_a_source_that_fetched_nothing_is_done_and_green(settings: Settings) -> None:
    follow(settings, "alpha")

    assert tasks.extract_batch(planned("alpha")[0]) == {"alpha": "done"}
    assert tasks.load_batch(planned("alpha")[0]) == {"alpha": "done"}


def test_one_unfollowed_source_does_not_stop_the_others_of_its_batch(settings: Settings) -> None:
    follow(settings, "alpha")
    batch: Any = {"run": RUN, "name": "alpha +1", "sources": ["alpha", "gone"]}

    assert tasks.extract_batch(batch) == {"alpha": "done"}


def test_matching_and_sending_without_a_watch_is_green(nightly: SimpleNamespace) -> None:
    matched = tasks.match({}, nightly, started_by({"run": RUN, "sources": []}))

    assert matched == {"run": RUN, "shares": []}
    assert tasks.send(matched["run"]) == {"": "done"}


def test_many_changes_are_matched_by_several_tasks(
    settings: Settings, conn: postgres.Connection, nightly: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.alert.policy.SHARE_CHANGES", 2)
    with conn:
        for number in range(5):
            article = factories.article(
                conn, "sana", f"https://sana.test/{number}", "title", "text", run=RUN, language="ar", first_run=RUN,
                loaded_run=RUN, url=f"https://sana.test/{number}",
            )  # fmt: skip
            factories.revision(conn, article, 1, "title", "text", source="sana")
            factories.change(conn, article, "new", 1, run=RUN, source="sana", quiet="")

    matched = tasks.match({}, nightly, started_by({"run": RUN, "sources": []}))
    for share in matched["shares"]:
        tasks.match_share(share)

    assert [(share["number"], share["of"]) for share in matched["shares"]] == [(0, 3), (1, 3), (2, 3)]
    assert [tally.counts["changes"] for tally in runs.tallies(conn, RUN) if tally.stage == "alert"] == [5]


def test_a_golden_page_that_gives_something_else_is_told_once(
    settings: Settings, conn: postgres.Connection, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(settings, "alpha", "beta")
    monkeypatch.setenv("NIGHTDESK_OPERATORS", "desk")
    file = golden.path(settings.sources, "alpha")
    file.parent.mkdir()
    page = '[[page]]\nurl = "https://alpha.test/1"\npage_digest = "0"\n'
    file.write_text(f"{page}reviewed = true\n{page}", encoding="utf-8")
    golden.path(settings.sources, "beta").write_text("page = 1", encoding="utf-8")

    found = [tasks.check_golden() for _ in range(2)]

    with conn:
        told = [row["subject"] for row in postgres.query(conn, "desk_deliveries", count=9)]
    assert found[0] == found[1] == [f"alpha: https://alpha.test/1: {golden.GONE}"]
    assert sorted(told) == ["A source file cannot be read", "alpha no longer gives what its golden pages hold"]
    assert "2 golden pages, 1 of them not reviewed yet" in log.text


def test_lines_of_the_crawl_keep_their_level_in_the_task_log(log: pytest.LogCaptureFixture) -> None:
    tasks.to_log("WARNING alpha: no answer")
    tasks.to_log("INFORMAL talk")

    assert [(r.levelname, r.getMessage()) for r in log.records] == [
        ("WARNING", "alpha: no answer"),
        ("INFO", "INFORMAL talk"),
    ]


def test_the_tasks_of_a_run_read_the_set_of_sources_that_its_plan_read(
    here: Settings, web: Sites, nightly: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with buckets.served() as store:
        given = here.model_dump() | {"sources": f"s3://{buckets.BUCKET}/sources"}
        first, second = (Settings(**{**given, "data": tmp_path / f"machine{n}"}) for n in range(2))
        for name, value in {**store.environment, **export(first)}.items():
            monkeypatch.setenv(name, value)
        bucket._session.cache_clear()
        bucket._client.cache_clear()
        settings_of_process.cache_clear()
        folders.keep(first, "alpha", SOURCE)

        batches = tasks.plan_crawl({}, nightly)
        folders.unfollow(second, "alpha")
        with pytest.raises(CrawlError, match="alpha"):
            tasks.crawl_batch(batches[0])

        with pytest.raises(SourceError, match="No source is followed"):
            tasks.plan_crawl({}, SimpleNamespace(partition_key="2026-11-23T0200", run_after=AT))
