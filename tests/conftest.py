"""Sockets are loopback only; Postgres is real: one server a run, one fresh migrated database a test."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import runpy
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

# The process that is a worker of this run of tests. What a worker starts has its environment, but is none.
_workers: set[int] = set()


def _end_at_once() -> None:
    """End a worker without freeing, object by object, what it made: all of them together take 15 s of CPU for that."""
    if os.getpid() in _workers:
        os._exit(0)


# Registered before our modules register what they do at the end, and so called after it.
atexit.register(_end_at_once)

from pipelines.settings import Settings  # noqa: E402
from pipelines.settings import settings as settings_of_this_process  # noqa: E402
from pipelines.stores import postgres  # noqa: E402
from tests import databases, later, sites, warm  # noqa: E402
from tests.papers import Paper  # noqa: E402
from tests.sites import Sites  # noqa: E402

# Its asserts stand in no file of tests, and would say nothing when they fail.
pytest.register_assert_rewrite("tests.airflow.desk_tour")

# Of ours a run of tests hears these, all that is for tests alone, and what a test sets.
HEARD, FOR_TESTS = ("NIGHTDESK_DATABASE_URL", "NIGHTDESK_CHROMIUM"), "NIGHTDESK_TESTS_"
for name in [name for name in os.environ if name.startswith("NIGHTDESK_")]:
    if name not in HEARD and not name.startswith(FOR_TESTS):
        del os.environ[name]
os.environ["NIGHTDESK_ENV_FILE"] = "/nonexistent/nightdesk.env"
# What `init` writes down of an installation is the tester's own matter, and that of one test or of one file's fixtures.
_config = tempfile.TemporaryDirectory(prefix="nightdesk-test-")
os.environ["XDG_CONFIG_HOME"] = _config.name
_configs = count()

# What is compiled is kept, whatever the shell says: each worker, and each program that begins with an interpreter of
# its own, would compile all of ours again (0.3 s of CPU each, and 6 for a worker's rewritten tests).
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Started in the background of a shell, we would ignore Ctrl-C, and so would every child that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The children we start (the spider, Airflow, workers) are held to loopback by the same file.
LOOPBACK = str(Path(__file__).parent / "loopback")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (LOOPBACK, os.environ.get("PYTHONPATH", ""))))
runpy.run_path(f"{LOOPBACK}/sitecustomize.py")
warm.install()
# This import examines its callers and all modules: among the tests, when there are thousands, it takes a second of CPU.
if "PYTEST_XDIST_WORKER" in os.environ:
    importlib.import_module("scrapy.core.downloader.contextfactory")


# The files that took longest in a run of 2026-11-30, some twenty seconds and more: begun last, they would keep all
# workers waiting. Those that mostly wait, for a site's delay or a process's end, stand between those that need the CPU.
LONGEST_FIRST = (
    "test_airflow_standalone.py",
    "test_crawl_paused.py",
    "test_follow.py",
    "test_forty_sites.py",
    "test_moves.py",
    "test_airflow_plain.py",
    "test_desk_roles.py",
    "test_told_once_killed.py",
    "test_docker.py",
    "test_manners.py",
    "test_story_links.py",
    "test_crawl_ends.py",
    "test_hostile.py",
    "test_never_lost.py",
    "test_render.py",
    "test_backfill.py",
    "test_account_killed.py",
    "test_discover_hostile.py",
    "test_access.py",
    "test_search.py",
    "test_quarantine.py",
    "test_one_source.py",
    "test_rhythm.py",
    "test_local_users.py",
    "test_crawl_again.py",
    "test_embedded_postgres.py",
    "test_bucket.py",
    "test_own_store.py",
    "test_extract_killed.py",
    "test_desk_answers.py",
    "test_crawl.py",
    "test_crawl_killed.py",
    "test_follow_list.py",
    "test_read_api.py",
    "test_channels.py",
    "test_cli.py",
    "test_raw_file_damaged.py",
    "test_linear.py",
    "test_endless.py",
    "test_hostile_web.py",
    "test_dags.py",
)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        _workers.add(os.getpid())


def pytest_collection_finish() -> None:
    """Never look for garbage among what the whole run needs: the modules and the tests, half a million objects."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; within a file the order stays."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Programs begin with an interpreter of their own where a test or its file asks for it, or the whole run."""
    warm.switch(not (item.get_closest_marker("cold") or os.environ.get("NIGHTDESK_TESTS_COLD")))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files to workers; those that ask the Desk's app all to one, which imports Airflow for it once."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return "the Desk" if _asks_the_desk(config.rootpath / file) else file

    return Scheduling(config, log)


@cache
def _asks_the_desk(file: Path) -> bool:
    return "from tests.console_app import" in file.read_text(encoding="utf-8")


# What the process that started the workers keeps for all of them: one server.
_for_workers = ExitStack()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker, before it starts, which server all of them share."""
    node.workerinput["server"] = _shared()


def pytest_unconfigure() -> None:
    _for_workers.close()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A Postgres to make test databases on: NIGHTDESK_DATABASE_URL, or an embedded one of this run."""
    shared = getattr(request.config, "workerinput", {}).get("server")
    with ExitStack() as ours:
        yield shared or ours.enter_context(_started())


@cache
def _shared() -> str:
    return _for_workers.enter_context(_started())


@contextmanager
def _started() -> Iterator[str]:
    given = os.environ.get("NIGHTDESK_DATABASE_URL", "")
    if given:
        yield given
        return
    with databases.folder_for_everybody() as folder:
        settings = Settings(data=folder)
        address = postgres.start_embedded(settings, "postgres")
        databases.quicken(address)
        yield address
        databases.leave(address)
        postgres.stop_embedded(settings)


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """The name of a migrated database; nobody connects to it, everybody copies it."""
    with databases.migrated(server) as name:
        yield name


@pytest.fixture
def database_url(server: str) -> Iterator[str]:
    """A fresh, empty database."""
    with databases.database(server) as address:
        yield address


@pytest.fixture
def settings(server: str, template: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a fresh installation: its own data and sources folder, a migrated database, a contact."""
    with databases.database(server, template) as address:
        current = Settings(
            data=tmp_path / "data",
            sources=tmp_path / "sources",
            database_url=address,
            contact="mailto:tests@newsroom.test",
            min_free_mb=0,
        )
        current.sources.mkdir(parents=True)
        current.data.mkdir(parents=True)
        yield current


@pytest.fixture
def conn(settings: Settings) -> Iterator[postgres.Connection]:
    """A connection to the database of `settings`."""
    with postgres.connection(settings, application="test") as connection:
        yield connection


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """An empty folder that every user of the machine may enter, as an embedded Postgres of root's needs it."""
    with databases.folder_for_everybody() as folder:
        yield folder


@pytest.fixture(autouse=True, scope="module")
def _config_of_a_file() -> Iterator[None]:
    """What `init` writes down in a fixture that a file shares is found by that fixture's environment alone."""
    with _own_config():
        yield


@pytest.fixture(autouse=True)
def _config_of_a_test() -> Iterator[None]:
    """What `init` writes down in one test is not found by a command that another one runs in an empty folder."""
    with _own_config():
        yield


@contextmanager
def _own_config() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CONFIG_HOME", f"{_config.name}/{next(_configs)}")
        yield


@pytest.fixture(autouse=True)
def _fresh_settings() -> None:
    settings_of_this_process.cache_clear()


@pytest.fixture(autouse=True, scope="module")
def _imported(request: pytest.FixtureRequest) -> None:
    """What a file of tests imports later than itself is imported before its first test."""
    later.import_now(request.module)


@pytest.fixture
def web() -> Iterator[Sites]:
    """Sites on loopback that answer as a test says."""
    with sites.sites() as running:
        yield running


@pytest.fixture
def here(settings: Settings, web: Sites) -> Settings:
    """Settings for which every host is one of `web`."""
    return sites.mapped(settings, web)


@pytest.fixture
def paper(here: Settings, conn: postgres.Connection, web: Sites) -> Paper:
    """A site that is crawled night after night."""
    return Paper(here, conn, web)
