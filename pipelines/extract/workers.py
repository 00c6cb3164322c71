"""Worker processes that each hold one page at a time: one that dies or hangs costs that page alone."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from pipelines.model import Reason

Job = TypeVar("Job")
Result = TypeVar("Result")
Lost = Callable[[Job, Reason, str], Result]
LOOK = 0.5
READY = "ready"
# CPU seconds; whoever gave the job has given it up long before.
ABANDONED = 120.0


@dataclass
class Worker:
    """A worker process, our end of its pipe, and what it is busy with since when; number -1 is idle."""

    process: Any
    pipe: Connection
    number: int = -1
    since: float = 0.0


def each(
    work: Callable[[Job], Result], jobs: Sequence[Job], processes: int, limit: float, lost: Lost[Job, Result]
) -> Iterator[Result]:
    """work(job) for every job, in order, in up to `processes` workers.

    work must be a module's function. A job is tried again when its worker died, for that may have been killed for
    something else; after two it is lost(job, UNREADABLE, why). One that took longer than `limit` seconds is
    lost(job, TOO_SLOW, why) and its worker is killed.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipelines.extract.warm"])
    crew = [_start(context, work) for _ in range(min(processes, len(jobs)))]
    done: dict[int, Result] = {}
    again: set[int] = set()
    handed = given = 0
    try:
        while given < len(jobs):
            for place, worker in enumerate(crew):
                if worker.number < 0 and handed < len(jobs):
                    crew[place] = _hand(context, work, worker, handed, jobs[handed])
                    handed += 1
            busy = [worker for worker in crew if worker.number >= 0]
            ready = wait([worker.pipe for worker in busy], timeout=LOOK)
            for place, worker in enumerate(crew):
                if worker.number < 0:
                    continue
                job = jobs[worker.number]
                if worker.pipe in ready:
                    try:
                        done[worker.number] = worker.pipe.recv()
                        worker.number = -1
                    except (EOFError, OSError):
                        worker.process.join()
                        crew[place] = _start(context, work)
                        if worker.number not in again:
                            again.add(worker.number)
                            crew[place] = _hand(context, work, crew[place], worker.number, job)
                            continue
                        why = f"two workers ended while they read this page, the last with {worker.process.exitcode}"
                        done[worker.number] = lost(job, Reason.UNREADABLE, why)
                elif time.monotonic() - worker.since > limit:
                    _end(worker)
                    done[worker.number] = lost(job, Reason.TOO_SLOW, f"not done after {limit:g} s")
                    crew[place] = _start(context, work)
            while given in done:
                yield done.pop(given)
                given += 1
    finally:
        for worker in crew:
            _end(worker)


def _start(context: Any, work: Callable[[Any], Any]) -> Worker:
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()
    # Its time counts from when it is ready: the first one waits until all that a page needs is loaded.
    mine.recv()
    return Worker(process, mine)


def _hand(context: Any, work: Callable[[Any], Any], worker: Worker, number: int, job: Any) -> Worker:
    """Give a worker its next job; one that died while idle is replaced first."""
    try:
        worker.pipe.send(job)
    except OSError:
        _end(worker)
        worker = _start(context, work)
        worker.pipe.send(job)
    worker.number, worker.since = number, time.monotonic()
    return worker


def _end(worker: Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _serve(pipe: Connection, work: Callable[[Any], Any]) -> None:
    # Ctrl-C goes to the whole group; the parent decides, and its end closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe.send(READY)
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        # A parser can hang where no signal handler runs; this signal has none, and ends us though nobody is left to.
        signal.setitimer(signal.ITIMER_PROF, ABANDONED)
        result = work(job)
        signal.setitimer(signal.ITIMER_PROF, 0)
        pipe.send(result)
