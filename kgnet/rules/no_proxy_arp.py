"""KG-CPL-07: Proxy ARP is off on external interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import PacketHandling
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-CPL-07", needs=[PacketHandling])
def no_proxy_arp(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A router that answers ARP for others joins networks that the plan holds apart."""
    for place in have.get(PacketHandling).proxy_arp:
        yield at(have, PacketHandling, place.line, f"answers ARP for others on {place.name}")
