"""KG-RTG-05: eBGP peers have a maximum-prefix limit."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import ConfiguredBgp, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at, outer_neighbors


@control("KG-RTG-05", needs=[ConfiguredBgp], roles=ROUTERS)
def bgp_prefix_limit(want: Device, have: Snapshot, *, most: int = 10_000) -> Iterator[Wrong]:
    """A neighbour that leaks the whole Internet's routes fills the memory of every router behind it."""
    for neighbor in outer_neighbors(have):
        limit = neighbor.maximum_prefix
        if limit is None or limit > most:
            told = "has no limit" if limit is None else f"may send {limit} prefixes"
            what = Deviation(f"neighbour {neighbor.address} {told}", f"at most {most}")
            yield at(have, ConfiguredBgp, neighbor.line, what)
