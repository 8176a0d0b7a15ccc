"""KG-FW-01: no rule of a filter is undone by those before it."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._filters import POLICIES, never_asked
from kgnet.rules._places import at


@rule(
    id="KG-FW-01",
    title="No rule of a filter is undone by those before it",
    severity=Severity.HIGH,
    needs=[PacketFilter],
    references=POLICIES,
)
def rules_contradicted(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever wrote the rule believes that it permits or stops something, and it does not."""
    for each in never_asked(have):
        if not each.alike:
            what = f"{each.list}: never asked, for {each.takers} decide otherwise: {each.text}"
            yield at(have, PacketFilter, each.line, what)
