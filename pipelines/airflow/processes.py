"""Child processes in sessions of their own: they end with this process, and so do all their descendants."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines import private

# A process gets this many seconds between TERM and KILL. Chosen: a task has time to write its results.
GRACE_SECONDS = 15.0
# Whether the process is gone is checked again after this many seconds. Chosen: nobody notices so short a pause.
POLL_SECONDS = 0.1

# With this number (from Linux' <sys/prctl.h>), a process asks for a signal when its parent dies.
PR_SET_PDEATHSIG = 1
# If a process ended, this many lines of its log are shown. Chosen: they have the end of a traceback.
TAIL_LINES = 15

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Component:
    """A child that leads its own session; its descendants carry the session's number, which is the child's pid."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


def start(name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> Component:
    """Start a child in a new session, with both outputs in `log`.

    When this process dies, the child gets a signal to end.
    Call `start` from the main thread: Linux sends that signal when the starting thread ends.
    """
    with private.open_private(log, "wb") as output:
        process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=private.UMASK,
            preexec_fn=_die_with_parent,
        )
    return Component(name=name, process=process, log=log)


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log file; empty when there is none."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-lines:])


def stop(components: Iterable[Component], *, grace: float = GRACE_SECONDS) -> None:
    """End the sessions of these children and wait until nothing is left: TERM to all, KILL after `grace` seconds."""
    components = list(components)
    sessions = {component.process.pid for component in components}
    _signal(members(sessions), signal.SIGTERM)
    if not _wait_gone(components, sessions, grace):
        _signal(members(sessions), signal.SIGKILL)
        _wait_gone(components, sessions, grace)


def members(sessions: set[int]) -> list[int]:
    """The living processes of these sessions, whatever process group they moved to."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                text = Path(entry.path, "stat").read_text(encoding="utf-8", errors="replace")
                state, _, _, session = text.rpartition(")")[2].split()[:4]
                if int(session) in sessions and state not in "ZX":
                    found.append(int(entry.name))
    return found


def _wait_gone(components: Sequence[Component], sessions: set[int], grace: float) -> bool:
    deadline = time.monotonic() + grace
    while True:
        ended = [component.process.poll() is not None for component in components]
        if all(ended) and not members(sessions):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
