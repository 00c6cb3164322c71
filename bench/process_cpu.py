"""CPU of Airflow, of what its tasks start and of Postgres, by kind of process: sampled from /proc while a night runs.

What a process did after it was last seen is not counted: a quarter of a second of each at most.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# Seconds between two samples. Chosen: a crawl lives for a hundred times as long.
EVERY_SECONDS = 0.25
TICKS = os.sysconf("SC_CLK_TCK")
SUPERVISORS, TASKS, CRAWLS, READERS = "supervisors of tasks", "task processes", "crawls", "readers of pages"
POSTGRES = "Postgres, of neither"
# What the command of a program has -> what it is.
PROGRAMS = {"spiders": CRAWLS, "pipelines.extract.nursery": READERS}
# The title that Airflow gives a supervisor of its LocalExecutor; its task has another one.
SUPERVISOR = "airflow worker -- LocalExecutor"


@dataclass(frozen=True)
class ProcessTimes:
    """A process at one moment: its parent, its session, whether it only waits to be reaped, and its seconds of CPU.

    ended: those of its children that have ended.
    """

    parent: int
    session: int
    zombie: bool
    own: float
    ended: float


@dataclass
class CpuSamples:
    """Seconds of CPU so far by kind of process, at each moment (seconds since 1970)."""

    at: list[float] = field(default_factory=list)
    used: list[Mapping[str, float]] = field(default_factory=list)

    def between(self, begin: float, end: float) -> dict[str, float]:
        """What was used from one moment to another."""
        first, last = self._find(begin), self._find(end)
        return {kind: last[kind] - first.get(kind, 0.0) for kind in last}

    def _find(self, moment: float) -> Mapping[str, float]:
        return self.used[min(range(len(self.at)), key=lambda number: abs(self.at[number] - moment))]


@contextmanager
def sampling(components: Mapping[int, str], postmaster: int, databases: Mapping[str, str]) -> Iterator[CpuSamples]:
    """Sample while the block runs. components: session -> name; databases: name of a database -> name of its part."""
    samples, over = CpuSamples(), threading.Event()
    seen: dict[tuple[int, str], tuple[str, float]] = {}

    def sample() -> None:
        while True:
            samples.used.append(_look(seen, components, postmaster, databases))
            samples.at.append(time.time())
            if over.wait(EVERY_SECONDS):
                return

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def _look(
    seen: dict[tuple[int, str], tuple[str, float]],
    components: Mapping[int, str],
    postmaster: int,
    databases: Mapping[str, str],
) -> dict[str, float]:
    """What was used so far. seen: of each process, by its number and its beginning, its kind and its CPU."""
    all_of_postgres = 0.0
    for entry in os.scandir("/proc"):
        found = _read(entry.path) if entry.name.isdigit() else None
        if found is None:
            continue
        begun, times = found
        known = seen.get((int(entry.name), begun))
        if times.session in components:
            # A process that has ended has no command any more.
            kind = known[0] if known and times.zombie else _find_kind(entry.path, components[times.session])
        elif postmaster in (int(entry.name), times.parent):
            command = _read_command(entry.path)
            kind = next((part for name, part in databases.items() if f" {name} " in command), POSTGRES)
            all_of_postgres += times.own + (times.ended if int(entry.name) == postmaster else 0.0)
        else:
            continue
        seen[int(entry.name), begun] = kind, times.own
    used: dict[str, float] = defaultdict(float)
    for kind, own in seen.values():
        used[kind] += own
    used[POSTGRES] = all_of_postgres - sum(used[part] for part in databases.values())
    return dict(used)


def _find_kind(path: str, component: str) -> str:
    if component != "scheduler":
        return component
    command = _read_command(path)
    if command.startswith(SUPERVISOR):
        return SUPERVISORS
    program = next((kind for name, kind in PROGRAMS.items() if f" -m {name}" in command or f"{name}.py" in command), "")
    return program or (component if " scheduler" in command else TASKS)


def _read(path: str) -> tuple[str, ProcessTimes] | None:
    """When the process began, and its figures; None of one that is gone."""
    try:
        fields = Path(path, "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return fields[19], ProcessTimes(int(fields[1]), int(fields[3]), fields[0] == "Z", own / TICKS, ended / TICKS)


def _read_command(path: str) -> str:
    try:
        return Path(path, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip() + " "
    except OSError:
        return ""
