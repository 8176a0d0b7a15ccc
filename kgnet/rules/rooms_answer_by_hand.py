"""KG-VC-06: a room answers by itself only where it is meant to."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.conferencing import Calls
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom
from kgnet.model.outcome import Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._places import at


@rule(
    id="KG-VC-06",
    title="A room answers calls by itself only where rooms.csv says so",
    severity=Severity.MEDIUM,
    needs=[Calls],
    references=["TCVN 14423:2026 5.12.2.4 a [from a secondary source]"],
    of=BuiltRoom,
)
def rooms_answer_by_hand(want: BuiltRoom, have: Snapshot, *, muted: bool = True) -> Iterator[Wrong]:
    """Whoever calls a room that answers by itself listens to whoever sits in it.

    *muted*: it may, if its microphone is off until somebody switches it on.
    """
    calls = have.get(Calls)
    if calls.answers and not want.row.auto_answer and not (muted and calls.muted):
        yield at(have, Calls, calls.answers_line, "it answers calls by itself, and rooms.csv does not say so")
