"""KG-CPL-03: ICMP redirects are neither sent nor followed."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import PacketHandling
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-CPL-03", title="ICMP redirects are neither sent nor followed", needs=[PacketHandling])
def no_redirects(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A redirect sends a neighbour's traffic another way, at the word of anybody who can forge one."""
    handling = have.get(PacketHandling)
    for verb, places in (("sends", handling.redirects_sent), ("follows", handling.redirects_followed)):
        for place in places:
            where = f" on {place.name}" if place.name else ""
            yield at(have, PacketHandling, place.line, f"{verb} ICMP redirects{where}")
