"""KG-LIV-03: the clock follows a time server, closely."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Clock, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation, Severity
from kgnet.ports import Wrong, rule


@rule(
    id="KG-LIV-03",
    title="The clock is in sync",
    severity=Severity.MEDIUM,
    needs=[Clock],
    references=["RFC 5905 §8", "NIST AU-8"],
    live=True,
)
def clock_in_sync(want: Device, have: Snapshot, *, most_offset_s: float = 0.1) -> Iterator[Wrong]:
    """Logs of two devices tell one story only where their clocks agree; certificates need them too."""
    clock = have.get(Clock)
    if not clock.synchronised:
        yield f"follows no time server (asked: {', '.join(clock.sources) or 'none'})"
    elif abs(clock.offset_s) > most_offset_s:
        way = "late" if clock.offset_s > 0 else "early"
        yield Deviation(f"is {abs(clock.offset_s):.3f} s {way}", f"at most {most_offset_s:g} s", joint=", ")
