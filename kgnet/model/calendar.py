"""When nothing may change: meetings with their times, and freezes; when something may be down (want)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

EVERYTHING = "all"  # scope of a freeze


@dataclass(frozen=True, slots=True)
class BuiltMeeting:
    """A meeting that has a time: every week on *weekday* (0 is Monday), or once on *day*."""

    id: str
    name: str
    sites: tuple[str, ...]  # where its rooms are
    circuits: tuple[str, ...]  # that carry it, or would when another is cut
    timezone: str  # of *start*: IANA name
    start: time
    minutes: int
    weekday: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class BuiltFreeze:
    """A time from *begins* until before *ends* (aware); *scope*: all, a site and what is behind it, …"""

    id: str
    scope: str
    begins: datetime
    ends: datetime
    timezone: str  # in which people read the times
    reason: str


@dataclass(frozen=True, slots=True)
class BuiltOutage:
    """Planned work from *begins* until before *ends* (aware), and all that it touches."""

    id: str
    begins: datetime
    ends: datetime
    sites: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    circuits: frozenset[str] = frozenset()
