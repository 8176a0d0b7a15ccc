"""KG-AAA-07: who was in and for how long is recorded elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Aaa
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-AAA-07", needs=[Aaa])
def sessions_recorded(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """After an incident the first question is who was in at that time."""
    found = have.get(Aaa)
    if "sessions" not in found.accounting:
        yield at(have, Aaa, found.line, "the beginning and end of sessions are told to no accounting")
