"""fleet, one scrape's samples → what the status page shows: it says what /metrics says, and nothing else.

Findings are counted only: who may see a page about links need not see what is weak where.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kgnet.export.status.chart import Chart
from kgnet.export.status.page import page
from kgnet.model.fleet import BuiltCircuit, Fleet
from kgnet.model.outcome import Sample, Severity
from kgnet.model.province import Site

__all__ = ["Chart", "page", "status"]

SERVICES = {
    "application_up": "application",
    "mail_up": "protocol",
    "dns_up": "device",
    "registrar_up": "device",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Samples by name and by the values of their labels."""

    values: Mapping[tuple[str, tuple[str, ...]], float]
    samples: tuple[Sample, ...]

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> Measured:
        every = tuple(samples)
        return cls({(one.name, tuple(one.labels.values())): one.value for one in every}, every)

    def get(self, name: str, *labels: str) -> float | None:
        return self.values.get((name, labels))

    def truth(self, name: str, *labels: str) -> bool | None:
        found = self.get(name, *labels)
        return None if found is None else bool(found)


def status(fleet: Fleet, samples: Iterable[Sample], chart: Chart, when: datetime) -> dict[str, Any]:
    """Return the page's data, ready for JSON; a null was not measured and is never a yes or a no."""
    measured = Measured.of(samples)
    states = {circuit.id: _circuit_state(measured, circuit.id) for circuit in fleet.circuits.values()}
    own: defaultdict[str, list[str]] = defaultdict(list)
    for circuit in fleet.circuits.values():
        own[circuit.row.site].append(states[circuit.id])
    return {
        "time": when.isoformat(timespec="seconds"),
        "domain": fleet.domain,
        "sites": [_site(site, measured, chart, own[site.code]) for site in fleet.sites.values()],
        "circuits": [_circuit(one, fleet, measured, states[one.id]) for one in fleet.circuits.values()],
        "rooms": list(_rooms(fleet, measured)),
        "services": list(_services(fleet, measured)),
        "devices": list(_devices(fleet, measured)),
        "audited": measured.get("audit_timestamp_seconds"),
    }


def _circuit_state(measured: Measured, id: str) -> str:
    """Return up, planned (down, as announced), down, cut (what it hangs on is down) or unknown."""
    up = measured.truth("circuit_up", id)
    if up is None:
        return "unknown"
    if up:
        return "up"
    if measured.truth("circuit_expected", id) is False:
        return "planned"
    return "cut" if measured.truth("circuit_upstream_up", id) is False else "down"


def _site_state(measured: Measured, code: str, circuits: Iterable[str]) -> str:
    """Return up, degraded (a circuit of its own is not up), planned, down, cut or unknown."""
    reachable = measured.truth("site_reachable", code)
    if reachable is None:
        return "unknown"
    if reachable:
        return "degraded" if set(circuits) & {"down", "cut"} else "up"
    if measured.truth("site_expected", code) is False:
        return "planned"
    return "cut" if measured.truth("site_upstream_reachable", code) is False else "down"


def _site(site: Site, measured: Measured, chart: Chart, circuits: Iterable[str]) -> dict[str, Any]:
    x, y = chart.places[site.code]
    found = {each.value: measured.get("audit_findings", site.code, each.value) for each in Severity}
    return {
        "code": site.code,
        "name": site.name,
        "kind": site.kind.value,
        "parent": site.parent,
        "users": site.users,
        "x": x,
        "y": y,
        "state": _site_state(measured, site.code, circuits),
        "findings": {severity: int(count) for severity, count in found.items() if count is not None},
        "errors": measured.get("audit_errors", site.code),
    }


def _circuit(circuit: BuiltCircuit, fleet: Fleet, measured: Measured, state: str) -> dict[str, Any]:
    row = circuit.row
    return {
        "id": circuit.id,
        "site": row.site,
        "upstream": fleet.devices[circuit.inner.device].site,
        "order": row.order,
        "kind": row.kind.value,
        "carrier": row.carrier,
        "down_mbps": row.down_mbps,
        "up_mbps": row.up_mbps,
        "state": state,
        "rtt_s": measured.get("circuit_rtt_seconds", circuit.id),
        "rtt_limit_s": row.sla_rtt_ms / 1000,
        "loss_ratio": measured.get("circuit_loss_ratio", circuit.id),
    }


def _rooms(fleet: Fleet, measured: Measured) -> Iterator[dict[str, Any]]:
    for name, room in fleet.rooms.items():
        yield {
            "id": name,
            "name": room.row.name,
            "site": room.row.site,
            "registered": measured.truth("room_registered", name),
            "answering": measured.truth("room_answering", name),
        }


def _services(fleet: Fleet, measured: Measured) -> Iterator[dict[str, Any]]:
    for sample in measured.samples:
        if sample.name in SERVICES:
            device = sample.labels["device"]
            yield {
                "kind": sample.name.removesuffix("_up"),
                "name": sample.labels[SERVICES[sample.name]],
                "device": device,
                "site": fleet.devices[device].site,
                "up": bool(sample.value),
            }


def _devices(fleet: Fleet, measured: Measured) -> Iterator[dict[str, Any]]:
    for device in fleet.devices.values():
        yield {
            "name": device.name,
            "site": device.site,
            "role": device.role.value,
            "up": measured.truth("device_up", device.name),
            "drift_lines": measured.get("drift_lines", device.name),
        }
