"""What a device says of how it is managed, in neutral words; the rest of the facts stand in `facts`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

# ── from the configuration; *line* counts within the text, 0: the text does not say ─────────


@dataclass(frozen=True, slots=True)
class Account:
    """A local account; *hash* is what keeps its password: `scrypt`, `sha512`, `md5`, `type 7`, `plain` …

    `none`: it gets in without one; empty: it has none, so that no password opens it; `removed`: the collector
    of the text took that away.
    """

    name: str
    privilege: str  # as the platform says it: "15", "network-admin", "super-user", "level 3"
    hash: str
    keys: int  # public keys that it may log in with
    line: int
    admin: bool = True  # may change the configuration
    factory: bool = False  # as the vendor ships it, so that everybody knows how to get in


@dataclass(frozen=True, slots=True)
class Accounts:
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class TimeServers:
    """Where it asks for the time; *authenticated*: only who shows a trusted key is believed (RFC 8573)."""

    servers: tuple[str, ...]
    authenticated: bool
    line: int


@dataclass(frozen=True, slots=True)
class LogHosts:
    hosts: tuple[str, ...]
    severity: str  # the least urgent that is sent, in RFC 5424's words: "informational"
    source: str | None  # interface whose address the messages carry
    line: int


@dataclass(frozen=True, slots=True)
class SnmpUser:
    name: str
    auth: str  # "sha256", "md5", "" for none
    priv: str  # "aes128", "des", "" for none


@dataclass(frozen=True, slots=True)
class SnmpGroup:
    """Whom an agent answers, and the least that it asks of them: v1, v2c, noauth, auth or priv."""

    name: str
    level: str


@dataclass(frozen=True, slots=True)
class SnmpAgent:
    """SNMP as configured; *communities* are names only where they are no secret: their count matters."""

    users: tuple[SnmpUser, ...]
    communities: int  # of SNMPv1 and v2c: each is a finding
    writable: bool
    access_list: str | None  # what limits who may ask
    line: int
    groups: tuple[SnmpGroup, ...] = ()
    well_known: tuple[str, ...] = ()  # communities that are a maker's default
    unlimited: tuple[str, ...] = ()  # communities, groups … that no list limits
    unnamed: tuple[str, ...] = ()  # communities whose name the collector of the text removed
    untold: tuple[str, ...] = ()  # communities whose rights and list it removed, too


@dataclass(frozen=True, slots=True)
class RemoteAccess:
    """How one gets in: *protocols* are the services that listen: ssh, telnet, http, https, netconf, api …"""

    protocols: tuple[str, ...]
    ssh_version: int | None
    access_list: str | None
    idle_timeout_s: int | None  # None: never
    line: int


@dataclass(frozen=True, slots=True)
class Aaa:
    """Who decides on logins: methods in order, e.g. ("tacacs+", "local"), and the servers asked.

    What is told is in force: where nothing is written, that is the platform's default.
    """

    login: tuple[str, ...]
    commands: tuple[str, ...]  # authorisation of commands
    accounting: tuple[str, ...]  # what is recorded elsewhere: sessions, commands, changes …
    servers: tuple[str, ...]
    line: int
    enabled: bool = True
    enable: tuple[str, ...] = ()  # who decides on becoming an administrator once one is in
    factors: int = 1  # that whoever logs in has to show, as far as the device itself asks


@dataclass(frozen=True, slots=True)
class LoginBanner:
    text: str  # "" for none
    line: int


@dataclass(frozen=True, slots=True)
class Vrfs:
    """VRF → the interfaces in it."""

    interfaces: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Release:
    """The release of its operating system, as it says while it runs, else as its configuration does.

    Not *whole*: further numbers may follow; IOS 17.9.4a writes `version 17.9`.
    """

    version: str  # "": not told
    whole: bool
    line: int


# ── from the running state ──────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Hardware:
    vendor: str
    model: str
    serial: str
    version: str  # of its operating system
    uptime_s: float


@dataclass(frozen=True, slots=True)
class LldpNeighbor:
    """IEEE 802.1AB: what is at the other end of a cable."""

    interface: str
    device: str
    port: str


@dataclass(frozen=True, slots=True)
class LldpNeighbors:
    neighbors: tuple[LldpNeighbor, ...]


@dataclass(frozen=True, slots=True)
class OspfPeer:
    router_id: IPv4Address
    address: IPv4Address | IPv6Address
    interface: str
    state: str  # RFC 2328 §10.1, in capitals: "FULL", "2WAY" …


@dataclass(frozen=True, slots=True)
class OspfPeers:
    peers: tuple[OspfPeer, ...]


@dataclass(frozen=True, slots=True)
class TimeSource:
    address: str
    stratum: int
    selected: bool  # the one that the clock follows
    offset_s: float  # positive: our clock is late (RFC 5905 §8)


@dataclass(frozen=True, slots=True)
class TimeSources:
    sources: tuple[TimeSource, ...]

    @property
    def synchronised(self) -> bool:
        return any(source.selected for source in self.sources)


@dataclass(frozen=True, slots=True)
class InterfaceErrors:
    """Interface → frames received or sent in error since it counts (RFC 2863, ifInErrors + ifOutErrors)."""

    errors: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Whether the running configuration is another one than that which a restart would bring."""

    unsaved: bool
    since: str  # as the device tells it, "" if it does not


@dataclass(frozen=True, slots=True)
class SnmpUsers:
    """SNMPv3 users that the agent knows: some devices keep them where no configuration shows them."""

    users: tuple[SnmpUser, ...]


@dataclass(frozen=True, slots=True)
class Login:
    user: str
    source: str  # where from: an address, "console" …


@dataclass(frozen=True, slots=True)
class Logins:
    """Who is logged in."""

    logins: tuple[Login, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A part with a serial number of its own: a chassis, a card, a power supply, an optic."""

    name: str
    model: str
    serial: str


@dataclass(frozen=True, slots=True)
class Inventory:
    modules: tuple[Module, ...]
