"""KG-NTP-01: at least two NTP servers are configured, those of the intent."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import TimeServers
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-NTP-01", needs=[TimeServers])
def ntp_sources(want: Device, have: Snapshot, *, least: int = 2, intent: bool = True) -> Iterator[Wrong]:
    """With one source, a wrong clock or a dead one goes unnoticed (RFC 8633 §3.2 asks for four)."""
    if intent and not want.ntp:
        raise MissingFact(f"the intent names no time server for {want.name}")
    found = have.get(TimeServers)
    if len(found.servers) < least and not (intent and _serves_time(want, least)):
        asked = ", ".join(found.servers) or "nobody"
        yield at(
            have,
            TimeServers,
            found.line,
            Deviation(f"asks {asked} for the time", f"at least {least} servers", joint=", "),
        )
    for what in _strange(want, found.servers) if intent else ():  # else whoever they are
        yield at(have, TimeServers, found.line, what)


def _strange(want: Device, asked: tuple[str, ...]) -> Iterator[str]:
    for server in asked:
        if server not in want.ntp:
            yield f"asks {server}, which the intent does not name"
    for server in want.ntp:
        if server not in asked:
            yield f"does not ask {server}, which the intent names"


def _serves_time(want: Device, least: int) -> bool:
    """A time server asks the others of the intent, not itself: it may lack one."""
    return bool(want.vars.get("host_baseline_ntp_clients")) and len(want.ntp) == least - 1
