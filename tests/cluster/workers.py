"""Airflow with CeleryExecutor on loopback, and its workers, each with a home and a data folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.airflow import airflow_home, api_client, processes, standalone
from pipelines.airflow.processes import Component
from pipelines.airflow.standalone import Airflow
from pipelines.settings import Settings
from pipelines.stores import postgres

# The interpreter of an environment made of requirements-cluster.lock: `make cluster` names it.
PYTHON = os.environ.get("NIGHTDESK_TESTS_CLUSTER", "")
START_SECONDS = 240.0
SLOTS = "2"


@dataclass
class Worker:
    """A worker and where it has its files; it is started again with the same ones."""

    name: str
    data: Path
    env: Mapping[str, str]
    component: Component
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
        worker.component = _worker(worker.name, worker.data, worker.env, worker.began)


def missing() -> str:
    """What this machine lacks for it; nothing where it can run."""
    if not PYTHON:
        return "`make cluster` makes what this needs and runs it"
    return "" if shutil.which("redis-server") else "there is no redis-server here (Debian: redis-server)"


@contextmanager
def running(settings: Settings, folder: Path, store: Mapping[str, str], *, count: int) -> Iterator[Cluster]:
    """Airflow and so many Celery workers, all healthy; nothing is left afterwards. store: the bucket's environment."""
    port, broker = standalone.free_port(), standalone.free_port()
    keys = airflow_home.prepare(settings)
    env = {**airflow_home.environment(settings, keys, port=port), **store, **_celery(settings, broker)}
    started: list[Component] = []
    cluster = None
    try:
        started.append(_redis(folder, broker, env))
        _run([PYTHON, "-m", "airflow", "db", "migrate"], env, folder)
        for name, words in standalone.COMPONENTS.items():
            log = folder / f"{name}.log"
            command = [PYTHON, "-m", "airflow", *words]
            started.append(processes.start(name, command, env=env, cwd=folder, log=log))
        address = f"http://127.0.0.1:{port}"
        _wait(started, lambda: api_client.answers(address))
        workers = [_begin(folder / f"worker{number}", f"worker{number}", env) for number in range(count)]
        api_client.warm(address)
        _wait(started, lambda: not api_client.healthy(address))
        with api_client.login(address, airflow_home.USER, keys.password) as client:
            passwords = airflow_home.passwords(settings)
            airflow = Airflow(
                address=address, user=airflow_home.USER, password=keys.password, passwords=passwords, client=client,
                components=tuple(started),
            )  # fmt: skip
            cluster = Cluster(airflow, settings, workers)
            _wait(started, lambda: all(map(_listens, workers)))
            yield cluster
    finally:
        mine = [worker.component for worker in cluster.workers] if cluster else []
        processes.stop([*mine, *started])


def _celery(settings: Settings, broker: int) -> dict[str, str]:
    metadata = airflow_home.sync_address(postgres.airflow_url(settings))
    return {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{broker}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{metadata}",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": SLOTS,
        # What docker/compose.cluster.yaml has, but quicker.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_DETECTION_INTERVAL": "5",
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
        "NIGHTDESK_CRAWL_QUEUE": "crawl",
        "NIGHTDESK_EXTRACT_QUEUE": "extract",
    }


def _begin(folder: Path, name: str, env: Mapping[str, str]) -> Worker:
    home, data = folder / "airflow", folder / "data"
    home.mkdir(parents=True)
    data.mkdir()
    ours = {
        **env,
        "AIRFLOW_HOME": str(home),
        "NIGHTDESK_DATA": str(data),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }
    return Worker(name, data, ours, _worker(name, data, ours, 1))


def _worker(name: str, data: Path, env: Mapping[str, str], began: int) -> Component:
    command = [
        PYTHON, "-m", "airflow", "celery", "worker", "--celery-hostname", f"{name}-{began}@%h", "--skip-serve-logs",
        "--queues", "default,crawl,extract", "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    return processes.start(name, command, env=env, cwd=data.parent, log=data.parent / f"celery{began}.log")


def _listens(worker: Worker) -> bool:
    return "ready" in worker.component.log.read_text(encoding="utf-8", errors="replace")


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
