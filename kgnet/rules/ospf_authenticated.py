"""KG-RTG-02: OSPF adjacencies are authenticated."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.forwarding import InteriorLinks
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._interior import HOW, on, running


@control("KG-RTG-02", title="OSPF adjacencies are authenticated", needs=[InteriorLinks])
def ospf_authenticated(
    want: Device, have: Snapshot, *, accepted: tuple[str, ...] = ("md5", "sha", "ipsec")
) -> Iterator[Wrong]:
    """Whoever becomes a neighbour on a link may draw any traffic of the province to himself."""
    for link in running(have, "ospf", "ospf3"):
        if not link.passive and link.authentication not in accepted:
            yield on(have, link, Deviation(HOW[link.authentication], " or ".join(accepted)))
