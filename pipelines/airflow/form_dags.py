"""The Dags that a person starts by a form. Most look first, wait for a person's yes, and then do the approved work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param, task

from pipelines.airflow import night_dags, task_failure
from pipelines.archive import policy
from pipelines.codes import HandWork
from pipelines.settings import settings

# An approval waits at most this long. Without an answer the work is not done.
LONGEST_WAIT = timedelta(days=7)
# A backfill or an import may take this long. Chosen: 10,000 pages at 5 s each take 14 hours. A run that this limit
# ended can be started again, and goes on.
PAST_LIMIT = timedelta(hours=24)
DESCRIPTIONS = {
    "follow": "By hand: look at a site, show ten sample articles, and follow it once somebody approves",
    "by_hand": "For the Desk: one piece of work that a person asked for, with its result",
    "import": "By hand: take pages that others saved into the archive once somebody approves",
    "backfill": "By hand: collect what a site published before it was followed, once somebody approves",
}


def follow_dag(doc: str) -> DAG:
    """probe → approve, by a person → keep, for the address in the form.

    No failure is told to the operators: the person who started the run sees how it ends.
    """
    with _by_form("follow", doc, _of_follow()) as dag:

        @task(execution_timeout=night_dags.SHORT_LIMIT, multiple_outputs=False)
        @task_failure.by_sentence()
        def probe(params: Any = None) -> dict[str, Any]:
            from pipelines.airflow import follow_tasks

            return follow_tasks.probe(params)

        @task(execution_timeout=night_dags.SHORT_LIMIT)
        @task_failure.by_sentence()
        def keep(probed: Any) -> str:
            from pipelines.airflow import follow_tasks

            return follow_tasks.keep(probed)

        probed = probe()
        subject = "Follow {{ ti.xcom_pull(task_ids='probe')['name'] }}?"
        probed >> _approval("probe", subject) >> keep(probed)
    return dag


def import_dag(doc: str) -> DAG:
    """look → approve, by a person → bring_in, for the file in the form.

    No failure is told to the operators: the person who started the run sees how it ends.
    """
    with _by_form("import", doc, _of_import()) as dag:

        @task(execution_timeout=night_dags.STAGE_LIMIT, multiple_outputs=False)
        @task_failure.by_sentence()
        def look(params: Any = None) -> dict[str, Any]:
            from pipelines.airflow import past_tasks

            return past_tasks.look_at_import(params)

        @task(execution_timeout=PAST_LIMIT)
        @task_failure.by_sentence()
        def bring_in(looked: Any) -> str:
            from pipelines.airflow import past_tasks

            return past_tasks.bring_in(looked)

        looked = look()
        looked >> _approval("look", "Import {{ ti.xcom_pull(task_ids='look')['path'] }}?") >> bring_in(looked)
    return dag


def backfill_dag(doc: str) -> DAG:
    """look → approve, by a person → want → fetch, for the source and days in the form."""
    with _by_form("backfill", doc, _of_backfill()) as dag:

        @task(execution_timeout=PAST_LIMIT, multiple_outputs=False)
        @task_failure.by_sentence()
        def look(params: Any = None) -> dict[str, Any]:
            from pipelines.airflow import past_tasks

            return past_tasks.look_at_backfill(params)

        @task(execution_timeout=night_dags.SHORT_LIMIT)
        @task_failure.by_sentence()
        def want(looked: Any) -> int:
            from pipelines.airflow import past_tasks

            return past_tasks.want(looked)

        @task(execution_timeout=PAST_LIMIT)
        @task_failure.by_sentence()
        def fetch(looked: Any) -> str:
            from pipelines.airflow import past_tasks

            return past_tasks.fetch(looked)

        looked = look()
        subject = "Collect {{ ti.xcom_pull(task_ids='look')['pages'] }} pages of {{ params['source'] }}?"
        looked >> _approval("look", subject) >> want(looked) >> fetch(looked)
    return dag


def by_hand_dag(doc: str) -> DAG:
    """The task `do`, with the values of the form. The task's result is in sentences, and the Desk shows it."""
    with _by_form("by_hand", doc, _of_by_hand()) as dag:

        @task(execution_timeout=night_dags.STAGE_LIMIT, multiple_outputs=False)
        @task_failure.by_sentence()
        def do(params: Any = None, dag_run: Any = None) -> dict[str, Any]:
            from pipelines.airflow import by_hand_tasks

            return dict(by_hand_tasks.do(params, dag_run.triggering_user_name or ""))

        do()
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


def _approval(look: str, subject: str) -> ApprovalOperator:
    """A task that waits for a person's yes or no to the report of the task `look`."""
    return ApprovalOperator(
        task_id="approve",
        subject=subject,
        body=f"{{{{ ti.xcom_pull(task_ids='{look}')['report'] }}}}",
        defaults=ApprovalOperator.REJECT,
        execution_timeout=night_dags.SHORT_LIMIT,
        response_timeout=LONGEST_WAIT,
    )


def _of_follow() -> dict[str, Param]:
    return {
        "url": Param(
            type="string", minLength=4, title="Address", description="The site's address, such as https://example.org."
        ),
        "name": Param(
            None,
            type=["null", "string"],
            title="Name",
            description="What to call the source: small letters, digits and hyphens. Empty: by its host.",
        ),
        "timezone": Param(
            None,
            type=["null", "string"],
            title="Time zone",
            description="Such as Asia/Damascus. Empty: as the site tells it; where it does not, probe says so.",
        ),
        "country": Param(
            None,
            type=["null", "string"],
            pattern="^[A-Za-z]{2}$",
            title="Country",
            description="Two letters, such as SY. Empty: as the site tells it.",
        ),
        "twice": Param(
            False,
            type="boolean",
            title="Twice",
            description="Follow the site though a source follows it already, under another name.",
        ),
    }


def _of_by_hand() -> dict[str, Param]:
    return {
        "work": Param(type="string", enum=[str(work) for work in HandWork], title="Work"),
        "source": Param(None, type=["null", "string"], title="Source", description="The name of a followed source."),
        "key": Param(None, type=["null", "string"], title="Key", description="Of a trial, or of a held run."),
    }


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
