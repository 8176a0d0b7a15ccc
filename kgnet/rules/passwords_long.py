"""KG-PWD-04: a local password has to have a minimum length."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.credentials import PasswordPolicy
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-PWD-04", needs=[PasswordPolicy])
def passwords_long(want: Device, have: Snapshot, *, least: int = 14) -> Iterator[Wrong]:
    """Each character makes guessing a hundred times as long, and people choose as few as they may."""
    found = have.get(PasswordPolicy)
    if found.least_length < least:
        held = f"of {found.least_length} characters" if found.least_length else "of any length"
        yield at(
            have, PasswordPolicy, found.line, Deviation(f"takes local passwords {held}", f"at least {least}")
        )
