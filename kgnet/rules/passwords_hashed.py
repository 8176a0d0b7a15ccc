"""KG-PWD-02: passwords of local accounts are kept as strong hashes."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Accounts
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import kept_weakly


@control("KG-PWD-02", needs=[Accounts])
def passwords_hashed(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """What can be turned back into the password is the password, for whoever reads the configuration."""
    every = have.get(Accounts).accounts
    return kept_weakly(have, Accounts, ((f"account {each.name}", each.hash, each.line) for each in every))
