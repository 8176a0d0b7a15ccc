"""KG-LOG-10: the collector keeps logs for three months."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import LogArchive
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control(
    "KG-LOG-10",
    title="The collector keeps what it receives for at least 3 months",
    needs=[LogArchive],
    roles=[Role.MONITOR],
)
def logs_last(
    want: Device, have: Snapshot, *, least_days: int = 90, file: str = "/var/log/remote/any.log"
) -> Iterator[Wrong]:
    """An intruder is found months after he came; level 3 asks for three months, level 4 for six."""
    archive = have.get(LogArchive)
    held = [days for pattern, days in archive.days.items() if fnmatch(file, pattern)]
    if not held:
        yield f"no rotation is set for {file}: it grows until the disk is full"
    for days in held:
        if days is None:
            yield Deviation(f"nothing says for how long {file} is kept", f"at least {least_days} days")
        elif days < least_days:
            yield Deviation(f"{file} is kept for {days:g} days", f"at least {least_days}", joint=", ")
