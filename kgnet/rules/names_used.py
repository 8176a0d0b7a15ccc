"""KG-FW-04: what a configuration defines is used."""

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
    id="KG-FW-04",
    title="Every list, map and group that the configuration defines is used",
    severity=Severity.LOW,
    needs=[Names],
    references=POLICIES,
)
def names_used(want: Device, have: Snapshot, *, also: tuple[str, ...] = ()) -> Iterator[Wrong]:
    """What is written and bound to nothing protects nobody, and looks as if it did; *also* are left alone."""
    for each in have.get(Names).unused:
        if each.name not in also:
            yield at(have, Names, each.line, f"the {each.kind} {each.name} is defined, and nowhere used")
