"""From where a device lets people log in: by lists of its own, or by the filter before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range

from kgnet.model.access import Entrances
from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Network
from kgnet.model.outcome import Deviation, Evidence
from kgnet.rules._permits import Permit, accepting, of_rule
from kgnet.rules._places import at

SSH = ("tcp", 22)
REMEMBERED = 1 << 10  # networks: the same people administer many devices
INSIDE = tuple(  # RFC 1918, 4193, 6598; what a device calls its own, and the link's
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
            *("169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128"),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Comer:
    """A network from which somebody may log in by *way*."""

    way: str
    network: Network
    line: int

    def evidence(self, have: Snapshot, what: str = "", *, wanted: str = "") -> Evidence:
        """Return what is wrong with it: *what* besides, or who is *wanted* instead."""
        found = f"{self.way}: open to {self.network}"
        told = Deviation(found, wanted, joint=", ") if wanted else f"{found}, {what}"
        return at(have, Entrances, self.line, told)


def within(inner: Network, outer: Network) -> bool:
    """Return whether every address of *inner* is one of *outer*."""
    return (
        inner.version == outer.version and inner.network_address in outer and inner.broadcast_address in outer
    )


@lru_cache(REMEMBERED)
def public(network: Network) -> bool:
    """Return whether addresses of the Internet are in *network*."""
    return not any(within(network, inside) for inside in INSIDE)


def listed(have: Snapshot) -> list[Comer] | None:
    """Return who may come by the device's own lists; None if it has none but the filter before it.

    Where one entrance has no list, the filter is what limits it.
    """
    if Entrances not in have.facts:
        return None
    found = [
        Comer(entrance.name, _network(source), entrance.line)
        for entrance in have.get(Entrances).entrances
        for source in entrance.sources
    ]
    unlimited = any(comer.network.prefixlen == 0 for comer in found)
    return None if unlimited and filtered(have) else found


@lru_cache(REMEMBERED)
def _network(source: str) -> Network:
    return ip_network(source)


def filtered(have: Snapshot) -> bool:
    """Return whether a filter stands before the device itself, and ends in a drop."""
    return have.get(PacketFilter).policies.get("input") == "drop"


def let_in(have: Snapshot) -> Iterator[tuple[int, Permit]]:
    """Yield the line and the permit of what the filter lets in to SSH."""
    for rule in accepting(have, "input"):
        yield from ((rule.line, permit) for permit in of_rule(rule) if permit.reaches(*SSH))


def from_public(permit: Permit) -> bool:
    """Return whether *permit* lets in addresses of the Internet."""
    first, last = permit.source
    if permit.family == 4:
        return any(map(public, summarize_address_range(IPv4Address(first), IPv4Address(last))))
    return any(map(public, summarize_address_range(IPv6Address(first), IPv6Address(last))))
