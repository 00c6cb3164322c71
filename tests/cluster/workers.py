"""Airflow with CeleryExecutor or EdgeExecutor on loopback, and its workers, each with a home and a data folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import yaml

from pipelines.airflow import airflow_home, api_client, processes, standalone
from pipelines.airflow.processes import Component
from pipelines.airflow.standalone import Airflow
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import postgres_lines
from tests.postgres_lines import Line

# The interpreter of an environment made of requirements-cluster.lock: `make cluster` names it.
PYTHON = os.environ.get("NIGHTDESK_TESTS_CLUSTER", "")
COMPOSE = Path(__file__).parents[2] / "docker" / "compose.cluster.yaml"
START_SECONDS = 240.0
SLOTS = "2"
QUEUES = "default,crawl,extract"


class Kind(StrEnum):
    """What runs the tasks: Celery with a process for each task, or in its one process, or Airflow's Edge workers."""

    PREFORK = "prefork"
    SOLO = "solo"
    EDGE = "edge"


@dataclass
class Worker:
    """A worker, where it has its files, and its own line to Postgres if it has one; it is started again with them."""

    name: str
    data: Path
    env: Mapping[str, str]
    component: Component
    kind: Kind
    line: Line | None
    began: int = 1

    def kill(self) -> None:
        """kill -9 of all its processes, as a machine dies that loses its power."""
        for pid in processes.members({self.component.process.pid}):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.component.process.wait()


@dataclass
class Cluster:
    airflow: Airflow
    settings: Settings
    workers: list[Worker] = field(default_factory=list)

    def restart(self, worker: Worker) -> None:
        worker.began += 1
        worker.component = _worker(worker.name, worker.data, worker.env, worker.kind, worker.began)


def missing() -> str:
    """What this machine lacks for it; nothing where it can run."""
    if not PYTHON:
        return "`make cluster` makes what this needs and runs it"
    return "" if shutil.which("redis-server") else "there is no redis-server here (Debian: redis-server)"


@contextmanager
def running(
    settings: Settings,
    folder: Path,
    store: Mapping[str, str],
    *,
    count: int,
    kind: Kind = Kind.PREFORK,
    slots: str = SLOTS,
    lines: bool = True,
) -> Iterator[Cluster]:
    """Airflow and so many workers, all healthy; nothing is left afterwards.

    store: the bucket's environment. slots: tasks of one worker at the same time. lines: each worker has a line to
    Postgres of its own, which carries every byte through this process.
    """
    port, broker = standalone.free_port(), standalone.free_port()
    keys = airflow_home.prepare(settings)
    executor = _edge(port, slots) if kind == Kind.EDGE else _celery(settings, broker, kind, slots)
    env = {**airflow_home.environment(settings, keys, port=port), **SOON, **store, **executor}
    started: list[Component] = []
    cluster = None
    opened = ExitStack()
    try:
        if kind != Kind.EDGE:
            started.append(_redis(folder, broker, env))
        _run([PYTHON, "-m", "airflow", "db", "migrate"], env, folder)
        for name, words in standalone.COMPONENTS.items():
            log = folder / f"{name}.log"
            command = [PYTHON, "-m", "airflow", *words]
            started.append(processes.start(name, command, env=env, cwd=folder, log=log))
        address = f"http://127.0.0.1:{port}"
        _wait(started, lambda: api_client.answers(address))
        if kind == Kind.EDGE:
            # They ask the API server for work from their first second on.
            _wait(started, lambda: not api_client.healthy(address))
        database = postgres.url(settings)
        workers = [
            _begin(
                folder / name, name, env, kind,
                opened.enter_context(postgres_lines.line(database, task_of)) if lines else None,
            )
            for name in (f"worker{number}" for number in range(count))
        ]  # fmt: skip
        api_client.warm(address)
        _wait(started, lambda: not api_client.healthy(address))
        with api_client.login(address, airflow_home.USER, keys.password) as client:
            passwords = airflow_home.passwords(settings)
            airflow = Airflow(
                address=address, user=airflow_home.USER, password=keys.password, passwords=passwords, client=client,
                components=tuple(started),
            )  # fmt: skip
            cluster = Cluster(airflow, settings, workers)
            _wait([*started, *(worker.component for worker in workers)], lambda: all(map(_listens, workers)))
            yield cluster
    finally:
        mine = [worker.component for worker in cluster.workers] if cluster else []
        processes.stop([*mine, *started])
        opened.close()


def task_of(pid: int) -> str:
    """Which task of its worker a process belongs to: the process below the worker's own from which it descends."""
    leader = os.getsid(pid)
    while pid != leader and (parent := _parent_of(pid)) not in (leader, 0, 1):
        pid = parent
    return str(pid)


def _parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


# What docker/compose.cluster.yaml has, but quicker.
SOON = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_DETECTION_INTERVAL": "5",
    # The token that a task begins with is good for so long. Where workers have fewer slots than Airflow hands out, a
    # task waits: with 60 seconds, and tasks of a minute and a half on a busy machine, six tries were lost by it.
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "300",
    "NIGHTDESK_CRAWL_QUEUE": "crawl",
    "NIGHTDESK_EXTRACT_QUEUE": "extract",
}

# What it has too: what each task would import anew.
PRELOADED = "AIRFLOW__CELERY__EXTRA_CELERY_CONFIG"


def _edge(port: int, slots: str) -> dict[str, str]:
    return {
        "AIRFLOW__CORE__EXECUTOR": "airflow.providers.edge3.executors.EdgeExecutor",
        "AIRFLOW__EDGE__API_ENABLED": "True",
        "AIRFLOW__EDGE__API_URL": f"http://127.0.0.1:{port}/edge_worker/v1/rpcapi",
        "AIRFLOW__EDGE__JOB_POLL_INTERVAL": "1",
        "AIRFLOW__EDGE__HEARTBEAT_INTERVAL": "5",
        "AIRFLOW__EDGE__WORKER_CONCURRENCY": slots,
    }


def _celery(settings: Settings, broker: int, kind: Kind, slots: str) -> dict[str, str]:
    metadata = airflow_home.sync_address(postgres.airflow_url(settings))
    return {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{broker}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{metadata}",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": slots,
        "AIRFLOW__CELERY__POOL": kind,
        PRELOADED: yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["x-cluster"][PRELOADED],
    }


def _begin(folder: Path, name: str, env: Mapping[str, str], kind: Kind, line: Line | None) -> Worker:
    home, data = folder / "airflow", folder / "data"
    home.mkdir(parents=True)
    data.mkdir()
    ours = {
        **{variable: _by_line(value, line) if line else value for variable, value in env.items()},
        "AIRFLOW_HOME": str(home),
        "NIGHTDESK_DATA": str(data),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }
    return Worker(name, data, ours, _worker(name, data, ours, kind, 1), kind, line)


def _by_line(value: str, line: Line) -> str:
    """What a variable holds; an address of Postgres by this line."""
    result, address = "db+" if value.startswith("db+") else "", value.removeprefix("db+")
    if not address.startswith("postgresql"):
        return value
    by = urlsplit(line.address)
    return result + urlunsplit(urlsplit(address)._replace(netloc=by.netloc, query=by.query))


def _worker(name: str, data: Path, env: Mapping[str, str], kind: Kind, began: int) -> Component:
    celery = [
        "celery", "worker", "--celery-hostname", f"{name}-{began}@%h", "--skip-serve-logs", "--queues", QUEUES,
        "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    pid = str(_pid_file(data, began))
    edge = ["edge", "worker", "--edge-hostname", f"{name}-{began}", "--queues", QUEUES, "--pid", pid]
    command = [PYTHON, "-m", "airflow", *(edge if kind == Kind.EDGE else celery)]
    return processes.start(name, command, env=env, cwd=data.parent, log=data.parent / f"worker{began}.log")


def _listens(worker: Worker) -> bool:
    if worker.kind == Kind.EDGE:
        # Written once the API server knows the worker; its log says nothing of it.
        return _pid_file(worker.data, worker.began).exists()
    return "ready" in worker.component.log.read_text(encoding="utf-8", errors="replace")


def _pid_file(data: Path, began: int) -> Path:
    return data.parent / f"worker{began}.pid"


def _redis(folder: Path, port: int, env: Mapping[str, str]) -> Component:
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return processes.start("redis", command, env=env, cwd=folder, log=folder / "redis.log")


def _run(command: list[str], env: Mapping[str, str], folder: Path) -> None:
    done = subprocess.run(command, env=dict(env), cwd=folder, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr[-3000:]


def _wait(started: list[Component], ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        standalone.check(started)
        assert time.monotonic() < deadline, "\n".join(f"{c.name}: {processes.tail(c.log, 8)}" for c in started)
        time.sleep(0.3)
