"""The machine of `make docker`: a daemon of its own, of which nothing is left afterwards."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import ROOT, Machine

DAEMON = Path(__file__).with_name("daemon.sh")
# The exit code by which it says that the machine cannot do it.
LACKING = 3


@pytest.fixture(scope="session")
def lacking() -> str:
    """What this machine lacks for a daemon, or nothing."""
    return subprocess.run([DAEMON, "lacks", "/tmp/nd-lacks"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="session")
def machine(lacking: str) -> Iterator[Machine]:
    """The daemon with its base images; everything of it is gone afterwards, whatever happened."""
    if lacking:
        pytest.skip(f"This machine lacks {lacking}.")
    # A folder named here keeps its daemon and images from one try to the next, for whoever works on these files.
    kept = os.environ.get("TRIAL_DIR", "")
    folder = Path(kept or tempfile.mkdtemp(prefix="nd-", dir="/tmp"))
    # Ended from outside, it cleans up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    env = {
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "HOME": str(folder),
        "DOCKER_HOST": f"unix://{folder}/docker.sock",
        "DOCKER_CONFIG": f"{folder}/config",
        "DOCKER_BUILDKIT": "1",
    }
    (version,) = re.findall(r"IMAGE_VERSION:-(.+)}", (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    made = Machine(folder=folder, env=env, version=version)
    try:
        for step in () if (folder / "docker.sock").exists() else ("start", "images", "meet"):
            done = subprocess.run(
                [DAEMON, step, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            if done.returncode == LACKING:
                pytest.skip(f"This machine lacks {done.stdout.strip()}.")
            if done.returncode and os.environ.get("CI") != "true":
                pytest.skip(f"The Docker daemon does not start here ({step}): {done.stdout.strip()}")
            assert done.returncode == 0, f"{step}: {done.stdout}"
        yield made
    finally:
        made.beside.shutdown(wait=False, cancel_futures=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        if not kept:
            subprocess.run([DAEMON, "stop", str(folder)], check=True)
    assert kept or left(folder) == []


def left(folder: Path) -> list[str]:
    """What of a daemon is still there: its folder, control groups, firewall rule, mounts and processes."""
    found = [str(folder)] if folder.exists() else []
    found += map(str, Path("/sys/fs/cgroup").glob(f"*/{folder.name}"))
    rules = subprocess.run(["iptables", "-w", "-S", "FORWARD"], capture_output=True, text=True).stdout.splitlines()
    found += [rule for rule in rules if folder.name in rule]
    found += [line for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines() if str(folder) in line]
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [line] if f"{folder}/" in line else []
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show what the services said last where a step failed."""
    report = yield
    machine = item.funcargs.get("machine") if hasattr(item, "funcargs") else None  # type: ignore[attr-defined]
    if report.failed and report.when == "call" and machine and machine.made:  # type: ignore[attr-defined]
        report.sections.append(("the services' last lines", machine.made[-1].told()))  # type: ignore[attr-defined]
    return report
