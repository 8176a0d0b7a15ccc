"""KG-L2-15: VTP is transparent/off or authenticated; MVRP is off."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import Switching
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._switching import SWITCHES, ports


@control("KG-L2-15", needs=[Switching], roles=SWITCHES)
def vlans_not_learned(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """One old switch with a higher revision number, plugged in again, wipes out the VLANs of all others."""
    ports(have)  # a device without any has not shown what it would learn
    found = have.get(Switching)
    if found.learns_vlans and not found.learns_by_key:
        yield Deviation(f"a neighbour may change its VLANs by {found.learns_vlans}, without a key", "off")
