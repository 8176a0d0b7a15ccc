"""KG-PWD-01: what makes an administrator is kept as a strong hash."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.credentials import PrivilegedSecrets
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import kept_weakly


@control("KG-PWD-01", needs=[PrivilegedSecrets])
def privileged_secret_hashed(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever sees one backup of the configuration could else administer the whole network."""
    every = have.get(PrivilegedSecrets).secrets
    return kept_weakly(have, PrivilegedSecrets, ((each.name, each.hash, each.line) for each in every))
