"""KG-OPS-05: backups are taken away, encrypted, and a restore is tried."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import Register
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._register import stale


@control(
    "KG-OPS-05",
    title="The register shows a copy of the backups elsewhere, encrypted, and a restore that was tried",
    needs=[Register],
    roles=[Role.MONITOR],
)
def backups_proved(
    want: Device, have: Snapshot, *, most_days_copy: int = 31, most_days_restore: int = 366
) -> Iterator[Wrong]:
    """A backup that burns with the house, or that nobody ever restored, is none."""
    yield from stale(have, "backup-offsite", "encrypted copy of the backups elsewhere", most_days_copy)
    yield from stale(have, "restore-test", "test of a restore", most_days_restore)
