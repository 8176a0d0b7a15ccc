"""KG-FAC-07: the room of the data center: dry, strong enough, used for nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facility import Checklist, Facility
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._checklist import open_items, references


@rule(
    id="KG-FAC-07",
    title="The room of the data center: dry, strong enough, used for nothing else",
    severity=Severity.MEDIUM,
    needs=[Checklist],
    references=references("place"),
    of=Facility,
)
def facility_place(want: Facility, have: Snapshot) -> Iterator[Wrong]:
    """A room beside the river is under water once, and that is enough."""
    yield from open_items(have, "place")
