"""Sockets are loopback only; Postgres is real: one server a session, one fresh migrated database a test."""

from __future__ import annotations

import os
import runpy
import signal
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from pipelines import db
from pipelines.settings import Settings
from pipelines.settings import settings as settings_of_this_process
from tests import sites
from tests.sites import Sites

for name in [
    n for n in os.environ if n.startswith("NIGHTDESK_") and n not in ("NIGHTDESK_DATABASE_URL", "NIGHTDESK_CHROMIUM")
]:
    del os.environ[name]
os.environ["NIGHTDESK_ENV_FILE"] = "/nonexistent/nightdesk.env"

# Started in the background of a shell, we would ignore Ctrl-C, and so would every child that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The children we start (the spider, Airflow, workers) are held to loopback by the same file.
LOOPBACK = str(Path(__file__).parent / "loopback")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (LOOPBACK, os.environ.get("PYTHONPATH", ""))))
runpy.run_path(f"{LOOPBACK}/sitecustomize.py")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A Postgres to make test databases on: NIGHTDESK_DATABASE_URL, or an embedded one of this session."""
    given = os.environ.get("NIGHTDESK_DATABASE_URL", "")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="nightdesk-test-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(data=Path(folder))
        yield db.embedded(settings, "postgres")
        db.stop_embedded(settings)


@pytest.fixture
def database_url(server: str) -> Iterator[str]:
    """A fresh, empty database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _admin(server, f"create database \"{name}\" template template0 encoding 'UTF8'")
    yield urlunsplit(urlsplit(server)._replace(path="/" + name))
    _admin(server, f'drop database if exists "{name}" with (force)')


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a fresh installation: its own data and sources folder, a migrated database, a contact."""
    current = Settings(
        data=tmp_path / "data",
        sources=tmp_path / "sources",
        database_url=database_url,
        contact="mailto:tests@newsroom.test",
        min_free_mb=0,
    )
    current.sources.mkdir(parents=True)
    current.data.mkdir(parents=True)
    db.migrate(current)
    return current


@pytest.fixture
def conn(settings: Settings) -> Iterator[db.Connection]:
    """A connection to the database of `settings`."""
    with db.connection(settings, application="test") as connection:
        yield connection


@pytest.fixture(autouse=True)
def _fresh_settings() -> None:
    settings_of_this_process.cache_clear()


def _admin(server: str, statement: str) -> None:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.fixture
def web() -> Iterator[Sites]:
    """Sites on loopback that answer as a test says."""
    with sites.sites() as running:
        yield running


@pytest.fixture
def here(settings: Settings, web: Sites) -> Settings:
    """Settings for which every host is one of `web`."""
    return sites.mapped(settings, web)
