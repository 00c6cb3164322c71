"""The app behind the Desk page, asked in a process of its own, where Airflow is imported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

import pytest

from pipelines.settings import Settings, exported
from pipelines.settings import settings as settings_of_this_process


def asked(
    environment: dict[str, str], path: str, role: str | None, method: str = "GET"
) -> tuple[int, dict[str, str], str]:
    """In the other process, by nobody (None), a user without a role ("") or with one: status, headers, body."""
    os.environ.update(environment)
    settings_of_this_process.cache_clear()
    client, login = app_of_airflow()
    client.app.dependency_overrides.clear()
    if role is not None:
        client.app.dependency_overrides[login] = lambda: reader(role)
    answer = client.request(method, path)
    return answer.status_code, dict(answer.headers), answer.text


@lru_cache(maxsize=1)
def app_of_airflow() -> tuple[Any, Any]:
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi.testclient import TestClient

    from pipelines.airflow.console.plugin import NightdeskPlugin

    init_auth_manager()
    return TestClient(NightdeskPlugin().fastapi_apps[0]["app"], raise_server_exceptions=False), get_user


def reader(role: str) -> Any:
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return SimpleAuthManagerUser(username="reader", role=role or None)


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def get(process: ProcessPoolExecutor, settings: Settings) -> Any:
    airflow = {"AIRFLOW_HOME": str(settings.data / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}

    def ask(
        path: str, role: str | None = "viewer", method: str = "GET", **more: str
    ) -> tuple[int, dict[str, str], str]:
        environment = {**airflow, **exported(settings), **more}
        return process.submit(asked, environment, path, role, method).result(timeout=120)

    return ask
