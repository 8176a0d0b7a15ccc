"""KG-SNM-02: No default community strings."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SnmpServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._snmp import communities, configured

DEFAULTS = ("public", "private")  # others are secrets, which no fact holds


@control("KG-SNM-02", needs=[SnmpServer], live=True)
def snmp_default_communities(
    want: Device, have: Snapshot, *, defaults: tuple[str, ...] = DEFAULTS
) -> Iterator[Wrong]:
    """The makers' own communities are the first that a scanner tries."""
    for directive, community in communities(configured(have.get(SnmpServer))):
        if community.lower() in defaults:
            yield f"{directive} {community}: a maker's default"
