"""province, fleet, devices touched → Blast: who and what is behind them, and what of it has no second path.

Judged as if everything that is touched were gone at the same time: that is the worst that a change can do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kgnet.model.fleet import Device, Fleet
from kgnet.model.province import NETWORK, Province, Role, Service, SiteKind

SHOWN = 8  # names in a line; of more, the rest is counted
FUNCTIONS = {  # what servers do that is no row of services.yml
    Role.DNS: "names (DNS)",
    Role.MAIL: "mail",
    Role.REGISTRAR: "calls between rooms",
    Role.MONITOR: "monitoring",
}
CENTER = (Role.BORDER, Role.SPINE, Role.LEAF)  # between the servers and all others


@dataclass(frozen=True, slots=True)
class Reach:
    """Sites by code, rooms and services by id, functions of the data center in words, mailboxes counted."""

    sites: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    mailboxes: int = 0

    def __bool__(self) -> bool:
        return bool(self.sites or self.rooms or self.services or self.functions or self.mailboxes)


@dataclass(frozen=True, slots=True)
class Blast:
    """What a change may do; *alone* is the part of *behind* that has no second path."""

    touched: tuple[str, ...]
    behind: Reach
    alone: Reach
    lines: tuple[str, ...]  # all of it in words, for who approves


def blast(province: Province, fleet: Fleet, touched: Collection[str]) -> Blast:
    """Return what is behind the devices *touched*; KeyError for one that the fleet has not."""
    devices = [fleet.devices[name] for name in fleet.devices if name in set(touched)]
    for name in touched:
        fleet.devices[name]
    names = frozenset(device.name for device in devices)
    behind = _behind(province, fleet, devices)
    alone = _alone(province, fleet, names)
    return Blast(
        touched=tuple(device.name for device in devices),
        behind=behind,
        alone=alone,
        lines=tuple(_lines(province, fleet, devices, behind, alone)),
    )


# ── what is behind ──────────────────────────────────────────────────────────


def _behind(province: Province, fleet: Fleet, devices: list[Device]) -> Reach:
    sites = {code for device in devices for code in _sites_behind(fleet, device)}
    center = any(device.role in CENTER for device in devices)
    touched = {device.name for device in devices}

    def concerned(device: Device) -> bool:
        return center or device.name in touched

    return _reach(
        province,
        fleet,
        sites=sites,
        services=[each.id for each in _ours(province) if any(map(concerned, _carrying(fleet, each)))],
        functions={role for role in FUNCTIONS if any(map(concerned, fleet.with_role(role)))},
    )


def _sites_behind(fleet: Fleet, device: Device) -> Iterator[str]:
    """Yield the offices any of whose ways to the centre passes *device*."""
    if device.role is Role.BORDER:
        yield from (code for code, site in fleet.sites.items() if site.kind is not SiteKind.DATACENTER)
    elif device.role in (Role.BRANCH, Role.ACCESS):
        yield device.site
    if device.role in (Role.BRANCH, Role.HUB):
        for circuit in fleet.circuits.values():
            if circuit.inner.device == device.name:
                yield from fleet.behind(circuit.row.site)


# ── what has no second path ─────────────────────────────────────────────────


def _alone(province: Province, fleet: Fleet, touched: frozenset[str]) -> Reach:
    """Return what works with all devices and does not without those *touched*."""
    without, with_all = _reached(fleet, touched), _reached(fleet, frozenset())
    cut = with_all - without
    cut |= {device.site for device in fleet.with_role(Role.ACCESS) if device.name in touched}
    standing = frozenset() if _center_is_cut(fleet, touched) else fleet.devices.keys() - touched

    def lost(devices: Iterable[Device]) -> bool:
        names = {device.name for device in devices}
        return bool(names) and not names & standing

    return _reach(
        province,
        fleet,
        sites=cut,
        services=[each.id for each in _ours(province) if any(map(lost, _needed(fleet, each)))],
        functions={role for role in FUNCTIONS if lost(fleet.with_role(role))},
    )


def _reached(fleet: Fleet, gone: frozenset[str]) -> set[str]:
    """Return the sites with a router that reaches a hub when the devices *gone* are gone."""
    links: dict[str, list[str]] = {}
    for circuit in fleet.circuits.values():
        links.setdefault(circuit.inner.device, []).append(circuit.outer.device)
    left = [device.name for device in fleet.with_role(Role.HUB) if device.name not in gone]
    seen = set(left)
    while left:
        for name in links.get(left.pop(), ()):
            if name not in seen and name not in gone:
                seen.add(name)
                left.append(name)
    return {fleet.devices[name].site for name in seen if fleet.devices[name].role is Role.BRANCH}


def _center_is_cut(fleet: Fleet, gone: frozenset[str]) -> bool:
    """Whether all border routers, all spines or all leaves are among those *gone*."""
    kinds = ({device.name for device in fleet.with_role(role)} for role in CENTER)
    return any(names and names <= gone for names in kinds)


# ── both ────────────────────────────────────────────────────────────────────


def _reach(
    province: Province, fleet: Fleet, *, sites: set[str], services: Iterable[str], functions: set[Role]
) -> Reach:
    """Return all of it in the order of the inventory; a room needs a registrar, a mailbox its host."""
    return Reach(
        sites=tuple(code for code in fleet.sites if code in sites),
        rooms=tuple(
            name
            for name, room in fleet.rooms.items()
            if Role.REGISTRAR in functions or room.row.site in sites
        ),
        services=tuple(services),
        functions=tuple(words for role, words in FUNCTIONS.items() if role in functions),
        mailboxes=sum(Role.MAIL in functions or box.site in sites for box in province.mailboxes.values()),
    )


def _ours(province: Province) -> Iterator[Service]:
    """Yield the services that run on devices of ours."""
    return (service for service in province.services.values() if service.hosts)


def _carrying(fleet: Fleet, service: Service) -> Iterator[Device]:
    for group in _needed(fleet, service):
        yield from group


def _needed(fleet: Fleet, service: Service) -> Iterator[tuple[Device, ...]]:
    """Yield groups of devices of each of which *service* needs one."""
    yield tuple(fleet.devices[name] for name in service.hosts)
    if service.balanced:
        yield tuple(fleet.with_role(Role.BALANCER))


# ── in words ────────────────────────────────────────────────────────────────


def _lines(
    province: Province, fleet: Fleet, devices: list[Device], behind: Reach, alone: Reach
) -> Iterator[str]:
    yield f"touches {_counted([_described(fleet, device) for device in devices], 'device')}"
    if not behind:
        yield "behind it: nothing that people use"
        return
    yield f"behind it: {'; '.join(_parts(province, fleet, behind))}"
    if alone == behind:
        yield "none of that has a second path: it is cut off if this goes wrong"
    elif alone:
        yield f"no second path, cut off if this goes wrong: {'; '.join(_parts(province, fleet, alone))}"
    else:
        yield "all of that has a second path, which none of these devices is on"


def _described(fleet: Fleet, device: Device) -> str:
    site = fleet.sites[device.site]
    island = ", an island" if site.island else ""
    if device.role in NETWORK and site.kind is not SiteKind.DATACENTER:
        return f"{device.name} ({device.role.value}, {site.name}{island})"
    return f"{device.name} ({device.role.value})"


def _parts(province: Province, fleet: Fleet, reach: Reach) -> Iterator[str]:
    if reach.sites:
        yield _counted([f"{fleet.sites[code].name} ({code})" for code in reach.sites], "site")
    if reach.rooms:
        yield _counted([fleet.rooms[name].row.name for name in reach.rooms], "room")
    if reach.services:
        yield _counted([province.services[name].title for name in reach.services], "service")
    yield from reach.functions
    if reach.mailboxes:
        yield f"{reach.mailboxes} mailbox{'es' if reach.mailboxes > 1 else ''}"


def _counted(names: list[str], what: str) -> str:
    """Return `2 sites: Rạch Giá (899), Hà Tiên (900)`."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)} {what}{'s' if len(names) > 1 else ''}: {', '.join(names[:SHOWN])}{more}"


__all__ = ["Blast", "Reach", "blast"]
