"""KG-HA-03: what a circuit carries stays below its rate."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from kgnet.errors import MissingFact, NotOurs
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.redundancy import LinkLoads
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._ports import port

DAY_S = 86_400


@control(
    "KG-HA-03",
    title="What a circuit sends stays at or below 90 % of its rate in 95 % of all samples",
    needs=[LinkLoads],
    roles=ROUTERS,
)
def links_not_full(
    want: Device, have: Snapshot, *, most_ratio: float = 0.9, days: int = 7, percentile: float = 95.0
) -> Iterator[Wrong]:
    """A circuit that is full every morning is a meeting that breaks up every morning."""
    found = have.get(LinkLoads)
    wanted = {port(want, link): link for link in want.interfaces if link.circuit and link.rate_mbps}
    if not wanted:
        raise NotOurs(f"the intent has no circuit with a rate at {want.name}")
    if found.covered_s < (days - 1) * DAY_S:
        covered = found.covered_s / DAY_S
        raise MissingFact(f"samples cover {covered:.1f} days: {days} are to be judged")
    loads = {load.port: load for load in found.loads}
    full = False
    for name, link in wanted.items():
        rate_mbps = link.rate_mbps or 0.0
        sent_mbps = _percentile(loads[name].sent_bps, percentile) / 1e6 if name in loads else 0.0
        if sent_mbps > most_ratio * rate_mbps:
            full = True
            yield (
                f"{link.circuit}: {name} sends {sent_mbps:.1f} Mbit/s at the {percentile:g}th percentile: "
                f"more than {most_ratio:.0%} of its {rate_mbps:g} Mbit/s"
            )
    silent = [f"{link.circuit} ({name})" for name, link in wanted.items() if name not in loads]
    if silent and not full:
        raise MissingFact(f"no sample of {', '.join(silent)}")


def _percentile(samples: tuple[float, ...], percentile: float) -> float:
    """Return the sample that *percentile* of all do not exceed: the nearest rank."""
    ordered = sorted(samples)
    return ordered[max(0, ceil(len(ordered) * percentile / 100) - 1)]
