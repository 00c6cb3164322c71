"""The Dags that bring what is past, by hand: each looks first, waits for a person's yes, and then does it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param, task

from pipelines.airflow import failing, night_dags
from pipelines.airflow.service_dags import LONGEST_WAIT
from pipelines.archive import policy
from pipelines.settings import settings

# The longest that one of them may take. Chosen: 10,000 pages at 5 s each take 14 hours; what is ended goes on.
PAST_LIMIT = timedelta(hours=24)
DESCRIPTIONS = {
    "import": "By hand: take pages that others saved into the archive once somebody approves",
    "backfill": "By hand: collect what a site published before it was followed, once somebody approves",
}


def import_dag(doc: str) -> DAG:
    """look → approve, by a person → bring_in, for the file in the form; whoever started it sees how it ends."""
    with _by_form("import", doc, _of_import()) as dag:

        @task(execution_timeout=night_dags.STAGE_LIMIT, multiple_outputs=False)
        @failing.by_sentence()
        def look(params: Any = None) -> dict[str, Any]:
            from pipelines.airflow import past

            return past.look_at_import(params)

        @task(execution_timeout=PAST_LIMIT)
        @failing.by_sentence()
        def bring_in(looked: Any) -> str:
            from pipelines.airflow import past

            return past.bring_in(looked)

        looked = look()
        looked >> _approval("Import {{ ti.xcom_pull(task_ids='look')['path'] }}?") >> bring_in(looked)
    return dag


def backfill_dag(doc: str) -> DAG:
    """look → approve, by a person → want → fetch, for the source and days in the form."""
    with _by_form("backfill", doc, _of_backfill()) as dag:

        @task(execution_timeout=PAST_LIMIT, multiple_outputs=False)
        @failing.by_sentence()
        def look(params: Any = None) -> dict[str, Any]:
            from pipelines.airflow import past

            return past.look_at_backfill(params)

        @task(execution_timeout=night_dags.SHORT_LIMIT)
        @failing.by_sentence()
        def want(looked: Any) -> int:
            from pipelines.airflow import past

            return past.want(looked)

        @task(execution_timeout=PAST_LIMIT)
        @failing.by_sentence()
        def fetch(looked: Any) -> str:
            from pipelines.airflow import past

            return past.fetch(looked)

        looked = look()
        subject = "Collect {{ ti.xcom_pull(task_ids='look')['pages'] }} pages of {{ params['source'] }}?"
        looked >> _approval(subject) >> want(looked) >> fetch(looked)
    return dag


def _by_form(name: str, doc: str, params: dict[str, Param]) -> DAG:
    return DAG(
        name,
        description=DESCRIPTIONS[name],
        schedule=None,
        catchup=False,
        doc_md=doc,
        tags=["nightdesk"],
        default_args=night_dags.defaults(settings()),
        params=params,
        render_template_as_native_obj=False,
    )


def _approval(subject: str) -> ApprovalOperator:
    return ApprovalOperator(
        task_id="approve",
        subject=subject,
        body="{{ ti.xcom_pull(task_ids='look')['report'] }}",
        defaults=ApprovalOperator.REJECT,
        execution_timeout=night_dags.SHORT_LIMIT,
        response_timeout=LONGEST_WAIT,
    )


def _of_import() -> dict[str, Param]:
    return {
        "path": Param(
            type="string",
            minLength=1,
            title="File or folder",
            description="In the folder `imports` of the data folder: a WARC file, a list with an address on each line, "
            "or a folder of WARC files.",
        ),
        "in_place": Param(
            False,
            type="boolean",
            title="In place",
            description="Leave WARC files where they are, and point into them.",
        ),
    }


def _of_backfill() -> dict[str, Param]:
    return {
        "source": Param(type="string", minLength=1, title="Source", description="The name of a followed source."),
        "from": Param(
            None,
            type=["null", "string"],
            title="From",
            description="From this day on, such as 2024-01 or 2024-01-31. Empty: as far as the site's lists go.",
        ),
        "to": Param(
            None, type=["null", "string"], title="To", description="Up to the end of this day. Empty: up to yesterday."
        ),
        "pages": Param(
            policy.BACKFILL_PAGES,
            type="integer",
            minimum=1,
            title="Pages",
            description="Pages that are fetched at most.",
        ),
    }
