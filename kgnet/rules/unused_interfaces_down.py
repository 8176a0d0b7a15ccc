"""KG-CPL-10: Unused interfaces are shut down."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import InterfaceStates, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._ports import planned_ports


@control("KG-CPL-10", needs=[InterfaceStates], live=True)
def unused_interfaces_down(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A port that is up and in nobody's plan is a socket in the wall for whoever brings a cable."""
    found = have.get(InterfaceStates).interfaces
    if not found:
        raise MissingFact("no interface was read, not even the loopback")
    planned = {"lo"} | planned_ports(want)
    for interface in found:
        if interface.up and interface.name not in planned:
            yield f"{interface.name} is up and not in the intent"
