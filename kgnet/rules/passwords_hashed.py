"""KG-PWD-02: passwords of local accounts are kept as strong hashes."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Accounts
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import weak
from kgnet.rules._places import at


@control("KG-PWD-02", needs=[Accounts])
def passwords_hashed(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """What can be turned back into the password is the password, for whoever reads the configuration."""
    for account in have.get(Accounts).accounts:
        if wrong := weak(account.hash):
            yield at(have, Accounts, account.line, f"account {account.name} {wrong}")
