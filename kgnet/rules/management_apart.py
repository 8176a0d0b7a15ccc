"""KG-ACC-14: Management traffic uses a dedicated VRF/OOB interface or VLAN."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import AddressedPorts
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-ACC-14", needs=[AddressedPorts])
def management_apart(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """When users' traffic fills or breaks the network, one still wants to get in to mend it."""
    address = str(want.management)
    ports = [port for port in have.get(AddressedPorts).ports if address in port.addresses]
    if not ports:
        yield f"no port has the management address {address}"
    for port in ports:
        if not port.apart:
            told = f"{port.name} has the management address {address}, but stands among the users' ports"
            yield at(have, AddressedPorts, port.line, Deviation(told, "a VRF or a port of its own"))
