"""KG-FAC-04: fire in the data center: noticed, put out, practised."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facility import Checklist, Facility
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._checklist import open_items, references


@rule(
    id="KG-FAC-04",
    title="Fire in the data center: noticed, put out, practised",
    severity=Severity.CRITICAL,
    needs=[Checklist],
    references=references("fire"),
    of=Facility,
)
def facility_fire(want: Facility, have: Snapshot) -> Iterator[Wrong]:
    """A fire that is noticed by its smoke outside has taken the backups beside the servers as well."""
    yield from open_items(have, "fire")
