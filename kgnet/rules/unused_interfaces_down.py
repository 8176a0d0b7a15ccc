"""KG-CPL-10: Unused interfaces are shut down."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import EnabledPorts
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._ports import planned_ports


@control("KG-CPL-10", needs=[EnabledPorts])
def unused_interfaces_down(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A port that is open and in nobody's plan is a socket in the wall for whoever brings a cable."""
    planned = planned_ports(want)
    found = have.get(EnabledPorts).ports
    if not found:
        raise MissingFact("no port was read that is not shut down, not even that of the management")
    for port in found:
        if port.name not in planned and port.name.partition(".")[0] not in planned:
            yield at(have, EnabledPorts, port.line, f"{port.name} is not shut down and not in the intent")
