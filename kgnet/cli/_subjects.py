"""What an audit judges: devices, and beside them what stands at the sites that `--limit` names whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom

if TYPE_CHECKING:
    from kgnet.cli._judging import Judging
    from kgnet.model.fleet import Device, Fleet
    from kgnet.model.outcome import Finding
    from kgnet.model.pack import Pack
    from kgnet.model.province import Province
    from kgnet.ports import Rule


AT_ONCE = 16  # rooms that are asked


@dataclass(frozen=True, slots=True)
class Scope:
    """An inventory, and the devices of it that are *chosen*; *devices* are those that the pack asks about."""

    folder: Path
    province: Province
    fleet: Fleet
    chosen: tuple[Device, ...]
    devices: tuple[Device, ...]

    @property
    def sites(self) -> frozenset[str]:
        """Return the sites none of whose devices is left out."""
        names = {device.name for device in self.chosen}
        left_out = {device.site for device in self.fleet.devices.values() if device.name not in names}
        return frozenset(self.fleet.sites) - left_out

    @property
    def rooms(self) -> tuple[BuiltRoom, ...]:
        return tuple(room for room in self.fleet.rooms.values() if room.site in self.sites)


def scope(folder: Path, limit: str, pack: Pack, rules: Mapping[str, Rule]) -> Scope:
    """Read the inventory in *folder*; a pack that judges no device has none looked at."""
    from kgnet.design import design
    from kgnet.inventory import load
    from kgnet.limit import select
    from kgnet.model.fleet import Device

    province = load(folder)
    fleet = design(province)
    chosen = select(fleet, limit)
    asks = any(rules[id].of is Device for id in pack.rules)
    return Scope(folder, province, fleet, chosen, chosen if asks else ())


def judged(scope: Scope, now: datetime, judge: Judging, exports: Path | None) -> Iterator[Finding]:
    """Yield what is found beside the devices: at the building of the data center, then room by room.

    *exports* is the folder of what rooms' systems exported, if there is one.
    """
    from kgnet.audit.facility import facility

    building, have = facility(scope.province, scope.folder, now.date())
    if building.site in scope.sites:
        yield from judge(building, have)
    if any(judge.rules[id].of is BuiltRoom for id in judge.pack.rules):
        yield from _rooms(scope.rooms, now, judge, exports)


def _rooms(
    rooms: Sequence[BuiltRoom], now: datetime, judge: Judging, exports: Path | None
) -> Iterator[Finding]:
    """Look at all rooms first: their passwords are compared with each other."""
    from kgnet import collect
    from kgnet.audit import left_out, not_seen
    from kgnet.audit.rooms import compared
    from kgnet.collect import rooms as looking
    from kgnet.errors import DeviceError

    access = collect.access(os.environ) if judge.live else None
    look = looking.looking(exports, access, now.date(), looking.marking())
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="room") as pool:
        seen = dict(zip(rooms, pool.map(look, rooms), strict=True))
    snapshots = compared({room.name: have for room, have in seen.items() if isinstance(have, Snapshot)})
    for room, have in seen.items():
        if isinstance(have, str):
            yield from left_out(room, judge.rules, judge.pack, have)
        elif isinstance(have, DeviceError):
            yield not_seen(room, have)
        else:
            yield from judge(room, snapshots[room.name])
