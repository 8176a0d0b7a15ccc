"""How a configuration differs from the one that was meant, section by section."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """What differs below one opening line; *opening* is empty for lines outside of any block.

    Lines deeper inside are written with those around them: `address-family ipv4 > network 10.0.0.0/8`.
    """

    part: str  # of the configuration
    opening: str
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    misplaced: tuple[str, ...] = ()  # there, where their order is meant and another one is wanted
    line: int = 0  # where the section begins in the text that was looked at; 0: it is not there


@dataclass(frozen=True, slots=True)
class Drift:
    """The sections that are not as rendered; none: all is as wanted. Secrets are not compared."""

    sections: tuple[Section, ...]
