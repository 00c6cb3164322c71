""".ci/run with programs in the place of its parts: what begins beside what, and what its last lines and code say."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What each part says and how it ends is in variables; a line of `made` for each beginning and each end.
MAKE = """#!/bin/bash
echo "begins $*" >>made
case $1 in
docker) sleep 0.3; echo "$DOCKER_SAYS"; code=$DOCKER ;;
check) code=$CHECK ;;
run) code=$RUN ;;
esac
echo "ends $1" >>made
exit ${code:-0}
"""
PYTEST = """#!/bin/bash
echo "$AGAIN_SAYS"
exit ${AGAIN:-0}
"""
ROOMY, SMALL = "MemAvailable: 20000000 kB", "MemAvailable: 4000000 kB"
SKIPPED = "SKIPPED [1] docker/trial/test_compose.py:9: This clone lacks the tag v0.1.1"

Ci = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def ci(everybodys: Path) -> Ci:
    """.ci/run in a folder of its own: its code, its last lines, and what began and ended in which order."""
    checkout = everybodys / "checkout"
    programs = {
        "make": MAKE, "chromium": "#!/bin/sh\n", "redis-server": "#!/bin/sh\n", "promtool": "#!/bin/sh\n",
        ".venv/bin/pytest": PYTEST, "docker/trial/daemon.sh": '#!/bin/sh\nprintf %s "$LACKING"\n',
    }  # fmt: skip
    for name, text in programs.items():
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (checkout / ".ci").mkdir()
    (checkout / ".ci" / "run").write_text(script.replace("/proc/meminfo", str(checkout / "meminfo")), encoding="utf-8")
    checkout.chmod(0o755)

    def run(memory: str = ROOMY, **said: str) -> tuple[int, list[str], list[str]]:
        (checkout / "meminfo").write_text(memory + "\n", encoding="utf-8")
        env = {**os.environ, "PATH": f"{checkout}:{os.environ['PATH']}", **said}
        done = subprocess.run(["bash", ".ci/run"], cwd=checkout, env=env, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.splitlines(), (checkout / "made").read_text(encoding="utf-8").splitlines()

    return run


def test_docker_begins_beside_the_tests_and_all_that_was_tried_is_said(ci: Ci) -> None:
    code, said, made = ci()

    assert code == 0
    assert made.index("begins docker") < made.index("ends docker")
    assert made.index("begins docker") < made.index("begins cluster")
    assert "begins check WORKERS=4" in made
    assert said[-2].startswith("Minutes it took: run 0.0, check 0.0, docker 0.0, cluster 0.0; in all 0.")
    assert said[-1] == "docker/ was tried, all of it."


def test_with_little_memory_one_is_tried_after_the_other(ci: Ci) -> None:
    code, said, made = ci(SMALL)

    assert code == 0
    assert made.index("ends check") < made.index("begins docker") and "begins check" in made
    assert said[-1] == "docker/ was tried, all of it."


def test_each_part_that_fails_is_named_and_the_others_are_tried_all_the_same(ci: Ci) -> None:
    code, said, made = ci(DOCKER="2", DOCKER_SAYS="what docker said", CHECK="2", AGAIN="1")

    assert code == 1
    assert "what docker said" in said
    assert "ends cluster" in made
    assert said[-1] == "Failed: docker, what failed."


def test_a_test_that_fails_beside_others_alone_is_named_and_fails_nothing(ci: Ci) -> None:
    code, said, _ = ci(CHECK="2", AGAIN_SAYS="PASSED tests/a.py::b")

    assert code == 0
    assert "failed beside others, passed alone: tests/a.py::b" in said


def test_what_of_docker_was_left_out_is_said(ci: Ci) -> None:
    skipped, lacking = ci(DOCKER_SAYS=SKIPPED), ci(LACKING="root")

    assert skipped[1][-1] == "docker/ was not tried, or not all of it: This clone lacks the tag v0.1.1"
    assert lacking[1][-1] == "docker/ was not tried: this machine lacks root."
    assert "begins docker" in skipped[2]


def test_where_the_demo_night_fails_nothing_else_is_begun(ci: Ci) -> None:
    code, said, made = ci(RUN="1")

    assert code == 1
    assert made == ["begins run", "ends run"]
    assert said[-1] == "Failed: run."
