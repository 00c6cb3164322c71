"""Runs a night through Airflow and shows it to a person: the changes while it runs, then its report."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from rich.live import Live
from rich.table import Table
from rich.text import Text

from pipelines.cli import report
from pipelines.cli.show import complain, out
from pipelines.codes import RunState
from pipelines.crawl import summary
from pipelines.errors import NightdeskError
from pipelines.model import Tally
from pipelines.settings import Settings
from pipelines.stores import postgres, runs

if TYPE_CHECKING:
    from pipelines.airflow.api_client import Task
    from pipelines.airflow.standalone import Airflow

# The night's progress is looked at again after this many seconds. Chosen: at this pace the table on the terminal seems
# to move.
POLL_SECONDS = 1.0
# A line of counts is printed at most once in this many seconds, because the counts change all the time. A change of
# state is printed at once.
EVERY = 10.0
TOLD = ("fetched", "unchanged", "articles", "rejected", "new", "revised", "alerts", "sent")


def one_night(current: Settings, airflow: Airflow, broken: str = "") -> tuple[str, list[str]]:
    """Run all four Dags with progress and a report; gives the run's key, and the sources that failed.

    broken: the source that is expected to fail. Raises NightdeskError if a Dag failed or did not end.
    """
    from pipelines.airflow import api_client, standalone

    key = runs.key_of(datetime.now(UTC), manual=True)
    with _follow_run(current, key):
        states = standalone.night(airflow, key, on_task=_complain_of(broken))
    with postgres.connection(current) as conn:
        failed = report.print_run(conn, key)
    stuck = [f"{dag} is {states[dag].state if dag in states else 'missing'}" for dag in standalone.NIGHT
             if dag not in states or states[dag].state not in api_client.ENDED]  # fmt: skip
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
def _follow_run(current: Settings, key: str) -> Iterator[None]:
    """Print the changes in the rows of a run while the block runs."""
    over = threading.Event()
    thread = threading.Thread(target=_tell, args=(current, key, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tell(current: Settings, key: str, over: threading.Event) -> None:
    """Show a table that changes in place on a terminal, or print lines to a file."""
    with postgres.connection(current, application="nightdesk progress") as conn:
        if not out.is_terminal:
            _lines(conn, key, over)
            return
        with Live(console=out, refresh_per_second=4, transient=True) as live:
            while not over.wait(POLL_SECONDS):
                live.update(_running(runs.tallies(conn, key)))
                conn.rollback()


def _running(tallies: Sequence[Tally]) -> Table:
    """The present work, source by source, and how many sources have finished each stage."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("stage", "source", "so far"):
        shown.add_column(column)
    for stage in runs.STAGES:
        here = [tally for tally in tallies if tally.stage == stage]
        over = [tally for tally in here if tally.state != RunState.RUNNING]
        if over:
            failed = sum(tally.state == RunState.FAILED for tally in over)
            so_far = f"{len(over)} of {len(here)} done" + (f", {failed} failed" if failed else "")
            shown.add_row(stage, "", Text(so_far, style="red" if failed else "green"))
        for tally in here:
            if tally.state == RunState.RUNNING:
                shown.add_row(stage, Text(tally.source or "all"), Text(_so_far(tally), style="cyan"))
    return shown


def _lines(conn: postgres.Connection, key: str, over: threading.Event) -> None:
    seen: dict[tuple[str, str], tuple[str, str, float]] = {}
    ended = False
    while not ended:
        ended = over.wait(POLL_SECONDS)
        tallies = runs.tallies(conn, key)
        wide = max((len(tally.source) for tally in tallies), default=0) + 2
        for tally in tallies:
            state, so_far, at = seen.get((tally.stage, tally.source), ("", "", 0.0))
            told, now = tally.message or _so_far(tally), monotonic()
            if tally.state == state and (told == so_far or (tally.state == RunState.RUNNING and now < at + EVERY)):
                continue
            seen[tally.stage, tally.source] = tally.state, told, now
            line = f"{tally.stage:8}{tally.source or 'all':{wide}}{tally.state:9}{told}"
            out.print(Text(line, style="red" if tally.state == RunState.FAILED else ""), soft_wrap=True)
        conn.rollback()


def _so_far(tally: Tally) -> str:
    if tally.stage == "crawl":
        return summary.sentence(tally.counts)
    return ", ".join(f"{tally.counts[word]} {word}" for word in TOLD if tally.counts.get(word))
