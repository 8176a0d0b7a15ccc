"""KG-SVC-07: Zero-touch provisioning is off on production devices."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.services import Provisioning
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._services import told


@control("KG-SVC-07", needs=[Provisioning])
def no_zero_touch(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A device that takes its configuration from whoever answers first belongs to whoever answers first."""
    for mechanism in have.get(Provisioning).mechanisms:
        what = "it would take its configuration or software from the network"
        yield told(have, Provisioning, mechanism, what)
