"""Which addresses are public. An address that a page or a form names must not lead to this machine, its network or its
cloud."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# This is the public part of IPv6. All other addresses are local, or lead to an IPv4 address (mapped, compatible, NAT64)
# that may be local.
UNICAST = IPv6Network("2000::/3")
# These addresses count as public in the registry of the internet. But the cloud in which a machine runs may itself
# answer requests to them, with data about the machine.
METADATA: tuple[Network, ...] = tuple(
    ip_network(network) for network in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")
)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet is meant to reach an address."""
    if isinstance(address, IPv6Address):
        if address not in UNICAST or not address.is_global:
            return False
        return is_public(address.sixtofour) if address.sixtofour else True
    return address.is_global and not address.is_multicast and not any(address in network for network in METADATA)
