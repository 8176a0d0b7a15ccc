"""KG-LOG-02: logs are sent to the collectors of the intent."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot, System
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import SERVERS, control

SENDERS = tuple(role for role in SERVERS if role is not Role.MONITOR)  # which collects


@control(
    "KG-LOG-02",
    title="Logs are sent to the collectors of the intent",
    needs=[System],
    roles=SENDERS,
    live=True,
)
def logs_collected(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever breaks in tidies up the logs of that machine; a copy elsewhere is what is left."""
    if not want.syslog:
        raise MissingFact(f"the intent names no collector for {want.name}")
    targets = have.get(System).log_targets
    for collector in want.syslog:
        if collector not in targets:
            yield f"does not send to {collector}; it sends to {', '.join(targets) or 'nobody'}"
