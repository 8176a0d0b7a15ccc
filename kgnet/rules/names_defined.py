"""KG-FW-03: what a configuration names is defined."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.naming import Names
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._filters import POLICIES
from kgnet.rules._places import at


@rule(
    id="KG-FW-03",
    title="Every list, map and group that the configuration names is defined",
    severity=Severity.HIGH,
    needs=[Names],
    references=POLICIES,
)
def names_defined(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A list that is not there holds nothing back: on most platforms everything passes, on others nothing."""
    for each in have.get(Names).undefined:
        yield at(have, Names, each.line, f"the {each.kind} {each.name} is used, and nowhere defined")
