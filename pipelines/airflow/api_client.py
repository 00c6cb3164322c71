"""A client for the parts of Airflow's REST API that we use: the login, health, and runs with their tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from pipelines.errors import NightdeskError

# This many characters of an error's text are kept. Chosen: they fill two lines, and the log has all of the text.
DETAIL_CHARACTERS = 300
# A request to a running server waits this many seconds. Chosen: such a server answers at once, or hangs.
ANSWER_SECONDS = 5
# The server's first answer may take this many seconds, because the machine is busy with the start.
FIRST_ANSWER_SECONDS = 120
# A request that reads Airflow's database may take this many seconds.
REQUEST_SECONDS = 30

COMPONENTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
ENDED = ("success", "failed")
# One answer has at most this many rows. Chosen: Nightdesk has fewer Dags, and the tasks of a run are read page by page.
PAGE_ROWS = 200


class AirflowError(NightdeskError):
    """Airflow does not answer or refuses a request; the text has the request and Airflow's words."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task of a run. `label`: the source's name on a mapped task. `state`: Airflow's word."""

    dag: str
    run_id: str
    task: str
    label: str
    state: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class DagRun:
    """One run of a Dag. `key`: its partition key, empty if it has none."""

    dag: str
    run_id: str
    key: str
    state: str


def healthy(address: str) -> list[str]:
    """The components that are not healthy yet; all components while the API does not answer."""
    try:
        answer = httpx.get(f"{address}/api/v2/monitor/health", timeout=ANSWER_SECONDS, trust_env=False)
    except httpx.TransportError:
        return list(COMPONENTS)
    if answer.status_code != httpx.codes.OK:
        return list(COMPONENTS)
    states = answer.json()
    return [name for name in COMPONENTS if (states.get(name) or {}).get("status") != "healthy"]


def answers(address: str) -> bool:
    """Whether the API answers at all."""
    try:
        return httpx.get(f"{address}/api/v2/version", timeout=ANSWER_SECONDS, trust_env=False).is_success
    except httpx.TransportError:
        return False


def warm(address: str) -> None:
    """Make the API build the part that answers running tasks. The API does this at the first request (10 s of work),
    not at its start.
    """
    with suppress(httpx.TransportError):
        httpx.get(f"{address}/execution/health", timeout=FIRST_ANSWER_SECONDS, trust_env=False)


@contextmanager
def login(address: str, user: str, password: str) -> Iterator[httpx.Client]:
    """A client that is logged in during the block; AirflowError if the login is refused."""
    with httpx.Client(base_url=address, timeout=REQUEST_SECONDS, trust_env=False) as client:
        token = _ask(client, "POST", "/auth/token", {"username": user, "password": password})["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def dags(client: httpx.Client, *, since: datetime) -> set[str]:
    """The Dags that are not paused and whose files were read at `since` or later."""
    found = _ask(client, "GET", "/api/v2/dags", params={"limit": PAGE_ROWS, "paused": False})
    return {d["dag_id"] for d in found["dags"] if datetime.fromisoformat(d["last_parsed_time"]) >= since}


def import_errors(client: httpx.Client) -> list[str]:
    """The errors in Dag files: `file: last line of the traceback`."""
    found = _ask(client, "GET", "/api/v2/importErrors", params={"limit": PAGE_ROWS})
    return [f"{e['filename']}: {e['stack_trace'].strip().splitlines()[-1]}" for e in found["import_errors"]]


def trigger(client: httpx.Client, dag: str, **form: Any) -> DagRun:
    """Start a Dag by hand with its form filled in, such as run="2026-11-22T0200"; a field left out stays empty."""
    return _run(_ask(client, "POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "conf": form}))


def runs(client: httpx.Client, dag: str, *, states: Sequence[str] = ()) -> list[DagRun]:
    """The newest runs of a Dag, newest first."""
    params: dict[str, Any] = {"limit": PAGE_ROWS, "order_by": "-run_after"}
    if states:
        params["state"] = list(states)
    return [_run(r) for r in _ask(client, "GET", f"/api/v2/dags/{dag}/dagRuns", params=params)["dag_runs"]]


def fail(client: httpx.Client, run: DagRun) -> None:
    """Mark a run failed; the supervisors then end its running tasks."""
    _ask(client, "PATCH", f"/api/v2/dags/{run.dag}/dagRuns/{run.run_id}", {"state": "failed"})


def tasks(client: httpx.Client, run: DagRun) -> list[Task]:
    """The tasks of a run; each mapped task is a separate one."""
    found: list[Task] = []
    while True:
        params = {"limit": PAGE_ROWS, "offset": len(found)}
        page = _ask(client, "GET", f"/api/v2/dags/{run.dag}/dagRuns/{run.run_id}/taskInstances", params=params)
        found += [_task(t) for t in page["task_instances"]]
        if len(found) >= page["total_entries"] or not page["task_instances"]:
            return found


def _run(row: dict[str, Any]) -> DagRun:
    return DagRun(dag=row["dag_id"], run_id=row["dag_run_id"], key=row.get("partition_key") or "", state=row["state"])


def _task(row: dict[str, Any]) -> Task:
    label = row.get("rendered_map_index") or ("" if row["map_index"] < 0 else str(row["map_index"]))
    return Task(
        dag=row["dag_id"],
        run_id=row["dag_run_id"],
        task=row["task_id"],
        label=label,
        state=row["state"] or "none",
        attempt=row["try_number"],
    )


def _ask(
    client: httpx.Client,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    params: dict[str, Any] | None = None,
) -> Any:
    try:
        answer = client.request(method, path, json=body, params=params)
    except httpx.TransportError as error:
        raise AirflowError(f"Airflow does not answer at {client.base_url}: {error}.") from None
    if answer.is_error:
        raise AirflowError(f"Airflow said {answer.status_code} to {method} {path}: {answer.text[:DETAIL_CHARACTERS]}")
    return answer.json()
