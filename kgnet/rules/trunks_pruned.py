"""KG-L2-10: Trunks are static and pruned; DTP is off."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import DYNAMIC, TRUNK, Switching
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._switching import SWITCHES, on, ports


@control("KG-L2-10", needs=[Switching], roles=SWITCHES)
def trunks_pruned(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Who can talk a port into being a trunk, or finds one that carries all, is in every VLAN at once."""
    for port in ports(have):
        if port.mode == DYNAMIC:
            yield on(have, port, Deviation("becomes a trunk if the other end asks for it", "a fixed mode"))
        elif port.negotiates:
            yield on(have, port, Deviation("negotiates with the other end (DTP)", "no negotiation"))
        if port.mode == TRUNK and port.tagged is None:
            yield on(have, port, Deviation("carries every VLAN", "a list of those that are needed"))
