"""The app behind the Desk page, asked in a process of its own, where Airflow is imported."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

import pytest

from pipelines.settings import Settings, exported
from pipelines.settings import settings as settings_of_this_process

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
# What Airflow's role Viewer may do with the website, as FAB keeps it.
MAY_READ_WEBSITE = ("can_read", "Website")


def asked(
    environment: dict[str, str], path: str, role: str | None, method: str, headers: dict[str, str], name: str
) -> tuple[int, dict[str, str], str]:
    """In the other process, by nobody (None), a user without a role ("") or with one: status, headers, body."""
    os.environ.update(environment)
    settings_of_this_process.cache_clear()
    client, login = app_of_airflow()
    client.app.dependency_overrides.clear()
    if role is not None:
        user = fab_reader(role) if os.environ.get("AIRFLOW__CORE__AUTH_MANAGER") == FAB else reader(role, name)
        client.app.dependency_overrides[login] = lambda: user
    answer = client.request(method, path, headers=headers)
    return answer.status_code, dict(answer.headers), answer.text


def token_of(environment: dict[str, str], role: str, seconds: int) -> str:
    """In the other process: a token as Airflow's /auth/token makes it, good for so many seconds."""
    os.environ.update(environment)
    app_of_airflow()
    from airflow import settings as airflow_settings
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.models.revoked_token import RevokedToken

    # All of Airflow's database that a token asks for: whether it was revoked.
    RevokedToken.__table__.create(airflow_settings.engine, checkfirst=True)
    return str(get_auth_manager().generate_jwt(reader(role, "reader"), expiration_time_in_seconds=seconds))


@lru_cache(maxsize=1)
def app_of_airflow() -> tuple[Any, Any]:
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi.testclient import TestClient

    from pipelines.airflow.console.plugin import NightdeskPlugin

    init_auth_manager()
    return TestClient(NightdeskPlugin().fastapi_apps[0]["app"], raise_server_exceptions=False), get_user


def reader(role: str, name: str) -> Any:
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return SimpleAuthManagerUser(username=name, role=role or None)


def fab_reader(role: str) -> Any:
    """A user of FAB's with the rights of a viewer, or with none."""
    from airflow.providers.fab.auth_manager.models import Action, Permission, Resource, Role, User

    action, resource = MAY_READ_WEBSITE
    permission = Permission(action=Action(name=action), resource=Resource(name=resource))
    roles = [Role(name=role, permissions=[permission])] if role else []
    return User(id=1, username="reader", roles=roles)


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def airflow(settings: Settings) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(settings.data / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of these tests alone" * 3,
        **exported(settings),
    }


@pytest.fixture
def get(process: ProcessPoolExecutor, airflow: dict[str, str]) -> Any:
    # The allowance is each user's: every test is a user of its own.
    name = f"reader {uuid.uuid4()}"

    def ask(
        path: str, role: str | None = "viewer", method: str = "GET", headers: dict[str, str] | None = None, **more: str
    ) -> tuple[int, dict[str, str], str]:
        work = process.submit(asked, {**airflow, **more}, path, role, method, headers or {}, name)
        return work.result(timeout=120)

    return ask
