"""KG-FAC-06: surroundings of the data center's racks are watched: heat, water, power."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facility import Checklist, Facility
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._checklist import open_items, references


@rule(
    id="KG-FAC-06",
    title="Surroundings of the data center's racks are watched: heat, water, power",
    severity=Severity.MEDIUM,
    needs=[Checklist],
    references=references("environment"),
    of=Facility,
)
def facility_environment(want: Facility, have: Snapshot) -> Iterator[Wrong]:
    """What nobody measures is noticed when the first server switches itself off."""
    yield from open_items(have, "environment")
