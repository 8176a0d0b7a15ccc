"""KG-SNM-01: SNMP is off when not used."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.services import Services
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._services import on


@control("KG-SNM-01", needs=[Services])
def snmp_off(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """An agent that nobody asks is asked by strangers only, and nobody keeps it up to date."""
    if not want.snmp_user:
        yield from on(have, "SNMP is on, and the intent names no user for it", "snmp")
