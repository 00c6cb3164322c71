"""Programs that tests have forked are what they would be with an interpreter of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests import warm
from tests.faults.holds import until

NIGHTDESK = [sys.executable, "-c", warm.COMMANDS]
# How programs end: what they do last, their exit code, and the last line of what they say is wrong.
ENDS = {
    "done": ("print('x')", 0, ""),
    "sys.exit(3)": ("import sys; sys.exit(3)", 3, ""),
    "a sentence": ("import sys; sys.exit('no such folder')", 1, "no such folder"),
    "an error": ("1 / 0", 1, "ZeroDivisionError: division by zero"),
    "Ctrl-C": ("raise KeyboardInterrupt", -signal.SIGINT, "KeyboardInterrupt"),
}
SPIDERS = [sys.executable, "-m", "spiders", "crawl", "--run", "2026-11-22T0200", "--budget", "9"]


@pytest.fixture(params=["forked", "cold"])
def started(request: pytest.FixtureRequest) -> str:
    """How programs are started: what is asserted holds for both."""
    warm.switch(request.param == "forked")
    request.addfinalizer(lambda: warm.switch(True))
    return str(request.param)


def test_words_output_and_exit_code_are_its_own(started: str, tmp_path: Path) -> None:
    good = subprocess.run([*NIGHTDESK, "--version"], capture_output=True, text=True, cwd=tmp_path)
    bad = subprocess.run([*NIGHTDESK, "no-such-word"], capture_output=True, text=True, cwd=tmp_path)

    assert (good.returncode, good.stdout[:9], good.stderr) == (0, "Nightdesk", "")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "no-such-word" in bad.stderr


@pytest.mark.parametrize(("last", "code", "said"), ENDS.values(), ids=ENDS)
def test_it_ends_as_programs_end_and_does_first_what_it_had_promised(
    started: str, last: str, code: int, said: str
) -> None:
    promised = "import atexit, threading, time\natexit.register(print, 'at the end')\n"
    thread = "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()\n"

    done = subprocess.run(
        [sys.executable, "-c", warm.SCRIPT + promised + thread + last], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == code
    assert ["", *done.stderr.splitlines()][-1] == said
    assert done.stdout.split("\n")[-3:] == ["thread", "at the end", ""]


def test_folder_and_environment_are_those_that_it_was_given(started: str, tmp_path: Path) -> None:
    env = {**os.environ, "NIGHTDESK_DATA": "there"}

    done = subprocess.run([*NIGHTDESK, "status"], env=env, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 1
    assert os.environ.get("NIGHTDESK_DATA") is None


def test_it_is_our_child_with_its_words_in_the_list_of_processes_and_ends_by_our_signal(started: str) -> None:
    with subprocess.Popen(SPIDERS, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        facts = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
        # The kernel shows an interpreter's words a moment after its start.
        until(lambda: Path(f"/proc/{child.pid}/cmdline").read_text().replace("\0", " ").split() == SPIDERS)
        child.send_signal(signal.SIGKILL)

    assert int(facts[1]) == os.getpid() and os.getpgid(0) == int(facts[2])
    assert child.returncode == -signal.SIGKILL


def test_it_has_the_descriptors_that_it_was_passed_and_no_others(started: str, tmp_path: Path) -> None:
    own, theirs = os.pipe()
    with (tmp_path / "open").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        child = subprocess.Popen(SPIDERS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[theirs])
        open_there = set()
        for path in Path(f"/proc/{child.pid}/fd").iterdir():
            # The child opens and closes files of its own meanwhile.
            with suppress(FileNotFoundError):
                open_there.add(path.readlink())
        passed = Path(f"/proc/{child.pid}/fd/{theirs}").readlink()
    child.kill()
    child.communicate()
    for descriptor in (own, theirs):
        os.close(descriptor)

    assert str(passed).startswith("pipe:")
    assert Path(ours.name) not in open_there


def test_a_thread_that_asked_first_may_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_oven", None)

    def version() -> int:
        return subprocess.run([*NIGHTDESK, "--version"], capture_output=True).returncode

    thread = threading.Thread(target=version)
    thread.start()
    thread.join()

    assert [version(), version()] == [0, 0]


def test_threads_may_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_oven", None)

    def version(_: int) -> int:
        return subprocess.run([*NIGHTDESK, "--version"], capture_output=True).returncode

    with ThreadPoolExecutor(8) as threads:
        ends = list(threads.map(version, range(24)))

    assert ends == [0] * 24


def test_what_is_asked_of_it_beyond_the_usual_is_started_cold() -> None:
    child = subprocess.Popen(SPIDERS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)

    session = os.getsid(child.pid)

    child.kill()
    child.communicate()
    assert session == child.pid
