"""KG-ACC-08: Console idle timeout is 10 minutes or less."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import Console
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-ACC-08", needs=[Console])
def console_idle(want: Device, have: Snapshot, *, most_s: int = 600) -> Iterator[Wrong]:
    """Who leaves a console without logging out leaves it to whoever next opens the cabinet."""
    console = have.get(Console)
    if console.idle_s is None:
        yield at(
            have, Console, console.line, Deviation("a session on the console never ends", f"after {most_s} s")
        )
    elif console.idle_s > most_s:
        told = Deviation(
            f"a session on the console ends after {console.idle_s} s", f"at most {most_s} s", joint=", "
        )
        yield at(have, Console, console.line, told)
