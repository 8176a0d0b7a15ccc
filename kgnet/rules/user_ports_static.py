"""KG-L2-13: User ports are static access ports."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import ACCESS, DYNAMIC, Switching
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._switching import of_hosts, on


@control("KG-L2-13", needs=[Switching], roles=[Role.ACCESS])
def user_ports_static(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A computer that is taken for a switch reaches every VLAN of the office from its own desk."""
    for port in of_hosts(have):
        if port.mode == DYNAMIC:
            yield on(have, port, Deviation("agrees on its mode with the other end", "a static access port"))
        elif port.mode != ACCESS:
            yield on(have, port, Deviation("is a trunk set up for an end device", "a static access port"))
