"""What the operators hear of Airflow: a run that failed, a night that is late; called by Airflow, by dotted name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import conf

log = logging.getLogger("nightdesk.tell")


def failed(context: Mapping[str, Any]) -> None:
    """Tell the operators that a run failed: its key, the sources that failed and why, and where to look."""
    dag, run_id = context["dag"].dag_id, context["run_id"]
    dag_run = context.get("dag_run")
    run = _key(dag_run)
    last = context.get("ti")
    lines = [
        f"{dag} failed for the run {run or run_id}.",
        f"Last task: {last.task_id}." if last else "",
        *_failures(dag.removeprefix("news_"), run),
        _link(dag, run_id),
    ]
    _tell(("failed", dag, run_id), f"{dag} failed: {run or run_id}", lines)


async def late(*, dag: str, after: int, context: Mapping[str, Any]) -> None:
    """Tell the operators that a run is still going after `after` seconds."""
    run = context.get("dag_run") or {}
    run_id = str(run.get("dag_run_id") or run.get("run_id") or "")
    key = str(run.get("partition_key") or (run.get("conf") or {}).get("run") or run_id)
    lines = [f"{dag} has not ended {after / 3600:.1f} hours after it was due to begin: {key}.", _link(dag, run_id)]
    await asyncio.to_thread(_tell, ("late", dag, run_id), f"{dag} is late: {key}", lines)


def _tell(key: tuple[str, ...], subject: str, lines: list[str]) -> None:
    from pipelines.airflow import channels
    from pipelines.alert import stage as alert
    from pipelines.notify import outbox
    from pipelines.settings import settings

    current = settings()
    if outbox.tell_operators(current, outbox.key(*key), subject, "\n".join(line for line in lines if line)):
        alert.send(current, channels=channels.addresses(current))
    else:
        log.warning("%s; nobody is told, for NIGHTDESK_OPERATORS names no channel", subject)


def _key(dag_run: Any) -> str:
    asked = (getattr(dag_run, "conf", None) or {}).get("run")
    return str(asked or getattr(dag_run, "partition_key", None) or "")


def _failures(stage: str, run: str) -> list[str]:
    """The failed sources of a run; nothing when the ledger cannot be asked, for the database may be what failed."""
    from pipelines.errors import DatabaseError
    from pipelines.settings import settings
    from pipelines.stores import postgres as db
    from pipelines.stores import runs

    if not run:
        return []
    try:
        with db.connection(settings()) as conn:
            down = runs.unreached(conn, run) if stage == "crawl" else ""
            if down:
                return [down]
            tallies = [t for t in runs.tallies(conn, run) if t.stage == stage and t.state in ("failed", "running")]
    except DatabaseError as error:
        return [str(error)]
    return [f"{tally.source or stage}: {tally.message or tally.state}" for tally in tallies]


def _link(dag: str, run_id: str) -> str:
    return f"{conf.get('api', 'base_url', fallback='').rstrip('/')}/dags/{dag}/runs/{run_id}"
