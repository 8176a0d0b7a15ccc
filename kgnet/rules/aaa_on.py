"""KG-AAA-01: AAA is switched on, and whom it is told to ask is there."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Aaa
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import FREE, asks_servers, in_order
from kgnet.rules._places import at


@control("KG-AAA-01", needs=[Aaa])
def aaa_on(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Without it a password of the line decides, which everybody shares and nobody can be named by."""
    found = have.get(Aaa)
    if not found.enabled:
        yield at(have, Aaa, found.line, "AAA is switched off")
    elif not found.login or found.login[0] in FREE:
        told = f"logins are decided by {in_order(found.login)}: somebody has to ask who it is"
        yield at(have, Aaa, found.line, told)
    elif asks_servers(have) and not found.servers:
        told = f"logins are decided by {in_order(found.login)}, and no such server is configured"
        yield at(have, Aaa, found.line, told)
