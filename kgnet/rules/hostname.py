"""KG-ACC-18: the hostname is that of the inventory."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, System
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control


@control("KG-ACC-18", title="The hostname is that of the inventory", needs=[System], roles=ROUTERS)
def hostname(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A log line, an alert and a prompt that bear the wrong name send people to the wrong device."""
    found = have.get(System).hostname
    if found != want.name:
        yield f"is called {found or 'nothing'}: {want.name} wanted"
