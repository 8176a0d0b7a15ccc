"""KG-ACC-10: Console requires login."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import Console
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-ACC-10", needs=[Console])
def console_login(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever stands before a console that asks for nothing owns the device, and nobody knows who it was."""
    console = have.get(Console)
    if not console.login:
        yield at(have, Console, console.line, "the console lets anybody in without a login")
