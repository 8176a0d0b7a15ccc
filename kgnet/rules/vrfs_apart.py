"""KG-RTG-11: each VRF has interfaces, and a distinguisher and targets of its own."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import NotOurs
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.forwarding import Vpn, Vpns
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at

MANAGEMENT = ("MGMT", "MANAGEMENT", "MGMT-VRF", "MGMT-INTF", "MGMT_JUNOS")


@control(
    "KG-RTG-11",
    title="Each agency/service VRF has interfaces, and a distinguisher and targets of its own",
    needs=[Vpns],
    roles=ROUTERS,
)
def vrfs_apart(want: Device, have: Snapshot, *, management: tuple[str, ...] = MANAGEMENT) -> Iterator[Wrong]:
    """Two agencies whose VRFs share a target see each other's networks, and nobody notices."""
    vpns = [vpn for vpn in have.get(Vpns).vpns if vpn.name.upper() not in (*management, want.vrf.upper())]
    if not vpns:
        raise NotOurs("it has no VRF beside that of its management")
    for vpn in vpns:
        others = [other for other in vpns if other.name != vpn.name]
        for what in _wrong(vpn, others):
            yield at(have, Vpns, vpn.line, f"VRF {vpn.name} {what}")


def _wrong(vpn: Vpn, others: list[Vpn]) -> Iterator[str]:
    if not vpn.interfaces:
        yield "is bound to no interface"
    if vpn.distinguisher is None:
        yield "has no route distinguisher"
    if not vpn.exports:
        yield "exports to no route target"
    for other in others:
        if vpn.distinguisher is not None and vpn.distinguisher == other.distinguisher:
            yield f"has the route distinguisher {vpn.distinguisher} of the VRF {other.name}"
        for target in sorted(set(vpn.imports) & set(other.exports)):
            yield f"imports the routes of the VRF {other.name} by the target {target}"
