"""KG-L2-01: nobody gets onto a user port unknown."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import Switching
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._switching import of_users, on


@control("KG-L2-01", needs=[Switching], roles=[Role.ACCESS])
def users_log_in(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A socket in a corridor is a way in for everybody who walks past, unless the port asks who it is."""
    for port in of_users(want, have):
        if not port.authenticates:
            told = Deviation("lets in whoever is plugged in", "802.1X, or MAC authentication")
            yield on(have, port, told)
