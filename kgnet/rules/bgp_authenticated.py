"""KG-RTG-01: every BGP session has a key."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import ConfiguredBgp, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at, neighbors


@control("KG-RTG-01", title="Every BGP session has a key", needs=[ConfiguredBgp], roles=ROUTERS)
def bgp_authenticated(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Whoever gets onto a link may otherwise end a session, or open one in the neighbour's name."""
    for neighbor in neighbors(have):
        if not neighbor.password:
            told = f"neighbour {neighbor.address} ({neighbor.description or 'no description'}) has no key"
            yield at(have, ConfiguredBgp, neighbor.line, told)
