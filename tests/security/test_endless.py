"""A crawl that hangs, in Python or in C, is ended all the same: when its time is over, or whoever began it is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.crawl import stage as crawl
from tests import clock
from tests.faults.holds import until

# How these processes begin and end is what is tested here.
pytestmark = pytest.mark.cold

# The second hears no signal at all: it never comes back to the interpreter.
HANGS = {"python": "while True: pass", "C": "import itertools; sum(itertools.repeat(0))"}
SPIDER = """
import os, signal, sys
from spiders import watchdog
signal.signal(signal.SIGTERM, lambda *_: None)
watchdog.die_with(int(sys.argv[1]), signal.SIGTERM)
watchdog.begin(int(sys.argv[1]), float(sys.argv[2]))
print(os.getpid(), flush=True)
{hangs}
"""
PARENT = """
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid()), "600"])
time.sleep(600)
"""


@pytest.mark.parametrize("how", HANGS)
def test_a_crawl_that_hangs_does_not_outlive_whoever_began_it(how: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, SPIDER.format(hangs=HANGS[how])], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    _until_gone(pid)


@pytest.mark.parametrize("how", HANGS)
def test_a_crawl_that_hangs_does_not_outlive_its_time(how: str) -> None:
    spider = subprocess.Popen(
        [sys.executable, "-c", SPIDER.format(hangs=HANGS[how]), str(os.getpid()), "1"], stdout=subprocess.DEVNULL
    )

    assert spider.wait(timeout=30) == -signal.SIGKILL


def test_nothing_of_a_crawl_is_left_when_it_is_killed() -> None:
    spider = subprocess.Popen(
        [sys.executable, "-c", SPIDER.format(hangs=HANGS["C"]), str(os.getpid()), "600"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert spider.stdout and spider.stdout.readline()
    (watchdog,) = [int(pid) for pid in Path(f"/proc/{spider.pid}/task/{spider.pid}/children").read_text().split()]

    spider.kill()
    spider.communicate()

    _until_gone(watchdog)


def test_a_child_that_does_not_hear_sigterm_is_killed_after_a_grace(tmp_path: Path) -> None:
    deaf = (
        "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "pathlib.Path(sys.argv[1]).touch(); print('{}', flush=True); time.sleep(600)"
    )
    words = [sys.executable, "-c", deaf, str(tmp_path / "deaf")]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # Before that it would end by the first signal, as it does beside others on a slow machine.
    until((tmp_path / "deaf").exists)
    began = time.monotonic()

    list(crawl._events(child, began))

    assert child.wait() == -signal.SIGKILL
    assert clock.fits(time.monotonic() - began, crawl.STOP_SECONDS + 10, time.monotonic)


def _until_gone(pid: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while _alive(pid):
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
