"""KG-LOG-01: Logging is enabled."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, System
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control


@control("KG-LOG-01", needs=[System], roles=ROUTERS)
def logs_somewhere(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """What was not logged cannot be looked up after the fact."""
    if not have.get(System).log_targets:
        yield "logs to nowhere"
