"""Flows go between zones and devices that there are; rooms stand in an office zone made for them."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import Problem
from kgnet.inventory.draft import Draft
from kgnet.inventory.words import did_you_mean


def ends_of_flows_exist(draft: Draft) -> Iterator[Problem]:
    known = draft.zones.known + sorted(draft.device_names)
    for entry in draft.flows:
        for end in ("source", "destination"):
            name = getattr(entry.row, end)
            if draft.zones.lacks(name) and draft.lacks_device(name):
                what = f"{entry.row.id}: {end} {name!r} is neither a zone nor a device"
                yield draft.flows.problem(entry, what, did_you_mean(name, known))


def one_zone_holds_the_rooms(draft: Draft) -> Iterator[Problem]:
    holding = [entry for entry in draft.zones if entry.row.rooms]
    for entry in holding[1:]:
        what = (
            f"zone {entry.row.name} has `rooms`, and so has {holding[0].row.name} on line {holding[0].line}"
        )
        yield draft.zones.problem(entry, what, "rooms stand in one office zone")
    if draft.rooms.names and not holding and not draft.zones.problems:
        yield Problem(
            draft.zones.file, 0, "no zone has `rooms: yes`", "rooms.csv has rooms: say where they stand"
        )


CHECKS = (ends_of_flows_exist, one_zone_holds_the_rooms)
