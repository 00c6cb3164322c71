"""Starting our Dags from the Desk, in the name of who asked; it alone knows how Airflow does that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.models.dag import DagModel
from airflow.sdk.exceptions import AirflowException
from airflow.utils.types import DagRunTriggeredByType

from pipelines.errors import NightdeskError


class DagRefusedError(NightdeskError):
    """A Dag cannot be started; the text says why and what to do."""


@dataclass(frozen=True)
class Started:
    """A run of a Dag that was begun."""

    dag: str
    run_id: str


def start(dag: str, user: str, **form: Any) -> Started:
    """Begin a run of a Dag with its form filled in; DagRefusedError where it would not run."""
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
    return Started(dag, str(run.run_id))
