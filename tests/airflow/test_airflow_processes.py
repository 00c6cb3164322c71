"""Children in sessions of their own: nothing of them survives us."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.airflow import processes
from tests import clock

GRANDCHILD = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
STUBBORN = f"""
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", {GRANDCHILD!r}], process_group=0)
time.sleep(600)
"""
OWNER = """
import os, sys, time
from pathlib import Path
from pipelines.airflow import processes
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
print(processes.start("c", sleep, env=os.environ, cwd=Path("/"), log=Path(sys.argv[1])).process.pid, flush=True)
time.sleep(600)
"""


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_child_that_ignores_term_and_its_child_in_a_group_of_its_own_are_ended(tmp_path: Path) -> None:
    log = tmp_path / "c.log"
    child = processes.start("c", [sys.executable, "-c", STUBBORN], env=os.environ, cwd=tmp_path, log=log)
    until(lambda: processes.tail(log) == "up")
    assert len(processes.members({child.process.pid})) == 2

    processes.stop([child], grace=0.5)

    assert child.process.returncode == -signal.SIGKILL
    assert processes.members({child.process.pid}) == []


def test_a_child_that_hears_term_is_gone_before_the_grace_is_over(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = processes.start("c", command, env=os.environ, cwd=tmp_path, log=tmp_path / "c.log")

    with clock.wall_below(10):
        processes.stop([child], grace=30)

    assert child.process.returncode == -signal.SIGTERM


def test_the_children_of_a_killed_owner_are_told_to_end(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, tmp_path / "c.log"], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    session = int(owner.stdout.readline())
    assert processes.members({session}) == [session]

    owner.kill()
    owner.wait()
    owner.stdout.close()

    until(lambda: processes.members({session}) == [])


def test_the_last_lines_of_a_log_are_shown_and_a_missing_log_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("one\ntwo\nthree\n", encoding="utf-8")

    assert processes.tail(tmp_path / "a.log", 2) == "two\nthree"
    assert processes.tail(tmp_path / "b.log") == ""
