"""How a device calls the interfaces that the design names."""

from __future__ import annotations

from collections.abc import Mapping

from kgnet.errors import NotOurs
from kgnet.model.fleet import Device, Interface
from kgnet.plugins import one
from kgnet.ports import Platform


def port(want: Device, link: Interface) -> str:
    """Return the device's own name of *link*; a platform that says nothing takes the design's.

    NotOurs where only the management of a device is planned: whoever installed it chose its ports.
    """
    return _ports(want).get(link.name, link.name)


def planned_ports(want: Device) -> set[str]:
    """Return the device's own names of all that the design has, and of what carries these; NotOurs, too."""
    ports = _ports(want)
    names = {ports.get(link.name, link.name) for link in want.interfaces} | set(ports.values())
    return names | {name.partition(".")[0] for name in names}


def _ports(want: Device) -> Mapping[str, str]:
    platform = one(Platform, want.platform)
    if not platform.whole:
        raise NotOurs(f"of {platform.name} only the management is ours, not which port is which")
    return platform.ports(want)
