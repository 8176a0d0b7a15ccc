"""KG-FAC-05: two paths of the data center: entrances, ducts, racks."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facility import Checklist, Facility
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._checklist import open_items, references


@rule(
    id="KG-FAC-05",
    title="Two paths of the data center: entrances, ducts, racks",
    severity=Severity.HIGH,
    needs=[Checklist],
    references=references("paths"),
    of=Facility,
)
def facility_paths(want: Facility, have: Snapshot) -> Iterator[Wrong]:
    """Two carriers in one duct are cut by one excavator."""
    yield from open_items(have, "paths")
