"""KG-MON-03: Incident contact and plan exist; incidents are reported in time."""

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
    "KG-MON-03",
    title="The register shows a fresh list of incident contacts, and a plan that was looked through",
    needs=[Register],
    roles=[Role.MONITOR],
)
def incidents_planned(want: Device, have: Snapshot, *, most_days: int = 366) -> Iterator[Wrong]:
    """In the night of an incident nobody finds out whom to call: the list has to be there, and right."""
    yield from stale(have, "incident-contacts", "list of incident contacts", most_days)
    yield from stale(have, "incident-plan", "plan for incidents", most_days)
