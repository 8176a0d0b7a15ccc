"""What a router is told: sessions, filters, announcements; and what a packet filter lets through (want)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class BgpNeighbor:
    """An eBGP session (RFC 4271, RFC 8212 asks for explicit policy in both directions)."""

    address: Address
    remote_as: int
    description: str
    interface: str  # ours, towards the neighbour
    device: str  # theirs
    import_policy: str
    export_policy: str
    circuit: str | None = None
    secret: str | None = None  # name of the TCP-MD5 key (RFC 2385)


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """One line of a prefix list: *network*, and longer ones up to *le* bits."""

    sequence: int
    permit: bool
    network: Network
    le: int | None = None


@dataclass(frozen=True, slots=True)
class PrefixList:
    name: str
    rules: tuple[PrefixRule, ...]

    @property
    def version(self) -> int:
        return self.rules[0].network.version


@dataclass(frozen=True, slots=True)
class Policy:
    """A route map: accepts what *prefixes* (4 and 6) permit; may prefer or prepend."""

    name: str
    prefixes: tuple[str, ...]  # names of prefix lists, one a family at most
    local_preference: int | None = None
    prepend: int = 0  # how often our own AS is put in front


@dataclass(frozen=True, slots=True)
class Routing:
    asn: int
    router_id: IPv4Address
    neighbors: tuple[BgpNeighbor, ...]
    networks: tuple[Network, ...]  # originated
    aggregates: tuple[Network, ...]  # summarised, more specific ones held back
    prefix_lists: tuple[PrefixList, ...]
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class FlowRule:
    """One permit of the zone policy, resolved to networks and ports; *flow* is the intent's id."""

    flow: str
    sources: tuple[Network, ...]  # empty: any
    destinations: tuple[Network, ...]  # empty: any
    protocol: str
    ports: tuple[tuple[int, int], ...]
    comment: str


@dataclass(frozen=True, slots=True)
class Firewall:
    """What a device lets through (*forward*) and lets in (*inputs*); all else is dropped.

    A flow from or to anywhere means the world outside: between networks of *inside* it permits nothing.
    """

    inputs: tuple[FlowRule, ...]
    forward: tuple[FlowRule, ...]
    filters_forward: bool  # False: a router that forwards everything between its own interfaces
    marks_dscp: bool = False
    inside: tuple[Network, ...] = ()
