"""platform → the commands that collecting asks it: all of them read, and none needs more than reading."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kgnet.model.province import Role
from kgnet.ports import Platform


class Purpose(StrEnum):
    SESSION = "session"  # what a driver types by itself
    CONFIGURATION = "configuration"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Command:
    """One command, as it is sent, and the facts that its answer tells."""

    argv: tuple[str, ...]
    purpose: Purpose
    facts: tuple[type, ...] = ()
    roles: tuple[Role, ...] = ()  # asked of devices of these roles; empty: of all

    def __str__(self) -> str:
        """Return it whole, as one types it: a device with a command line of its own takes one word."""
        return self.argv[0] if len(self.argv) == 1 else shlex.join(self.argv)


def commands(platform: Platform, roles: Collection[Role] = ()) -> Iterator[Command]:
    """Yield what is asked of devices of *platform* that have one of *roles*; empty: any."""
    asked = {argv for argv in platform.state if len(argv) == 1}
    yield from (Command((each,), Purpose.SESSION) for each in platform.session if (each,) not in asked)
    for part in platform.parts:
        yield Command(part.show, Purpose.CONFIGURATION, _sorted(part.facts))
    for argv, reader in platform.state.items():
        if not (roles and reader.roles) or set(roles) & set(reader.roles):
            yield Command(argv, Purpose.STATE, _sorted(reader.facts), reader.roles)


def _sorted(facts: Collection[type]) -> tuple[type, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.__name__))
