"""KG-MON-04: Vulnerability scan at least every 6 months."""

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
    "KG-MON-04",
    title="The register shows a vulnerability scan of the last 6 months",
    needs=[Register],
    roles=[Role.MONITOR],
)
def flaws_looked_for(want: Device, have: Snapshot, *, most_days: int = 184) -> Iterator[Wrong]:
    """Others scan the province every day; who does not look himself is the last to know."""
    yield from stale(have, "vulnerability-scan", "vulnerability scan", most_days)
