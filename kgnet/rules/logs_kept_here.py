"""KG-LOG-04: Local buffer is sized and at informational level."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import LocalLog, tells
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-LOG-04", needs=[LocalLog])
def logs_kept_here(
    want: Device,
    have: Snapshot,
    *,
    severity: str = "informational",
    least_bytes: int = 64_000,
    least_messages: int = 10_000,
) -> Iterator[Wrong]:
    """When the way to the collector is cut, the last hours stand here or nowhere."""
    log = have.get(LocalLog)
    least = least_bytes if log.unit == "bytes" else least_messages
    if not log.severity:
        yield at(have, LocalLog, log.line, "keeps no messages of its own")
    elif not tells(log.severity, severity):
        what = Deviation(f"keeps {log.severity} and what is more urgent", severity)
        yield at(have, LocalLog, log.line, what)
    if log.severity and log.size is not None and log.size < least:
        what = Deviation(f"keeps {log.size} {log.unit} of its messages", f"at least {least}", joint=", ")
        yield at(have, LocalLog, log.line, what)
    if log.severity and not log.lasting:
        yield at(have, LocalLog, log.line, "loses its own messages at a restart")
