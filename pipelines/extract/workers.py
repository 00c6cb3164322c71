"""Worker processes that each read one page at a time: if a worker dies or hangs, only that page is lost.

The workers are forked from a nursery: an interpreter that this process starts as a program and keeps until it ends.
multiprocessing cannot be used here: it would import the main module again in its workers, and it forbids workers in a
daemonic process. But the main module may be Airflow's, which cannot be imported inside a task, and Celery's tasks are
daemonic.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import send_handle
from pathlib import Path
from signal import SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGKILL, SIGSEGV, SIGSYS, SIGTRAP, SIGXCPU
from typing import Any, TypeVar

from pipelines.errors import NightdeskError
from pipelines.extract.nursery import OF_MACHINE, End, Start

# `work` takes a Job and gives a Result: for pages, fetched_pages.Job and ExtractedFetch.
Job = TypeVar("Job")
Result = TypeVar("Result")
# This function gives the result of a job that no worker could finish.
Lost = Callable[[Job, "Loss", str], Result]
# The workers are checked every so many seconds. Chosen: half a second is too short to be noticed.
POLL_SECONDS = 0.5
# A nursery has this many seconds to end its workers and itself.
GRACE = 5.0
# A page is given up after this many seconds by the clock: thirty times the CPU time that it may take.
UNFINISHED = 600.0
CRASHES = frozenset({SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP})


class Loss(StrEnum):
    """Why a job has no result. The first two causes are the job's own fault; for the others it is unknown whose fault
    it is."""

    TOO_SLOW = "too slow"
    CRASHED = "crashed"
    KILLED = "killed"
    UNFINISHED = "unfinished"


class Nursery:
    """The process from which the workers are forked, and the socket for requests to it."""

    def __init__(self) -> None:
        self.control, theirs = Pipe()
        self.owner = os.getpid()
        self.process = subprocess.Popen(
            # With -P and PYTHONPATH, the nursery can import what this process can import, and nothing else.
            [sys.executable, "-P", "-m", "pipelines.extract.nursery", str(theirs.fileno()), str(self.owner)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
            stdin=subprocess.DEVNULL,
            # The standard output of this process is for results, so the nursery's goes to standard error.
            stdout=2,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        weakref.finalize(self, _close, self.owner, self.process, self.control)

    def ask(self, what: Start | End, handle: int = -1) -> int:
        """The nursery's answer, a number. If an answer cannot be read, the nursery is given up, because each later
        answer would belong to an earlier request.
        """
        try:
            self.control.send(what)
            if handle >= 0:
                send_handle(self.control, handle, self.process.pid)
            return int(self.control.recv())
        except BaseException:
            self.control.close()
            raise


@dataclass
class Worker:
    """A worker process.

    nursery: the one that forked it.
    pipe: this process's end of the pipe between the two.
    number: the number of its job; -1 if it has none.
    since: when it got the job.
    """

    nursery: Nursery
    pid: int
    pipe: Connection
    number: int = -1
    since: float = 0.0


# A nursery dies with the thread that started it (see nursery._die_with), so each thread has its own.
_of_thread = threading.local()


def each(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    processes: int,
    seconds: float,
    lost: Lost[Job, Result],
    *,
    unfinished: float = UNFINISHED,
) -> Iterator[Result]:
    """work(job) for every job, in order, in up to `processes` workers.

    `work` must be a function of a module other than __main__. If a worker dies, its job is tried once more, because the
    job may not be the reason. If the second worker dies too, the result is lost(job, CRASHED or
    KILLED, why). A job with more than `seconds` of CPU is lost(job, TOO_SLOW, why). A job that has not ended after
    `unfinished` seconds of clock is lost(job, UNFINISHED, why): this can happen on a machine that was paused.
    """
    if work.__module__ == "__main__":
        raise ValueError(f"{work.__qualname__} is of a main program, which no worker can import; import it by its name")
    begin = Start(pickle.dumps(work), seconds)
    crew = [_start(begin) for _ in range(min(processes, len(jobs)))]
    done: dict[int, Result] = {}
    again: set[int] = set()
    # How many jobs were handed to a worker, and how many results were given to the caller.
    handed = given = 0
    try:
        while given < len(jobs):
            for place, worker in enumerate(crew):
                if worker.number < 0 and handed < len(jobs):
                    crew[place] = _hand(begin, worker, handed, jobs[handed])
                    handed += 1
            busy = [worker for worker in crew if worker.number >= 0]
            ready = wait([worker.pipe for worker in busy], timeout=POLL_SECONDS)
            for place, worker in enumerate(crew):
                number = worker.number
                if number < 0:
                    continue
                if worker.pipe in ready:
                    try:
                        done[number] = worker.pipe.recv()
                        worker.number = -1
                    except (EOFError, OSError):
                        code = _end(worker)
                        crew[place] = _start(begin)
                        if code == -SIGXCPU:
                            done[number] = lost(jobs[number], Loss.TOO_SLOW, f"not done after {seconds:g} s")
                        elif number not in again:
                            again.add(number)
                            crew[place] = _hand(begin, crew[place], number, jobs[number])
                        else:
                            why = f"two workers ended while they read this page, the last with {code}"
                            crashed = (code > 0 and code != OF_MACHINE) or -code in CRASHES
                            done[number] = lost(jobs[number], Loss.CRASHED if crashed else Loss.KILLED, why)
                elif time.monotonic() - worker.since > unfinished:
                    _end(worker)
                    why = f"no end after {unfinished:g} s of clock"
                    done[number] = lost(jobs[number], Loss.UNFINISHED, why)
                    crew[place] = _start(begin)
            while given in done:
                yield done.pop(given)
                given += 1
    finally:
        for worker in crew:
            _end(worker)


def _start(begin: Start) -> Worker:
    """A new worker. If the earlier nursery was killed, the worker comes from a new one."""
    for _ in range(2):
        nursery = _nursery()
        mine, theirs = Pipe()
        try:
            return Worker(nursery, nursery.ask(begin, theirs.fileno()), mine)
        except (EOFError, OSError):
            mine.close()
        finally:
            theirs.close()
    raise NightdeskError(
        f"No page can be read: the process that reads pages ended twice as it began, with {nursery.process.wait()}. "
        "What it wrote to standard error says why; where it was killed, look for memory that ran out."
    )


def _hand(begin: Start, worker: Worker, number: int, job: Any) -> Worker:
    """Give a worker its next job; a worker that died while idle is replaced first."""
    try:
        worker.pipe.send(job)
    except OSError:
        _end(worker)
        worker = _start(begin)
        # If this worker is dead too, the code that waits for its result learns so from the pipe.
        with suppress(OSError):
            worker.pipe.send(job)
    worker.number, worker.since = number, time.monotonic()
    return worker


def _end(worker: Worker) -> int:
    """End a worker, dead or alive. Gives the worker's exit code; if the nursery was killed with it, the code of a
    killed process."""
    worker.pipe.close()
    try:
        return worker.nursery.ask(End(worker.pid))
    except (EOFError, OSError):
        return -SIGKILL


def _nursery() -> Nursery:
    """The nursery of this thread. A nursery that a fork inherited belongs to the parent, and is not used."""
    found: Nursery | None = getattr(_of_thread, "nursery", None)
    if found is None or found.owner != os.getpid() or found.control.closed:
        found = _of_thread.nursery = Nursery()
    return found


def _close(owner: int, process: subprocess.Popen[bytes], control: Connection) -> None:
    control.close()
    if os.getpid() == owner:
        try:
            process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
