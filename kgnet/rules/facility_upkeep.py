"""KG-FAC-08: upkeep of the data center: contracts, plans, whom to call."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facility import Checklist, Facility
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._checklist import open_items, references


@rule(
    id="KG-FAC-08",
    title="Upkeep of the data center: contracts, plans, whom to call",
    severity=Severity.MEDIUM,
    needs=[Checklist],
    references=references("upkeep"),
    of=Facility,
)
def facility_upkeep(want: Facility, have: Snapshot) -> Iterator[Wrong]:
    """In the night of an outage nobody finds the plan of last year's cables."""
    yield from open_items(have, "upkeep")
