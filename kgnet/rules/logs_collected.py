"""KG-LOG-02: logs are sent to the collectors of the intent."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import LogHosts
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

SENDERS = tuple(role for role in Role if role is not Role.MONITOR)  # which collects


@control("KG-LOG-02", title="Logs are sent to the collectors of the intent", needs=[LogHosts], roles=SENDERS)
def logs_collected(want: Device, have: Snapshot, *, least: int = 1) -> Iterator[Wrong]:
    """Whoever breaks in tidies up the logs of that machine; a copy elsewhere is what is left."""
    if not want.syslog:
        raise MissingFact(f"the intent names no collector for {want.name}")
    found = have.get(LogHosts)
    if 0 < len(found.hosts) < least:
        what = Deviation(f"sends to {len(found.hosts)} collectors", f"at least {least}", joint=", ")
        yield at(have, LogHosts, found.line, what)
    for collector in want.syslog:
        if collector not in found.hosts:
            sent = ", ".join(found.hosts) or "nobody"
            yield at(have, LogHosts, found.line, f"does not send to {collector}; it sends to {sent}")
