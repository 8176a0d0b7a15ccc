"""fleet, instant → what is meant to be up now: planned work (outages.csv) is no fault of anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample


def expected(fleet: Fleet, instant: datetime) -> Iterator[Sample]:
    """Yield 1 for what the intent wants up at *instant* (aware), 0 for what planned work touches then."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone is no instant")
    now = [each for each in fleet.outages if each.begins <= instant < each.ends]
    circuits = {name for each in now for name in each.circuits}
    sites = {name for each in now for name in each.sites} | set(_cut_off(fleet, circuits))
    devices = {name for each in now for name in each.devices}
    yield from _told("circuit", fleet.circuits, circuits)
    yield from _told("site", fleet.sites, sites)
    yield from _told("device", fleet.devices, devices)
    for outage in fleet.outages:
        labels = {"outage": outage.id}
        yield Sample("outage_begin_timestamp_seconds", outage.begins.timestamp(), labels)
        yield Sample("outage_end_timestamp_seconds", outage.ends.timestamp(), labels)


def _cut_off(fleet: Fleet, gone: set[str]) -> Iterator[str]:
    """Yield the sites all of whose circuits are *gone*; what hangs on those is told as cut off anyway."""
    own: dict[str, set[str]] = {}
    for circuit in fleet.circuits.values():
        own.setdefault(circuit.row.site, set()).add(circuit.id)
    return (site for site, circuits in own.items() if circuits <= gone)


def _told(kind: str, names: Iterable[str], gone: set[str]) -> Iterator[Sample]:
    for name in names:
        yield Sample(f"{kind}_expected", float(name not in gone), {kind: name})
