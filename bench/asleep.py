"""Airflow's own share of a night of many sources: real Dags whose tasks sleep as long as the stages' work took.

python -m bench asleep [--sources 1000] [--workers 1 3] [--celery]: the seconds are those of `bench many`. With
LocalExecutor the pool has as many slots as there are workers; with --celery they are Celery's, of one process each, and
NIGHTDESK_TESTS_CLUSTER names the interpreter of the environment that `make cluster` makes. What is above the sleeps,
shared among so many workers, is Airflow's and ours.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from heapq import heapreplace
from pathlib import Path
from unittest.mock import patch

from bench import asleep_tasks, fresh, many, process_cpu
from pipelines.airflow import airflow_home, standalone
from pipelines.airflow.standalone import Airflow
from pipelines.settings import Settings
from pipelines.stores import postgres

ROOT = Path(__file__).parents[1]
# Seconds of one source in each stage, of 5 new pages, and of matching all of a thousand sources. A crawl sends seven
# requests with the usual delay of a second; real pages take 55 ms to read; the others by `bench many`.
SECONDS = {"crawl": 8.0, "extract": 0.3, "load": 0.055, "alert": 10.0}
# How far the seconds of sources differ from one another: the sigma of a lognormal distribution. Chosen: the longest of
# a thousand takes some five times the usual.
SPREAD = 0.5
MOST = 0.10
WORKERS = "Celery's workers with their tasks"
BEFORE, RUN = "2026-11-22T0200", "2026-11-23T0200"
DAG = (
    "from bench import asleep_tasks\nfrom pipelines.airflow import night_dags\n\n"
    "asleep_tasks.{replace}()\ndag = night_dags.{stage}_dag('')\n"
)


def main(words: Sequence[str]) -> int:
    """Measure and print; exit 1 where the share is more than it may be."""
    parser = argparse.ArgumentParser(prog="python -m bench asleep", description=__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--celery", action="store_true", help="Celery's workers in place of LocalExecutor's")
    given = parser.parse_args(words)
    shares = [_measure(given.sources, workers, given.celery) for workers in given.workers]
    return int(max(shares) > MOST)


def _measure(sources: int, workers: int, celery: bool) -> float:
    """One night of so many workers, printed; the share of it that is no sleep."""
    with fresh.installation() as made, tempfile.TemporaryDirectory(prefix="nightdesk-asleep-") as kept:
        folder = Path(kept)
        folder.chmod(0o711)
        settings = made.model_copy(update={"schedule": "", "retry_after": 0})
        many.follow(settings, sources)
        _remember(settings, folder, sources)
        for stage in SECONDS:
            (folder / "dags").mkdir(exist_ok=True)
            (folder / "dags" / f"news_{stage}.py").write_text(
                DAG.format(stage=stage, replace=asleep_tasks.replace_work.__name__), encoding="utf-8"
            )
        start = _with_celery if celery else _with_local
        with start(settings, folder, workers) as airflow:
            parts = {component.process.pid: component.name for component in airflow.components}
            databases = {
                many.name_database(settings): many.OURS,
                many.name_database(many.metadata_of(settings)): many.AIRFLOWS,
            }
            with process_cpu.sampling(parts, many.postmaster(settings), databases) as samples:
                load = os.getloadavg()[0]
                stages = many.run_night(settings, airflow, RUN)
        many.tell_stages(stages, samples, "asleep")
        slept = _read_slept(folder)
    wall = stages[-1].ended - stages[0].began
    ideal = sum(share_out(tasks, workers) for tasks in slept.values())
    told = ", ".join(f"{stage} {len(tasks)} of {sum(tasks):.0f} s" for stage, tasks in slept.items())
    share = (wall - ideal) / wall
    executor = "Celery" if celery else "LocalExecutor"
    many.say(
        f"asleep: {executor}, {workers} worker{'s' * (workers > 1)}, {sources:,} sources: "
        f"{wall:.1f} s, of which the sleeps take {ideal:.1f} ({told}): {share:.1%} is not sleep (at most {MOST:.0%}); "
        f"load average {load:.1f} before, {os.getloadavg()[0]:.1f} after"
    )
    return share


def _remember(settings: Settings, folder: Path, sources: int) -> None:
    """What each source took, as a file for those who sleep, and as the rows of an earlier night for the planner."""
    drawn = random.Random(18)
    names = [f"s{number}" for number in range(sources)]
    known = {
        stage: {name: usual * drawn.lognormvariate(0, SPREAD) for name in names} for stage, usual in SECONDS.items()
    }
    # The sources of a crawl wait for the same delays, side by side.
    known["crawl"] = dict.fromkeys(names, SECONDS["crawl"])
    known["alert"] = {"": SECONDS["alert"]}
    (folder / "seconds.json").write_text(json.dumps(known), encoding="utf-8")
    with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
        for stage in ("crawl", "extract", "load"):
            named = {"run": BEFORE, "stage": stage, "sources": names, "seconds": list(known[stage].values())}
            cursor.execute(asleep_tasks.ENDED, named)


@contextmanager
def _with_local(settings: Settings, folder: Path, workers: int) -> Iterator[Airflow]:
    """LocalExecutor, as the product starts it, with so many slots."""
    with (
        patch.object(airflow_home, "DAGS", folder / "dags"),
        patch.dict(os.environ, _environment(folder)),
        standalone.airflow_running(settings, resume=False, on_line=many.say) as airflow,
    ):
        body = {"pool": "default_pool", "slots": workers, "include_deferred": False}
        pool = airflow.client.patch("/api/v2/pools/default_pool", json=body, params={"update_mask": "slots"})
        pool.raise_for_status()
        yield airflow


@contextmanager
def _with_celery(settings: Settings, folder: Path, workers: int) -> Iterator[Airflow]:
    """Celery's workers, prefork, of one process each, which are parts of Airflow here."""
    from tests.cluster import workers as cluster

    own = {
        **_environment(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        # As Airflow has it: with one worker tasks wait for minutes, and the trial of a cluster takes them for lost.
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "600",
    }
    with cluster.running(settings, folder, own, count=workers, slots="1", lines=False) as running:
        parts = (replace(worker.component, name=WORKERS) for worker in running.workers)
        yield replace(running.airflow, components=(*running.airflow.components, *parts))


def _environment(folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), asleep_tasks.FILE: str(folder / "seconds.json")}


def _read_slept(folder: Path) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for line in (folder / asleep_tasks.SLEPT).read_text(encoding="utf-8").splitlines():
        slept = json.loads(line)
        found.setdefault(slept["stage"], []).append(slept["seconds"])
    return found


def share_out(tasks: Sequence[float], workers: int) -> float:
    """How long so many workers need at least for these, each taking the longest that is left."""
    busy = [0.0] * workers
    for seconds in sorted(tasks, reverse=True):
        heapreplace(busy, busy[0] + seconds)
    return max(busy)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
