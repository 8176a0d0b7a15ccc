"""The fleet: what every device should be (want), as the design passes derive it from the province.

All of it is frozen and holds only tuples, strings, numbers and addresses, so that it can be compared,
hashed, pickled to a worker and printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from typing import Any

from kgnet.model.administration import AaaServers, LocalAccount
from kgnet.model.calendar import BuiltFreeze, BuiltMeeting, BuiltOutage
from kgnet.model.province import SWITCHES, Circuit, Role, Site
from kgnet.model.room import BuiltRoom
from kgnet.model.routing import (
    Address,
    BgpNeighbor,
    Firewall,
    FlowRule,
    Network,
    Policy,
    PrefixList,
    PrefixRule,
    Routing,
)
from kgnet.model.subject import Kind
from kgnet.model.switching import Access, Fabric

__all__ = [
    "NOBODY",
    "AaaServers",
    "Access",
    "Address",
    "BgpNeighbor",
    "BuiltCircuit",
    "BuiltFreeze",
    "BuiltMeeting",
    "BuiltOutage",
    "BuiltRoom",
    "Device",
    "End",
    "Fabric",
    "Firewall",
    "Fleet",
    "FlowRule",
    "Interface",
    "InterfaceKind",
    "LocalAccount",
    "Network",
    "Policy",
    "PrefixList",
    "PrefixRule",
    "QueueClass",
    "Record",
    "Routing",
    "Target",
    "Tunnel",
]


class InterfaceKind(StrEnum):
    LOOPBACK = "loopback"
    MANAGEMENT = "management"  # out of band
    UPLINK = "uplink"  # the outer end of a circuit
    DOWNLINK = "downlink"  # the inner end of a circuit
    FABRIC = "fabric"  # between routers or switches of the data center
    INTERNET = "internet"  # under a circuit that runs over the Internet
    LAN = "lan"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a link."""

    device: str
    interface: str

    def __str__(self) -> str:
        return f"{self.device}:{self.interface}"


@dataclass(frozen=True, slots=True)
class QueueClass:
    """One queue of an interface: RFC 4594 gives the code points.

    *rate_mbps* is guaranteed; *ceil_mbps* may be borrowed up to; *priority* 0 is served first.
    """

    name: str
    number: int
    dscp: tuple[str, ...]
    rate_mbps: float
    ceil_mbps: float
    priority: int


@dataclass(frozen=True, slots=True)
class Tunnel:
    """What encrypts a circuit that runs over the Internet.

    *wireguard*: both ends use the same UDP port; *key* names the secret that is our private key, *peer* the
    public half of theirs.  *ipsec*: IKEv2 (RFC 7296) on UDP port *port*; *key* names the pre-shared key.
    """

    remote: IPv4Address
    port: int
    key: str
    peer: str
    kind: str = "wireguard"
    under: str = ""  # name of the interface that faces the Internet: its address is our end


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface as it should be; *name* fits Linux (15 characters)."""

    name: str
    kind: InterfaceKind
    description: str
    ipv4: IPv4Interface | None
    ipv6: IPv6Interface | None
    zone: str | None = None
    circuit: str | None = None  # id
    peer: End | None = None
    segment: str | None = None  # name of the LAN segment, for kind lan and management
    vlan: int | None = None
    rate_mbps: float | None = None  # what may be sent: the circuit's rate in this direction
    queues: tuple[QueueClass, ...] = ()
    tunnel: Tunnel | None = None
    rooms: bool = False  # conference rooms stand here: what they mark (DSCP) is believed
    unit: int = (
        1  # 1 to 4094, stable, among the device's interfaces of this kind: vendors' ports are named by it
    )
    carrier: str = ""  # of an uplink: whose cables it runs over
    hub: str = ""  # of an uplink that leads straight to the data center: the router there
    ways_out: int = 1  # of a LAN: routers of ours that its hosts know as their gateway

    @property
    def addresses(self) -> tuple[IPv4Interface | IPv6Interface, ...]:
        return tuple(address for address in (self.ipv4, self.ipv6) if address is not None)


@dataclass(frozen=True, slots=True)
class Device:
    """A device as it should be."""

    name: str
    site: str
    role: Role
    platform: str
    number: int
    management: IPv4Address
    interfaces: tuple[Interface, ...] = ()
    gateways: tuple[Address, ...] = ()  # default gateways of a server, best first
    routing: Routing | None = None
    firewall: Firewall | None = None
    twin_only: bool = False  # it has no address in the world: speak to it inside a twin only
    domain: str = ""
    ntp: tuple[str, ...] = ()
    syslog: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()  # who hears its notifications by SNMP, at port 162
    snmp_user: str = ""
    accounts: tuple[LocalAccount, ...] = ()
    aaa: AaaServers | None = None
    admins: tuple[Network, ...] = ()  # from where it may be managed
    banner: tuple[str, ...] = ()  # lines shown before a login
    vrf: str = ""  # the VRF of its management port, where the platform lets one choose
    fabric: Fabric | None = None  # of a spine or a leaf
    access: Access | None = None  # of an access switch
    contact: str = ""
    location: str = ""
    secrets: tuple[str, ...] = ()  # names of the secrets its configuration holds
    records: tuple[Record, ...] = ()  # what the DNS has to answer for its service
    vars: Mapping[str, Any] = field(default_factory=dict)  # variables of the Ansible roles it plays
    planned: bool = True  # False: known by a file alone, so that nobody says how it should be

    @property
    def kind(self) -> Kind:
        return Kind.DEVICE

    def interface(self, name: str) -> Interface:
        """Return the interface *name*; KeyError if there is none."""
        for interface in self.interfaces:
            if interface.name == name:
                return interface
        raise KeyError(f"{self.name} has no interface {name}")

    def of_kind(self, *kinds: InterfaceKind) -> Iterator[Interface]:
        return (interface for interface in self.interfaces if interface.kind in kinds)

    @property
    def loopback(self) -> Interface:
        return next(self.of_kind(InterfaceKind.LOOPBACK))

    @property
    def address(self) -> IPv4Address:
        """Return where others find it: a server's LAN address, a router's loopback; a switch out of band."""
        if self.role in SWITCHES:
            return self.management
        for interface in self.of_kind(InterfaceKind.LOOPBACK, InterfaceKind.LAN):
            if interface.ipv4:
                return interface.ipv4.ip
        return self.management


@dataclass(frozen=True, slots=True)
class BuiltCircuit:
    """A circuit with both ends in place and the load that its rooms put on it."""

    row: Circuit
    outer: End
    inner: End
    outer_ipv4: IPv4Address
    inner_ipv4: IPv4Address
    outer_port: End  # what the cable is plugged into: the end itself, or what its tunnel runs over
    inner_port: End
    rooms: tuple[str, ...] = ()  # rooms whose media it carries
    voice_mbps: float = 0.0
    video_mbps: float = 0.0

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def primary(self) -> bool:
        return self.row.order == 1


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One DNS resource record; *name* and a target within *data* are absolute, with the dot."""

    zone: str
    name: str
    type: str
    data: str
    ttl_s: int = 3600


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Something to measure: *module* names a probe, *labels* say what it is for."""

    module: str
    target: str
    labels: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    every_s: float = 0.0  # it is asked that often at most; 0: at each scrape


@dataclass(frozen=True, slots=True)
class Fleet:
    """The whole province as designed."""

    slug: str
    domain: str
    sites: Mapping[str, Site]
    devices: Mapping[str, Device]
    circuits: Mapping[str, BuiltCircuit]
    rooms: Mapping[str, BuiltRoom]
    records: tuple[Record, ...] = ()
    targets: tuple[Target, ...] = ()
    meetings: tuple[BuiltMeeting, ...] = ()  # that have a time
    freezes: tuple[BuiltFreeze, ...] = ()
    outages: tuple[BuiltOutage, ...] = ()  # past and to come
    name: str = ""  # as people write it
    authority: tuple[str, ...] = ()  # that answers for it: the higher body first

    def with_devices(self, changed: Mapping[str, Device]) -> Fleet:
        """Return the fleet with *changed* devices in place of those of the same name."""
        return replace(self, devices={**self.devices, **changed})

    def ancestors(self, code: str) -> Iterator[str]:
        """Yield the site *code*, its parent, and so on to the data center."""
        here: str | None = code
        while here is not None:
            yield here
            here = self.sites[here].parent

    def behind(self, code: str) -> Iterator[str]:
        """Yield the site *code* and all that hang on it, directly or not."""
        return (site for site in self.sites if code in self.ancestors(site))

    def with_role(self, *roles: Role) -> Iterator[Device]:
        return (device for device in self.devices.values() if device.role in roles)

    def secrets(self) -> list[str]:
        """Return the names of all secrets that the fleet needs, sorted."""
        rooms = (room.secret for room in self.rooms.values())
        devices = (name for device in self.devices.values() for name in device.secrets)
        return sorted({*rooms, *devices})


NOBODY = Fleet("", "", {}, {}, {}, {})  # without an inventory
