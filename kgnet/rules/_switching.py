"""What the rules on switches share: which ports there are, and who is plugged in."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import DYNAMIC, Switching, SwitchPort
from kgnet.model.outcome import Evidence, Told, of
from kgnet.model.province import Role
from kgnet.plugins import one
from kgnet.ports import Platform
from kgnet.rules._places import at

SWITCHES = (Role.ACCESS, Role.LEAF)


def ports(have: Snapshot) -> Iterator[SwitchPort]:
    """Yield the ports that are in use; MissingFact if the device has none at all to judge."""
    found = have.get(Switching).ports
    if not found:
        raise MissingFact("no port of a switch is configured, so there is nothing to judge")
    return (port for port in found if port.enabled)


def of_hosts(have: Snapshot) -> Iterator[SwitchPort]:
    """Yield the ports in use that end devices are plugged into."""
    return (port for port in ports(have) if port.for_hosts)


def of_users(want: Device, have: Snapshot) -> Iterator[SwitchPort]:
    """Yield those of end devices but for the ports where the intent has a thing that cannot log in."""
    things = (
        {each.unit for each in want.access.ports if not (each.dot1x or each.mab)} if want.access else set()
    )
    known = one(Platform, want.platform).ports(want)
    spared = {known.get(f"port{unit}") for unit in things}
    return (port for port in of_hosts(have) if port.name not in spared)


def user_vlans(have: Snapshot) -> dict[int, SwitchPort]:
    """Return the VLANs that ports in use put their users in, each with the first such port."""
    found: dict[int, SwitchPort] = {}
    for port in of_hosts(have):
        if port.untagged is not None and (port.mode == DYNAMIC or port.tagged == ()):
            found.setdefault(port.untagged, port)
    return found


def on(have: Snapshot, port: SwitchPort, what: Told) -> Evidence:
    """Return *what* is wrong with the port, with its place."""
    return at(have, Switching, port.line, of(f"{port.name} ", what))
