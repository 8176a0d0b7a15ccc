"""KG-LOG-03: Trap level is informational."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import LogHosts
from kgnet.model.operations import Logging, tells
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

SENDERS = tuple(role for role in Role if role is not Role.MONITOR)  # which collects


@control("KG-LOG-03", needs=[LogHosts], roles=SENDERS)
def logs_enough(want: Device, have: Snapshot, *, severity: str = "informational") -> Iterator[Wrong]:
    """Logins and changes are told at this level; a collector that gets errors alone never hears of them."""
    sent = have.get(LogHosts)
    if not sent.hosts:
        yield at(have, LogHosts, sent.line, "sends to no collector")
    elif not tells(sent.severity, severity):
        what = Deviation(
            f"sends {sent.severity or 'some programs only'} and what is more urgent", f"{severity}"
        )
        yield at(have, LogHosts, sent.line, what)
    made = have.facts.get(Logging)  # where daemons hand their messages to the host's own log first
    if isinstance(made, Logging) and made.targets and not tells(made.severity, severity):
        yield at(
            have,
            Logging,
            made.line,
            Deviation(f"logs {made.severity} and what is more urgent", severity),
        )
