"""Imported by every Python that the tests start: sockets reach loopback and nothing else, and garbage may wait."""

import atexit
import gc
import socket
from ipaddress import ip_address
from typing import Any

_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex


def _check(family: int, address: Any) -> None:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = address[0]
    if host != "localhost" and not ip_address(host.split("%")[0]).is_loopback:
        raise OSError(f"tests may only connect to loopback, not to {host}")


def _guarded(self: socket.socket, address: Any) -> None:
    _check(self.family, address)
    _connect(self, address)


def _guarded_ex(self: socket.socket, address: Any) -> int:
    _check(self.family, address)
    return _connect_ex(self, address)


socket.socket.connect = _guarded  # type: ignore[method-assign]
socket.socket.connect_ex = _guarded_ex  # type: ignore[method-assign]
# Objects made before garbage is looked for, 700 otherwise; at the end the kernel gets it all. Measured: Airflow,
# started and stopped, takes 20 s of CPU; it was 28 with 50,000 objects and a last look for garbage.
gc.set_threshold(3_000_000, 10, 10)
atexit.register(gc.freeze)
