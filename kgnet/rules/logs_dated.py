"""KG-LOG-06: Messages carry date, time with ms and time zone."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import LogStamps
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-LOG-06", needs=[LogStamps])
def logs_dated(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """What came first is known by times alone: a second is long, an uptime says nothing."""
    stamps = have.get(LogStamps)
    if not stamps.dated:
        yield at(have, LogStamps, stamps.line, "messages carry no date and time")
        return
    if not stamps.fraction:
        yield at(have, LogStamps, stamps.line, "the time of messages has no milliseconds")
    if stamps.zone is False:
        yield at(have, LogStamps, stamps.line, "the time of messages has no time zone")
