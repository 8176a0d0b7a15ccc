"""KG-L2-06: DHCP snooping on user VLANs."""

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


@control("KG-L2-06", needs=[Switching], roles=[Role.ACCESS])
def dhcp_snooping(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever answers DHCP in place of the server becomes the gateway of his neighbours, and reads along."""
    watched = have.get(Switching).snooped
    for vlan, port in user_vlans(have).items():
        if vlan not in watched:
            yield on(have, port, Deviation(f"is in VLAN {vlan}, where DHCP is not watched", "DHCP snooping"))
    for port in of_hosts(have):
        if port.dhcp_trusted:
            yield on(have, port, "is trusted to answer DHCP: only ports towards the server may be")
