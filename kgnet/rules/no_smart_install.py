"""KG-SVC-09: Smart Install (vstack) is off."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.services import Services
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._services import on


@control("KG-SVC-09", needs=[Services], platforms=["cisco_ios"])
def no_smart_install(want: Device, have: Snapshot, *, by_default: bool = True) -> Iterator[Wrong]:
    """Whoever asks gets the configuration, or gives a new one; *by_default*: a silent switch has it on."""
    names = ("smart-install", "smart-install-default") if by_default else ("smart-install",)
    yield from on(have, "Smart Install takes orders from anybody on TCP port 4786", *names)
