"""KG-ACC-16: SSH limits the time and the tries of a login."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SshServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import number


@control("KG-ACC-16", title="SSH limits the time and the tries of a login", needs=[SshServer], live=True)
def ssh_patience(
    want: Device, have: Snapshot, *, most_grace_s: int = 60, most_tries: int = 4
) -> Iterator[Wrong]:
    """Whoever may try long and often guesses in the end, and holds the places of those who may come in."""
    server = have.get(SshServer)
    grace_s, tries = number(server, "logingracetime"), number(server, "maxauthtries")
    if not 0 < grace_s <= most_grace_s:
        yield f"logingracetime {grace_s}: 1 to {most_grace_s} s wanted"
    if tries > most_tries:
        yield f"maxauthtries {tries}: at most {most_tries} wanted"
