"""What a device says of itself, in neutral words: rules judge these and never a platform's text.

A `Snapshot` holds the configuration and the facts that were collected, each fact under its own class.
A fact that nobody collected is an error to ask for (`MissingFact`), never an empty answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, NamedTuple, TypeVar

from kgnet.errors import MissingFact
from kgnet.model.config import Config
from kgnet.model.over import Over
from kgnet.model.traced import Traced

T = TypeVar("T")

# ── from the configuration ──────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ConfiguredInterface:
    name: str
    description: str | None
    addresses: tuple[IPv4Interface | IPv6Interface, ...]
    line: int


@dataclass(frozen=True, slots=True)
class ConfiguredInterfaces:
    interfaces: tuple[ConfiguredInterface, ...]


class ConfiguredNeighbor(NamedTuple):
    address: IPv4Address | IPv6Address
    remote_as: int
    description: str | None
    bfd: bool
    password: bool
    import_policy: str | None
    export_policy: str | None
    maximum_prefix: int | None
    line: int
    import_lists: tuple[str, ...] = ()  # prefix lists bound to the neighbour itself
    export_lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfiguredBgp:
    asn: int
    router_id: IPv4Address | None
    neighbors: tuple[ConfiguredNeighbor, ...]
    networks: tuple[IPv4Network | IPv6Network, ...]
    aggregates: tuple[IPv4Network | IPv6Network, ...]
    requires_policy: bool | None  # RFC 8212; None: its release knows no such switch
    line: int


class PrefixEntry(NamedTuple):
    sequence: int
    permit: bool
    network: str  # an address and a length
    ge: int | None
    le: int | None
    line: int


@dataclass(frozen=True, slots=True)
class PrefixLists:
    lists: Mapping[str, tuple[PrefixEntry, ...]]


@dataclass(frozen=True, slots=True)
class RouteMaps:
    """Names of the route maps, each with the prefix lists that it matches."""

    matches: Mapping[str, tuple[str, ...]]
    open: Mapping[str, int] = field(default_factory=dict)  # those that permit unasked → the line that does


class FilterRule(NamedTuple):
    """One rule of a chain of a packet filter, as running; a device has many: a tuple is made soonest."""

    chain: str
    text: str
    verdict: str  # accept, drop, jump …; "" for none
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    protocol: str | None
    ports: tuple[tuple[int, int], ...]
    comment: str | None
    line: int
    harmless: bool = False  # lets in answers, or what IP itself needs: errors, neighbour discovery
    narrow: bool = False  # matches less than is told here: a state, a flag, a port that it comes from …
    within: str = ""  # the list that it stands in, where several make up a chain; the first that matches wins
    source_ports: tuple[tuple[int, int], ...] = ()
    conditions: tuple[str, ...] = ()  # what it matches beside addresses, protocol and ports, in its own words


@dataclass(frozen=True, slots=True)
class PacketFilter:
    policies: Mapping[str, str]  # base chain → accept or drop
    rules: tuple[FilterRule, ...]
    marks: tuple[str, ...] = ()  # interfaces where code points are set, if not by a rule


@dataclass(frozen=True, slots=True)
class Queue:
    interface: str
    number: int
    rate_mbps: float
    ceil_mbps: float
    priority: int | None  # None: served by weight, not before others


@dataclass(frozen=True, slots=True)
class Queues:
    queues: tuple[Queue, ...]


@dataclass(frozen=True, slots=True)
class ConfiguredTunnel:
    interface: str
    port: int
    endpoint: str
    line: int


@dataclass(frozen=True, slots=True)
class ConfiguredTunnels:
    tunnels: tuple[ConfiguredTunnel, ...]


@dataclass(frozen=True, slots=True)
class System:
    """What a device says of itself as a whole, by configuration."""

    hostname: str | None
    log_targets: tuple[str, ...]
    service_password_encryption: bool | None = None
    domain: str | None = None  # "": it has none; None: its text does not tell


@dataclass(frozen=True, slots=True)
class Settings:
    """Key → values of a daemon's effective settings (`sshd -T`, `postconf` …); keys in lower case."""

    values: Mapping[str, tuple[str, ...]]

    def one(self, key: str) -> str | None:
        found = self.values.get(key.lower(), ())
        return found[0] if found else None


class SshServer(Settings):
    """`sshd -T`."""


class Kernel(Settings):
    """`sysctl`."""


class MailServer(Settings):
    """`postconf`."""


class MailboxServer(Settings):
    """`doveconf`."""


class SnmpServer(Settings):
    """snmpd.conf, directive → arguments; keys and pass phrases are redacted."""


# ── from the running state ──────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class InterfaceState:
    name: str
    up: bool
    mtu_bytes: int


@dataclass(frozen=True, slots=True)
class InterfaceStates:
    interfaces: tuple[InterfaceState, ...]


@dataclass(frozen=True, slots=True)
class BgpPeer:
    address: IPv4Address | IPv6Address
    remote_as: int
    state: str  # RFC 4271 §8.2.2: Established when it works
    uptime_s: float
    prefixes_received: int


@dataclass(frozen=True, slots=True)
class BgpPeers:
    peers: tuple[BgpPeer, ...]


@dataclass(frozen=True, slots=True)
class BfdPeer:
    address: IPv4Address | IPv6Address
    up: bool
    receive_interval_ms: int
    multiplier: int


@dataclass(frozen=True, slots=True)
class BfdPeers:
    peers: tuple[BfdPeer, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """`chronyc -c tracking`; *offset_s* positive: the clock is late (RFC 5905 §8)."""

    synchronised: bool
    stratum: int
    offset_s: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registrations:
    """SIP users with a live contact (RFC 3261 §10)."""

    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listeners:
    """Sockets that listen: (protocol, address, port, program)."""

    sockets: tuple[tuple[str, str, int, str], ...]


# ── the snapshot ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A device as it is (have)."""

    device: str
    config: Config
    facts: Mapping[type, Any] = field(default_factory=dict)
    sources: Mapping[type, str] = field(default_factory=dict)  # fact → command or file it was read from
    missing: Mapping[type, str] = field(default_factory=dict)  # fact → why it could not be read

    def get(self, kind: type[T]) -> T:
        """Return the fact *kind*; MissingFact says why there is none."""
        try:
            found = self.facts[kind]
        except KeyError:
            reason = self.missing.get(kind, "nobody collected it")
            raise MissingFact(f"{self.device}: no {kind.__name__}: {reason}") from None
        assert isinstance(found, kind)
        return found

    def expect(self, kind: type) -> None:
        """MissingFact if there is no fact *kind*; one that nobody read yet may turn out to be none."""
        if not (isinstance(self.facts, Traced) and self.facts.promises(kind)):
            self.get(kind)

    def having(self, fact: object, source: str) -> Snapshot:
        """Return the same with one more *fact*."""
        facts, sources = Over(type(fact), fact, self.facts), Over(type(fact), source, self.sources)
        return replace(self, facts=facts, sources=sources)

    def without(self, kind: type, why: str) -> Snapshot:
        """Return the same with a reason why there is no fact *kind*."""
        return replace(self, missing=Over(kind, why, self.missing))
