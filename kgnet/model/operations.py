"""What a device says of its own upkeep, in neutral words: its logs, the packets that it refuses, records.

Severities are RFC 5424's words: "emergency" … "debug".  *line* counts within the text, 0: it does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

SEVERITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug")


def tells(severity: str, wanted: str) -> bool:
    """Return whether who tells *severity* and all that is more urgent tells *wanted*; "" tells nothing."""
    return severity in SEVERITIES and SEVERITIES.index(severity) >= SEVERITIES.index(wanted)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that is configured somewhere: an interface, or "" for the device as a whole."""

    name: str
    line: int


# ── logs ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Logging:
    """Whether messages are made at all, and where they go; *severity*: the least urgent that is made."""

    enabled: bool
    targets: tuple[str, ...]
    severity: str
    line: int


@dataclass(frozen=True, slots=True)
class LocalLog:
    """What a device keeps of its own messages; *severity* "": nothing."""

    severity: str
    size: int | None  # None: the platform's own, which is bounded and ample
    unit: str  # "bytes" or "messages"
    lasting: bool  # survives a restart, where the platform can do that at all
    line: int


@dataclass(frozen=True, slots=True)
class LogStamps:
    """What the time in a message is made of; *zone* None: the platform has no word for it."""

    dated: bool
    fraction: bool  # milliseconds or finer
    zone: bool | None
    line: int


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """Whether changes of the configuration are recorded with who made them, and by which command."""

    recorded: bool
    sent: bool  # the record leaves the device
    sealed: bool  # pass phrases are kept out of it
    unwatched: tuple[str, ...]  # files of the configuration that change unseen
    line: int


@dataclass(frozen=True, slots=True)
class LogArchive:
    """Files of logs, as a pattern of the shell → days that they are kept; None: nothing says how long."""

    days: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class WebLogs:
    """Where programs of the web write who asked for what: "syslog", or a file."""

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowExport:
    """Records of flows (RFC 7011, sFlow): to whom they go, and the interfaces where they are made."""

    collectors: tuple[str, ...]
    interfaces: tuple[str, ...]
    line: int


# ── packets ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PacketHandling:
    """Where the device does what only a forger needs; a port out of band is not told."""

    source_routing: tuple[Place, ...]  # follows the way that a sender wrote into a packet
    redirects_sent: tuple[Place, ...]
    redirects_followed: tuple[Place, ...]
    proxy_arp: tuple[Place, ...]
    broadcasts_forwarded: tuple[Place, ...]  # to the broadcast address of a LAN, from elsewhere
    broadcasts_answered: tuple[Place, ...] = ()  # echoes to everybody; routers answer none


@dataclass(frozen=True, slots=True)
class IpOptions:
    dropped: bool  # packets with any of IPv4's options
    line: int


@dataclass(frozen=True, slots=True)
class EnabledPorts:
    """Ports with a socket that are not shut down, whether a cable is in them or not."""

    ports: tuple[Place, ...]


# ── records ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Record:
    """Something that people did and answer for: a scan, a drill, a list that was looked through."""

    kind: str
    on: date
    owner: str
    proof: str  # where it is written down


@dataclass(frozen=True, slots=True)
class Register:
    """The office's register of such records as it was on the day *asked*."""

    records: tuple[Record, ...]
    asked: date
