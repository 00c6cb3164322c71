"""Starts the embedded Postgres and stops it when no process uses it: a program of its own that needs only the standard
library.

Each process that uses the server holds a shared lock on a file. The kernel releases the lock however the process ends.
This program waits for the exclusive lock, which it gets after the last of these processes. It may be started as root;
then it changes to the server's user before it starts the server.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# The server gets this many seconds until it is ready. A killed server first replays its log; a gigabyte of log takes
# about a minute.
READY_SECONDS = 300.0
# Postgres may take this many seconds to stop. Chosen: it may have to write its memory to a slow disk.
STOP_SECONDS = 60.0
# Between two checks whether the server is ready or has ended, this many seconds pass. Chosen: a start takes only a few
# times as long, and somebody waits for it.
POLL_SECONDS = 0.02


def running(folder: Path) -> int | None:
    """The process number of the server that runs on a folder; None if no server runs on it."""
    try:
        pid = int((folder / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _serves(pid, folder) else None


def ready(folder: Path) -> bool:
    """Whether the server of a folder says that it takes connections."""
    with suppress(OSError, IndexError):
        return (folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[7].strip() == "ready"
    return False


def stop(folder: Path, pid: int) -> None:
    """Stop a server, which rolls back its clients' transactions, and wait until it is gone."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + STOP_SECONDS
        while _serves(pid, folder):
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
        else:
            return


def find_closed(paths: Iterable[Path]) -> Path | None:
    """The first folder on the way to these paths that this process may not enter, or the file it may not read."""
    steps = (step for path in paths for step in (*reversed(path.parents), path))
    return next((step for step in steps if not os.access(step, os.X_OK if step.is_dir() else os.R_OK)), None)


def _serves(pid: int, folder: Path) -> bool:
    """Whether this process is a server on this folder: the process number may belong to another program by now."""
    try:
        return os.fsencode(folder) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def _become(uid: int, gid: int) -> None:
    if os.geteuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def _keep(uid: int, gid: int, folder: Path, users: Path, command: list[str]) -> int:
    """Start the server, and let the caller go on when the server is ready. Then wait until the last process that uses
    the server has ended, and stop the server."""
    lock = os.open(users, os.O_RDWR)
    _become(uid, gid)
    os.umask(0o077)
    with (folder / "log").open("ab") as log:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        postgres = subprocess.Popen(
            command, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + READY_SECONDS
    while not (running(folder) == postgres.pid and ready(folder)):
        if postgres.poll() is not None or time.monotonic() > deadline:
            return 1
        time.sleep(POLL_SECONDS)
    if os.fork():
        # The caller waits for this process, which ends here. The fork, which is no child of the caller, goes on below.
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if _serves(postgres.pid, folder):
        stop(folder, postgres.pid)
    return 0


def _say_closed(uid: int, gid: int, paths: list[Path]) -> int:
    """Print the first folder that the user may not enter, or file that the user may not read; nothing if there is
    none."""
    _become(uid, gid)
    print(find_closed(paths) or "")
    return 0


if __name__ == "__main__":
    what, who, words = sys.argv[1], [int(word) for word in sys.argv[2:4]], sys.argv[4:]
    if what == "closed":
        sys.exit(_say_closed(who[0], who[1], [Path(word) for word in words]))
    sys.exit(_keep(who[0], who[1], Path(words[0]), Path(words[1]), words[2:]))
