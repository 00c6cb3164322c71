"""The Dags beside the night that start by the clock: digests, upkeep and the canary."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, task

from pipelines.airflow import callbacks, night_dags, task_failure
from pipelines.settings import Settings, settings

EVERY_HOUR = "17 * * * *"
# This is the cron of the Dag `digest`. Chosen: nobody minds that a digest of seven o'clock comes some minutes later,
# and each run costs a process for a second.
EVERY_TEN_MINUTES = "*/10 * * * *"
# This is the cron of the canary. Chosen: neither upkeep nor a night begins at this minute.
CANARY_EVERY_HOUR = "47 * * * *"
DESCRIPTIONS = {
    "canary": "Every hour: an article from a site to its alert, and an alarm if it does not come",
    "digest": "Every ten minutes: send digests that are due, and what waited for quiet hours to end",
    "upkeep": "Every hour: notice quiet sources, send what still waits, delete old raw files",
}


def digest_dag(doc: str) -> DAG:
    """The task `send`: it sends the due messages of the outbox, including digests."""
    with _by_clock("digest", doc, settings(), EVERY_TEN_MINUTES) as dag:
        _sending("send")
    return dag


def canary_dag(doc: str) -> DAG:
    """The task `sing`: an article on loopback must become an alert in time; else a second channel gets an alarm."""
    current = settings()
    with _by_clock("canary", doc, current, CANARY_EVERY_HOUR if current.canary else "") as dag:
        # The task is an alarm: a retry would only delay it.
        @task(execution_timeout=night_dags.SHORT_LIMIT, retries=0)
        @task_failure.by_sentence()
        def sing() -> str:
            from pipelines.airflow import tasks

            return tasks.sing()

        sing()
    return dag


def upkeep_dag(doc: str) -> DAG:
    """Tasks beside the night: report quiet sources, send what waits, read golden pages, delete what was kept long
    enough, and bring rows of older versions up to date."""
    with _by_clock("upkeep", doc, settings(), EVERY_HOUR) as dag:

        @task(execution_timeout=night_dags.SHORT_LIMIT)
        @task_failure.by_sentence()
        def health() -> list[str]:
            from pipelines.airflow import tasks

            return tasks.check_health()

        @task(execution_timeout=night_dags.STAGE_LIMIT, multiple_outputs=False)
        @task_failure.by_sentence()
        def raw_files() -> dict[str, int]:
            from pipelines.airflow import tasks

            return tasks.retire_raw()

        @task(execution_timeout=night_dags.STAGE_LIMIT)
        @task_failure.by_sentence()
        def golden_pages() -> list[str]:
            from pipelines.airflow import tasks

            return tasks.check_golden()

        @task(execution_timeout=night_dags.STAGE_LIMIT, multiple_outputs=False)
        @task_failure.by_sentence()
        def search_index() -> int:
            from pipelines.airflow import tasks

            return tasks.complete_index()

        @task(execution_timeout=night_dags.STAGE_LIMIT, multiple_outputs=False)
        @task_failure.by_sentence()
        def wordings() -> int:
            from pipelines.airflow import tasks

            return tasks.keep_wordings_once()

        health() >> _sending("outbox")
        golden_pages()
        search_index()
        wordings()
        raw_files()
    return dag


def _by_clock(name: str, doc: str, current: Settings, every: str) -> DAG:
    """A Dag that has one run at a time. The operators are told of failed runs. every: when it runs, as cron; empty:
    never."""
    return DAG(
        name,
        description=DESCRIPTIONS[name],
        schedule=CronTriggerTimetable(every, timezone="UTC", run_immediately=timedelta(0)) if every else None,
        catchup=False,
        max_active_runs=1,
        doc_md=doc,
        tags=["nightdesk"],
        default_args=night_dags.defaults(current),
        on_failure_callback=callbacks.tell_failed,
    )


def _sending(task_id: str) -> Any:
    """A task that sends what is due in the outbox."""

    @task(task_id=task_id, execution_timeout=night_dags.STAGE_LIMIT, multiple_outputs=False)
    @task_failure.by_sentence()
    def send() -> dict[str, str]:
        from pipelines.airflow import tasks

        return tasks.send("")

    return send()
