"""KG-NTP-02: NTP is authenticated."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import TimeServers
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-NTP-02", needs=[TimeServers])
def ntp_authenticated(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever can forge an answer sets the clock, and with it which certificate and which key is valid."""
    found = have.get(TimeServers)
    if not found.servers:
        yield at(have, TimeServers, found.line, "asks nobody for the time")
    elif not found.authenticated:
        asked = ", ".join(found.servers)
        yield at(have, TimeServers, found.line, Deviation(f"believes {asked} without a key", "keys or NTS"))
