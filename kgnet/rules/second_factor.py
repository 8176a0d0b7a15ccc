"""KG-AAA-10: a password alone lets no administrator in."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import NotOurs
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Aaa
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import asks_servers, in_order
from kgnet.rules._places import at


@control("KG-AAA-10", needs=[Aaa])
def second_factor(
    want: Device, have: Snapshot, *, least: int = 2, server_asks: bool = False
) -> Iterator[Wrong]:
    """A password that was phished or reused is known to others before its owner knows.

    Where a server decides it is the server that asks for the second factor, which no device can tell:
    *server_asks* says that somebody made sure of it.
    """
    found = have.get(Aaa)
    if found.factors >= least:
        return
    if not asks_servers(have):
        told = (
            f"logins are decided by {in_order(found.login)}: {found.factors} of {least} factors is asked for"
        )
        yield at(have, Aaa, found.line, told)
    elif not server_asks:
        raise NotOurs(
            f"{found.login[0]} decides, and only its server can tell whether it asks for a second factor:"
            " make sure, and set server_asks in the pack"
        )
