"""For the Dags of bench.asleep: in place of a stage's work, a task sleeps as long as that work took.

`replace_work` replaces what the tasks of a process do. BENCH_ASLEEP names a file with the seconds of each stage and
source; beside it, `slept.jsonl` gets a line for each sleep.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.airflow import tasks
from pipelines.airflow.run_plan import Batch, Matching
from pipelines.settings import settings
from pipelines.stores import postgres

FILE = "BENCH_ASLEEP"
SLEPT = "slept.jsonl"
# What a stage leaves in the ledger of runs, by which the next one is planned.
ENDED = """
    insert into runs (run, source, stage, state, counts, started_at, ended_at)
    select %(run)s, each.source, %(stage)s, 'done', '{}', now(), now() + make_interval(secs => each.seconds)
    from unnest(%(sources)s::text[], %(seconds)s::float8[]) as each (source, seconds)
    on conflict (run, source, stage) do nothing
"""


def crawl_batch(batch: Batch, params: Mapping[str, Any] | None = None) -> dict[str, str]:
    """A crawl has its sources beside one another: it takes as long as the longest."""
    return _sleep("crawl", batch, max)


def extract_batch(batch: Batch) -> dict[str, str]:
    """One source after the other."""
    return _sleep("extract", batch, sum)


def load_batch(batch: Batch) -> dict[str, str]:
    """One source after the other."""
    return _sleep("load", batch, sum)


def match(params: Mapping[str, Any], dag_run: Any, events: Mapping[Any, Any]) -> Matching:
    """All changes in one task."""
    run = tasks.chosen_run("alert", params, dag_run, events)["run"]
    _sleep("alert", Batch(run=run, name="", sources=[""]), sum)
    return Matching(run=run, shares=[])


def _sleep(stage: str, batch: Batch, join: Any) -> dict[str, str]:
    file = Path(os.environ[FILE])
    known = json.loads(file.read_text(encoding="utf-8"))[stage]
    seconds = [float(known[source]) for source in batch["sources"]]
    whole = join(seconds)
    time.sleep(whole)
    with postgres.connection(settings()) as conn, conn, conn.cursor() as cursor:
        named = {"run": batch["run"], "stage": stage, "sources": batch["sources"], "seconds": seconds}
        cursor.execute(ENDED, named)
    with file.with_name(SLEPT).open("a", encoding="utf-8") as slept:
        slept.write(json.dumps({"stage": stage, "seconds": whole}) + "\n")
    return dict.fromkeys(batch["sources"], "done")


def replace_work() -> None:
    """From now on the tasks of this process sleep."""
    tasks.crawl_batch, tasks.extract_batch, tasks.load_batch, tasks.match = (
        crawl_batch,
        extract_batch,
        load_batch,
        match,
    )
