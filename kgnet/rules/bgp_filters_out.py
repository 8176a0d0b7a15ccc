"""KG-RTG-08: what eBGP neighbours are told is filtered by prefix lists."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import ConfiguredBgp, PrefixLists, RouteMaps, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at, outer_neighbors
from kgnet.rules._policies import holes


@control(
    "KG-RTG-08",
    title="What eBGP neighbours are told is filtered by prefix lists",
    needs=[ConfiguredBgp, RouteMaps, PrefixLists],
    roles=ROUTERS,
)
def bgp_filters_out(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A prefix that is not ours, once announced, draws the traffic of strangers through our lines."""
    bgp = have.get(ConfiguredBgp)
    if bgp.requires_policy is False:
        yield at(have, ConfiguredBgp, bgp.line, "a neighbour without policy hears everything (RFC 8212)")
    for neighbor in outer_neighbors(have):
        for hole in holes(have, neighbor.export_policy, neighbor.export_lists):
            what = f"neighbour {neighbor.address} out: {hole}"
            yield at(have, ConfiguredBgp, neighbor.line, what)
