"""Addresses of channels that somebody gave in a web form, as in an Airflow connection: what they may be and lead to.

Who fills in a form need not be allowed onto the machine. So the address may use only some schemes, and its courier
connects to public addresses alone. It is checked when it connects, for each connection: so neither a redirect nor a
name that leads elsewhere by now gets past the check.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from pipelines.networks import Network, is_public
from pipelines.notify.channel_kinds import kind

# What Python reports before it connects or sends: the socket, then where to.
CONNECTIONS = ("socket.connect", "socket.sendto", "socket.sendmsg")
# What Python reports before it starts a program.
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn")
LED_AWAY = (
    "its address leads to this machine or into a private network; NIGHTDESK_FORM_NETWORKS names those where it may go"
)


class FormAddress(str):
    """An address that somebody gave in a web form, with what it may be.

    schemes: the beginnings that are allowed. networks: private networks that it may lead to, each with the one port
    that is open there; 0: all ports.
    """

    schemes: Sequence[str] = ()
    networks: Sequence[tuple[Network, int]] = ()

    @classmethod
    def of(cls, address: str, schemes: Sequence[str], networks: Sequence[tuple[Network, int]]) -> FormAddress:
        """The address with its rules."""
        made = cls(address)
        made.schemes, made.networks = tuple(schemes), tuple(networks)
        return made


def problem(address: str) -> str:
    """The fault of an address as the end of a sentence about its channel, if it came from a form; else ""."""
    if not isinstance(address, FormAddress) or kind(address) in address.schemes:
        return ""
    return (
        "has an address in an Airflow connection, and its beginning is none of those that NIGHTDESK_FORM_SCHEMES "
        "allows there"
    )


def as_line(address: str) -> dict[str, Any]:
    """An address for the first line of a courier."""
    rules = [(str(network), port) for network, port in address.networks] if isinstance(address, FormAddress) else None
    return {"address": str(address), "networks": rules}


@dataclass
class ConnectionGuard:
    """Refuses connections of this process; `refused`: whether it has refused one."""

    networks: Sequence[tuple[Network, int]]
    refused: bool = field(default=False)

    def check(self, event: str, given: tuple[Any, ...]) -> None:
        """What Python calls before each event of interest; PermissionError if it may not happen."""
        if event in PROGRAMS or (event in CONNECTIONS and given[1] is not None and not self._allows(given[1])):
            self.refused = True
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _allows(self, where: Any) -> bool:
        try:
            # A zone names the interface; a mapped address is the one that it maps.
            host, port = str(where[0]).partition("%")[0], int(where[1])
            address = ip_address(host)
        except (TypeError, ValueError, IndexError):
            # A socket of this machine, or a name that nobody has looked up: what it leads to is not known.
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return is_public(address) or any(
            address in network and opened in (0, port) for network, opened in self.networks
        )


def shut(networks: Sequence[tuple[str, int]]) -> ConnectionGuard:
    """From now on, this process connects to public addresses and these networks alone, and starts no program."""
    guard = ConnectionGuard([(ip_network(network), port) for network, port in networks])
    sys.addaudithook(guard.check)
    return guard
