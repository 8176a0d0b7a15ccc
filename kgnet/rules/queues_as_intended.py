"""KG-HA-04: the queues of each circuit are those of the intent."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from kgnet.errors import MissingFact
from kgnet.model.facts import Queues, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._ports import port


@control(
    "KG-HA-04",
    title="The queues of each circuit are those of the intent",
    needs=[Queues],
    roles=[Role.HUB, Role.BRANCH],
)
def queues_as_intended(want: Device, have: Snapshot, *, tolerance_ratio: float = 0.02) -> Iterator[Wrong]:
    """A meeting that shares a queue with downloads breaks up as soon as somebody downloads."""
    wanted = {(port(want, link), queue.number): queue for link in want.interfaces for queue in link.queues}
    found = {(queue.interface, queue.number): queue for queue in have.get(Queues).queues}
    if not wanted and not found:
        raise MissingFact(f"neither the intent nor {want.name} has a queue")
    for (interface, number), queue in wanted.items():
        who = f"{interface}: queue {number} ({queue.name})"
        built = found.get((interface, number))
        if built is None:
            yield f"{who} is missing"
        elif not isclose(built.rate_mbps, queue.rate_mbps, rel_tol=tolerance_ratio):
            yield Deviation(f"{who} guarantees {built.rate_mbps:g} Mbit/s", f"{queue.rate_mbps:g}")
        elif built.priority not in (queue.priority, None):
            yield Deviation(f"{who} has priority {built.priority}", str(queue.priority))
    for interface, number in sorted(found.keys() - wanted.keys()):
        yield f"{interface}: queue {number} is not in the intent"
