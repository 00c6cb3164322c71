"""The nursery: an interpreter from which workers are forked. It is a program of its own, which knows nothing about the
process that started it.

The module `workers` starts the nursery, and sends it requests over a socket: to start a worker, or to end one. The
nursery loads once what every page needs, so that a worker costs only a fork. It ends with the process that started it,
and its workers end with it.
"""

from __future__ import annotations

import ctypes
import gc
import math
import os
import pickle
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import IO, Any

# With this number (from <sys/prctl.h>), a process asks Linux for a signal when its parent ends.
PR_SET_PDEATHSIG = 1
# These are errors of the machine or the installation, and not of the page that is read: memory ran out, or a file or a
# library cannot be opened. A worker that ends because of such an error has the exit code OF_MACHINE.
MACHINE_ERRORS = (MemoryError, OSError, ImportError)
OF_MACHINE = os.EX_OSERR
# Libraries of C++ and Rust write this to standard error before they abort for lack of memory. The reason of any other
# abort is the page.
NO_MEMORY = re.compile(rb"std::bad_alloc|std::length_error|memory allocation of \d+ bytes failed|[Oo]ut of memory")
# This many bytes at the end of a worker's standard error are passed on. Chosen: a last message or a traceback is far
# shorter.
LAST_WORDS = 64 * 1024


@dataclass(frozen=True)
class Start:
    """A request for a worker. The worker's pipe follows the request.

    work: a pickled function.
    seconds: the CPU time that a job may take.
    """

    work: bytes
    seconds: float


@dataclass(frozen=True)
class End:
    """A request to end a worker, dead or alive. The answer is the worker's exit code, or the negative
    number of the signal that ended the worker."""

    pid: int


def main(socket: int, parent: int) -> None:
    """Serve the process `parent` over this socket until one of the two ends."""
    # Ctrl-C reaches all processes of the group. The parent decides what follows.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with(parent)
    control = Connection(socket)
    from pipelines.extract import warm  # noqa: F401 -- the import loads what every page needs

    gc.collect()
    gc.freeze()
    # By process id: the file to which a worker writes its standard error. The file is read and passed on when the
    # worker has ended.
    workers: dict[int, IO[bytes]] = {}
    while True:
        try:
            asked: Start | End = control.recv()
            if isinstance(asked, Start):
                said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- it lives as long as its worker
                pid = _start(control, asked, said)
                workers[pid] = said
                control.send(pid)
            else:
                control.send(_end(asked.pid, workers.pop(asked.pid)))
        except (EOFError, ConnectionError):
            break
    for pid, said in workers.items():
        _end(pid, said)


def _start(control: Connection, asked: Start, said: IO[bytes]) -> int:
    pipe = recv_handle(control)
    # What a job needs is loaded before the fork, so the next worker has it too.
    work = pickle.loads(asked.work)  # noqa: S301 -- whoever started us sent it
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        os.close(pipe)
        return pid
    code = 1
    # Only the exit of this process closes the pipe, so a process that sees the end of the pipe also finds the exit
    # code.
    kept = Connection(pipe)
    try:
        control.close()
        os.dup2(said.fileno(), sys.stderr.fileno())
        _die_with(nursery)
        # Nobody needs a core dump of a page that was too slow.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        _serve(kept, work, asked.seconds)
        code = 0
    except MACHINE_ERRORS:
        code = OF_MACHINE
        traceback.print_exc()
    except BaseException:  # noqa: BLE001 -- nothing of the nursery may run in its fork
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _serve(pipe: Connection, work: Callable[[Any], Any], seconds: float) -> None:
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        # A parser can hang where no signal handler runs. This limit has no handler, and works even if no process
        # watches.
        _limit_cpu(seconds)
        result = work(job)
        try:
            pipe.send(result)
        except ConnectionError:
            return


def _limit_cpu(seconds: float) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _end(pid: int, said: IO[bytes]) -> int:
    """End a worker; gives its exit code, or OF_MACHINE if it aborted for lack of memory."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with said:
        said.seek(max(0, said.seek(0, os.SEEK_END) - LAST_WORDS))
        last = said.read()
    sys.stderr.buffer.write(last)
    sys.stderr.buffer.flush()
    return OF_MACHINE if code == -signal.SIGABRT and NO_MEMORY.search(last) else code


def _die_with(parent: int) -> None:
    """On Linux this process is killed when the thread that started it ends. On every system it ends when its pipe is
    closed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    # The module runs under its own name, so that pickled classes are the same on both sides.
    from pipelines.extract import nursery

    nursery.main(int(sys.argv[1]), int(sys.argv[2]))
