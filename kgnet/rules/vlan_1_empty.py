"""KG-L2-12: VLAN 1 carries neither users nor management."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import TRUNK, Switching
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._switching import SWITCHES, on, ports


@control("KG-L2-12", needs=[Switching], roles=SWITCHES)
def vlan_1_empty(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Every port that nobody thought of is in VLAN 1, and what switches tell each other goes there too."""
    for port in ports(have):
        if port.mode != TRUNK and port.untagged == 1:
            yield on(have, port, Deviation("is in VLAN 1", "a VLAN of its users"))
    for interface in have.get(Switching).interfaces:
        if interface.vlan == 1 and interface.enabled:
            what = f"{interface.name} stands in VLAN 1 and is not shut"
            yield at(have, Switching, interface.line, what)
