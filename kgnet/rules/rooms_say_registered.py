"""KG-VC-08: a room says of itself that it is registered."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import NotOurs
from kgnet.model.conferencing import Calls
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule


@rule(
    id="KG-VC-08",
    title="A room says that it is registered",
    severity=Severity.HIGH,
    needs=[Calls],
    references=["RFC 3261 §10"],
    of=BuiltRoom,
)
def rooms_say_registered(want: BuiltRoom, have: Snapshot) -> Iterator[Wrong]:
    """The registrar knows who came; only the room knows that it tried and was refused."""
    registered = have.get(Calls).registered
    if registered is None:
        raise NotOurs("its system does not tell whether it is registered: KG-LIV-04 asks the registrar")
    if not registered:
        yield "none of its accounts is registered"
