"""KG-L2-05: Rapid/Multiple spanning tree is used."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import Switching
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._switching import SWITCHES, ports


@control("KG-L2-05", needs=[Switching], roles=SWITCHES)
def spanning_tree(
    want: Device, have: Snapshot, *, accepted: tuple[str, ...] = ("rstp", "rapid-pvst", "mstp")
) -> Iterator[Wrong]:
    """Without a tree one cable too many floods the office; the old tree takes half a minute to recover."""
    ports(have)  # a device without any needs no tree, and has not shown one
    found = have.get(Switching)
    if found.spanning_tree not in accepted:
        told = f"runs {found.spanning_tree}" if found.spanning_tree else "runs no spanning tree"
        yield at(have, Switching, found.line, Deviation(told, " or ".join(accepted)))
    if found.treeless:
        told = ", ".join(map(str, found.treeless))
        yield at(have, Switching, found.line, f"VLAN {told} has no spanning tree")
