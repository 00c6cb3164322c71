"""Airflow itself, on four followed sites, one of them broken: a night, the Desk after it, what goes wrong, its end."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo import newsroom
from demo.inbox import messages, open_inbox
from demo.sites import SITES, source, write_sources
from pipelines import private
from pipelines.airflow import api_client, processes, standalone
from pipelines.airflow.api_client import DagRun, Task
from pipelines.airflow.standalone import Airflow, airflow_running, night
from pipelines.archive import import_input, policy
from pipelines.settings import Settings, export
from pipelines.sources import folders
from pipelines.stores import postgres
from tests import browsers, databases
from tests.airflow import desk_tour
from tests.folders import open_to_others
from tests.warcs import saved, story

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]

LEFT, RUN = "2026-11-22T015900", "2026-11-22T020000"
FOLLOWED = ("nahr", "harbour", "roozan", "fanous")
BROKEN = "fanous"
GOOD = set(FOLLOWED) - {BROKEN}
OFFERED = "sabah"
NEWSROOM = "newsroom"
SLOTS = 128
PLACE = {"timezone": "Asia/Amman", "country": "JO"}
SERVE = "from pipelines.airflow.standalone import serve; from pipelines.settings import settings; serve(settings())"


@pytest.fixture(scope="module")
def night_settings(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("night")
    address = databases.made(server, template)
    sites = [site for site in SITES if site.name in FOLLOWED]
    served = [site for site in SITES if site.name in (*FOLLOWED, OFFERED)]
    with newsroom.open_newsroom(folder / NEWSROOM, sites=served) as opened:
        # The tour searches for a word that no article has but one that is published.
        newsroom.publish(folder / NEWSROOM, "nahr")
        settings = Settings(
            data=folder / "data",
            sources=folder / "sources",
            database_url=address,
            contact="mailto:tests@newsroom.test",
            host_map=opened.host_map,
            min_free_mb=0,
            schedule="",
            retry_after=0,
            late_after=60,
            operators="desk",
            form_schemes="webhook+http",
            form_networks="127.0.0.1/32",
        )
        write_sources([source(site) for site in sites], settings.sources)
        yield settings
    for database in (address, address + "_airflow"):
        databases.dropped(server, database)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where messages of the channel `desk` arrive; its address is an Airflow connection and nowhere in our settings."""
    received = tmp_path_factory.mktemp("inbox") / "messages"
    with open_inbox(received) as address, pytest.MonkeyPatch.context() as patch:
        connection = {"conn_type": "generic", "password": f"webhook+{address}"}
        patch.setenv("AIRFLOW_CONN_NIGHTDESK_CHANNEL_DESK", json.dumps(connection))
        yield received


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What the second start of Airflow says."""
    return []


@pytest.fixture(scope="module")
def airflow(night_settings: Settings, inbox: Path, said: list[str]) -> Iterator[Airflow]:
    """The second Airflow on a data folder, for the rest of this module."""
    with airflow_running(night_settings, resume=False, on_line=said.append) as running:
        _slots(running.client, SLOTS)
        yield running
    assert processes.members({component.process.pid for component in running.components}) == []


@pytest.fixture(scope="module")
def heard() -> list[Task]:
    """What the night says of its tasks."""
    return []


@pytest.fixture(scope="module")
def ended(airflow: Airflow, heard: list[Task]) -> dict[str, DagRun]:
    """How each stage of the night ended."""
    return night(airflow, RUN, on_task=heard.append)


def _until(condition: Callable[[], bool], seconds: float = 180.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        # Most of these conditions are asked of Airflow, whose answer takes some twenty milliseconds of CPU.
        time.sleep(2)


def test_airflow_stays_up_until_ctrl_c_and_leaves_no_process_behind(night_settings: Settings, tmp_path: Path) -> None:
    output = tmp_path / "said"
    env = {**os.environ, **export(night_settings), "PYTHONUNBUFFERED": "1"}
    with output.open("wb") as file:
        serving = subprocess.Popen([sys.executable, "-c", SERVE], env=env, stdout=file, stderr=subprocess.STDOUT)
    _until(lambda: "Ctrl-C stops it" in output.read_text() or serving.poll() is not None, 400)
    printed = re.search(r"Airflow is at (\S+), login (\S+), password in (\S+);", output.read_text())
    assert printed, output.read_text()
    address, user, kept = printed.groups()
    with api_client.login(address, user, json.loads(Path(kept).read_text())[user]) as client:
        # No task begins, so that a run is under way at the end.
        _slots(client, 0)
        api_client.trigger(client, "news_crawl", run=LEFT, sources=["nahr"])
        _until(lambda: [run.state for run in api_client.runs(client, "news_crawl")] == ["running"])
    components = _children(serving.pid)

    serving.send_signal(signal.SIGINT)

    assert serving.wait(60) == 0
    assert len(components) == 4
    assert processes.members(components) == []
    assert "preparing Airflow's database (once)" in output.read_text()


def test_the_next_start_migrates_nothing_and_ends_what_was_left(airflow: Airflow, said: list[str]) -> None:
    assert [line for line in said if "preparing" in line] == []
    assert [run.state for run in api_client.runs(airflow.client, "news_crawl")] == ["failed"]


def test_a_night_goes_from_sites_to_alerts_and_one_broken_source_is_red_alone(
    ended: dict[str, DagRun], heard: list[Task], night_settings: Settings
) -> None:
    assert {dag: run.state for dag, run in ended.items()} == dict.fromkeys(standalone.NIGHT, "success")
    assert [ended[dag].key for dag in standalone.NIGHT[1:]] == [RUN] * 3
    assert {(task.task, task.label) for task in heard if task.state == "failed"} == {("crawl", BROKEN)}
    assert {task.label for task in heard if task.task == "load" and task.state == "success"} == GOOD
    with postgres.connection(night_settings) as conn, conn.cursor() as cursor:
        cursor.execute("select source, count(*) as count from articles group by source order by source")
        stored = {row["source"]: row["count"] for row in cursor.fetchall()}  # type: ignore[call-overload]
    assert set(stored) == GOOD
    assert min(stored.values()) >= 5


def test_the_log_of_a_red_task_says_why_in_one_sentence_once(
    ended: dict[str, DagRun], night_settings: Settings
) -> None:
    logs = (night_settings.data / "airflow" / "logs" / "tasks").rglob("task_id=crawl/*/*.log")

    lines = [[json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] for log in logs]
    (said,) = [log for log in lines if any(line["event"].startswith(f"{BROKEN}:") for line in log)]
    wrong = [line for line in said if line["level"] != "info"]
    assert [line["event"] for line in wrong[1:]] == ["Task exited"]
    assert wrong[0]["event"].startswith(f"{BROKEN}: failed; None of its feeds, sitemaps and sections could be reached")
    assert sum("could be reached" in json.dumps(line) for line in said) == 1
    assert [line for line in said if "error_detail" in line] == []
    assert [line["reason"] for line in said if "reason" in line] == ["the next run tries again"]


def test_nobody_else_can_read_what_a_night_has_left(ended: dict[str, DagRun], night_settings: Settings) -> None:
    assert (night_settings.data / "airflow" / "logs" / "tasks").is_dir()
    assert open_to_others(night_settings.data) == []


@browsers.needs_browser
def test_after_the_night_the_desk_shows_it_and_an_operator_acts_there(
    airflow: Airflow, night_settings: Settings, ended: dict[str, DagRun]
) -> None:
    desk_tour.show(airflow, night_settings, ended["news_crawl"])


def test_a_stage_that_is_run_again_by_hand_passes_the_run_on_and_changes_nothing(
    airflow: Airflow, night_settings: Settings, ended: dict[str, DagRun]
) -> None:
    def rows() -> int:
        with postgres.connection(night_settings) as conn, conn.cursor() as cursor:
            cursor.execute("select (select count(*) from articles) + (select count(*) from revisions) as count")
            return int(cursor.fetchone()["count"])  # type: ignore[index,call-overload]

    before, loads = rows(), len(api_client.runs(airflow.client, "news_load"))

    api_client.trigger(airflow.client, "news_extract", run=RUN, sources=["harbour"])

    _until(lambda: len(api_client.runs(airflow.client, "news_load", states=("success",))) == loads + 1)
    load = api_client.runs(airflow.client, "news_load")[0]
    assert [task.label for task in api_client.tasks(airflow.client, load) if task.task == "load"] == ["harbour"]
    assert rows() == before


def test_a_run_in_which_every_source_failed_is_red_and_the_operators_are_told_why(
    airflow: Airflow, inbox: Path
) -> None:
    run = "2026-11-22T020100"

    ended = night(airflow, run, on_task=lambda task: None, sources=[BROKEN])

    assert {dag: run.state for dag, run in ended.items()} == {"news_crawl": "failed"}
    told = _arrived(inbox, f"news_crawl failed: {run}")
    assert f"({BROKEN}): None of its feeds, sitemaps and sections could be reached" in told
    assert f"{airflow.address}/dags/news_crawl/runs/" in told


def test_a_run_that_does_not_end_is_reported_late_while_it_waits(airflow: Airflow, inbox: Path) -> None:
    _slots(airflow.client, 0)

    late = api_client.trigger(airflow.client, "news_crawl", run="2026-11-22T020200", sources=["nahr"])

    assert late.run_id in _arrived(inbox, "news_crawl is late: 2026-11-22T020200")
    assert next(r.state for r in api_client.runs(airflow.client, "news_crawl") if r.run_id == late.run_id) == "running"
    _slots(airflow.client, SLOTS)


def test_a_site_is_followed_once_somebody_has_seen_its_samples_and_approved(
    airflow: Airflow, night_settings: Settings
) -> None:
    path = night_settings.sources / f"{OFFERED}.toml"
    run = api_client.trigger(airflow.client, "follow", url=f"http://{OFFERED}.newsroom.test", name=OFFERED, **PLACE)

    request = _asked(airflow, run)

    assert request["subject"] == f"Follow {OFFERED}?"
    assert "**10 of 10 samples are good.**" in request["body"]
    assert f"url: http://{OFFERED}.newsroom.test/" in request["body"].replace("\\", "")
    assert not path.exists()

    assert _approved(airflow, run) == "success"
    assert folders.read_named(night_settings, [OFFERED])[0].timezone == PLACE["timezone"]


def test_a_sites_past_and_saved_pages_come_in_once_somebody_has_seen_what_there_is_and_approved(
    airflow: Airflow, night_settings: Settings
) -> None:
    def stored() -> dict[str, int]:
        with postgres.connection(night_settings) as conn, conn.cursor() as cursor:
            names = [OFFERED, import_input.IMPORTED]
            cursor.execute(
                "select source, count(*) as count from articles where source = any(%s) group by source", [names]
            )
            return {row["source"]: row["count"] for row in cursor.fetchall()}  # type: ignore[call-overload]

    for days in (3, 4):
        newsroom.publish(night_settings.data.parent / NEWSROOM, OFFERED, now=datetime.now(UTC) - timedelta(days=days))
    private.folder(night_settings.data / policy.IMPORTS_FOLDER)
    saved(night_settings.data / policy.IMPORTS_FOLDER / "some.warc.gz", [story(1, "elsewhere.test")])
    runs = [
        api_client.trigger(airflow.client, "backfill", source=OFFERED, pages=2),
        api_client.trigger(airflow.client, "import", path="some.warc.gz"),
    ]

    backfill, taken = [_asked(airflow, run) for run in runs]

    assert backfill["subject"] == f"Collect 2 pages of {OFFERED}?"
    assert f"**2 pages of {OFFERED} are to be fetched**" in backfill["body"]
    assert taken["subject"] == "Import some.warc.gz?"
    assert "| imported | 1 |" in taken["body"]
    assert stored() == {}

    assert [_approved(airflow, run) for run in runs] == ["success", "success"]
    assert stored() == {OFFERED: 2, import_input.IMPORTED: 1}


def _asked(airflow: Airflow, run: DagRun) -> dict[str, Any]:
    """What a run asks a person, once it does."""

    def states() -> set[str]:
        return {found.state for found in api_client.tasks(airflow.client, run)}

    _until(lambda: bool(states() & {"awaiting_input", "failed"}))
    return dict(airflow.client.get(_question(run)).raise_for_status().json())


def _approved(airflow: Airflow, run: DagRun) -> str:
    """How a run ends to which a person says yes."""
    # An answer that comes before the process that asked has ended, sooner than a person reads, makes Airflow ask again.
    time.sleep(5)
    answer = {"chosen_options": ["Approve"], "params_input": {}}
    airflow.client.patch(_question(run), json=answer).raise_for_status()

    def state() -> str:
        return next(one.state for one in api_client.runs(airflow.client, run.dag) if one.run_id == run.run_id)

    _until(lambda: state() in api_client.ENDED)
    return state()


def _question(run: DagRun) -> str:
    return f"/api/v2/dags/{run.dag}/dagRuns/{run.run_id}/taskInstances/approve/-1/hitlDetails"


def _arrived(inbox: Path, subject: str) -> str:
    """The message with this subject, as text, once it has arrived."""

    def found() -> list[str]:
        texts = [json.dumps(arrived["message"], ensure_ascii=False) for arrived in messages(inbox)]
        return [text for text in texts if subject in text]

    _until(lambda: bool(found()))
    return found()[0]


def _children(parent: int) -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            facts = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(facts[1]) == parent:
            found.add(int(path.parent.name))
    return found


def _slots(client: httpx.Client, slots: int) -> None:
    """How many tasks may run at the same time."""
    body = {"pool": "default_pool", "slots": slots, "include_deferred": False}
    client.patch("/api/v2/pools/default_pool", json=body, params={"update_mask": "slots"}).raise_for_status()
