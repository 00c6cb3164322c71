"""The Dags: they parse light and without a database, and have the shape that docs and operators rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import clock

DAGS = Path(__file__).parents[2] / "dags"
NIGHT = ("news_crawl", "news_extract", "news_load", "news_alert")
HEAVY = ("scrapy", "twisted", "trafilatura", "psycopg2", "lxml", "apprise")
DESCRIBE = """
import json, os, sys, time
import airflow.sdk
from airflow.dag_processing.dagbag import DagBag
folder, heavy, environments = sys.argv[1], sys.argv[2].split(","), json.loads(sys.argv[3])
already = {name for name in heavy if name in sys.modules}
sys.path.insert(0, folder)
names = ("news_crawl", "news_extract", "news_load", "news_alert", "digest", "upkeep", "follow", "by_hand", "canary",
         "import", "backfill")
def described(dag):
    return {
        "doc": dag.doc_md or "",
        "description": dag.description or "",
        "tags": sorted(dag.tags),
        "schedule": type(dag.timetable).__name__,
        "params": {name: dag.params.get_param(name).dump() for name in dag.params},
        "deadline": [d.interval.total_seconds() for d in (dag.deadline or [])],
        "deadline_names": [d.name for d in (dag.deadline or [])],
        "on_failure": bool(dag.on_failure_callback),
        "catchup": dag.catchup,
        "run_types": sorted(dag.allowed_run_types or ()),
        "max_active_runs": dag.max_active_runs,
        "tasks": {t.task_id: {
            "downstream": sorted(t.downstream_task_ids),
            "mapped": t.is_mapped,
            "pool": t.pool,
            "at_once": t.max_active_tis_per_dag,
            "rule": t.trigger_rule.value,
            "owner": t.owner,
            "by_sentence": hasattr(getattr(t, "python_callable", None), "__wrapped__"),
            "retries": t.retries,
            "timeout": t.execution_timeout.total_seconds(),
            "outlets": [asset.name for asset in (t.partial_kwargs if t.is_mapped else vars(t)).get("outlets") or []],
        } for t in dag.tasks},
    }
def describe():
    seconds = {}
    for name in names:
        began = time.process_time()
        try:
            __import__(name)
        except Exception:
            # The DagBag says why.
            continue
        seconds[name] = time.process_time() - began
    imported = [name for name in heavy if name in sys.modules and name not in already]
    bag = DagBag(folder)
    return {
        "imported": imported,
        "seconds": seconds,
        "errors": {str(k): v for k, v in bag.import_errors.items()},
        "dags": {name: described(dag) for name, dag in bag.dags.items()},
    }
# Airflow is imported once, and our own modules anew in each environment.
for environment in environments:
    if os.fork() == 0:
        os.environ.update(environment)
        print("found", json.dumps(describe()), flush=True)
        os._exit(0)
    os.wait()
"""
SCHEDULED: dict[str, str] = {}
BY_HAND = {"NIGHTDESK_SCHEDULE": "", "NIGHTDESK_CRAWL_BUDGET": "60", "NIGHTDESK_LATE_AFTER": "5400"}
WRONG = {"NIGHTDESK_SCHEDULE": "99 2 * * *"}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What a processor of Dags finds in each of the three environments."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "NIGHTDESK"))}
    home = tmp_path_factory.mktemp("airflow")
    env |= {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PYTHONWARNINGS": "ignore"}
    answer = subprocess.run(
        [sys.executable, "-c", DESCRIBE, str(DAGS), ",".join(HEAVY), json.dumps([SCHEDULED, BY_HAND, WRONG])],
        env=env,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line.removeprefix("found ") for line in answer.stdout.splitlines() if line.startswith("found ")]
    assert len(found) == 3, answer.stderr
    return [json.loads(line) for line in found]


@pytest.fixture(scope="module")
def found(described: list[Any]) -> Any:
    return described[0]


def test_every_dag_file_is_read_without_an_error(found: Any) -> None:
    assert found["errors"] == {}
    assert sorted(found["dags"]) == [
        "backfill",
        "by_hand",
        "canary",
        "digest",
        "follow",
        "import",
        "news_alert",
        "news_crawl",
        "news_extract",
        "news_load",
        "upkeep",
    ]


def test_reading_the_dags_imports_no_stage_and_takes_little_time(found: Any) -> None:
    assert found["imported"] == []
    assert all(clock.fits(seconds, 2) for seconds in found["seconds"].values()), found["seconds"]


@pytest.mark.parametrize(
    ("dag", "stage", "asset"),
    [("news_crawl", "crawl", "raw"), ("news_extract", "extract", "article_files"), ("news_load", "load", "articles")],
)
def test_a_stage_is_planned_mapped_by_source_published_once_and_judged(
    found: Any, dag: str, stage: str, asset: str
) -> None:
    tasks = found["dags"][dag]["tasks"]

    assert {name: task["downstream"] for name, task in tasks.items()} == {
        "plan": [stage, "publish", "verdict"],
        stage: ["publish"],
        "publish": ["verdict"],
        "verdict": [],
    }
    assert [name for name, task in tasks.items() if task["mapped"]] == [stage]
    assert {name: task["outlets"] for name, task in tasks.items() if task["outlets"]} == {"publish": [asset]}
    assert tasks["publish"]["rule"] == tasks["verdict"]["rule"] == "all_done"


def test_only_crawling_is_held_to_so_many_at_once_and_no_pool_has_to_be_made(found: Any) -> None:
    tasks = {
        (dag, name): task for dag, description in found["dags"].items() for name, task in description["tasks"].items()
    }

    assert {task["pool"] for task in tasks.values()} == {"default_pool"}
    assert {key: task["at_once"] for key, task in tasks.items() if task["at_once"]} == {("news_crawl", "crawl"): 4}


def test_the_night_begins_by_the_clock_and_goes_on_by_assets(found: Any) -> None:
    schedules = [found["dags"][dag]["schedule"] for dag in NIGHT]

    assert schedules == ["CronPartitionTimetable"] + ["PartitionedAssetTimetable"] * 3


def test_a_slow_night_does_not_keep_the_next_from_beginning_and_none_is_made_up_for(found: Any) -> None:
    assert all(found["dags"][dag]["max_active_runs"] > 1 for dag in NIGHT)
    assert not any(description["catchup"] for description in found["dags"].values())


def test_no_stage_of_the_night_is_on_offer_for_a_backfill(found: dict[str, Any]) -> None:
    for dag in NIGHT:
        assert {"scheduled", "manual", "asset_triggered"} <= set(found["dags"][dag]["run_types"])
        assert "backfill" not in found["dags"][dag]["run_types"]


def test_every_dag_explains_itself_and_tells_the_operators_when_it_fails(found: Any) -> None:
    for dag, description in found["dags"].items():
        assert len(description["doc"]) > 100, dag
        assert "nightdesk" in description["tags"], dag
        # Whoever fills in the form of these sees how it ends.
        assert description["on_failure"] == (dag not in ("follow", "by_hand", "import", "backfill")), dag


def test_the_list_of_dags_says_which_step_each_one_is(found: Any) -> None:
    told = {dag: description["description"] for dag, description in found["dags"].items()}

    assert [told[dag].split(":")[0] for dag in NIGHT] == [f"Step {step} of 4" for step in (1, 2, 3, 4)]
    assert told["upkeep"].startswith("Every hour: ")
    assert told["follow"].startswith("By hand: ")
    assert all(25 < len(line) < 90 for line in told.values()), told


def test_every_dag_of_the_night_reports_when_it_is_late(found: Any) -> None:
    assert {dag: found["dags"][dag]["deadline"] for dag in NIGHT} == {dag: [7200.0] for dag in NIGHT}


def test_a_deadline_says_what_will_be_done_and_not_that_it_is_late(found: Any) -> None:
    names = {name for dag in NIGHT for name in found["dags"][dag]["deadline_names"]}

    assert names == {"told to the operators after 2 hours"}


def test_every_task_has_an_owner_an_end_and_retries_but_for_the_verdict(found: Any) -> None:
    for dag, description in found["dags"].items():
        for name, task in description["tasks"].items():
            assert task["owner"] == "nightdesk", (dag, name)
            assert task["timeout"] > 0, (dag, name)
            # What waits for a person has no code of ours.
            assert task["by_sentence"] or name == "approve", (dag, name)
            assert task["retries"] == (0 if name in ("verdict", "sing") else 2), (dag, name)


def test_the_spider_has_time_to_close_before_its_task_is_ended(found: Any) -> None:
    assert found["dags"]["news_crawl"]["tasks"]["crawl"]["timeout"] > 3600 + 60


@pytest.mark.parametrize("dag", NIGHT)
def test_the_form_of_a_dag_asks_for_a_run_and_for_sources_and_says_what_empty_means(found: Any, dag: str) -> None:
    params = found["dags"][dag]["params"]

    assert sorted(params) == ["run", "sources"]
    for param in params.values():
        assert param["value"] is None
        assert param["schema"]["title"]
        assert "Empty:" in param["description"]
    assert params["sources"]["schema"]["type"] == ["null", "array"]


def test_a_site_is_looked_at_then_approved_by_a_person_and_then_kept(found: Any) -> None:
    dag = found["dags"]["follow"]

    assert {name: task["downstream"] for name, task in dag["tasks"].items()} == {
        "probe": ["approve", "keep"],
        "approve": ["keep"],
        "keep": [],
    }
    assert sorted(dag["params"]) == ["country", "name", "timezone", "twice", "url"]
    assert dag["params"]["url"]["schema"]["type"] == "string"
    assert all(param["schema"]["title"] and param["description"] for param in dag["params"].values())


def test_what_brings_the_past_looks_waits_for_a_person_and_then_does_it(found: Any) -> None:
    dags = {name: found["dags"][name] for name in ("import", "backfill")}

    tasks = {dag: {name: task["downstream"] for name, task in dags[dag]["tasks"].items()} for dag in dags}
    assert tasks == {
        "import": {"look": ["approve", "bring_in"], "approve": ["bring_in"], "bring_in": []},
        "backfill": {
            "look": ["approve", "fetch", "want"],
            "approve": ["want"],
            "want": ["fetch"],
            "fetch": [],
        },
    }
    assert sorted(dags["import"]["params"]) == ["in_place", "path"]
    assert sorted(dags["backfill"]["params"]) == ["from", "pages", "source", "to"]
    for dag in dags.values():
        assert all(param["schema"]["title"] and param["description"] for param in dag["params"].values())


def test_without_a_schedule_a_crawl_begins_only_by_hand(described: list[Any]) -> None:
    _, found, _ = described

    crawl = found["dags"]["news_crawl"]

    assert found["errors"] == {}
    assert crawl["schedule"] == "PartitionedAtRuntime"
    assert crawl["tasks"]["crawl"]["timeout"] == 180
    assert crawl["deadline_names"] == ["told to the operators after 90 minutes"]


def test_a_schedule_that_is_none_is_told_where_airflow_shows_what_is_wrong_with_dags(described: list[Any]) -> None:
    _, _, found = described

    said = " ".join(found["errors"].values())

    assert "NIGHTDESK_SCHEDULE cannot be used: '99 2 * * *' is no cron expression" in said
