"""What a device says of interior routing, of VRFs, and of IPv6 beside IPv4, in neutral words; as in force."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InteriorLink:
    """An interface that an interior routing protocol runs on.

    *authentication*: "" for none, "plain", "md5", "sha" for every HMAC of that family, "ipsec"; of
    several keys the weakest.  *passive*: its network is told to others, no neighbour is looked for.
    """

    protocol: str  # ospf, ospf3, isis, eigrp, rip
    interface: str
    passive: bool
    authentication: str
    line: int


@dataclass(frozen=True, slots=True)
class InteriorLinks:
    links: tuple[InteriorLink, ...]


@dataclass(frozen=True, slots=True)
class Vpn:
    """A VRF as RFC 4364 knows it; *distinguisher* None: its routes stay on this device."""

    name: str
    distinguisher: str | None
    imports: tuple[str, ...]  # route targets
    exports: tuple[str, ...]
    interfaces: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Vpns:
    vpns: tuple[Vpn, ...]


@dataclass(frozen=True, slots=True)
class Ipv6Link:
    """An interface that speaks IPv6; *advertises*: "" never, "asked" in answers only, "always"."""

    name: str
    advertises: str  # RFC 4861 §6.2: router advertisements
    line: int


@dataclass(frozen=True, slots=True)
class Ipv6:
    routes: bool
    links: tuple[Ipv6Link, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Guard:
    """A filter of access lists at one *place*, and the families that are spoken there."""

    place: str
    filtered: frozenset[int]  # 4, 6
    spoken: frozenset[int]
    line: int


@dataclass(frozen=True, slots=True)
class Guards:
    guards: tuple[Guard, ...]
