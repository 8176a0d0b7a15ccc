"""KG-AAA-03: there are two servers to ask about a login."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Aaa
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-AAA-03", needs=[Aaa])
def logins_by_two_servers(want: Device, have: Snapshot, *, least: int = 2) -> Iterator[Wrong]:
    """With a single server, its maintenance is the day on which the local password goes around."""
    found = have.get(Aaa)
    if len(found.servers) < least:
        told = Deviation(
            f"asks {', '.join(found.servers) or 'no server'} about logins", f"at least {least} servers"
        )
        yield at(have, Aaa, found.line, told)
