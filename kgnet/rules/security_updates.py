"""KG-SRV-03: Security updates are installed."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.hosting import PendingUpdates
from kgnet.model.outcome import Deviation
from kgnet.model.province import SERVERS
from kgnet.ports import Wrong
from kgnet.rules._control import control

DAY_S = 86_400


@control("KG-SRV-03", needs=[PendingUpdates], roles=SERVERS)
def security_updates(want: Device, have: Snapshot, *, most_days: int = 7) -> Iterator[Wrong]:
    """A hole is attacked days after it is published; *most_days*: how old the list of updates may be."""
    found = have.get(PendingUpdates)
    if found.security:
        alone = "" if found.automatic else ", and none installs itself (unattended-upgrades)"
        yield f"{len(found.security)} security updates wait: {', '.join(found.security)}{alone}"
    if found.age_s > most_days * DAY_S:
        days = found.age_s / DAY_S
        yield Deviation(f"the package lists are {days:.0f} days old", f"at most {most_days}")
