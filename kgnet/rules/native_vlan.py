"""KG-L2-11: Native VLAN is not VLAN 1 and carries no users."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import TRUNK, Switching
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._switching import SWITCHES, on, ports, user_vlans


@control("KG-L2-11", needs=[Switching], roles=SWITCHES)
def native_vlan(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A frame with two tags hops from the VLAN that a trunk carries without a tag into any other."""
    used = user_vlans(have)
    for port in ports(have):
        if port.mode != TRUNK or port.untagged is None:
            continue
        if port.untagged == 1:
            yield on(have, port, Deviation("carries VLAN 1 without a tag", "an unused VLAN, or none"))
        elif port.untagged in used:
            users = f"which {used[port.untagged].name} is in"
            yield on(
                have, port, Deviation(f"carries VLAN {port.untagged} without a tag, {users}", "an unused one")
            )
