"""Rooms, meetings, hosted systems and mail stand where there is something to stand on."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator

import kgnet.rooms
from kgnet.errors import Problem
from kgnet.inventory.draft import Draft
from kgnet.inventory.words import did_you_mean
from kgnet.model.province import DeviceRow, Meeting, Role, Service, SiteKind


def rooms_stand_in_offices(draft: Draft) -> Iterator[Problem]:
    for entry in draft.rooms:
        site = draft.site.get(entry.row.site)
        if draft.sites.lacks(entry.row.site):
            remedy = did_you_mean(entry.row.site, draft.sites.known)
            yield draft.rooms.problem(entry, f"{entry.row.id}: {entry.row.site!r} is no site", remedy)
        elif site is not None and site.kind is SiteKind.DATACENTER:
            yield draft.rooms.problem(entry, f"{entry.row.id}: the data center has no office LAN for a room")


def rooms_have_a_known_system(draft: Draft) -> Iterator[Problem]:
    """The systems there are: the files of their folder, none of which is imported for it."""
    modules = pkgutil.iter_modules(kgnet.rooms.__path__)
    known = sorted(module.name for module in modules if not module.name.startswith("_"))
    for entry in draft.rooms:
        if entry.row.system is not None and entry.row.system not in known:
            what = f"{entry.row.id}: {entry.row.system!r} is no system of rooms"
            yield draft.rooms.problem(entry, what, did_you_mean(entry.row.system, known))


def meetings_have_rooms(draft: Draft) -> Iterator[Problem]:
    for entry in draft.meetings:
        if draft.sites.lacks(entry.row.host):
            remedy = did_you_mean(entry.row.host, draft.sites.known)
            yield draft.meetings.problem(entry, f"{entry.row.id}: host {entry.row.host!r} is no site", remedy)
        else:
            for what, remedy in _wrong_rooms(entry.row, draft):
                yield draft.meetings.problem(entry, f"{entry.row.id}: {what}", remedy)


def _wrong_rooms(meeting: Meeting, draft: Draft) -> Iterator[tuple[str, str]]:
    words = meeting.rooms.split()
    if words == ["below"] and not draft.rooms.problems:
        below = [entry for entry in draft.rooms if meeting.host in draft.ancestors(entry.row.site)]
        if len(below) < 2:
            yield f"rooms behind {meeting.host}: {len(below)}", "a meeting needs two at least"
    elif words not in (["all"], ["below"]) and draft.rooms.names is not None:
        if len(set(words)) < 2:
            yield "meets nobody", "name two rooms at least, or write all, or below"
        for word in words:
            if draft.rooms.lacks(word):
                yield f"{word!r} is no room", did_you_mean(word, draft.rooms.known)


def services_stand_on_hosts(draft: Draft) -> Iterator[Problem]:
    for entry in draft.services:
        for name in entry.row.hosts:
            device = draft.all_devices.get(name)
            if draft.lacks_device(name):
                remedy = did_you_mean(name, draft.devices.known)
                yield draft.services.problem(entry, f"{entry.row.id}: host {name!r} is no device", remedy)
            elif device is not None and device.zone != entry.row.zone and _is_in_center(device, draft):
                what = f"{entry.row.id}: host {name} stands {_where(device)}, not in {entry.row.zone}"
                yield draft.services.problem(entry, what, "the zone of a service is that of its hosts")


def _is_in_center(device: DeviceRow, draft: Draft) -> bool:
    """Return whether the zone of *device* is right; else that is told by itself."""
    zone = draft.zone.get(device.zone or "")
    return device.zone is None or (zone is not None and zone.where == "datacenter")


def _where(device: DeviceRow) -> str:
    return f"in zone {device.zone}" if device.zone else "in no zone"


def services_stand_in_zones(draft: Draft) -> Iterator[Problem]:
    wanted = sorted(entry.row.name for entry in draft.zones if entry.row.where == "datacenter")
    for entry in draft.services:
        zone = draft.zone.get(entry.row.zone)
        if draft.zones.lacks(entry.row.zone) or (zone is not None and zone.where != "datacenter"):
            what = f"{entry.row.id}: {entry.row.zone!r} is no zone of the data center"
            yield draft.services.problem(entry, what, did_you_mean(entry.row.zone, wanted))


def balanced_services_have_a_balancer(draft: Draft) -> Iterator[Problem]:
    if draft.devices.problems or any(entry.row.role is Role.BALANCER for entry in draft.devices):
        return
    for entry in draft.services:
        if entry.row.balanced and entry.row.hosts:
            what = f"{entry.row.id} is balanced, and no device is a balancer"
            yield draft.services.problem(
                entry, what, "write `balanced: no`, or add a balancer to devices.csv"
            )


def names_of_services_are_free(draft: Draft) -> Iterator[Problem]:
    """A DNS name leads to one place: one service, or one device."""
    first: dict[str, Service] = {}
    for entry in draft.services:
        for name in entry.row.names:
            before = first.setdefault(name, entry.row)
            if before is not entry.row:
                what = f"{entry.row.id}: the name {name!r} is that of the service {before.id}"
                yield draft.services.problem(entry, what, "take another name")
            if name in draft.device_names:
                what = f"{entry.row.id}: the name {name!r} is that of a device"
                yield draft.services.problem(entry, what, "take another name")


def mail_has_a_host(draft: Draft) -> Iterator[Problem]:
    if draft.mail is None or draft.devices.problems:
        return
    device = draft.all_devices.get(draft.mail.row.host)
    hosts = [row.name for row in draft.all_devices.values() if row.role is Role.MAIL]
    if device is None or device.role is not Role.MAIL:
        what = f"host {draft.mail.row.host!r} is no device with the role mail"
        yield draft.mail_problem(("host",), what, did_you_mean(draft.mail.row.host, hosts))


def mailboxes_belong_to_sites(draft: Draft) -> Iterator[Problem]:
    for entry in draft.mailboxes:
        if draft.sites.lacks(entry.row.site):
            remedy = did_you_mean(entry.row.site, draft.sites.known)
            yield draft.mailboxes.problem(entry, f"{entry.row.name}: {entry.row.site!r} is no site", remedy)


CHECKS = (
    rooms_stand_in_offices,
    rooms_have_a_known_system,
    meetings_have_rooms,
    services_stand_on_hosts,
    services_stand_in_zones,
    balanced_services_have_a_balancer,
    names_of_services_are_free,
    mail_has_a_host,
    mailboxes_belong_to_sites,
)
