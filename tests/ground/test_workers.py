"""How a process that runs tests ends: a worker at once, but after all that our modules do at the end."""

import subprocess
import sys
from pathlib import Path

import pytest

ENDING = """
import os, sys
from types import SimpleNamespace
os.environ["PYTEST_XDIST_WORKER"] = "gw0"
from tests import conftest
from pipelines.stores import embedded_postgres

class Told(dict):
    def items(self):
        print("the servers are left", flush=True)
        return super().items()

embedded_postgres._used = Told()
if sys.argv[1] == "worker":
    conftest.pytest_configure(SimpleNamespace(workerinput={}))
sys.exit(3)
"""


@pytest.mark.parametrize(("kind", "code"), [("worker", 0), ("started by a worker", 3)])
def test_what_our_modules_do_at_the_end_is_done_and_only_a_worker_ends_without_its_code(kind: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDING, kind], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.returncode) == ("the servers are left\n", code), done.stderr
