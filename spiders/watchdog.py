"""A small process that ends a crawl for certain when the crawl's parent is gone, or when its time is long over.

SIGTERM asks a crawl to write what came and to leave. A crawl that hangs in a page, in Python or in C, does not react to
SIGTERM, and then nothing inside the same process is sure to run. So the watchdog is another process, which makes the
kernel end the crawl.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import NoReturn

# In Linux (<sys/prctl.h>) this number asks for a signal at the parent's death.
PR_SET_PDEATHSIG = 1
# Between SIGTERM and the kill, this many seconds pass. A crawl that reacts to SIGTERM is gone within three.
GRACE = 6.0
# Between two checks, this many seconds pass. Chosen: half a second is too short to be noticed.
POLL_SECONDS = 0.5
_ours: list[int] = []


def begin(parent: int, seconds: float) -> None:
    """Fork the watchdog of this process, before the process has any threads. On systems other than Linux there is no
    watchdog.

    parent: the process that must not be gone; 0 for none.
    seconds: how long this process may take at the most.
    """
    if sys.platform != "linux":
        return
    watched = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            _watch(watched, parent, monotonic() + seconds)
        finally:
            os._exit(0)
    _ours.append(pid)


def end() -> None:
    """End the watchdog, so that no dead process is left behind."""
    for pid in _ours:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def die_with(parent: int, how: signal.Signals) -> bool:
    """Get a signal when the parent dies, if the system can do that; gives whether the parent is still alive."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, how, 0, 0, 0)
    return not parent or os.getppid() == parent


def _watch(watched: int, parent: int, until: float) -> NoReturn:
    # A signal to the whole process group is for the crawl. The watchdog ignores it, and ends when the crawl has ended.
    for said in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(said, signal.SIG_IGN)
    with Path(os.devnull).open("r+b") as nothing:
        for pipe in (0, 1, 2):
            os.dup2(nothing.fileno(), pipe)
    alive = die_with(watched, signal.SIGKILL)
    while alive and monotonic() < until:
        if parent and _parent_of(watched) != parent:
            until = min(until, monotonic() + GRACE)
            parent = 0
        sleep(POLL_SECONDS)
        alive = os.getppid() == watched
    if alive:
        with suppress(ProcessLookupError):
            os.kill(watched, signal.SIGKILL)
    os._exit(0)


def _parent_of(pid: int) -> int:
    """The parent of a process; 0 if the process has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0
