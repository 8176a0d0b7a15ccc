"""KG-ACC-16: SSH limits the time and the tries of a login."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import SecureShell
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-ACC-16", title="SSH limits the time and the tries of a login", needs=[SecureShell])
def ssh_patience(
    want: Device, have: Snapshot, *, most_grace_s: int = 60, most_tries: int = 4
) -> Iterator[Wrong]:
    """Whoever may try long and often guesses in the end, and holds the places of those who may come in."""
    server = have.get(SecureShell)
    if server.grace_s is not None and not 0 < server.grace_s <= most_grace_s:
        told = Deviation(
            f"a login may take {server.grace_s or 'any number of'} s", f"1 to {most_grace_s} s", joint=", "
        )
        yield at(have, SecureShell, server.line, told)
    if server.tries is not None and server.tries > most_tries:
        told = Deviation(f"a connection may try {server.tries} logins", f"at most {most_tries}", joint=", ")
        yield at(have, SecureShell, server.line, told)
