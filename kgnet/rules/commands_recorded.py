"""KG-AAA-06: what administrators type is recorded elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Aaa
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-AAA-06", needs=[Aaa])
def commands_recorded(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever breaks in cleans the log of the device; a server that was told at once still knows."""
    found = have.get(Aaa)
    if "commands" not in found.accounting:
        yield at(have, Aaa, found.line, "privileged commands are told to no accounting")
