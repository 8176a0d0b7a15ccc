"""What several passes look up: an office's router, the addresses behind names, a zone's VLAN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kgnet.errors import DesignError
from kgnet.model.fleet import Device
from kgnet.model.province import SWITCHES, DeviceRow, Province, Role, Zone
from kgnet.model.switching import Vlan


def branch_of(province: Province, code: str) -> DeviceRow:
    """Return the router of an office; DesignError if it has none."""
    rows = [row for row in province.devices.values() if row.site == code and row.role is Role.BRANCH]
    if not rows:
        raise DesignError(f"site {code} has circuits but no router")
    return min(rows, key=lambda row: row.number)


def found_from(device: Device, names: Iterable[str], every: Mapping[str, Device]) -> tuple[str, ...]:
    """Return the addresses at which *device* finds *names*, itself left out; other words stay as they are.

    A switch is managed out of band, and that is where it finds them.
    """
    wanted = [name for name in names if name != device.name]
    out_of_band = device.role in SWITCHES
    found = {
        name: every[name].management if out_of_band else every[name].address for name in {*wanted} & {*every}
    }
    return tuple(str(found.get(name, name)) for name in wanted)


def vlan_of(zone: Zone, *, vni: int | None = None) -> Vlan:
    return Vlan(zone.number, zone.name.upper(), zone.name, vni)
