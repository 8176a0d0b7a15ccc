"""KG-MON-02: the thresholds of alerts were looked through."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import Register
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._register import stale


@control(
    "KG-MON-02",
    title="The register shows that the thresholds of alerts were looked through",
    needs=[Register],
    roles=[Role.MONITOR],
)
def thresholds_tuned(want: Device, have: Snapshot, *, most_days: int = 184) -> Iterator[Wrong]:
    """An alert that comes every night is read by nobody, also in the night when it is true."""
    yield from stale(have, "alert-thresholds", "look through the thresholds of alerts", most_days)
