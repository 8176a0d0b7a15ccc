"""FortiOS' configuration as it is read: tables, each with what is set in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kgnet.platforms.fortinet_fortios.text import unquoted


@dataclass(slots=True)
class Table:
    """A `config` or `edit`: its settings as words, the blocks in it, and where it stands."""

    line: int = 0
    values: dict[str, list[str]] = field(default_factory=dict)
    inside: dict[str, Table] = field(default_factory=dict)

    def one(self, name: str, otherwise: str = "") -> str:
        return (self.values.get(name) or [otherwise])[0]

    def get(self, name: str) -> Table:
        return self.inside.get(name, EMPTY)

    def entries(self) -> Iterator[tuple[str, Table]]:
        """Yield the entries of a table with their names."""
        for line, table in self.inside.items():
            if line.startswith("edit "):
                yield unquoted(line.removeprefix("edit ")), table


EMPTY = Table()
