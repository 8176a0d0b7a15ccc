"""KG-SVC-06: Legacy small servers, finger, identd, config autoload are off."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.services import Services
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._services import on

LEGACY = ("small-servers", "finger", "ident", "inetd", "autoload")


@control("KG-SVC-06", needs=[Services])
def no_legacy_services(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """For decades nobody has needed these but those who look for a way in, or for a mirror for attacks."""
    yield from on(have, "a service of old that nobody needs", *LEGACY)
