"""KG-RTG-03: EIGRP/IS-IS/RIP, if present, are authenticated."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.forwarding import InteriorLinks
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._interior import HOW, on, running


@control("KG-RTG-03", needs=[InteriorLinks])
def interior_authenticated(
    want: Device, have: Snapshot, *, accepted: tuple[str, ...] = ("md5", "sha")
) -> Iterator[Wrong]:
    """A protocol that somebody left running believes the first who speaks it, unless a key is asked."""
    for link in running(have, "eigrp", "isis", "rip"):
        if not link.passive and link.authentication not in accepted:
            yield on(have, link, Deviation(HOW[link.authentication], " or ".join(accepted)))
