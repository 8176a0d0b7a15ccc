"""What a configuration gives names to, and where it uses these names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Key = tuple[str, str]  # what kind of thing (access list, prefix list, route map …), and its name


@dataclass(frozen=True, slots=True)
class Name:
    """A name of one *kind* (access list, prefix list, route map …) at its first place."""

    kind: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Names:
    """Objects that are used and nowhere defined, and those that are defined and nowhere used."""

    undefined: tuple[Name, ...] = ()
    unused: tuple[Name, ...] = ()

    @classmethod
    def of(cls, defined: Mapping[Key, int], used: Mapping[Key, int]) -> Names:
        """Return what remains of all that is *defined* and *used*, each with the line of its first place."""
        return cls(
            tuple(Name(*key, line) for key, line in used.items() if key not in defined),
            tuple(Name(*key, line) for key, line in defined.items() if key not in used),
        )
