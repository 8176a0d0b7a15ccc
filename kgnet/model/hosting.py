"""What a server says of its upkeep, of what guards it, and of the names that it is known by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PendingUpdates:
    """Updates that close holes and are not installed; *age_s*: how old the list is that says so."""

    security: tuple[str, ...]
    age_s: float
    automatic: bool


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """What the kernel's audit writes down: changes of these files, and these calls."""

    files: tuple[str, ...]
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunningServices:
    """Names of the services that run now, without their kind."""

    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WebShield:
    """Engines that look into requests before a web application does; *blocking*: they refuse, too."""

    engines: tuple[str, ...]
    blocking: bool


@dataclass(frozen=True, slots=True)
class DnsZone:
    """A zone that it is the authority for; *transfers*: who may copy it whole; "any": everybody."""

    name: str
    transfers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DnsServer:
    """*recursion*: it looks up others' names for whoever asks."""

    recursion: bool
    zones: tuple[DnsZone, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """Who looks for attacks in what passes; *inline*: it can stop what it finds."""

    engines: tuple[str, ...]
    inline: bool
    line: int


@dataclass(frozen=True, slots=True)
class WirelessNetwork:
    """An SSID; *vlan* None: it shares the wired network; *security*: wpa2-enterprise, open …"""

    ssid: str
    vlan: str | None
    security: str
    line: int


@dataclass(frozen=True, slots=True)
class WirelessNetworks:
    networks: tuple[WirelessNetwork, ...]
