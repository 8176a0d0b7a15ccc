"""KG-VC-05: no two rooms share a password."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import NotOurs
from kgnet.model.conferencing import SharedPasswords
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._places import at


@rule(
    id="KG-VC-05",
    title="No two rooms share a password",
    severity=Severity.HIGH,
    needs=[SharedPasswords],
    references=["NIST IA-5 [from memory, unverified]", "TCVN 14423:2026 5.6.2.2 a [from a secondary source]"],
    of=BuiltRoom,
)
def rooms_passwords_own(want: BuiltRoom, have: Snapshot) -> Iterator[Wrong]:
    """Who reads the password of one room calls as all of them, and it cannot be changed in one place."""
    found = have.get(SharedPasswords)
    if found.hidden:
        raise NotOurs(
            f"its system tells no password of {', '.join(found.hidden)}: there is nothing to compare"
        )
    if not found.others:
        raise NotOurs("no other room tells its passwords: there is nothing to compare with")
    for each in found.shared:
        what = f"{each.of} has the password of {', '.join(each.rooms)}, too"
        yield at(have, SharedPasswords, each.line, what)
