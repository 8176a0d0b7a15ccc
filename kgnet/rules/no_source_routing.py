"""KG-CPL-02: IP source routing is refused."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import PacketHandling
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-CPL-02", needs=[PacketHandling], platforms=("cisco_ios", "juniper_junos", "frr", "linux"))
def no_source_routing(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A sender that chooses the way walks around the filters."""
    for place in have.get(PacketHandling).source_routing:
        where = f" on {place.name}" if place.name else ""
        yield at(have, PacketHandling, place.line, f"follows source routes{where}: they have to be refused")
