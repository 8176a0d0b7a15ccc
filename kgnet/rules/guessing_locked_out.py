"""KG-AAA-11: whoever guesses passwords is locked out for a while."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.credentials import LockOut
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-AAA-11", needs=[LockOut])
def guessing_locked_out(
    want: Device, have: Snapshot, *, most: int = 5, least_s: int = 900
) -> Iterator[Wrong]:
    """A machine guesses thousands of passwords an hour, unless it has to wait.

    At most *most* tries, then nobody gets in for *least_s* seconds, or until an administrator unlocks.
    """
    found = have.get(LockOut)
    if not found.attempts or found.duration_s == 0:
        yield at(
            have,
            LockOut,
            found.line,
            Deviation("failed logins lock nobody out", f"after {most} for {least_s} s"),
        )
        return
    if found.attempts > most:
        yield at(
            have,
            LockOut,
            found.line,
            Deviation(f"locks out after {found.attempts} failed logins", f"at most {most}"),
        )
    if found.duration_s is not None and found.duration_s < least_s:
        yield at(
            have,
            LockOut,
            found.line,
            Deviation(f"locks out for {found.duration_s} s", f"at least {least_s} s"),
        )
