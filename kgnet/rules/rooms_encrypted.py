"""KG-VC-04: what a room says, and whom it calls, is encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.conferencing import REQUIRED, Calls
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom
from kgnet.model.outcome import Deviation, Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._places import at


@rule(
    id="KG-VC-04",
    title="A room encrypts signalling and media, and speaks with nobody in clear",
    severity=Severity.HIGH,
    needs=[Calls],
    references=["RFC 3711", "RFC 3261 §26.2.1", "TCVN 14423:2026 5.4.2.4 b [from a secondary source]"],
    of=BuiltRoom,
)
def rooms_encrypted(want: BuiltRoom, have: Snapshot, *, media: str = REQUIRED) -> Iterator[Wrong]:
    """A meeting in clear is heard by whoever holds a cable on its way; best effort means in clear to some.

    *media*: required, or offered where rooms of others that cannot encrypt have to be called.
    """
    calls = have.get(Calls)
    if calls.media not in (REQUIRED, media):
        yield at(have, Calls, calls.media_line, Deviation(f"encryption of media is {calls.media}", media))
    for way in calls.transports:
        if way.name != "tls":
            yield at(have, Calls, way.line, Deviation(f"{way.of} signals over {way.name}", "tls"))
