"""RouterOS' configuration as sections of entries, each with the line that it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgnet.errors import ReadError
from kgnet.platforms.mikrotik_routeros.text import Entry, entries


@dataclass(frozen=True, slots=True)
class Read:
    """An entry and the line that it stands on."""

    entry: Entry
    line: int

    def get(self, name: str, otherwise: str = "") -> str:
        return self.entry.values.get(name, otherwise)


Sections = Mapping[str, list[Read]]


def take(text: str, part: str, first: int) -> Sections:
    sections: dict[str, list[Read]] = {}
    for number, section, entry in entries(text):
        sections.setdefault(section, []).append(Read(entry, first + number - 1))
    if not sections:
        raise ReadError(f"{part}: the configuration is empty — look whether the account may read all of it")
    return sections


def added(sections: Sections, name: str) -> list[Read]:
    """Return the entries of a section that are switched on."""
    return [
        each for each in sections.get(name, ()) if each.entry.verb == "add" and each.get("disabled") != "yes"
    ]


def setting(sections: Sections, section: str, name: str, item: str = "") -> str:
    """Return what was set last."""
    said = reversed(sections.get(section, ()))
    return next((each.get(name) for each in said if each.entry.item == item and each.get(name)), "")


def first(sections: Sections, *names: str) -> int:
    return next((each.line for name in names for each in sections.get(name, ())), 0)


def split(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))
