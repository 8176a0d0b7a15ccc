"""KG-FAC-02: cooling of the data center: a spare unit, and power for it."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facility import Checklist, Facility
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._checklist import open_items, references


@rule(
    id="KG-FAC-02",
    title="Cooling of the data center: a spare unit, and power for it",
    severity=Severity.HIGH,
    needs=[Checklist],
    references=references("cooling"),
    of=Facility,
)
def facility_cooling(want: Facility, have: Snapshot) -> Iterator[Wrong]:
    """Without cooling a full room is too hot for its servers within minutes, however long the UPS holds."""
    yield from open_items(have, "cooling")
