"""KG-ACC-19: Direct root/super-user remote login is refused."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import SecureShell
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-ACC-19", needs=[SecureShell])
def ssh_root(want: Device, have: Snapshot, *, by_key: bool = False) -> Iterator[Wrong]:
    """Root is nobody in the log, and the one name that every guesser knows; *by_key*: a key may be used."""
    allowed = ("no", "by key") if by_key else ("no",)
    server = have.get(SecureShell)
    if server.root not in allowed:
        told = Deviation(f"root may log in: {server.root}", f"{' or '.join(allowed)}", joint="; ")
        yield at(have, SecureShell, server.line, told)
