"""An Airflow that people already run: docs/airflow.md, followed with the built wheel and each component a process."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from setuptools import find_packages

from demo.newsroom import articles, open_newsroom
from demo.sites import SITES, source, write_sources
from pipelines.airflow import airflow_home, api_client, processes, standalone
from pipelines.airflow.standalone import Airflow, free_port, night
from tests import databases

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
# What somebody has who runs Airflow on Postgres.
AIRFLOW_ALONE = ("apache-airflow", "apache-airflow-providers-postgres", "apache-airflow-providers-standard", "asyncpg")
RUN = "2026-11-22T020000"
USER, PASSWORD = "chief", "in-the-morning"
COMPONENTS = ("api-server", "dag-processor", "scheduler")
NIGHT = {"news_crawl", "news_extract", "news_load", "news_alert"}


def test_the_lock_satisfies_what_the_wheel_asks_for_and_every_library_it_pins_is_asked_for() -> None:
    wanted = [Requirement(line) for line in setup()["options"]["install_requires"].strip().splitlines()]

    versions = locked()
    outside = [str(r) for r in wanted if versions.get(canonicalize_name(r.name), "") not in r.specifier]

    assert outside == []
    asked = {canonicalize_name(r.name) for r in wanted}
    top = {canonicalize_name(Requirement(line).name) for line in pinned()}
    assert top - asked == {
        # What only the repository's own ways of running need: the login of Compose, its database, the build, the demo.
        "apache-airflow-providers-fab", "apache-airflow-providers-postgres", "setuptools", "psutil",
    }  # fmt: skip


def test_what_an_old_pip_would_leave_out_is_asked_for_by_its_own_name() -> None:
    """The pip of Python 3.11 looks for an extra letter by letter: justext's lxml[html_clean] is lxml's html-clean."""
    wanted = [Requirement(line) for line in setup()["options"]["install_requires"].strip().splitlines()]
    asked = {canonicalize_name(requirement.name) for requirement in wanted}

    left_out, seen, waiting = set(), set(), set(asked)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for line in metadata.requires(name) or []:
            needs = Requirement(line)
            if needs.marker and not needs.marker.evaluate({"extra": ""}):
                continue
            waiting |= {canonicalize_name(needs.name)} - seen
            there = set(metadata.metadata(needs.name).get_all("Provides-Extra") or [])
            for extra in needs.extras - there:
                for further in map(Requirement, metadata.requires(needs.name) or []):
                    if further.marker and further.marker.evaluate({"extra": canonicalize_name(extra)}):
                        left_out |= {canonicalize_name(further.name)}

    assert "lxml-html-clean" in left_out
    assert left_out - asked == set()


def test_every_package_travels_in_the_wheel_and_its_metadata_says_what_it_is_for() -> None:
    said = setup()

    packages = said["options"]["packages"].split()

    ours = [name for name in find_packages(str(ROOT)) if name.split(".")[0] in ("pipelines", "spiders", "demo")]
    assert sorted(packages) == sorted([*ours, "pipelines.dags"])
    classifiers = said["metadata"]["classifiers"].strip().splitlines()
    assert [f"Programming Language :: Python :: 3.{n}" in classifiers for n in (11, 12, 13)] == [True] * 3
    # An address that has no owner leads nobody anywhere.
    assert ".invalid" not in str({**said["metadata"]})


@pytest.mark.airflow
@pytest.mark.timeout(900)
def test_a_night_comes_through_in_an_airflow_that_was_there_before(server: str, tmp_path: Path) -> None:
    environment = airflow_alone(tmp_path)
    install_wheel(environment, tmp_path)
    sites = [site for site in SITES if site.name in ("harbour", "nahr")]
    ours, airflows = databases.made(server), databases.made(server)
    with open_newsroom(tmp_path / "newsroom", sites=sites) as newsroom:
        env = variables(environment, tmp_path, airflows) | {
            "NIGHTDESK_HOST_MAP": newsroom.host_map,
            "NIGHTDESK_ALLOW_NETWORKS": "127.0.0.0/8",
            "NIGHTDESK_MIN_FREE_MB": "0",
            "NIGHTDESK_SCHEDULE": "",
        }
        words = ["init", "--data", str(tmp_path / "data"), "--database-url", ours, "--contact", "tests@newsroom.test"]
        called(environment, env, "nightdesk", *words)
        write_sources([source(site) for site in sites], tmp_path / "sources")
        folder = called(environment, env, "nightdesk", "dags-folder").strip()
        env["AIRFLOW__CORE__DAGS_FOLDER"] = folder
        called(environment, env, "airflow", "db", "migrate")
        with running(environment, env, tmp_path) as airflow:
            for dag in NIGHT:
                airflow.client.patch(f"/api/v2/dags/{dag}", json={"is_paused": False}).raise_for_status()
            ended = night(airflow, RUN, on_task=print, budget=400)
            plugins = airflow.client.get("/api/v2/plugins").json()["plugins"]
            desk = airflow.client.get("/nightdesk/api/overview")
            found = airflow.client.get("/nightdesk/api/v1/search", params={"q": "source:harbour", "count": 1})
            stranger = httpx.get(f"{airflow.address}/nightdesk/api/v1/search", params={"q": "a"})
        told = json.loads(called(environment, env, "nightdesk", "articles", "--json", "--count", "99"))
        published = [truth.url for truth in articles(newsroom.folder)]

    assert Path(folder).is_relative_to(environment)
    assert {dag: run.state for dag, run in ended.items()} == dict.fromkeys(standalone.NIGHT, "success")
    assert len(told) == len(published) > 0
    assert "nightdesk" in [plugin["name"] for plugin in plugins]
    assert desk.status_code == 200, desk.text
    assert [answer["source"] for answer in found.json()["answers"]] == ["harbour"]
    assert stranger.status_code == 401
    for address in (ours, airflows):
        databases.dropped(server, address)


def setup() -> ConfigParser:
    """What setup.cfg says."""
    found = ConfigParser()
    found.read(ROOT / "setup.cfg", encoding="utf-8")
    return found


def pinned() -> list[str]:
    """The lines of requirements.in that pin something."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def locked() -> dict[str, str]:
    """Name -> version in the lock."""
    found = re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def airflow_alone(tmp_path: Path) -> Path:
    """A new environment with Airflow and nothing of ours, at the lock's versions and hashes."""
    environment = tmp_path / "airflow-environment"
    uv("venv", "-q", "--python", sys.executable, str(environment))
    uv("pip", "install", "-q", "-c", str(LOCK), *AIRFLOW_ALONE, into=environment)
    give_compiled(environment)
    assert not list(environment.rglob("scrapy"))
    return environment


def install_wheel(environment: Path, tmp_path: Path) -> None:
    """Build the wheel and install it with all that it asks for."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("pipelines", "spiders", "demo", "dags"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), "."]
    subprocess.run(build, cwd=copy, check=True, timeout=120)
    (wheel,) = tmp_path.glob("nightdesk-*.whl")
    uv("pip", "install", "-q", "-c", str(LOCK), str(wheel), into=environment)
    give_compiled(environment)


def give_compiled(environment: Path) -> None:
    """Hand on what is compiled here of the very same files; otherwise each process of that Airflow compiles them."""
    ours, theirs = (Path(sysconfig.get_path("purelib", vars=at)) for at in ({}, {"base": str(environment)}))
    ending = f".{sys.implementation.cache_tag}.pyc"
    for compiled in ours.rglob(f"*{ending}"):
        source = compiled.parents[1] / f"{compiled.name.removesuffix(ending)}.py"
        place = theirs / compiled.relative_to(ours)
        there = theirs / source.relative_to(ours)
        # On another file system there are other files.
        if source.exists() and there.exists() and there.samefile(source) and not place.exists():
            place.parent.mkdir(exist_ok=True)
            place.hardlink_to(compiled)


def uv(*words: str, into: Path | None = None) -> None:
    env = {**os.environ, "UV_SYSTEM_CERTS": "1", **({"VIRTUAL_ENV": str(into)} if into else {})}
    subprocess.run([str(Path(sys.executable).parent / "uv"), *words], env=env, check=True, timeout=400)


def variables(environment: Path, tmp_path: Path, database: str) -> dict[str, str]:
    """What an Airflow with Postgres and LocalExecutor is started with, and the variables of docs/airflow.md."""
    passwords = tmp_path / "passwords.json"
    passwords.write_text(json.dumps({USER: PASSWORD}), encoding="utf-8")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    airflow = {
        "core__executor": "LocalExecutor",
        "core__load_examples": "False",
        "core__parallelism": "4",
        "core__simple_auth_manager_users": f"{USER}:admin",
        "core__simple_auth_manager_passwords_file": str(passwords),
        "core__fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "core__execution_api_server_url": f"{address}/execution/",
        "database__sql_alchemy_conn": airflow_home.sync_address(database),
        "database__sql_alchemy_conn_async": airflow_home.async_address(database),
        "api__host": "127.0.0.1",
        "api__port": str(port),
        "api__base_url": address,
        "api__workers": "1",
        "api__secret_key": secrets.token_hex(32),
        "api_auth__jwt_secret": secrets.token_hex(64),
        "dag_processor__refresh_interval": "5",
        # Nothing changes in the files; read again every 30 s, as usual, they take a tenth of a core.
        "dag_processor__min_file_process_interval": "600",
        "logging__worker_log_server_port": str(free_port()),
        "scheduler__scheduler_health_check_server_port": str(free_port()),
    }
    foreign = ("AIRFLOW", "NIGHTDESK_", "VIRTUAL_ENV")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        **{f"AIRFLOW__{name.upper()}": value for name, value in airflow.items()},
        "AIRFLOW_HOME": str(tmp_path / "airflow-home"),
        "PATH": os.pathsep.join([str(environment / "bin"), os.environ.get("PATH", os.defpath)]),
        "NO_PROXY": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
        "NIGHTDESK_ENV_FILE": str(tmp_path / "nightdesk.env"),
    }


def called(environment: Path, env: dict[str, str], *words: str) -> str:
    """What a command of the environment says, far from the repository."""
    command = [str(environment / "bin" / words[0]), *words[1:]]
    done = subprocess.run(command, env=env, cwd=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def running(environment: Path, env: dict[str, str], tmp_path: Path) -> Iterator[Airflow]:
    """Airflow's components, each a process of its own, with our Dags read; nothing of them is left afterwards."""
    address, command = env["AIRFLOW__API__BASE_URL"], str(environment / "bin" / "airflow")
    logs = {name: tmp_path / f"{name}.log" for name in COMPONENTS}
    started = [processes.start(name, [command, name], env=env, cwd=environment, log=log) for name, log in logs.items()]

    def until(ready: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 240
        while not ready():
            standalone.check(started)
            ends = "\n".join(processes.tail(log) for log in logs.values())
            assert time.monotonic() < deadline, f"{what} did not happen in time:\n{ends}"
            time.sleep(0.5)

    try:
        until(lambda: set(api_client.healthy(address)) <= {"triggerer"}, "a healthy Airflow")
        api_client.warm(address)
        with api_client.login(address, USER, PASSWORD) as client:
            until(lambda: {d["dag_id"] for d in client.get("/api/v2/dags").json()["dags"]} >= NIGHT, "reading the Dags")
            assert api_client.import_errors(client) == []
            yield Airflow(
                address=address,
                user=USER,
                password=PASSWORD,
                passwords=Path(env["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]),
                client=client,
                components=tuple(started),
            )
    finally:
        processes.stop(started)
