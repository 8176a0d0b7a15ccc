"""KG-PWD-06: no account is left as the vendor made it."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Accounts
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-PWD-06", title="Factory default accounts and passwords are absent", needs=[Accounts])
def no_factory_accounts(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """These are the first names and passwords that any worm tries (communities: KG-SNM-02)."""
    for account in have.get(Accounts).accounts:
        if account.factory:
            told = f"account {account.name} is the vendor's own: everybody knows how to get in"
            yield at(have, Accounts, account.line, told)
        elif account.hash == "none":
            yield at(have, Accounts, account.line, f"account {account.name} gets in without a password")
