"""KG-L2-07: Dynamic ARP inspection on user VLANs."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import Switching
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._switching import of_hosts, on, user_vlans


@control("KG-L2-07", needs=[Switching], roles=[Role.ACCESS])
def arp_inspection(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever claims the gateway's address by ARP gets what his neighbours send."""
    inspected = have.get(Switching).inspected
    for vlan, port in user_vlans(have).items():
        if vlan not in inspected:
            yield on(have, port, Deviation(f"is in VLAN {vlan}, where ARP is believed", "ARP inspection"))
    for port in of_hosts(have):
        if port.arp_trusted:
            yield on(have, port, "is trusted with whatever it says by ARP: only ports of switches may be")
