"""fleet → the addresses that /probe may be asked about: the fleet's own, nobody else's."""

from __future__ import annotations

from kgnet.model.fleet import Fleet


def known(fleet: Fleet) -> frozenset[str]:
    """Return every address of devices and rooms, and every target of the design."""
    interfaces = (
        str(address.ip)
        for device in fleet.devices.values()
        for interface in device.interfaces
        for address in interface.addresses
    )
    rooms = (str(room.address.ip) for room in fleet.rooms.values())
    return frozenset((*interfaces, *rooms, *(target.target for target in fleet.targets)))
