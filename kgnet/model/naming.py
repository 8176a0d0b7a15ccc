"""What a configuration gives names to, and where it uses these names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A name of one *kind* (access list, prefix list, route map …) at its first place."""

    kind: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Names:
    """Objects that are *defined*, and those that are *used*."""

    defined: tuple[Name, ...]
    used: tuple[Name, ...]
