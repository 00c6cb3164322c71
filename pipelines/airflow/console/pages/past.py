"""The page of backfills and imports. The Dags `backfill` and `import` look first, and wait for a person's yes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from pipelines import steering
from pipelines.airflow.console import dag_runs, policy
from pipelines.airflow.console.audited_actions import Acting
from pipelines.airflow.console.parameters import LONGEST_NAME, NAME
from pipelines.archive import policy as archive_policy
from pipelines.codes import Act, Thing
from pipelines.settings import Settings, settings
from pipelines.sources import folders

router = APIRouter(prefix="/api/past")

DAGS = {"backfill": Act.BACKFILL, "import": Act.IMPORT}
# Both Dags have a task of this name, which waits for a person.
APPROVE = "approve"

Dag = Literal["backfill", "import"]
RunId = Annotated[str, InPath(max_length=LONGEST_NAME, pattern=NAME)]
Text = Annotated[str, Field(max_length=LONGEST_NAME, pattern=NAME)]


class Backfill(BaseModel):
    """The source of a backfill, its first and last day (empty: as far as the lists go), and how many pages it fetches
    at most."""

    model_config = ConfigDict(extra="forbid")

    source: Text
    since: Text = ""
    until: Text = ""
    pages: Annotated[int, Field(ge=1, le=archive_policy.BACKFILL_PAGES)] = archive_policy.BACKFILL_PAGES


class Import(BaseModel):
    """The path in the folder of imports, and whether its files stay in their place."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=NAME)]
    in_place: bool = False


@router.get("")
def _past() -> Any:
    """The newest runs of both Dags, and the files in the folder of imports if this machine has it."""
    runs = [run for dag in DAGS for run in dag_runs.newest(dag, policy.RUNS_LISTED)]
    runs.sort(key=lambda run: run["began"], reverse=True)
    return steering.strip_steering(
        {"now": datetime.now(UTC), "runs": runs[: policy.RUNS_LISTED], "files": _files(settings())}
    )


@router.post("/backfill")
def _backfill(asked: Backfill, acting: Acting) -> Any:
    """Start a look at a site's lists for older articles; no article is fetched before a person says yes."""
    current = settings()
    (source,) = folders.read_named(current, [asked.source])
    form = {"source": source.name, "from": asked.since or None, "to": asked.until or None, "pages": asked.pages}
    with acting.doing(current, Act.BACKFILL, Thing.SOURCE, source.name) as done:
        done.detail = dag_runs.start("backfill", acting.user, **form)
    return done.detail


@router.post("/import")
def _import(asked: Import, acting: Acting) -> Any:
    """Start a look at saved pages; nothing is imported before a person says yes."""
    with acting.doing(settings(), Act.IMPORT, Thing.ARCHIVE, "archive") as done:
        started = dag_runs.start("import", acting.user, path=asked.path, in_place=asked.in_place)
        done.detail = {**started, "path": asked.path}
    return done.detail


@router.post("/{dag}/{run_id}/approve")
def _approve(dag: Dag, run_id: RunId, acting: Acting) -> Any:
    """Say yes to the findings of a look."""
    return _give_answer(dag, run_id, acting, Act.APPROVE, "Approve")


@router.post("/{dag}/{run_id}/refuse")
def _refuse(dag: Dag, run_id: RunId, acting: Acting) -> Any:
    """Say no: nothing is fetched or imported."""
    return _give_answer(dag, run_id, acting, Act.REFUSE, "Reject")


def _give_answer(dag: str, run_id: str, acting: Acting, act: Act, option: str) -> Any:
    with acting.doing(settings(), act, Thing.ARCHIVE, "archive") as done:
        dag_runs.answer(dag, run_id, APPROVE, acting.login, option)
        done.detail = {"answered": dag, "run_id": run_id, "dag": dag}
    return {"answered": option}


def _files(current: Settings) -> list[str]:
    """The names in the folder of imports; none if the API server is on a machine without it."""
    folder = current.data / archive_policy.IMPORTS_FOLDER
    return sorted(path.name for path in folder.iterdir())[: policy.FILES_OFFERED] if folder.is_dir() else []
