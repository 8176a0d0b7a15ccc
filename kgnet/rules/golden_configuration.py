"""KG-INT-01: the configuration is the one that was rendered from the intent, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kgnet.model.drift import Drift
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._places import at


@rule(
    id="KG-INT-01",
    title="The configuration is as rendered from the intent",
    severity=Severity.HIGH,
    needs=[Drift],
    references=["NIST CM-2", "NIST CM-6"],
)
def golden_configuration(want: Device, have: Snapshot, *, most_lines: int = 5) -> Iterator[Wrong]:
    """What was typed past the intent is known to nobody, and gone after the next deploy."""
    for section in have.get(Drift).sections:
        told = "; ".join(
            f"{what}: {_some(lines, most_lines)}"
            for what, lines in (
                ("missing", section.missing),
                ("extra", section.extra),
                ("out of order", section.misplaced),
            )
            if lines
        )
        yield at(have, Drift, section.line, f"{section.opening or section.part}: {told}")


def _some(lines: Sequence[str], most: int) -> str:
    shown = ", ".join(repr(line) for line in lines[:most])
    return f"{shown} and {len(lines) - most} more" if len(lines) > most else shown
