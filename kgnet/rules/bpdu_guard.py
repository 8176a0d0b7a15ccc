"""KG-L2-03: BPDU guard on access ports."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import Switching
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._switching import SWITCHES, of_hosts, on


@control("KG-L2-03", needs=[Switching], roles=SWITCHES)
def bpdu_guard(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A switch that somebody brings along could make itself the root of the tree, or close a loop."""
    for port in of_hosts(have):
        if not port.bpdu_guard:
            yield on(have, port, Deviation("stays open when a switch is plugged in", "BPDU guard"))
