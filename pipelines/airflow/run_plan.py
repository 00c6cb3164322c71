"""Which run and which sources a task works on, and how mapped tasks share the sources. This module knows nothing of
Airflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from math import ceil
from types import MappingProxyType
from typing import TypedDict
from zoneinfo import ZoneInfo

from pipelines.codes import RunState
from pipelines.model import RUN_KEY, Tally
from pipelines.stores.runs import check_key, key_of

# If a stage has at most this many sources, each source has a task of its own. Chosen: one page of Airflow's grid shows
# about 50 tasks.
SINGLE_SOURCES = 50
# If sources share tasks, a stage has at most this many tasks. Chosen: these are some ten for each of several workers,
# so that a worker that is done finds another task. They are far below Airflow's own limit (core.max_map_length, 1024),
# however many sources there are.
MOST_TASKS = 60
# If sources share tasks, a stage has one task for every this many seconds of work. Chosen: this is thirty times the
# cost of a task. A task costs one second (measured by `python -m bench asleep`): Airflow's own work, and the pause
# before the worker's next task.
SECONDS_OF_TASK = 30.0
# If sources share tasks, a stage has at least this many tasks. Chosen: one machine runs about six tasks at the same
# time.
LEAST_TASKS = 6
# The plan of a crawl's tasks expects that a task crawls this many sources at the same time. Chosen: at one request a
# second to each, these sources take a tenth of what one process can do (`python -m bench hosts`).
CRAWLED_BESIDE = 25
# If no source's time is known, each is planned with this many seconds; else an unknown time is planned as the middle
# one of the known times. Chosen: a small source takes about that long.
UNKNOWN_SECONDS = 1.0
FAILED = RunState.FAILED
# For each stage, this is the count that shows whether a failed stage left anything for the next stage.
COUNT_OF_PARTIAL_WORK = {"crawl": "fetched", "extract": "pages", "load": "new"}


class Batch(TypedDict):
    """The work of one mapped task: the run, the label in the Airflow UI, and the names of its sources."""

    run: str
    name: str
    sources: list[str]


class MatchShare(TypedDict):
    """One share of a run's changes, for one mapped task of matching."""

    run: str
    number: int
    of: int


class Matching(TypedDict):
    """What the first task of matching gives: the run, and the shares that it left to other tasks (usually none)."""

    run: str
    shares: list[MatchShare]


class RunHandover(TypedDict):
    """The message of one Dag to the next through its asset: the run, and the sources that have work for it."""

    run: str
    sources: list[str]


def batches(
    run: str,
    names: Sequence[str],
    seconds: Mapping[str, float] = MappingProxyType({}),
    hosts: Mapping[str, str] = MappingProxyType({}),
    beside: int = 1,
) -> list[Batch]:
    """The tasks of a stage, longest first. Up to 50 sources have a task each. More sources share at most 60 tasks of
    about the same length; fewer tasks if the work is short, because each task has a cost (SECONDS_OF_TASK).

    seconds: what each source took last time. A source that takes as long as a complete share has a task of its own. If
        no source's time is known, there are 60 tasks.
    hosts: sources of the same host share a task, because they would wait for each other.
    beside: how many sources a task works on at the same time.
    """
    known = sorted(seconds.values())
    usual = known[len(known) // 2] if known else UNKNOWN_SECONDS
    took = {name: seconds.get(name, usual) for name in names}
    if len(names) <= SINGLE_SOURCES:
        return [Batch(run=run, name=name, sources=[name]) for name in sorted(names, key=lambda name: -took[name])]
    together: dict[str, list[str]] = {}
    for name in names:
        together.setdefault(hosts.get(name, "") or f" {name}", []).append(name)
    # The source with the longest work is given out first, and each source goes to the task with the least work. So the
    # longest task is at most a third longer than with the best division.
    worth = ceil(sum(took.values()) / beside / SECONDS_OF_TASK) if known else MOST_TASKS
    count = min(max(worth, LEAST_TASKS), MOST_TASKS)
    tasks: list[tuple[float, int, int, list[str]]] = [(0.0, 0, number, []) for number in range(count)]
    for group in sorted(together.values(), key=lambda group: -sum(took[name] for name in group)):
        load, sources, number, share = heappop(tasks)
        share += group
        heappush(tasks, (load + sum(took[name] for name in group), sources + len(group), number, share))
    shares = [share for _, _, _, share in sorted(tasks, key=lambda one: (-one[0], one[2])) if share]
    return [
        Batch(run=run, name=share[0] + (f" +{len(share) - 1}" if share[1:] else ""), sources=share) for share in shares
    ]


def crawl_run(asked: str | None, partition: str | None, run_after: datetime, timezone: str = "UTC") -> str:
    """The key of a crawl: what the form says, else the partition, else the moment with its seconds (a manual run).

    timezone: the clock of the schedule.

    Airflow names a partition by that clock, and we name a run by UTC. If the clock was put back and shows the
    partition's time twice, the key has the moment for which the run was scheduled.
    """
    if not asked and partition:
        try:
            local = datetime.strptime(partition, RUN_KEY).replace(tzinfo=ZoneInfo(timezone))
        except ValueError:
            return check_key(partition)
        second = local.replace(fold=1)
        return key_of(second if key_of(second) == key_of(run_after) else local)
    return check_key(asked or key_of(run_after, manual=True))


def handed_over(events: Iterable[Mapping[str, object]]) -> RunHandover | None:
    """The handovers in the events that started a Dag, joined to one; None if no event has a handover."""
    found = [event for event in events if event.get("run")]
    if not found:
        return None
    names = {str(name) for event in found for name in _list(event.get("sources"))}
    return RunHandover(run=check_key(str(found[-1]["run"])), sources=sorted(names))


def find_delivered(tallies: Iterable[Tally], stage: str, names: Iterable[str]) -> list[str]:
    """The sources among `names` with something for the next stage. Their work is done or stopped, or failed after a
    part of it.
    """
    wanted = set(names)
    return sorted(
        tally.source
        for tally in tallies
        if tally.stage == stage
        and tally.source in wanted
        and (
            tally.state in (RunState.DONE, RunState.STOPPED)
            or (tally.state == FAILED and tally.counts.get(COUNT_OF_PARTIAL_WORK[stage]))
        )
    )


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
