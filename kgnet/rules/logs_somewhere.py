"""KG-LOG-01: Logging is enabled."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import Logging
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-LOG-01", needs=[Logging])
def logs_somewhere(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """What was not logged cannot be looked up after the fact."""
    logging = have.get(Logging)
    if not logging.enabled:
        yield at(have, Logging, logging.line, "logging is switched off")
    elif not logging.targets:
        yield at(have, Logging, logging.line, "logs to nowhere")
