"""KG-AAA-04: becoming an administrator is decided by a server."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Aaa
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import central, in_order
from kgnet.rules._places import at


@control("KG-AAA-04", needs=[Aaa])
def enable_by_aaa(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A password for all who administer names none of them, and outlives each of them."""
    found = have.get(Aaa)
    if not central(found.enable):
        told = Deviation(
            f"who becomes an administrator is decided by {in_order(found.enable)}", "a server first"
        )
        yield at(have, Aaa, found.line, told)
