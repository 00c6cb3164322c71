"""Addresses of channels that somebody gave in a web form, for example in Airflow's form for a connection: which are
allowed, and where they may lead.

A person who fills in a form need not have access to the machine. So the address may use only some schemes, and its
courier connects only to public addresses and to the private networks that NIGHTDESK_FORM_NETWORKS names. The check is
made for each connection, at the moment of connecting: so neither a redirect, nor a name that meanwhile leads to another
place, gets past it.
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

# Python reports these events, with the socket and the address, before it connects or sends.
CONNECTIONS = ("socket.connect", "socket.sendto", "socket.sendmsg")
# Python reports these events before it starts a program.
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn")
LED_AWAY = (
    "its address leads to this machine or into a private network; NIGHTDESK_FORM_NETWORKS names the networks where it "
    "may go"
)


class FormAddress(str):
    """An address that somebody gave in a web form, with the rules for it.

    schemes: the beginnings that are allowed. networks: private networks that the address may lead to, each with the one
    port that is allowed there; 0: all ports.
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
    """An address and its private networks, for the first line that its courier reads."""
    rules = [(str(network), port) for network, port in address.networks] if isinstance(address, FormAddress) else None
    return {"address": str(address), "networks": rules}


@dataclass
class ConnectionGuard:
    """Refuses connections of this process that are not allowed; `refused`: whether it has refused one."""

    networks: Sequence[tuple[Network, int]]
    refused: bool = field(default=False)

    def check(self, event: str, given: tuple[Any, ...]) -> None:
        """Python calls this before each event; PermissionError if the event may not happen."""
        if event in PROGRAMS or (event in CONNECTIONS and given[1] is not None and not self._allows(given[1])):
            self.refused = True
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _allows(self, where: Any) -> bool:
        try:
            # The zone after `%`, which names a network interface, is left out. An IPv4 address in the form of an IPv6
            # address counts as IPv4.
            host, port = str(where[0]).partition("%")[0], int(where[1])
            address = ip_address(host)
        except (TypeError, ValueError, IndexError):
            # This is a socket of this machine, or a name without an address: where it leads is not known.
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return is_public(address) or any(
            address in network and opened in (0, port) for network, opened in self.networks
        )


def shut(networks: Sequence[tuple[str, int]]) -> ConnectionGuard:
    """From now on, this process connects only to public addresses and to these networks, and starts no program."""
    guard = ConnectionGuard([(ip_network(network), port) for network, port in networks])
    sys.addaudithook(guard.check)
    return guard
