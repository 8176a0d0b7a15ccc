"""What a device says of its outer ports, of what passes there and of who looks into it, in neutral words.

*line* counts within the configuration's text, 0: the text does not say.
"""

from __future__ import annotations

from dataclasses import dataclass

from kgnet.model.facts import FilterRule

EVERY_PORT = "*"  # a host's packet filter is asked at all of its ports


@dataclass(frozen=True, slots=True)
class PortFilter:
    """What decides on packets of one family (4 or 6) that come in by one port.

    *rules* are asked in order and *rest* (accept or drop) is what becomes of what none of them matches;
    *name* is the list's, the zone's or the chain's, "" for none: then everything comes in.
    """

    port: str
    family: int
    name: str
    rules: tuple[FilterRule, ...]
    rest: str
    line: int


@dataclass(frozen=True, slots=True)
class PortFilters:
    filters: tuple[PortFilter, ...]


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """Whether a port asks for the way back to a packet's source (RFC 3704).

    *mode* is "strict" (by the port itself), "loose" (by any port) or "off".
    """

    port: str
    family: int
    mode: str
    line: int


@dataclass(frozen=True, slots=True)
class SourceChecks:
    checks: tuple[SourceCheck, ...]
