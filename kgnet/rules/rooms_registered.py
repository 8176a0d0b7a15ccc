"""KG-LIV-04: every conference room of the intent is registered."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Registrations, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Severity
from kgnet.model.province import Role
from kgnet.ports import Wrong, rule

ROOMS = "sip_registrar_rooms"  # the role's variable: [{id, name, extension, secret}]


@rule(
    id="KG-LIV-04",
    title="Conference rooms are registered",
    severity=Severity.HIGH,
    needs=[Registrations],
    references=["RFC 3261 §10"],
    roles=[Role.REGISTRAR],
    live=True,
)
def rooms_registered(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A room that is not registered cannot be called: better known before the meeting than in it."""
    rooms = want.vars.get(ROOMS)
    if not rooms:
        raise MissingFact(f"the intent has no rooms for {want.name}")
    users = set(have.get(Registrations).users)
    for room in rooms:
        if room["id"] not in users:
            yield f"{room['id']} ({room['name']}, extension {room['extension']}) is not registered"
    for stranger in sorted(users - {room["id"] for room in rooms}):
        yield f"{stranger} is registered and no room of the intent"
