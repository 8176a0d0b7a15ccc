"""How a device calls the interfaces that the design names."""

from __future__ import annotations

from kgnet.model.fleet import Device, Interface
from kgnet.plugins import one
from kgnet.ports import Platform


def port(want: Device, link: Interface) -> str:
    """Return the device's own name of *link*; a platform that says nothing takes the design's."""
    return one(Platform, want.platform).ports(want).get(link.name, link.name)


def planned_ports(want: Device) -> set[str]:
    """Return the device's own names of all that the design has, and of what carries these."""
    ports = one(Platform, want.platform).ports(want)
    names = {ports.get(link.name, link.name) for link in want.interfaces} | set(ports.values())
    return names | {name.partition(".")[0] for name in names}
