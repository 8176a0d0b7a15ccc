"""Who may manage a device and who decides on that (want); what it has of this stands in `managed`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """An account for when no server decides; *secret* names its pass phrase, `login/<name>`."""

    name: str
    role: str  # admin: may all; operator: may look
    secret: str


@dataclass(frozen=True, slots=True)
class AaaServers:
    """Who is asked about logins (TACACS+, RFC 8907) and about 802.1X (RADIUS, RFC 2865); best first."""

    tacacs: tuple[IPv4Address | IPv6Address, ...] = ()
    tacacs_secret: str = "aaa/tacacs"
    radius: tuple[IPv4Address | IPv6Address, ...] = ()
    radius_secret: str = "aaa/radius"
