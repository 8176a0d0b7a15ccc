"""What a device serves to others for its own sake, or fetches by itself, in neutral words."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is on; *socket* is where it listens, if that is all that tells of it.

    *name* is one of ssh, telnet, rlogin, rsh, terminal, http, https, netconf, api, snmp, ftp, tftp, rcp,
    finger, ident, small-servers, inetd, autoload, smart-install, smart-install-default …
    """

    name: str
    told: str  # in the device's own words
    line: int = 0
    socket: tuple[str, int] | None = None  # protocol and port


@dataclass(frozen=True, slots=True)
class Services:
    """Every service that the device is known to have on, those that are on by default included."""

    services: tuple[Service, ...]

    def named(self, *names: str) -> tuple[Service, ...]:
        return tuple(service for service in self.services if service.name in names)


@dataclass(frozen=True, slots=True)
class Provisioning:
    """By what a device would take its configuration or software from the network by itself."""

    mechanisms: tuple[Service, ...]


def loopback(address: str) -> bool:
    """Return whether nobody else reaches a socket on *address*; `*` and nothing are every address."""
    bare = address.strip("[]").partition("%")[0]
    if bare in ("*", ""):
        return False
    found = ip_address(bare)
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)
