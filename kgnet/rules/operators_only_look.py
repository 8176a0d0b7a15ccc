"""KG-AAA-09: operators cannot change the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Aaa, Accounts
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import FREE
from kgnet.rules._places import at

OPERATOR = "operator"


@control("KG-AAA-09", needs=[Aaa, Accounts])
def operators_only_look(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Most outages are typed by somebody who only wanted to look."""
    found = have.get(Aaa)
    if not found.commands or found.commands[0] in FREE:
        yield at(have, Aaa, found.line, "nobody decides who may type which command")
    operators = {each.name for each in want.accounts if each.role == OPERATOR}
    for account in have.get(Accounts).accounts:
        if account.name in operators and account.admin:
            told = f"operator {account.name} may change the configuration ({account.privilege})"
            yield at(have, Accounts, account.line, told)
