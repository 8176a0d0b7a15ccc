"""KG-HA-01: a gateway of the data center's zones may fail."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device, InterfaceKind
from kgnet.model.province import Role
from kgnet.model.redundancy import FirstHops
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._ports import port


@control(
    "KG-HA-01",
    title="First-hop gateways of the data center are redundant",
    needs=[FirstHops],
    roles=[Role.BORDER],
)
def gateways_redundant(want: Device, have: Snapshot, *, least: int = 2) -> Iterator[Wrong]:
    """A zone whose hosts know one router is cut off by one power supply.

    A gateway that routers share will do, and so will *least* routers that the hosts themselves know.
    """
    shared = {hop.port for hop in have.get(FirstHops).hops if hop.virtual}
    for lan in want.of_kind(InterfaceKind.LAN):
        name = port(want, lan)
        if name not in shared and lan.ways_out < least:
            who = f"{name}: hosts of the zone {lan.zone}"
            yield f"{who} know this gateway alone, and no router stands in for it"
