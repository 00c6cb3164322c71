"""For the Desk: starts runs of our Dags in the user's name, finds runs, and gives a person's answer to a waiting run.

At the Desk, only this module reads Airflow's own tables, which are no public interface.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.sdk.exceptions import AirflowException
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunTriggeredByType
from fastapi import HTTPException
from sqlalchemy import select

from pipelines.airflow import run_plan
from pipelines.errors import NightdeskError

# Each of these stages has a Dag, `news_<stage>`, which maps a task with the name of the stage over the sources.
STAGES = ("crawl", "extract", "load")
# Runs of a source are searched for among this many of the newest runs of these Dags. Chosen: they are a hundred nights
# of three Dags, or four days of hourly runs.
LOOKED_THROUGH = 300


class DagRefusedError(NightdeskError):
    """A Dag cannot be started; the text says why and what to do."""


def start(dag: str, user: str, **form: Any) -> dict[str, str]:
    """Begin a run of a Dag with its form filled in; gives `dag` and `run_id`; DagRefusedError if it cannot run."""
    known = DagModel.get_current(dag)
    if known is None or known.is_stale:
        raise DagRefusedError(f"Airflow does not know the Dag {dag} yet: look at its Dags for an import error.")
    if known.is_paused:
        raise DagRefusedError(f"The Dag {dag} is paused in Airflow, so it would only wait: switch it on there first.")
    try:
        run = trigger_dag(dag, triggered_by=DagRunTriggeredByType.UI, triggering_user_name=user, conf=form)
    except (AirflowException, ValueError) as error:
        raise DagRefusedError(f"Airflow does not start the Dag {dag}: {error}") from None
    if run is None:
        raise DagRefusedError(f"Airflow did not start the Dag {dag}.")
    return {"dag": dag, "run_id": str(run.run_id)}


def is_under_way(dag: str, **form: Any) -> bool:
    """Whether a run of this Dag is queued or running and has these values in its form. The form may have other values
    too."""
    asked = select(DagRun.conf).where(DagRun.dag_id == dag, DagRun.state.in_((DagRunState.QUEUED, DagRunState.RUNNING)))
    with create_session() as session:
        return any(form.items() <= (conf or {}).items() for conf in session.scalars(asked))


def tasks_of(runs: Collection[str], source: str, timezone: str) -> dict[str, list[dict[str, Any]]]:
    """Key of a run -> the Dag runs that worked on the source for this run: `stage`, `dag`, `run_id`, `map_index`.

    `map_index`: the place of the source's own task; None if the source shared a task with others.

    timezone: the clock of the schedule, from which Airflow takes a night's name.
    """
    asked = (
        select(DagRun.dag_id, DagRun.run_id, DagRun.partition_key, DagRun.run_after, DagRun.conf)
        .where(DagRun.dag_id.in_([f"news_{stage}" for stage in STAGES]))
        .order_by(DagRun.run_after.desc())
        .limit(LOOKED_THROUGH)
    )
    with create_session() as session:
        found = [row for row in session.execute(asked) if _key(row, timezone) in runs]
        mapped = session.execute(
            select(TaskInstance.dag_id, TaskInstance.run_id, TaskInstance.map_index).where(
                TaskInstance.run_id.in_([row.run_id for row in found]),
                TaskInstance.task_id.in_(STAGES),
                TaskInstance._rendered_map_index == source,
            )
        ).all()
    places = {(dag, run_id): at for dag, run_id, at in mapped}
    tasks: dict[str, list[dict[str, Any]]] = {}
    for row in reversed(found):
        stage = row.dag_id.removeprefix("news_")
        at = places.get((row.dag_id, row.run_id))
        one = {"stage": stage, "dag": row.dag_id, "run_id": row.run_id, "map_index": at}
        tasks.setdefault(_key(row, timezone), []).append(one)
    return tasks


def _key(row: Any, timezone: str) -> str:
    """The key of the run for which one of our Dags ran; empty if it is unknown."""
    form = (row.conf or {}).get("run")
    try:
        if row.dag_id == "news_crawl":
            return run_plan.crawl_run(form, row.partition_key, row.run_after, timezone)
    except NightdeskError:
        return ""
    return str(form or row.partition_key or "")


def answer(dag: str, run_id: str, task: str, user: BaseUser, option: str) -> None:
    """Answer a task that waits for a person, in that person's name; DagRefusedError if it no longer waits."""
    # These two imports load all of Airflow's own routes, which takes two seconds of CPU in a process that is no API
    # server.
    from airflow.api_fastapi.core_api.datamodels.hitl import UpdateHITLDetailPayload
    from airflow.api_fastapi.core_api.routes.public.hitl import update_hitl_detail

    said = UpdateHITLDetailPayload(chosen_options=[option])
    try:
        with create_session() as session:
            update_hitl_detail(dag, run_id, task, said, user, session)
    except HTTPException as error:
        raise DagRefusedError(f"This is not waiting for an answer (any more): {error.detail}") from None


def newest(dag: str, count: int) -> list[dict[str, Any]]:
    """The newest runs of a Dag, newest first: `run_id`, state, beginning, person, form, and the states of tasks."""
    asked = select(DagRun).where(DagRun.dag_id == dag).order_by(DagRun.run_after.desc()).limit(count)
    with create_session() as session:
        runs = session.scalars(asked).all()
        states = session.execute(
            select(TaskInstance.run_id, TaskInstance.task_id, TaskInstance.state).where(
                TaskInstance.dag_id == dag, TaskInstance.run_id.in_([run.run_id for run in runs])
            )
        ).all()
        return [
            {
                "dag": dag,
                "run_id": run.run_id,
                "state": str(run.state),
                "began": run.run_after,
                "by": run.triggering_user_name or "",
                "form": dict(run.conf or {}),
                "tasks": {task: state for run_id, task, state in states if run_id == run.run_id},
            }
            for run in runs
        ]


def waiting(dag: str, task: str) -> list[dict[str, Any]]:
    """The runs of a Dag whose task waits for a person, oldest first: `run_id`, `since`, and the form's `url`."""
    asked = (
        select(DagRun.run_id, TaskInstance.start_date, DagRun.conf)
        .join(TaskInstance, (TaskInstance.dag_id == DagRun.dag_id) & (TaskInstance.run_id == DagRun.run_id))
        .where(
            DagRun.dag_id == dag,
            TaskInstance.task_id == task,
            TaskInstance.state.in_((TaskInstanceState.AWAITING_INPUT, TaskInstanceState.DEFERRED)),
        )
        .order_by(DagRun.id)
    )
    with create_session() as session:
        found = session.execute(asked).all()
    return [{"run_id": run_id, "since": since, "url": (conf or {}).get("url", "")} for run_id, since, conf in found]
