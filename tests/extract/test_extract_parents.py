"""Extract's workers are started the same way whoever the parent is, and end with it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import Settings, export
from pipelines.stores import postgres
from tests import clock, factories
from tests.jisr import SOURCE, crawled, lines, story
from tests.sites import RUN

# How these processes begin and end is what is tested here.
pytestmark = pytest.mark.cold

FILE = f"""
title = "{SOURCE.title}"
url = "{SOURCE.url}"
country = "{SOURCE.country}"
language = "{SOURCE.language}"
timezone = "{SOURCE.timezone}"
feeds = ["{SOURCE.url}feed/"]
"""
# Whoever imports this main again finds that it cannot be: so is Airflow's inside a task, where it blanks the address.
MAIN = """
import os
import sys
if __name__ != "__main__" or os.environ.get("IN_A_TASK"):
    raise RuntimeError("this main was imported again")

def task():
    os.environ["IN_A_TASK"] = "1"
    from pipelines.extract.stage import extract
    from pipelines.settings import settings
    from pipelines.sources import folders
    (source,) = folders.read_named(settings(), ["jisr"])
    print(extract(settings(), source, sys.argv[1], processes=1, apart=True), flush=True)
"""
# Airflow's supervisor forks its task.
STANDALONE = (
    MAIN
    + """
pid = os.fork()
if not pid:
    task()
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
)
# LocalExecutor's worker is a process of multiprocessing, in which the supervisor forks its task.
SCHEDULER = (
    MAIN
    + """
import multiprocessing
def supervise():
    pid = os.fork()
    if not pid:
        task()
        os._exit(0)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
process = multiprocessing.get_context("fork").Process(target=supervise)
process.start()
process.join()
sys.exit(process.exitcode)
"""
)
# Celery's prefork pool has daemonic processes, which may have no children by multiprocessing.
PREFORK = (
    MAIN
    + """
import multiprocessing
process = multiprocessing.get_context("fork").Process(target=task, daemon=True)
process.start()
process.join()
sys.exit(process.exitcode)
"""
)
START = """
import sys
from pipelines.extract import stage, workers
for _ in range(int(sys.argv[1])):
    list(workers.each(max, [(1, 2)], 1, 60.0, None))
"""
# A shared machine may have a slow moment.
SLACK = 2.0
COMMANDS = {
    "command line": [str(Path(sys.executable).parent / "nightdesk"), "extract", "--run", RUN],
    "airflow standalone": [sys.executable, "standalone.py", RUN],
    "scheduler with LocalExecutor": [sys.executable, "scheduler.py", RUN],
    "daemonic prefork pool": [sys.executable, "prefork.py", RUN],
}


@pytest.fixture
def environment(settings: Settings, conn: postgres.Connection, tmp_path: Path) -> dict[str, str]:
    """What a parent runs in: a source with three pages to extract, and the parents' programs in the folder."""
    (settings.sources / "jisr.toml").write_text(FILE, encoding="utf-8")
    crawled(settings, conn, [story(n) for n in range(3)])
    with conn:
        factories.ran(conn, "jisr", "crawl", "done", run=RUN)
    for name, text in {"standalone": STANDALONE, "scheduler": SCHEDULER, "prefork": PREFORK}.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, **export(settings), "PYTHONPATH": path}


@pytest.mark.parametrize("parent", COMMANDS)
def test_pages_are_extracted_whoever_the_parent_is(
    settings: Settings, environment: dict[str, str], tmp_path: Path, parent: str
) -> None:
    done = subprocess.run(COMMANDS[parent], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
    assert [bool(line.article) for line in lines(settings)] == [True] * 3


def test_a_worker_is_ready_in_a_second_and_a_half_of_cpu_and_the_next_one_for_a_fork() -> None:
    """What a whole program uses that has one page read, and what one more worker adds to it."""

    def spent(workers: int) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", START, str(workers)], check=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # What the first one alone has to read from the disk would make its successors look cheaper than they are.
    spent(1)
    one, eleven = spent(1), spent(11)

    assert clock.fits(one, 1.5 * SLACK)
    assert clock.fits((eleven - one) / 10, 0.05 * SLACK)
