"""KG-FW-02: no rule of a filter repeats what those before it do already."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._filters import POLICIES, never_asked
from kgnet.rules._places import at


@rule(
    id="KG-FW-02",
    title="No rule of a filter repeats what those before it do already",
    severity=Severity.LOW,
    needs=[PacketFilter],
    references=POLICIES,
)
def rules_repeated(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """One of the two is taken away one day, and nobody knows which of them counted."""
    for each in never_asked(have):
        if each.alike:
            what = f"{each.list}: never asked, for {each.takers} do the same: {each.text}"
            yield at(have, PacketFilter, each.line, what)
