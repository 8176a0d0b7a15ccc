"""KG-OPS-03: the device tells what it is, and the intent who answers for it."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Hardware
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control(
    "KG-OPS-03",
    title="Model and serial number are told, and the intent names owner and location",
    needs=[Hardware],
)
def asset_known(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A device that stands in no list is in nobody's care: it is not mended, and not missed."""
    found = have.get(Hardware)
    for name, value in (("model", found.model), ("serial number", found.serial)):
        if not value:
            yield f"the device tells no {name}"
    if not want.contact:
        yield f"the intent names nobody who answers for {want.name}"
    if not want.location:
        yield f"the intent does not say where {want.name} stands"
