"""What the world sees of a device: its ports, its neighbours, what it wants agreed, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

Address = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True)
class Port:
    """An interface with what its configuration says."""

    name: str
    up: bool = True  # not shut down by its configuration
    addresses: tuple[Address, ...] = ()
    vrf: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """A BGP neighbour as one end configures it; *password* is the plain one, however it is written."""

    address: str
    remote_as: int
    local_as: int
    password: str = ""
    shutdown: bool = False
    vrf: str = ""
    source: str = ""  # the address or port that its packets come from; empty: the port of the link
    families: tuple[str, ...] = ("ipv4",)
    bfd: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """Something that must be configured alike at both ends of a link: kind `ospf`, `lldp`, *key* the area."""

    kind: str
    port: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """Another device's port at the other end."""

    device: str
    port: Port
    address: str = ""


@dataclass(frozen=True, slots=True)
class PeerState:
    """How a BGP session is: *state* in BGP's words (RFC 4271 §8.2.2), *since* in Unix time."""

    peer: Peer
    state: str
    since: float
    router_id: str = "0.0.0.0"  # noqa: S104  # what is not known
    bfd: bool = False

    @property
    def established(self) -> bool:
        return self.state == "Established"
