"""KG-FAC-03: access to the data center: known people, doors that record, cameras."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facility import Checklist, Facility
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._checklist import open_items, references


@rule(
    id="KG-FAC-03",
    title="Access to the data center: known people, doors that record, cameras",
    severity=Severity.HIGH,
    needs=[Checklist],
    references=references("access"),
    of=Facility,
)
def facility_access(want: Facility, have: Snapshot) -> Iterator[Wrong]:
    """Whoever stands before a server needs no password for it."""
    yield from open_items(have, "access")
