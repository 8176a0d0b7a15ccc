"""KG-RTG-07: what eBGP neighbours send is filtered by prefix lists."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import ConfiguredBgp, PrefixLists, RouteMaps, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at, outer_neighbors
from kgnet.rules._policies import holes


@control(
    "KG-RTG-07",
    title="What eBGP neighbours send is filtered by prefix lists",
    needs=[ConfiguredBgp, RouteMaps, PrefixLists],
    roles=ROUTERS,
)
def bgp_filters_in(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A wrong prefix that one office lets in draws the traffic of all others to it."""
    bgp = have.get(ConfiguredBgp)
    if bgp.requires_policy is False:
        yield at(have, ConfiguredBgp, bgp.line, "a neighbour without policy sends us everything (RFC 8212)")
    for neighbor in outer_neighbors(have):
        for hole in holes(have, neighbor.import_policy, neighbor.import_lists):
            what = f"neighbour {neighbor.address} in: {hole}"
            yield at(have, ConfiguredBgp, neighbor.line, what)
