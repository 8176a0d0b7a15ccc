"""What devices tell of themselves, by syslog and SNMP notifications: kinds of events, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    AUTHENTICATION_FAILURE = "authentication_failure"
    LOGIN = "login"
    PRIVILEGE = "privilege"  # somebody who was in became an administrator
    CONFIGURATION_MODE = "configuration_mode"  # somebody began to configure
    CONFIGURATION_CHANGE = "configuration_change"
    LINK_DOWN = "link_down"
    LINK_UP = "link_up"
    BGP_DOWN = "bgp_down"
    BGP_UP = "bgp_up"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; *interface*: as the device names it, *index*: its ifIndex; empty and None: not told."""

    kind: EventKind
    interface: str = ""
    index: int | None = None
