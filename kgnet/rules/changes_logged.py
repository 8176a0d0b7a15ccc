"""KG-LOG-08: Configuration changes are logged with user and command."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import ChangeLog
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-LOG-08", needs=[ChangeLog])
def changes_logged(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Most outages begin with a change: who made it, and what was typed, is the first question."""
    log = have.get(ChangeLog)
    if log.unwatched:
        yield at(have, ChangeLog, log.line, f"nobody watches who changes {', '.join(log.unwatched)}")
    elif not log.recorded:
        yield at(have, ChangeLog, log.line, "does not record who changes the configuration by which command")
    elif not log.sent:
        yield at(have, ChangeLog, log.line, "keeps the record of changes to itself: it should be sent away")
    if log.recorded and not log.sealed:
        yield at(have, ChangeLog, log.line, "the record of changes holds pass phrases")
