"""KG-AAA-12: logins that got in and that were refused are logged."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.credentials import LoginRecords
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-AAA-12", needs=[LoginRecords])
def logins_logged(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Guessing shows in the logins that were refused, and its success in the one that was not."""
    found = have.get(LoginRecords)
    for logged, which in ((found.success, "successful"), (found.failure, "refused")):
        if not logged:
            yield at(have, LoginRecords, found.line, f"{which} logins are not logged")
