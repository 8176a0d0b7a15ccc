"""KG-AAA-05: exactly one local account is kept for when no server answers."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Accounts
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._logins import ALWAYS_THERE, usable
from kgnet.rules._places import at


@control("KG-AAA-05", needs=[Accounts])
def break_glass(want: Device, have: Snapshot, *, most: int = 1) -> Iterator[Wrong]:
    """Each local account is a password that no server can take away; without any, an outage locks out all."""
    found = [each for each in usable(have) if each.name not in ALWAYS_THERE]
    if not any(each.admin for each in usable(have)):
        yield "has no local account that may administer it: nobody gets in when no server answers"
    if len(found) > most:
        names = ", ".join(each.name for each in found)
        told = Deviation(f"has {len(found)} local accounts ({names})", f"at most {most}")
        yield at(have, Accounts, found[most].line, told)
