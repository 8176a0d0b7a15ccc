"""KG-ACC-12: Plain-HTTP management server is off."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.services import Services
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._services import asked_for, told


@control("KG-ACC-12", needs=[Services])
def no_plain_web(want: Device, have: Snapshot, *, intent: bool = True) -> Iterator[Wrong]:
    """Pages that manage a device over plain HTTP give its passwords to everybody on the way."""
    for service in have.get(Services).named("http"):  # what the intent asks for is for others
        if not (intent and asked_for(want, service)):
            yield told(have, Services, service, "management over plain HTTP")
