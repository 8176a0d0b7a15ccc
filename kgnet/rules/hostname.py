"""KG-ACC-18: Hostname and domain are set and match the inventory."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, System
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control

TITLE = "The hostname is that of the inventory, and so is the domain where a router has one"


@control("KG-ACC-18", title=TITLE, needs=[System], roles=ROUTERS)
def hostname(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A log line, an alert and a prompt that bear the wrong name send people to the wrong device."""
    found = have.get(System)
    if found.hostname != want.name:
        yield Deviation(f"is called {found.hostname or 'nothing'}", want.name)
    if found.domain is not None and found.domain != want.domain:
        yield Deviation(f"its domain is {found.domain or 'none'}", want.domain or "none")
