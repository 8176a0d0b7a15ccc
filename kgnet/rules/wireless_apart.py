"""KG-ZON-04: Wireless is a separate zone with WPA2/WPA3-Enterprise."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import NotOurs
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.hosting import WirelessNetworks
from kgnet.model.outcome import Deviation, of
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

GOOD = ("wpa2-enterprise", "wpa3-enterprise")


@control("KG-ZON-04", needs=[WirelessNetworks])
def wireless_apart(
    want: Device, have: Snapshot, *, open_zones: tuple[str, ...] = ("guest",)
) -> Iterator[Wrong]:
    """A pass phrase that a whole office knows is known outside, and leaves with everybody who leaves.

    Networks of *open_zones* lead nowhere inside and may let anybody in.
    """
    networks = have.get(WirelessNetworks).networks
    if not networks:
        raise NotOurs(f"{want.name} offers no wireless network")
    guests = {str(link.vlan) for link in want.interfaces if link.zone in open_zones}
    wired = {str(link.vlan) for link in want.interfaces if link.zone and link.zone not in open_zones}
    for network in networks:
        wrong = []
        if network.vlan is None:
            wrong.append(Deviation("shares the wired network", "a VLAN of its own"))
        elif network.vlan in wired:
            wrong.append(Deviation(f"shares VLAN {network.vlan} with wired hosts", "one of its own"))
        if network.security not in GOOD and network.vlan not in guests:
            wrong.append(Deviation(f"is {network.security}", " or ".join(GOOD)))
        yield from (at(have, WirelessNetworks, network.line, of(f"{network.ssid} ", what)) for what in wrong)
