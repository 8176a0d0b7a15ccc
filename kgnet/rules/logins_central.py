"""KG-AAA-02: who may log in is decided by a server before the device itself."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Aaa
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import asks_servers, in_order
from kgnet.rules._places import at


@control("KG-AAA-02", needs=[Aaa])
def logins_central(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Who leaves the office has to lose access everywhere at once, not device by device."""
    found = have.get(Aaa)
    if not asks_servers(have):
        told = Deviation(f"logins are decided by {in_order(found.login)}", "a TACACS+ or RADIUS server first")
        yield at(have, Aaa, found.line, told)
    elif "local" not in found.login:
        alone = (
            f"logins are decided by {in_order(found.login)} alone: where no server answers, nobody gets in"
        )
        yield at(have, Aaa, found.line, alone)
