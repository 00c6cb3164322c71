"""Tells the operators about Airflow: a failed run, a late night. Airflow calls these functions by dotted name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import conf

# A subject names at most this many sources.
MOST_NAMED = 3

log = logging.getLogger("nightdesk.tell")


def tell_failed(context: Mapping[str, Any]) -> None:
    """Tell the operators that a run failed: its key, the failed sources with reasons, and the page of Airflow to look
    at."""
    dag, run_id = context["dag"].dag_id, context["run_id"]
    _tell(("failed", dag, run_id), *failure(dag, run_id, context.get("dag_run")))


def failure(dag: str, run_id: str, dag_run: Any) -> tuple[str, list[str]]:
    """The subject and the lines about a failed run: each failed source with its reason."""
    stage = dag.removeprefix("news_")
    run = _key(stage, dag_run)
    names, reasons = _failures(stage, run)
    lines = [
        f"{dag} failed for the run {run or run_id}.",
        *(reasons or [_without_reason(stage)]),
        _link(dag, run_id),
    ]
    who = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
    return f"{dag} failed: {run or run_id}" + (f": {who}" if who else ""), lines


async def late(*, dag: str, after: int, context: Mapping[str, Any]) -> None:
    """Tell the operators that a run is still going after `after` seconds."""
    run = context.get("dag_run") or {}
    run_id = str(run.get("dag_run_id") or run.get("run_id") or "")
    key = str(run.get("partition_key") or (run.get("conf") or {}).get("run") or run_id)
    lines = [f"{dag} has not ended {after / 3600:.1f} hours after it was due to begin: {key}.", _link(dag, run_id)]
    await asyncio.to_thread(_tell, ("late", dag, run_id), f"{dag} is late: {key}", lines)


def _tell(key: tuple[str, ...], subject: str, lines: list[str]) -> None:
    from pipelines.airflow import channel_connections
    from pipelines.alert import stage as alert
    from pipelines.notify import outbox
    from pipelines.settings import settings

    current = settings()
    if outbox.tell_operators(current, outbox.key(*key), subject, "\n".join(line for line in lines if line)):
        alert.send(current, channels=channel_connections.addresses(current))
    else:
        log.warning("%s; nobody is told, because NIGHTDESK_OPERATORS names no channel", subject)


def _without_reason(stage: str) -> str:
    """The reason why a run failed although no source failed."""
    from pipelines.settings import settings
    from pipelines.sources import folders

    if stage == "crawl" and not any(folders.readable(settings())):
        return str(folders.none_followed(settings()))
    return "No source of it failed: one of its tasks did, and the log of that task says why."


def _key(stage: str, dag_run: Any) -> str:
    """The key of our run on which Airflow's run of a Dag worked; empty if it is unknown."""
    from pipelines.airflow.run_plan import crawl_run
    from pipelines.settings import settings

    asked = (getattr(dag_run, "conf", None) or {}).get("run")
    partition = getattr(dag_run, "partition_key", None)
    after = getattr(dag_run, "run_after", None)
    if stage == "crawl" and after is not None:
        # The crawl makes its key in the same way. Airflow names a partition by the schedule's clock, and a run's key is
        # in UTC, so the name is converted.
        return crawl_run(asked, partition, after, settings().schedule_timezone)
    return str(asked or partition or "")


def _failures(stage: str, run: str) -> tuple[list[str], list[str]]:
    """The names of the failed sources of a run, and a sentence for each.

    If the ledger does not answer, or if no host answered in the whole run, one sentence says that, and no source is
    named.
    """
    from pipelines.errors import DatabaseError
    from pipelines.settings import settings
    from pipelines.sources import folders
    from pipelines.stores import postgres, runs

    if not run:
        return [], []
    current = settings()
    try:
        with postgres.connection(current) as conn:
            down = runs.tell_unreached(conn, run) if stage == "crawl" else ""
            tallies = [t for t in runs.tallies(conn, run) if t.stage == stage and t.state in ("failed", "running")]
    except DatabaseError as error:
        return [], [str(error)]
    if down:
        return [], [down]
    told = {"running": "did not end", "failed": "failed, and gave no reason"}
    lines = []
    for tally in tallies:
        title = folders.title_and_zone(current, tally.source)[0] if tally.source else stage
        who = title if title in (tally.source, stage) else f"{title} ({tally.source})"
        lines.append(f"{who}: {tally.message or told[tally.state]}")
    return [tally.source or stage for tally in tallies], lines


def _link(dag: str, run_id: str) -> str:
    return f"{conf.get('api', 'base_url', fallback='').rstrip('/')}/dags/{dag}/runs/{run_id}"
