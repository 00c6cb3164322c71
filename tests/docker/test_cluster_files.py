"""docker/compose.cluster.yaml and docker/values.yaml: they parse, name our settings alone, limit what they start."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.settings import CHANNEL_PREFIX, SECRET_PREFIX, Settings, variable

DOCKER = Path(__file__).parents[2] / "docker"
TEXT = (DOCKER / "compose.cluster.yaml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
ALONE: dict[str, dict[str, Any]] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))["services"]
VALUES = yaml.safe_load((DOCKER / "values.yaml").read_text(encoding="utf-8"))
KNOWN = {variable(name) for name in Settings.model_fields}
PRELOADED = "AIRFLOW__CELERY__EXTRA_CELERY_CONFIG"
# Of Celery's, what the chart sets by itself or has for its own Redis and Postgres.
CHARTS_OWN = {f"AIRFLOW__CELERY__{name}" for name in ("BROKER_URL", "RESULT_BACKEND", "WORKER_CONCURRENCY")}
WORKERS = {"crawler": "crawl", "extractor": "extract", "worker": "default"}


def whole(name: str) -> dict[str, Any]:
    """A service with what it takes from compose.yaml, its own before that."""
    mine = SERVICES[name]
    known = ALONE[mine["extends"]["service"]] if "extends" in mine else {}
    environment = {**known.get("environment", {}), **mine.get("environment", {})}
    return {**known, **mine, "environment": environment}


def test_what_lasts_has_a_health_check_limits_of_memory_and_log_and_is_started_again() -> None:
    for name in SERVICES:
        service = whole(name)
        if service.get("restart") != "no":
            assert service["restart"] == "unless-stopped", name
            assert "mem_limit" in service and "test" in service["healthcheck"], name
            assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_the_bucket_is_made_when_its_store_answers() -> None:
    assert SERVICES["make-bucket"]["depends_on"] == {"bucket": {"condition": "service_healthy", "required": False}}


def test_every_service_of_ours_knows_the_executor_the_bucket_and_no_setting_that_is_none() -> None:
    for name in SERVICES.keys() - {"postgres", "redis", "bucket"}:
        environment = whole(name)["environment"]
        assert environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor", name
        assert environment["NIGHTDESK_RAW"] == "${NIGHTDESK_RAW:-s3://nightdesk/desk}"
        assert {key for key in environment if key.startswith("NIGHTDESK_")} <= KNOWN


def test_each_queue_that_a_task_is_put_into_has_workers() -> None:
    environment = whole("crawler")["environment"]

    for name, queue in WORKERS.items():
        assert SERVICES[name]["command"][-2:] == ["--queues", queue]
    assert {environment["NIGHTDESK_CRAWL_QUEUE"], environment["NIGHTDESK_EXTRACT_QUEUE"]} < set(WORKERS.values())


def test_every_variable_is_in_the_example_and_no_secret_is_written_down() -> None:
    example = set(re.findall(r"^(?:# )?(\w+)=", (DOCKER / "env.example").read_text(encoding="utf-8"), re.M))

    assert set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT)) <= example
    for secret in ("REDIS_PASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"):
        assert set(re.findall(rf"\$\{{({secret}[^}}]*)\}}", TEXT)) == {f"{secret}:?set {secret} in docker/.env"}


def test_the_values_for_airflows_chart_name_our_settings_alone_and_hold_no_secret() -> None:
    named = {one["name"] for one in VALUES["env"] if one["name"].startswith("NIGHTDESK_")}

    assert named <= KNOWN
    assert not [name for name in named if name.startswith((CHANNEL_PREFIX, SECRET_PREFIX))]
    assert VALUES["executor"] == "CeleryExecutor"
    assert VALUES["workers"]["terminationGracePeriodSeconds"] >= 600


def test_compose_and_the_values_say_the_same_of_tasks_and_their_workers() -> None:
    compose = whole("worker")["environment"]
    values = {one["name"]: one["value"] for one in VALUES["env"]}

    for section in ("SCHEDULER", "WORKERS", "CELERY"):
        prefix = f"AIRFLOW__{section}__"
        shared = {name: value for name, value in compose.items() if name.startswith(prefix) and name not in CHARTS_OWN}
        assert shared, section
        assert {name: value for name, value in values.items() if name.startswith(prefix)} == shared


@pytest.mark.parametrize("module", json.loads(whole("worker")["environment"][PRELOADED])["imports"])
def test_each_module_that_a_worker_imports_before_it_forks_is_there(module: str) -> None:
    assert find_spec(module)


@pytest.mark.parametrize("name", ["celery", "redis", "edge3", "cncf-kubernetes"])
def test_the_cluster_lock_has_each_executor_and_the_lean_one_none(name: str) -> None:
    root = DOCKER.parent

    assert f"\napache-airflow-providers-{name}==" in (root / "requirements-cluster.lock").read_text(encoding="utf-8")
    assert f"\napache-airflow-providers-{name}==" not in (root / "requirements.lock").read_text(encoding="utf-8")
    assert re.search(r"^boto3==", (root / "requirements.lock").read_text(encoding="utf-8"), re.M) is None
