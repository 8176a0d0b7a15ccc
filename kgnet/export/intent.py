"""fleet → what the intent says: info metrics to join on, what contracts promise, what hangs on what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kgnet import __version__
from kgnet.model.fleet import BuiltCircuit, Fleet
from kgnet.model.outcome import Sample
from kgnet.model.province import Site

BYTES_PER_MEGABIT = 125_000


def intent(fleet: Fleet) -> Iterator[Sample]:
    """Yield all that does not depend on a scrape."""
    yield Sample("build_info", 1, {"version": __version__})
    for circuit in fleet.circuits.values():
        yield from _circuit(fleet, circuit)
    yield from _sites(fleet)
    for device in fleet.devices.values():
        labels = {"device": device.name, "site": device.site, "role": device.role.value}
        yield Sample("device_info", 1, labels | {"platform": device.platform})
    for room in fleet.rooms.values():
        yield Sample("room_info", 1, {"room": room.row.id, "site": room.row.site, "name": room.row.name})


def _circuit(fleet: Fleet, circuit: BuiltCircuit) -> Iterator[Sample]:
    row, labels = circuit.row, {"circuit": circuit.id}
    info = {
        "site": row.site,
        "site_name": fleet.sites[row.site].name,
        "upstream": row.upstream,
        "order": str(row.order),
        "kind": row.kind.value,
        "carrier": row.carrier,
        "contract": row.contract,
    }
    yield Sample("circuit_info", 1, labels | info)
    yield Sample("circuit_receive_capacity_bytes_per_second", row.up_mbps * BYTES_PER_MEGABIT, labels)
    yield Sample("circuit_transmit_capacity_bytes_per_second", row.down_mbps * BYTES_PER_MEGABIT, labels)
    yield Sample("circuit_rtt_limit_seconds", row.sla_rtt_ms / 1000, labels)
    yield Sample("circuit_sla_availability_ratio", row.sla_availability_percent / 100, labels)
    yield Sample("circuit_expected_loss_ratio", 1 - (1 - row.loss_percent / 100) ** 2, labels)


def _sites(fleet: Fleet) -> Iterator[Sample]:
    circuits: dict[str, list[str]] = {}
    for circuit in sorted(fleet.circuits.values(), key=lambda one: one.row.order):
        circuits.setdefault(circuit.row.site, []).append(circuit.id)
    sites, rooms, users = _weights(fleet)
    for code, site in fleet.sites.items():
        yield Sample("site_info", 1, _site(site, circuits.get(code, [])))
        yield Sample("site_latitude_degrees", site.lat, {"site": code})
        yield Sample("site_longitude_degrees", site.lon, {"site": code})
        yield Sample("site_downstream_sites", sites[code], {"site": code})
        yield Sample("site_downstream_rooms", rooms[code], {"site": code})
        yield Sample("site_downstream_users", users[code], {"site": code})


def _site(site: Site, circuits: list[str]) -> dict[str, str]:
    return {
        "site": site.code,
        "name": site.name,
        "kind": site.kind.value,
        "parent": site.parent or "",
        "circuits": ", ".join(circuits),
    }


def _weights(fleet: Fleet) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return how many sites hang on each site, and how many rooms and users it and they have."""
    sites: Counter[str] = Counter()
    rooms: Counter[str] = Counter()
    users: Counter[str] = Counter()
    own_rooms = Counter(room.row.site for room in fleet.rooms.values())
    for code, site in fleet.sites.items():
        for above in fleet.ancestors(code):
            sites[above] += above != code
            rooms[above] += own_rooms[code]
            users[above] += site.users
    return sites, rooms, users
