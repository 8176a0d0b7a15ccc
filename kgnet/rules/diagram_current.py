"""KG-OPS-04: the diagram of the network was looked through."""

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
    "KG-OPS-04",
    title="The register shows that the diagram of the network was looked through",
    needs=[Register],
    roles=[Role.MONITOR],
)
def diagram_current(want: Device, have: Snapshot, *, most_days: int = 366) -> Iterator[Wrong]:
    """Who mends by an old diagram pulls the cable that works."""
    yield from stale(have, "network-diagram", "look through the diagram of the network", most_days)
