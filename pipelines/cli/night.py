"""A night through Airflow as a person follows it: what changes while it runs, then its report."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from pipelines import db, runs
from pipelines.cli import report
from pipelines.cli.show import complain, out
from pipelines.errors import NightdeskError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.airflow.local import Airflow
    from pipelines.airflow.rest import Task

LOOK = 1.0
TOLD = ("fetched", "unchanged", "articles", "rejected", "new", "revised", "alerts", "sent")


def one_night(current: Settings, airflow: Airflow, broken: str = "") -> tuple[str, list[str]]:
    """One run through all four Dags with its progress and its report; its key, and the sources that failed.

    broken: the source that is expected to fail. NightdeskError where a Dag failed or did not end.
    """
    from pipelines.airflow import local, rest

    key = runs.key_of(datetime.now(UTC), manual=True)
    with _followed(current, key):
        states = local.night(airflow, key, on_task=_complain_of(broken))
    with db.connection(current) as conn:
        failed = report.print_run(conn, key)
    stuck = [f"{dag} is {states[dag].state if dag in states else 'missing'}" for dag in local.NIGHT
             if dag not in states or states[dag].state not in rest.ENDED]  # fmt: skip
    red = [dag for dag, state in states.items() if state.state == "failed"]
    if stuck or red:
        raise NightdeskError(
            f"The night {key} did not end well: {'; '.join(stuck + [f'{dag} failed' for dag in red])}."
        )
    return key, failed


def _complain_of(broken: str) -> Callable[[Task], None]:
    def on_task(task: Task) -> None:
        if task.state == "failed" and task.label != broken:
            complain(f"{task.dag}: task {task.task} {task.label} failed")

    return on_task


@contextmanager
def _followed(current: Settings, key: str) -> Iterator[None]:
    """Print what changes in the rows of a run while the block runs."""
    over = threading.Event()
    thread = threading.Thread(target=_tell, args=(current, key, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tell(current: Settings, key: str, over: threading.Event) -> None:
    seen: dict[tuple[str, str], list[str]] = {}
    with db.connection(current, application="nightdesk progress") as conn:
        ended = False
        while not ended:
            ended = over.wait(LOOK)
            tallies = runs.tallies(conn, key)
            wide = max((len(tally.source) for tally in tallies), default=0) + 2
            for tally in tallies:
                counted = ", ".join(f"{tally.counts[c]} {c}" for c in TOLD if tally.counts.get(c))
                line = f"{tally.stage:8}{tally.source or 'all':{wide}}{tally.state:9}{tally.message or counted}"
                if seen.get((tally.stage, tally.source)) != line.split():
                    seen[tally.stage, tally.source] = line.split()
                    out.print(Text(line, style="red" if tally.state == "failed" else ""), soft_wrap=True)
            conn.rollback()
