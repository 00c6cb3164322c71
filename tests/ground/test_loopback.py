"""No test, and no process that a test starts, reaches anything but this machine."""

import socket
import subprocess
import sys

import pytest

OUTSIDE = ("192.0.2.1", 80)
TRY = f"import socket; s = socket.socket(); s.settimeout(1); s.{{}}({OUTSIDE!r})"


@pytest.mark.parametrize("call", ["connect", "connect_ex"])
def test_a_test_cannot_connect_outside(call: str) -> None:
    with socket.socket() as outside, pytest.raises(OSError, match="loopback"):
        getattr(outside, call)(OUTSIDE)


@pytest.mark.parametrize("call", ["connect", "connect_ex"])
def test_a_child_of_a_test_cannot_connect_outside(call: str) -> None:
    done = subprocess.run([sys.executable, "-c", TRY.format(call)], capture_output=True, text=True)

    assert "tests may only connect to loopback" in done.stderr
