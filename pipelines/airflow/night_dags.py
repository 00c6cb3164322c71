"""The parts of the Dags (assets, timetables, forms, retries by kind of error), and the Dags of the night."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import (
    DAG,
    Asset,
    CronPartitionTimetable,
    Param,
    PartitionedAssetTimetable,
    PartitionedAtRuntime,
    RetryAction,
    RetryRule,
    TriggerRule,
    task,
)
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from pipelines import errors
from pipelines.airflow import callbacks, task_failure
from pipelines.model import RUN_KEY
from pipelines.settings import Settings, settings

# A task that got no answer from Postgres is tried again after this pause. Chosen: a restart of Postgres takes less.
POSTGRES_PAUSE = timedelta(seconds=30)

if TYPE_CHECKING:
    from pipelines.airflow.run_plan import Batch, MatchShare

# By these assets each Dag hands its run to the next: `tasks.publish` makes an event of the asset, and the event starts
# the Dag of the next stage for this run.
RAW = Asset("raw", uri="x-news://raw", group="nightdesk")
FILES = Asset("article_files", uri="x-news://article-files", group="nightdesk")
ARTICLES = Asset("articles", uri="x-news://articles", group="nightdesk")

LABEL = "{{ task.op_kwargs['batch']['name'] }}"
# A crawl's task lives on for this many seconds after the crawl's own budget. Chosen: the spider ends its sources 10
# seconds after the budget. After 30 seconds the task asks the spider to stop, and some 5 seconds later the task kills
# it. The rest is for a busy machine.
SPIDER_GRACE_SECONDS = 120
# A batch of extract, load or alert, or another long task, may take this long. Chosen: the largest source takes far
# less. A task that hangs is ended after this time, and Airflow tries it again.
STAGE_LIMIT = timedelta(hours=2)
# A short task may take this long. Chosen: most of these tasks only run a few statements in Postgres, and a look at a
# site takes some two minutes.
SHORT_LIMIT = timedelta(minutes=10)
# One Dag may have this many runs at the same time. Chosen: these are enough for runs that people start beside the
# night; the locks of the sources keep the runs apart.
ACTIVE_RUNS = 8
# These are all of Airflow's types of runs except `backfill`, which has nothing to do with `nightdesk backfill`.
# Airflow's own backfill would be useless, because a site shows today's lists, whatever day a run is labelled with.
RUN_TYPES: Any = ("scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization")
DESCRIPTIONS = {
    "crawl": "Step 1 of 4: fetch what is new into the raw store",
    "extract": "Step 2 of 4: find the article on each page fetched",
    "load": "Step 3 of 4: put articles and what changed in them into Postgres",
    "alert": "Step 4 of 4: tell people what their watches found",
}


def crawl_dag(doc: str) -> DAG:
    """plan → crawl, mapped by source → publish → verdict, on NIGHTDESK_SCHEDULE (empty: by hand only)."""
    current = settings()
    with _dag("crawl", doc, current, timetable(current), "this moment.", "those that are due.") as dag:

        @task(execution_timeout=SHORT_LIMIT)
        @task_failure.by_sentence()
        def plan(params: Any = None, dag_run: Any = None) -> list[Batch]:
            from pipelines.airflow import tasks

            return tasks.plan_crawl(params, dag_run)

        @task(
            # The limit counts all runs of the Dag together. It is a setting of the Dag, so nobody has to make a pool.
            max_active_tis_per_dag=current.crawl_slots,
            **_of_queue(current.crawl_queue),
            map_index_template=LABEL,
            execution_timeout=timedelta(seconds=current.crawl_budget + SPIDER_GRACE_SECONDS),
            multiple_outputs=False,
        )
        @task_failure.by_sentence()
        def crawl(batch: Batch, params: Any = None) -> dict[str, str]:
            from pipelines.airflow import tasks

            return tasks.crawl_batch(batch, params)

        planned = plan()
        crawled = crawl.expand(batch=planned)
        _publish_and_judge("crawl", planned, crawled, RAW)
    return dag


def extract_dag(doc: str) -> DAG:
    """plan → extract, mapped by source → publish → verdict, for each run that news_crawl hands over."""
    current = settings()
    with _dag("extract", doc, current, PartitionedAssetTimetable(assets=RAW)) as dag:

        @task(
            map_index_template=LABEL,
            execution_timeout=STAGE_LIMIT,
            multiple_outputs=False,
            **_of_queue(current.extract_queue),
        )
        @task_failure.by_sentence()
        def extract(batch: Batch) -> dict[str, str]:
            from pipelines.airflow import tasks

            return tasks.extract_batch(batch)

        planned = _plan("extract")
        extracted = extract.expand(batch=planned)
        _publish_and_judge("extract", planned, extracted, FILES)
    return dag


def load_dag(doc: str) -> DAG:
    """plan → load, mapped by source → publish → verdict, for each run that news_extract hands over."""
    current = settings()
    with _dag("load", doc, current, PartitionedAssetTimetable(assets=FILES)) as dag:

        @task(map_index_template=LABEL, execution_timeout=STAGE_LIMIT, multiple_outputs=False)
        @task_failure.by_sentence()
        def load(batch: Batch) -> dict[str, str]:
            from pipelines.airflow import tasks

            return tasks.load_batch(batch)

        planned = _plan("load")
        loaded = load.expand(batch=planned)
        _publish_and_judge("load", planned, loaded, ARTICLES)
    return dag


def alert_dag(doc: str) -> DAG:
    """match → match_share, mapped by shares if changes are many → send, for each run that news_load hands over."""
    current = settings()
    with _dag("alert", doc, current, PartitionedAssetTimetable(assets=ARTICLES)) as dag:

        @task(execution_timeout=STAGE_LIMIT)
        @task_failure.by_sentence()
        def match(
            params: Any = None, dag_run: Any = None, triggering_asset_events: Any = None, ti: Any = None
        ) -> list[MatchShare]:
            from pipelines.airflow import tasks

            matched = tasks.match(params, dag_run, triggering_asset_events or {})
            # Tasks are mapped over the value that a task returns, so the run is passed separately.
            ti.xcom_push(key="run", value=matched["run"])
            return matched["shares"]

        @task(
            map_index_template="{{ task.op_kwargs['share']['number'] + 1 }} of {{ task.op_kwargs['share']['of'] }}",
            execution_timeout=STAGE_LIMIT,
        )
        @task_failure.by_sentence()
        def match_share(share: MatchShare) -> None:
            from pipelines.airflow import tasks

            tasks.match_share(share)

        # Usually there are no shares for other tasks, and the mapped task is skipped. By this trigger rule `send` runs
        # all the same.
        @task(execution_timeout=STAGE_LIMIT, multiple_outputs=False, trigger_rule=TriggerRule.NONE_FAILED)
        @task_failure.by_sentence()
        def send(run: Any) -> dict[str, str]:
            from pipelines.airflow import tasks

            return tasks.send(run)

        matched: Any = match()
        match_share.expand(share=matched) >> send(matched["run"])
    return dag


def timetable(current: Settings) -> Any:
    """When news_crawl runs.

    Without a start date and with `run_immediately` zero, a fresh installation waits for the next time.
    """
    if not current.schedule:
        return PartitionedAtRuntime()
    return CronPartitionTimetable(
        current.schedule, timezone=current.schedule_timezone, key_format=RUN_KEY, run_immediately=timedelta(0)
    )


def retry_policy(current: Settings) -> task_failure.RetriesByProblem:
    """The rules for retries: soon after an error of the database or the bucket, later after an error of a site, never
    if a person must act."""
    later = timedelta(seconds=current.retry_after)
    return task_failure.RetriesByProblem(
        rules=[
            RetryRule(
                exception=errors.DatabaseError,
                retry_delay=POSTGRES_PAUSE,
                reason="Postgres did not answer",
            ),
            RetryRule(exception=errors.AwayError, retry_delay=POSTGRES_PAUSE, reason="the bucket did not answer"),
            RetryRule(
                exception=[
                    errors.SourceError,
                    errors.SettingsError,
                    errors.WatchError,
                    errors.DiskFullError,
                    errors.StoreError,
                ],
                action=RetryAction.FAIL,
                reason="a person has to mend this first",
            ),
            RetryRule(
                exception=errors.CrawlError,
                action=RetryAction.RETRY if current.retry_after else RetryAction.FAIL,
                retry_delay=later,
                reason="the site may answer later" if current.retry_after else "the next run tries again",
            ),
            RetryRule(
                exception=errors.ChannelError,
                action=RetryAction.FAIL,
                reason="the outbox tries again with growing pauses",
            ),
        ]
    )


def _of_queue(name: str) -> dict[str, Any]:
    return {"queue": name} if name else {}


def _dag(stage: str, doc: str, current: Settings, timetable: Any, run: str = "", names: str = "") -> DAG:
    """A Dag of the night. run, names: what the form says of these two fields if they are empty."""
    name = f"news_{stage}"
    return DAG(
        name,
        description=DESCRIPTIONS[stage],
        schedule=timetable,
        catchup=False,
        max_active_runs=ACTIVE_RUNS,
        allowed_run_types=RUN_TYPES,
        doc_md=doc,
        tags=["nightdesk", stage],
        default_args=defaults(current),
        params=_form(run or "the newest run.", names or "all that the stage before handed over."),
        render_template_as_native_obj=False,
        on_failure_callback=callbacks.tell_failed,
        deadline=[
            DeadlineAlert(
                reference=DeadlineReference.DAGRUN_QUEUED_AT,
                interval=timedelta(seconds=current.late_after),
                callback=AsyncCallback(callbacks.late, kwargs={"dag": name, "after": current.late_after}),
                name=f"told to the operators after {_lasting(current.late_after)}",
            )
        ],
    )


def _lasting(seconds: int) -> str:
    units = ((3600, "hour"), (60, "minute"), (1, "second"))
    size, unit = next((size, unit) for size, unit in units if seconds % size == 0)
    return f"{seconds // size} {unit}" + ("" if seconds == size else "s")


def _form(run: str, names: str) -> dict[str, Param]:
    return {
        "run": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-\d{2}-\d{2}T\d{4}(\d{2})?$",
            title="Run",
            description=f"The key of the run, such as 2026-11-22T0200. Empty: {run}",
        ),
        "sources": Param(
            None,
            type=["null", "array"],
            items={"type": "string"},
            title="Sources",
            description=f"Names of followed sources, one a line. Empty: {names}",
        ),
    }


def defaults(current: Settings) -> dict[str, Any]:
    """The arguments that every task of every Dag has."""
    return {
        "owner": "nightdesk",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_policy": retry_policy(current),
    }


def _plan(stage: str) -> Any:
    """The task that gives the batches of a later stage."""

    @task(task_id="plan", execution_timeout=SHORT_LIMIT)
    @task_failure.by_sentence()
    def plan(params: Any = None, dag_run: Any = None, triggering_asset_events: Any = None) -> list[Batch]:
        from pipelines.airflow import tasks

        return tasks.plan_stage(stage, params, dag_run, triggering_asset_events or {})

    return plan()


def _publish_and_judge(stage: str, planned: Any, worked: Any, asset: Asset) -> None:
    """After every source has ended, in whatever state: give one event for the run, and one verdict on all sources.

    The trigger rule is not `all_done_min_one_success`: with that rule, one skipped source, such as a busy one, would
    make Airflow skip the hand-over.
    """

    @task(
        trigger_rule=TriggerRule.ALL_DONE,
        outlets=[asset],
        execution_timeout=SHORT_LIMIT,
        multiple_outputs=False,
    )
    @task_failure.by_sentence()
    def publish(planned: list[Batch] | None = None, outlet_events: Any = None) -> dict[str, Any]:
        from pipelines.airflow import tasks

        return dict(tasks.publish(stage, planned, outlet_events[asset]))

    @task(trigger_rule=TriggerRule.ALL_DONE, execution_timeout=SHORT_LIMIT, retries=0)
    @task_failure.by_sentence()
    def verdict(planned: list[Batch] | None = None) -> str:
        from pipelines.airflow import tasks

        return tasks.verdict(stage, planned)

    published, judged = publish(planned), verdict(planned)
    worked >> published >> judged
