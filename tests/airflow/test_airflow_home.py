"""Airflow's home: its secrets are private, its addresses are what its drivers understand."""

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from pipelines.airflow import airflow_home
from pipelines.airflow.api_client import AirflowError
from pipelines.settings import Settings


@pytest.fixture
def with_airflow(settings: Settings, server: str) -> Iterator[Settings]:
    """The settings of a fresh installation; the database of its Airflow is dropped afterwards."""
    yield settings
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'drop database if exists "{urlsplit(settings.database_url).path[1:]}_airflow" with (force)')
    connection.close()


def test_the_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)

    first, second = airflow_home.prepare(settings), airflow_home.prepare(settings)

    assert first == second
    assert len(first.jwt) >= 64
    modes = {stat.S_IMODE((tmp_path / "airflow" / name).stat().st_mode) for name in ("secrets.json", "passwords.json")}
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("address", "sync", "asynchronous"),
    [
        (
            "postgresql://postgres:@/airflow?host=/tmp/some%20where",
            "postgresql+psycopg2://postgres:@/airflow?host=/tmp/some%20where",
            "postgresql+asyncpg://postgres:@/airflow?host=/tmp/some+where",
        ),
        (
            "postgresql://u:p@db.test:5433/news_airflow?sslmode=require&application_name=x",
            "postgresql+psycopg2://u:p@db.test:5433/news_airflow?sslmode=require&application_name=x",
            "postgresql+asyncpg://u:p@db.test:5433/news_airflow?ssl=require",
        ),
    ],
)
def test_both_drivers_of_airflow_get_an_address_in_their_own_words(address: str, sync: str, asynchronous: str) -> None:
    assert airflow_home.sync_address(address) == sync
    assert airflow_home.async_address(address) == asynchronous


def test_tasks_see_the_same_settings_and_the_port_airflow_listens_on(
    with_airflow: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_NIGHTDESK_CHANNEL_DESK", "generic://:secret@")

    env = airflow_home.environment(with_airflow, airflow_home.prepare(with_airflow), port=18181)

    assert env["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18181"
    assert env["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18181/execution/"
    assert env["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert env["AIRFLOW_CONN_NIGHTDESK_CHANNEL_DESK"] == "generic://:secret@"
    assert env["NIGHTDESK_DATABASE_URL"] == with_airflow.database_url
    assert env["NIGHTDESK_DATA"] == str(with_airflow.data)


def test_a_second_airflow_on_one_data_folder_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)

    with (
        airflow_home.alone(settings),
        pytest.raises(AirflowError, match="running already"),
        airflow_home.alone(settings),
    ):
        pass

    with airflow_home.alone(settings):
        pass


def test_before_its_first_start_airflow_left_nothing_unfinished(with_airflow: Settings) -> None:
    assert airflow_home.count_unfinished(with_airflow) == 0
