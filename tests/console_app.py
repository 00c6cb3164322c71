"""The app behind the Desk page, asked in a process of its own, where Airflow is imported."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import get_context
from typing import Any

import pytest

from pipelines.settings import Settings, export
from pipelines.settings import settings as settings_of_this_process

# Seconds for an answer, the first one's start of Airflow included: seven of CPU, many times that on a crowded machine.
ANSWERED_WITHIN = 280
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
# What a page of the Desk sends with an action.
ACTING = {"Nightdesk-Action": "desk", "Sec-Fetch-Site": "same-origin"}


def asked(
    environment: dict[str, str],
    path: str,
    role: str | None,
    method: str,
    headers: dict[str, str],
    name: str,
    body: dict[str, Any] | None = None,
) -> tuple[int, dict[str, str], str]:
    """In the other process, by nobody (None), a user without a role ("") or with one: status, headers, body."""
    os.environ.update(environment)
    settings_of_this_process.cache_clear()
    client, login = app_of_airflow()
    client.app.dependency_overrides.clear()
    if role is not None:
        user = fab_reader(role) if os.environ.get("AIRFLOW__CORE__AUTH_MANAGER") == FAB else reader(role, name)
        client.app.dependency_overrides[login] = lambda: user
    answer = client.request(method, path, headers=headers, json=body)
    return answer.status_code, dict(answer.headers), answer.text


def chosen(environment: dict[str, str]) -> None:
    """In the other process, before anything: what it keeps for good, and no channel of the test that forked first."""
    for name in [name for name in os.environ if name.startswith("NIGHTDESK_") and name not in environment]:
        del os.environ[name]
    os.environ.update(environment)


def endpoints() -> list[tuple[str, str]]:
    """In the other process: every method and path that the app has."""
    client, _ = app_of_airflow()
    routes = [route for route in client.app.routes if hasattr(route, "methods")]
    return sorted((method, route.path) for route in routes for method in route.methods)


def logged() -> list[tuple[str, str, str]]:
    """In the other process: Airflow's own audit log, as event, user and what is said."""
    from airflow.models.log import Log
    from airflow.utils.session import create_session

    app_of_airflow()
    with create_session() as session:
        return [(row.event, row.owner, row.extra) for row in session.query(Log).order_by(Log.id)]


def known_by_hand() -> None:
    """In the other process: have Airflow know the Dag by_hand, switched on, as its processor of Dags would."""
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.serialization.definitions.dag import SerializedDAG
    from airflow.serialization.serialized_objects import LazyDeserializedDAG
    from airflow.utils.db import synchronize_log_template
    from airflow.utils.session import create_session

    from pipelines.airflow import form_dags

    app_of_airflow()
    dag = LazyDeserializedDAG.from_dag(form_dags.by_hand_dag("By hand."))
    with create_session() as session:
        synchronize_log_template(session=session)
        session.merge(DagBundleModel(name="dags"))
        session.flush()
        SerializedDAG.bulk_write_to_db("dags", None, [dag], session=session)
        SerializedDagModel.write_dag(dag, bundle_name="dags", session=session)
        session.get(DagModel, "by_hand").is_paused = False


def token_of(environment: dict[str, str], role: str, seconds: int) -> str:
    """In the other process: a token as Airflow's /auth/token makes it, good for so many seconds."""
    os.environ.update(environment)
    app_of_airflow()
    from airflow.api_fastapi.app import get_auth_manager

    return str(get_auth_manager().generate_jwt(reader(role, "reader"), expiration_time_in_seconds=seconds))


def give_allowance(environment: dict[str, str], *, refilled: bool) -> None:
    """In the other process: a new allowance of the read API, of which nothing comes back with time unless refilled."""
    os.environ.update(environment)
    app_of_airflow()
    from pipelines.airflow.console import policy, v1
    from pipelines.airflow.console.database_door import Allowance

    now = time.monotonic()
    clock = time.monotonic if refilled else lambda: now
    v1.ALLOWANCE = Allowance(policy.REQUESTS_AT_ONCE, policy.REQUESTS_A_MINUTE, clock)


@lru_cache(maxsize=1)
def app_of_airflow() -> tuple[Any, Any]:
    from airflow import settings as airflow_settings
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.core_api.security import get_user
    from airflow.models import import_all_models
    from airflow.models.base import Base
    from fastapi.testclient import TestClient

    from pipelines.airflow.console.plugin import NightdeskPlugin

    # A process of Airflow's own does this when it imports the settings.
    airflow_settings.configure_vars()
    airflow_settings.configure_orm()
    # What of Airflow's database the app asks: its audit log, and which Dags there are.
    import_all_models()
    Base.metadata.create_all(airflow_settings.engine)
    init_auth_manager()
    return TestClient(NightdeskPlugin().fastapi_apps[0]["app"], raise_server_exceptions=False), get_user


def reader(role: str, name: str) -> Any:
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    return SimpleAuthManagerUser(username=name, role=role or None)


def fab_reader(role: str) -> Any:
    """A user of FAB's with the rights that it gives a role of this name, or with none."""
    from airflow.providers.fab.auth_manager.models import Action, Permission, Resource, Role, User
    from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride

    given = {one["role"].lower(): one["perms"] for one in FabAirflowSecurityManagerOverride.ROLE_CONFIGS}
    permissions = [
        Permission(action=Action(name=action), resource=Resource(name=resource))
        for action, resource in given.get(role.lower(), ())
    ]
    roles = [Role(name=role, permissions=permissions)] if role else []
    return User(id=1, username="reader", first_name="A", last_name="Reader", roles=roles)


@contextmanager
def desk_process(environment: dict[str, str] | None = None) -> Iterator[ProcessPoolExecutor]:
    """A process of its own for the app, forked from one that has imported Airflow, with this environment for good."""
    forked = get_context("forkserver")
    forked.set_forkserver_preload(["tests.desk_imports"])
    given = {name: value for name, value in os.environ.items() if name.startswith("NIGHTDESK_")} | (environment or {})
    with ProcessPoolExecutor(1, forked, chosen, (given,)) as pool:
        yield pool


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    with desk_process() as pool:
        yield pool


@pytest.fixture
def airflow(settings: Settings) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(settings.data / "airflow"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{settings.data}/airflow.db",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of these tests alone" * 3,
        **export(settings),
    }


@pytest.fixture
def get(process: ProcessPoolExecutor, airflow: dict[str, str]) -> Any:
    # The allowance is each user's: every test is a user of its own.
    name = f"reader {uuid.uuid4()}"

    def ask(
        path: str,
        role: str | None = "viewer",
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        **more: str,
    ) -> tuple[int, dict[str, str], str]:
        work = process.submit(asked, {**airflow, **more}, path, role, method, headers or {}, name, body)
        return work.result(timeout=ANSWERED_WITHIN)

    return ask
