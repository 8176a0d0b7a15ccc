"""fleet, 2/3 → the second of three parts: what several exporters share among them, each site told once.

A district stays together with its communes, so a part asks little that is not its own: of what lies nearer to
the centre the routers alone, and of those the interfaces of its own circuits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from zlib import crc32

from kgnet.errors import UsageError
from kgnet.export.intent import intent
from kgnet.model.fleet import Device, Fleet
from kgnet.model.outcome import Sample
from kgnet.model.province import Role

MOST = 64  # parts
ROUTERS = (Role.HUB, Role.BORDER, Role.BRANCH)
EVERYWHERE = (  # each part tells its own: the scrape configuration's label `shard` keeps them apart
    "build_info",
    "collector_success",
    "collector_duration_seconds",
    "device_objects_missing",
    "inventory_read_success",
    "inventory_read_timestamp_seconds",
)


@dataclass(frozen=True, slots=True)
class Shard:
    """Part *number* of *count*, from 1 on."""

    number: int
    count: int

    @classmethod
    def read(cls, written: str) -> Shard:
        """Read `2/3`; UsageError tells what is wrong with anything else."""
        found = re.fullmatch(r"([1-9][0-9]?)/([1-9][0-9]?)", written)
        number, count = map(int, found.groups()) if found else (0, 0)
        if not 1 <= number <= count <= MOST:
            raise UsageError(f"shard {written!r} is no part — write 1/3, 2/3 or 3/3; at most {MOST}")
        return cls(number, count)

    def holds(self, name: str) -> bool:
        """Return whether *name* is in this part; every exporter has the same answer, today and tomorrow."""
        return crc32(name.encode()) % self.count == self.number - 1


WHOLE = Shard(1, 1)


def sites_of(fleet: Fleet, shard: Shard) -> frozenset[str]:
    """Return the sites that are told by *shard*: by the site next to the centre that they hang on."""
    return frozenset(code for code in fleet.sites if shard.holds(_next_to_centre(fleet, code)))


def part(fleet: Fleet, shard: Shard) -> Fleet:
    """Return all of *fleet* that is asked for the sake of *shard*."""
    own = sites_of(fleet, shard)
    near = {above for code in own for above in fleet.ancestors(code)}
    circuits = {name: circuit for name, circuit in fleet.circuits.items() if circuit.row.site in own}
    devices = {
        name: _trimmed(device, frozenset(circuits))
        for name, device in fleet.devices.items()
        if device.site in own or (device.site in near and device.role in ROUTERS)
    }
    return replace(
        fleet,
        sites={code: site for code, site in fleet.sites.items() if code in near},
        devices=devices,
        circuits=circuits,
        rooms={name: room for name, room in fleet.rooms.items() if room.row.site in own},
        targets=tuple(each for each in fleet.targets if site_of(fleet, dict(each.labels)) in own),
    )


def told(
    fleet: Fleet, shard: Shard, samples: Iterable[Sample], recorded: Iterable[Sample] = ()
) -> Iterator[Sample]:
    """Yield what *shard* tells: of its own part's *samples*, and of the whole *fleet*'s intent and records.

    What belongs to no site is told by the part that has the centre.
    """
    own = sites_of(fleet, shard)
    whole = (*intent(fleet), *recorded)
    names = {sample.name for sample in whole}
    for sample in (*whole, *(each for each in samples if each.name not in names)):
        if sample.name in EVERYWHERE or site_of(fleet, sample.labels) in own:
            yield sample


def site_of(fleet: Fleet, labels: Mapping[str, str]) -> str:
    """Return the site that labels are about; the centre if they name none."""
    if circuit := fleet.circuits.get(labels.get("circuit", "")):
        return circuit.row.site
    if room := fleet.rooms.get(labels.get("room", "")):
        return room.row.site
    if device := fleet.devices.get(labels.get("device", "")):
        return device.site
    site = labels.get("site", "")
    return site if site in fleet.sites else _centre(fleet)


def _centre(fleet: Fleet) -> str:
    return next(code for code, site in fleet.sites.items() if site.parent is None)


def _next_to_centre(fleet: Fleet, code: str) -> str:
    *below, centre = fleet.ancestors(code)
    return below[-1] if below else centre


def _trimmed(device: Device, circuits: frozenset[str]) -> Device:
    """Return *device* with no circuits and no routing sessions over circuits but *circuits*."""
    interfaces = tuple(each for each in device.interfaces if each.circuit is None or each.circuit in circuits)
    if device.routing is None:
        return replace(device, interfaces=interfaces)
    neighbors = tuple(
        each for each in device.routing.neighbors if each.circuit is None or each.circuit in circuits
    )
    return replace(device, interfaces=interfaces, routing=replace(device.routing, neighbors=neighbors))
