"""KG-CPL-06: Directed broadcast is off."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import PacketHandling
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-CPL-06", needs=[PacketHandling])
def no_directed_broadcast(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """One packet to a broadcast address makes every host of a LAN answer to whomever it names."""
    handling = have.get(PacketHandling)
    for place in handling.broadcasts_forwarded:
        yield at(have, PacketHandling, place.line, f"sends broadcasts from elsewhere on {place.name}")
    for place in handling.broadcasts_answered:
        yield at(have, PacketHandling, place.line, "answers echoes that are sent to everybody")
