"""Runs Airflow on this machine: starts its four components together, watches them, and stops them completely."""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import httpx

from pipelines.airflow import airflow_home, api_client, processes
from pipelines.airflow.api_client import AirflowError, DagRun, Task
from pipelines.settings import Settings

# If several logs are shown, this many lines of each are shown. Chosen: the last lines have the reason.
FEW_LINES = 5

NIGHT = ("news_crawl", "news_extract", "news_load", "news_alert")
COMPONENTS = {
    "api-server": ["api-server"],
    "dag-processor": ["dag-processor"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
# Each step of Airflow's start (its server answers, all components are healthy, the Dags are read) may take this many
# seconds. Chosen: they are enough for a first start on a busy machine.
START_SECONDS = 240.0
# From the end of one stage to the beginning of the next, at most this many seconds may pass. Chosen: the scheduler
# looks every few seconds, and a busy machine takes longer.
HAND_OVER_SECONDS = 90.0
# There are this many seconds between two checks. Chosen: a person who waits sees no pause.
POLL_SECONDS = 1.0

OnLine = Callable[[str], None]
OnTask = Callable[[Task], None]


@dataclass(frozen=True, kw_only=True)
class Airflow:
    """A running Airflow: its address, its login, the file with the login, a client that is logged in, its processes."""

    address: str
    user: str
    password: str
    passwords: Path
    client: httpx.Client
    components: tuple[processes.Component, ...]


@contextmanager
def airflow_running(
    settings: Settings, *, port: int = 0, resume: bool = True, on_line: OnLine = print
) -> Iterator[Airflow]:
    """Run Airflow during the block, healthy and with the Dags of the night read. None of Airflow's processes is left
    afterwards.

    port: 0 takes a free one.
    resume: let runs go on that an earlier Airflow here left unfinished; otherwise they are marked failed before the
        scheduler starts.

    AirflowError shows the last lines of the component that failed.
    """
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    since = datetime.now(UTC)
    keys = airflow_home.prepare(settings)
    env = airflow_home.environment(settings, keys, port=port)
    started: list[processes.Component] = []
    with airflow_home.alone(settings), _terminated_as_interrupted():
        try:
            airflow_home.migrate(settings, env, on_line=on_line)
            held = not resume and airflow_home.count_unfinished(settings) > 0
            on_line("starting Airflow: api-server, dag-processor, scheduler, triggerer")
            for name in COMPONENTS:
                if name == "scheduler" and held:
                    _end_unfinished(started, address, keys.password)
                started.append(_start(settings, name, env))
            _wait(started, lambda: api_client.answers(address), START_SECONDS, lambda: "the api-server does not answer")
            api_client.warm(address)
            _wait(
                started,
                lambda: not api_client.healthy(address),
                START_SECONDS,
                lambda: f"{', '.join(api_client.healthy(address))} not healthy",
            )
            with api_client.login(address, airflow_home.USER, keys.password) as client:
                _wait(
                    started,
                    lambda: api_client.dags(client, since=since) >= set(NIGHT),
                    START_SECONDS,
                    lambda: _missing(client, since),
                )
                yield Airflow(
                    address=address,
                    user=airflow_home.USER,
                    password=keys.password,
                    passwords=airflow_home.passwords(settings),
                    client=client,
                    components=tuple(started),
                )
        finally:
            with _hold_signals():
                processes.stop(started)


def serve(settings: Settings, *, port: int = 0, on_line: OnLine = print) -> None:
    """Run Airflow until Ctrl-C, with its address and login printed; AirflowError when a component dies."""
    with airflow_running(settings, port=port, on_line=on_line) as airflow:
        stay(airflow, on_line=on_line)


def login(airflow: Airflow) -> str:
    """How to log in. On a terminal it has the password; elsewhere only its file, because the text stays in a log."""
    secret = airflow.password if sys.stdout.isatty() else f"in {airflow.passwords}"
    return f"Airflow is at {airflow.address}, login {airflow.user}, password {secret}"


def stay(airflow: Airflow, *, on_line: OnLine = print) -> None:
    """Say where Airflow is and how to log in, and wait for Ctrl-C; AirflowError when a component dies."""
    on_line(f"{login(airflow)}; Ctrl-C stops it")
    try:
        while True:
            check(airflow.components)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        on_line("stopping (up to 20 seconds) ...")


def night(
    airflow: Airflow, run: str, *, on_task: OnTask, sources: Sequence[str] | None = None, budget: float = 3600.0
) -> dict[str, DagRun]:
    """Start news_crawl for a run key and follow it to the end of news_alert, or to the first Dag that passed nothing
    on.

    on_task is called with every change of state of every task. Gives the last state of each Dag's run, by the name of
    the Dag; a Dag that never began is missing. AirflowError when a component dies or `budget` seconds are over.
    """
    deadline = time.monotonic() + budget
    earlier = {dag: {r.run_id for r in api_client.runs(airflow.client, dag)} for dag in NIGHT}
    found = {NIGHT[0]: api_client.trigger(airflow.client, NIGHT[0], run=run, sources=sources)}
    for dag, following in zip(NIGHT, [*NIGHT[1:], ""], strict=True):
        found[dag], passed_on = _follow(airflow, found[dag], on_task, deadline)
        if not following or not passed_on:
            break
        found[following] = _consumer(airflow, following, run, earlier[following])
    return found


def check(components: Sequence[processes.Component]) -> None:
    """Raise AirflowError if a component has ended. The error has the last lines of the component's log."""
    for component in components:
        code = component.process.poll()
        if code is not None:
            raise AirflowError(
                f"Airflow's {component.name} ended with {code}; the end of {component.log}:\n"
                + processes.tail(component.log)
            )


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(settings: Settings, name: str, env: dict[str, str]) -> processes.Component:
    log = airflow_home.logs(settings) / f"{name}.log"
    return processes.start(
        name, airflow_home.command(*COMPONENTS[name]), env=env, cwd=airflow_home.home(settings), log=log
    )


def _wait(
    started: Sequence[processes.Component], ready: Callable[[], bool], seconds: float, missing: Callable[[], str]
) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        check(started)
        if time.monotonic() > deadline:
            ends = "\n".join(f"{c.log}:\n{processes.tail(c.log, FEW_LINES)}" for c in started)
            raise AirflowError(f"Airflow was not ready after {seconds:.0f} s: {missing()}.\n{ends}")
        time.sleep(POLL_SECONDS / 2)


def _missing(client: httpx.Client, since: datetime) -> str:
    errors = api_client.import_errors(client)
    return "; ".join(errors) or f"no Dag {', '.join(sorted(set(NIGHT) - api_client.dags(client, since=since)))}"


def _end_unfinished(started: Sequence[processes.Component], address: str, password: str) -> None:
    _wait(started, lambda: api_client.answers(address), START_SECONDS, lambda: "the api-server does not answer")
    with api_client.login(address, airflow_home.USER, password) as client:
        for dag in NIGHT:
            for run in api_client.runs(client, dag, states=("queued", "running")):
                api_client.fail(client, run)


def _follow(airflow: Airflow, run: DagRun, on_task: OnTask, deadline: float) -> tuple[DagRun, bool]:
    """Wait for a run's end; gives its last state, and whether its task `publish` handed the run on (never for the last
    Dag, which has no such task)."""
    seen: dict[tuple[str, str], tuple[str, int]] = {}
    while True:
        current = next((r for r in api_client.runs(airflow.client, run.dag) if r.run_id == run.run_id), run)
        tasks = api_client.tasks(airflow.client, run)
        for task in tasks:
            state = (task.state, task.attempt)
            if seen.get((task.task, task.label)) != state:
                seen[task.task, task.label] = state
                on_task(task)
        if current.state in api_client.ENDED:
            return current, any(t.task == "publish" and t.state == "success" for t in tasks)
        check(airflow.components)
        if time.monotonic() > deadline:
            raise AirflowError(
                f"{run.dag} has not ended in time; see {airflow.address}/dags/{run.dag}/runs/{run.run_id}."
            )
        time.sleep(POLL_SECONDS)


def _consumer(airflow: Airflow, dag: str, run: str, earlier: set[str]) -> DagRun:
    deadline = time.monotonic() + HAND_OVER_SECONDS
    while True:
        for found in api_client.runs(airflow.client, dag):
            if found.key == run and found.run_id not in earlier:
                return found
        check(airflow.components)
        if time.monotonic() > deadline:
            raise AirflowError(
                f"{dag} did not begin within {HAND_OVER_SECONDS:.0f} s after the stage before it passed {run} on."
            )
        time.sleep(POLL_SECONDS)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """TERM and HUP end the block as Ctrl-C does, so that what was started is stopped."""
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _hold_signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
