"""Access switches of offices: a VLAN a zone, a trunk to the office's router, ports on which people log in.

Every switch has the same 24 ports, so that a spare one fits everywhere: 1 to 12 for people (IEEE 802.1X),
13 to 16 for cameras and sensors, 17 to 24 for the office's conference rooms by their numbers.  A port that
nothing is planned for is shut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kgnet.design._lookup import branch_of, vlan_of
from kgnet.model.fleet import BuiltRoom, Device, Fleet
from kgnet.model.province import Province, Role, Zone
from kgnet.model.switching import Access, AccessPort
from kgnet.ports import Pass

PEOPLE, THINGS, BEFORE_ROOMS = range(1, 13), range(13, 17), 16
MOST_ROOMS = 8  # of an office
PEOPLE_SLOT, THINGS_SLOT, GUEST_SLOT = 0, 2, 3  # as `zones.yml` numbers the zones of an office


def run(province: Province, fleet: Fleet) -> Fleet:
    """Give every access switch its ports; the first of an office takes its rooms."""
    return fleet.with_devices(
        {
            device.name: replace(device, access=_access(province, fleet, device))
            for device in fleet.with_role(Role.ACCESS)
        }
    )


def _access(province: Province, fleet: Fleet, device: Device) -> Access:
    zones = sorted(
        (each for each in province.zones.values() if each.where == "offices"), key=lambda zone: zone.number
    )
    by_slot = {zone.slot: zone for zone in zones}
    rooms = next((zone for zone in zones if zone.rooms), None)
    alike = (each for each in fleet.with_role(Role.ACCESS) if each.site == device.site)
    first = min(alike, key=lambda each: each.number) == device
    here = [room for room in fleet.rooms.values() if room.row.site == device.site and first]
    ports = (
        *_people(by_slot.get(PEOPLE_SLOT)),
        *_things(by_slot.get(THINGS_SLOT)),
        *_rooms(rooms, here),
    )
    guests = by_slot.get(GUEST_SLOT)
    return Access(
        vlans=tuple(vlan_of(zone) for zone in zones),
        router=branch_of(province, device.site).name,
        ports=ports,
        guest_vlan=guests.number if guests else None,
    )


def _people(zone: Zone | None) -> Iterator[AccessPort]:
    for unit in PEOPLE if zone else ():
        assert zone is not None
        yield AccessPort(unit, zone.number, f"{zone.name} {unit}", dot1x=True, mab=True)


def _things(zone: Zone | None) -> Iterator[AccessPort]:
    for unit in THINGS if zone else ():
        assert zone is not None
        yield AccessPort(unit, zone.number, f"{zone.name} {unit}", mab=True)


def _rooms(zone: Zone | None, rooms: list[BuiltRoom]) -> Iterator[AccessPort]:
    """Yield a port for each room that there may be; those of rooms that there are not are shut."""
    named = {room.row.number: room.row.id for room in rooms}
    for number in range(1, MOST_ROOMS + 1) if zone else ():
        assert zone is not None
        name = named.get(number)
        yield AccessPort(BEFORE_ROOMS + number, zone.number, name or "unused", enabled=name is not None)


PASS = Pass("access", run, after=("addressing",))
