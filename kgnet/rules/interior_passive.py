"""KG-RTG-04: IGP is passive by default on user/server segments."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device, InterfaceKind
from kgnet.model.forwarding import InteriorLinks
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._interior import NAMES, on, running
from kgnet.rules._ports import port


@control("KG-RTG-04", needs=[InteriorLinks], roles=ROUTERS)
def interior_passive(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A computer in an office has no routes to tell; one that is listened to can tell any."""
    segments = {port(want, link): link for link in want.of_kind(InterfaceKind.LAN)}
    for link in running(have, *NAMES):
        lan = segments.get(link.interface)
        if not link.passive and (lan or link.interface == "all"):
            where = f"the segment {lan.zone or lan.segment or lan.name}" if lan else "every segment"
            yield on(have, link, Deviation(f"looks for neighbours in {where}", "passive"))
