"""What switches are told: VLANs, the data center's VXLAN fabric, the ports of an office (want)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True, slots=True)
class Vlan:
    """A VLAN (IEEE 802.1Q); *vni* is its VXLAN segment (RFC 7348) where a fabric carries it."""

    number: int
    name: str
    zone: str
    vni: int | None = None


@dataclass(frozen=True, slots=True)
class OverlayPeer:
    """An EVPN session between loopbacks (RFC 7432, RFC 8365): several hops of eBGP, next hops unchanged."""

    address: IPv4Address
    remote_as: int
    device: str
    secret: str  # name of the TCP-MD5 key


@dataclass(frozen=True, slots=True)
class EdgePort:
    """A port of a leaf towards a server or a border router; *unit* is the far device's own number.

    A device is plugged into the same port of every leaf; *esi* (RFC 7432 §5) makes one link of them.
    """

    unit: int
    device: str
    vlans: tuple[int, ...]
    trunk: bool
    esi: str | None = None  # ten octets, colon-separated in pairs; None: there is but one leaf
    lacp_id: str | None = None  # the system that all leaves show the device: a MAC address


@dataclass(frozen=True, slots=True)
class Fabric:
    """The part of a spine or a leaf in the fabric; the underlay's sessions stand in the device's `routing`.

    The border routers are the gateways of all zones: the fabric switches, it does not route for them.
    """

    vlans: tuple[Vlan, ...]  # none on a spine
    vtep: IPv4Address | None  # where a leaf ends tunnels: its loopback; None on a spine
    overlay: tuple[OverlayPeer, ...]
    ports: tuple[EdgePort, ...]


@dataclass(frozen=True, slots=True)
class AccessPort:
    """A port of an access switch; one that is not *enabled* stays shut until it is wanted."""

    unit: int
    vlan: int
    description: str
    dot1x: bool = False  # a person logs in (IEEE 802.1X) before it carries anything
    mab: bool = False  # a thing without a login is known by its MAC address
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Access:
    """An office's access switch: its VLANs, the trunk to the office's router, its ports."""

    vlans: tuple[Vlan, ...]
    router: str  # at the other end of the trunk
    ports: tuple[AccessPort, ...]
    guest_vlan: int | None  # for who cannot log in; None: nobody is let in
