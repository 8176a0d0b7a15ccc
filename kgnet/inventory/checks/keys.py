"""Nothing has the name, the number or the extension of another."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from kgnet.errors import Problem
from kgnet.inventory.draft import Draft
from kgnet.inventory.rows import Entry, Table


def repeated(
    table: Table[Any], what: Callable[[Any], tuple[Hashable, str] | None], remedy: str
) -> Iterator[Problem]:
    """Yield a problem for each row of *table* that is, by *what* (a value and its words), like one before."""
    first: dict[Hashable, Entry[Any]] = {}
    for entry in table:
        said = what(entry.row)
        if said is None:
            continue
        before = first.setdefault(said[0], entry)
        if before is not entry:
            yield table.problem(entry, f"{said[1]} is on line {before.line} already", remedy)


def keys_are_unique(draft: Draft) -> Iterator[Problem]:
    """Two spellings that differ in case only are one name: devices, files and DNS names come of it."""
    for table in draft.tables:
        for names in table.repeats:
            (name, line), (other, before) = names
            shown = repr(name) if name == other else f"{name!r}, as {other!r},"
            yield Problem(table.file, line, f"{shown} is on line {before} already", "keep one of the two")


def sites_have_numbers_of_their_own(draft: Draft) -> Iterator[Problem]:
    def said(row: Any) -> tuple[Hashable, str]:
        return (row.parent, row.number), f"number {row.number} behind {row.parent or 'nothing'}"

    yield from repeated(draft.sites, said, "take the next number that was never used behind this parent")


def devices_have_numbers_of_their_own(draft: Draft) -> Iterator[Problem]:
    def said(row: Any) -> tuple[Hashable, str]:
        return (row.site, row.number), f"number {row.number} at {row.site}"

    yield from repeated(draft.devices, said, "take the next number that was never used at this site")


def rooms_have_numbers_of_their_own(draft: Draft) -> Iterator[Problem]:
    def said(row: Any) -> tuple[Hashable, str]:
        return (row.site, row.number), f"number {row.number} at {row.site}"

    yield from repeated(draft.rooms, said, "take the next number that was never used at this site")


def rooms_have_extensions_of_their_own(draft: Draft) -> Iterator[Problem]:
    def said(row: Any) -> tuple[Hashable, str]:
        return row.extension, f"extension {row.extension}"

    yield from repeated(draft.rooms, said, "one extension rings in one room")


def circuits_have_orders_of_their_own(draft: Draft) -> Iterator[Problem]:
    def said(row: Any) -> tuple[Hashable, str]:
        word = {1: "a primary circuit (order 1)"}.get(row.order, f"a circuit of order {row.order}")
        return (row.site, row.order), f"{word} of {row.site}"

    yield from repeated(draft.circuits, said, "order 1 is the primary, 2 the backup, and so on")


def zones_have_numbers_and_slots_of_their_own(draft: Draft) -> Iterator[Problem]:
    def number(row: Any) -> tuple[Hashable, str]:
        return row.number, f"number {row.number}"

    def slot(row: Any) -> tuple[Hashable, str] | None:
        return None if row.slot is None else (row.slot, f"slot {row.slot}")

    yield from repeated(draft.zones, number, "take a number that was never used")
    yield from repeated(draft.zones, slot, "an office has four slots, 0 to 3, for one zone each")


CHECKS = (
    keys_are_unique,
    sites_have_numbers_of_their_own,
    devices_have_numbers_of_their_own,
    rooms_have_numbers_of_their_own,
    rooms_have_extensions_of_their_own,
    circuits_have_orders_of_their_own,
    zones_have_numbers_and_slots_of_their_own,
)
