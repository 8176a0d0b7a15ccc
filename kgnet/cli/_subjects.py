"""What an audit judges: devices, and beside them what stands at the sites that `--limit` names whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgnet.model.facts import Snapshot
    from kgnet.model.fleet import Device, Fleet
    from kgnet.model.outcome import Finding
    from kgnet.model.pack import Pack
    from kgnet.model.province import Province
    from kgnet.model.subject import Subject
    from kgnet.ports import Rule

    Judge = Callable[[Subject, Snapshot], list[Finding]]


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


def judged(scope: Scope, today: date, judge: Judge) -> Iterator[Finding]:
    """Yield what is found beside the devices."""
    from kgnet.audit.facility import facility

    subject, have = facility(scope.province, scope.folder, today)
    if subject.site in scope.sites:
        yield from judge(subject, have)
