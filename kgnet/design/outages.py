"""Planned work, and what it touches: a site takes its devices along, a device its circuits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kgnet.model.calendar import BuiltOutage
from kgnet.model.fleet import BuiltCircuit, Fleet
from kgnet.model.province import Outage, Province
from kgnet.ports import Pass


def run(province: Province, fleet: Fleet) -> Fleet:
    """Put the outages on the fleet; those that are over, too, for nothing here knows what time it is."""
    zone = ZoneInfo(province.settings.timezone)
    return replace(fleet, outages=tuple(_built(fleet, row, zone) for row in province.outages.values()))


def _built(fleet: Fleet, row: Outage, zone: ZoneInfo) -> BuiltOutage:
    named = set(row.touched)
    sites = named & set(fleet.sites)
    devices = {name for name, device in fleet.devices.items() if name in named or device.site in sites}
    circuits = frozenset(_circuits(fleet, row, named | devices))
    begins, ends = _instant(row.begins, zone), _instant(row.ends, zone)
    if row.carrier is not None:  # whose lines only
        return BuiltOutage(row.id, begins, ends, circuits=circuits)
    return BuiltOutage(row.id, begins, ends, frozenset(sites), frozenset(devices), circuits)


def _circuits(fleet: Fleet, row: Outage, named: set[str]) -> Iterator[str]:
    for circuit in fleet.circuits.values():
        touched = not row.touched or not named.isdisjoint(_names(circuit))
        if touched and row.carrier in (None, circuit.row.carrier):
            yield circuit.id


def _names(circuit: BuiltCircuit) -> tuple[str, ...]:
    return circuit.id, circuit.outer.device, circuit.inner.device


def _instant(written: datetime, zone: ZoneInfo) -> datetime:
    return (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC)


PASS = Pass("outages", run, after=("wan",))
