"""KG-FAC-01: power of the data center: two feeds, UPS and generator, tried."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facility import Checklist, Facility
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._checklist import open_items, references


@rule(
    id="KG-FAC-01",
    title="Power of the data center: two feeds, UPS and generator, tried",
    severity=Severity.HIGH,
    needs=[Checklist],
    references=references("power"),
    of=Facility,
)
def facility_power(want: Facility, have: Snapshot) -> Iterator[Wrong]:
    """A UPS whose batteries nobody tried holds until the first outage."""
    yield from open_items(have, "power")
