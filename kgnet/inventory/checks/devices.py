"""Devices stand at a site and, as servers, in a zone of the data center; their names work everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import Problem
from kgnet.inventory.draft import Draft, branch_name
from kgnet.inventory.rows import Entry
from kgnet.inventory.words import did_you_mean
from kgnet.model.groups import LINUX, RESERVED
from kgnet.model.province import NETWORK, SWITCHES, DeviceRow, Role, SiteKind

CORE = (Role.HUB, Role.BORDER)
CABLED = (*CORE, Role.SPINE, Role.LEAF)  # links of the data center are named for them
AT_OFFICES = (Role.BRANCH, Role.ACCESS)
LAST_CORE, LAST_AT_OFFICE = 31, 15  # what the address plan has room for
LONGEST_CORE_NAME = 15  # a fabric link is named for the far device, and Linux has 15 characters for it
INTERFACES = frozenset({"lo", "eth0", "lan0", "lan1", "lan2", "lan3"})


def sites_of_devices_exist(draft: Draft) -> Iterator[Problem]:
    for entry in draft.devices:
        if draft.sites.lacks(entry.row.site):
            remedy = did_you_mean(entry.row.site, draft.sites.known)
            yield draft.devices.problem(entry, f"{entry.row.name}: {entry.row.site!r} is no site", remedy)


def platforms_exist(draft: Draft) -> Iterator[Problem]:
    for entry in draft.devices:
        if entry.row.platform not in draft.platforms:
            remedy = did_you_mean(entry.row.platform, draft.platforms)
            what = f"{entry.row.name}: no platform is named {entry.row.platform!r}"
            yield draft.devices.problem(entry, what, remedy)


def roles_stand_where_they_belong(draft: Draft) -> Iterator[Problem]:
    for entry in draft.devices:
        site = draft.site.get(entry.row.site)
        if site is None or not draft.has_center:
            continue
        in_center, role = site.kind is SiteKind.DATACENTER, entry.row.role
        if in_center and role in AT_OFFICES:
            what = {Role.BRANCH: "a branch router", Role.ACCESS: "an access switch"}[role]
            yield draft.devices.problem(entry, f"{entry.row.name}: {what} stands in an office")
        if not in_center and role not in AT_OFFICES:
            what = f"{entry.row.name}: a {role} stands in the data center, {site.code} is a {site.kind}"
            yield draft.devices.problem(entry, what)


def switches_are_made_by_vendors(draft: Draft) -> Iterator[Problem]:
    """Linux hosts are never switches: no template makes one of them."""
    for entry in draft.devices:
        if entry.row.role in SWITCHES and entry.row.platform in LINUX:
            what = f"{entry.row.name}: {entry.row.platform} is no platform for {entry.row.role} switches"
            yield draft.devices.problem(entry, what, "a vendor's is, e.g. arista_eos or cisco_ios")


def a_fabric_is_whole(draft: Draft) -> Iterator[Problem]:
    """Leaves reach each other by way of spines only."""
    first = {entry.row.role: entry for entry in reversed(draft.devices.entries)}
    pair = (Role.SPINE, Role.LEAF)
    for role, other in (pair, pair[::-1]):
        if role in first and other not in first and not draft.devices.problems:
            what = f"{first[role].row.name}: a {role} without a {other} joins nothing"
            yield draft.devices.problem(first[role], what, f"add a {other}, better two")


def the_center_has_its_routers(draft: Draft) -> Iterator[Problem]:
    held = {entry.row.role for entry in draft.devices}
    if not draft.devices.problems:
        for role in CORE:
            if role not in held:
                yield Problem(
                    draft.devices.file, 0, f"has no {role}", f"a row has the role {role}, better two"
                )


def numbers_are_in_the_plan(draft: Draft) -> Iterator[Problem]:
    for entry in draft.devices:
        last = LAST_AT_OFFICE if entry.row.role in AT_OFFICES else LAST_CORE
        if entry.row.role in NETWORK and entry.row.number > last:
            what = f"{entry.row.name}: number {entry.row.number} is outside the address plan"
            yield draft.devices.problem(entry, what, f"1 to {last} are free here")


def servers_stand_in_a_zone(draft: Draft) -> Iterator[Problem]:
    wanted = sorted(entry.row.name for entry in draft.zones if entry.row.where == "datacenter")
    for entry in draft.devices:
        what = _wrong_zone(entry.row, draft)
        if what:
            remedy = "leave it empty" if entry.row.role in NETWORK else f"one of {', '.join(wanted)}"
            yield draft.devices.problem(entry, f"{entry.row.name}: {what}", remedy)


def _wrong_zone(row: DeviceRow, draft: Draft) -> str:
    if row.role in NETWORK:
        return f"a {row.role} stands in no zone" if row.zone else ""
    if row.zone is None:
        return f"a {row.role} stands in a zone"
    zone = draft.zone.get(row.zone)
    if zone is None:
        return f"{row.zone!r} is no zone" if draft.zones.lacks(row.zone) else ""
    return "" if zone.where == "datacenter" else f"zone {row.zone} is not in the data center"


def names_are_free(draft: Draft) -> Iterator[Problem]:
    """A name is also a host of Ansible, a source or destination of a flow, and an interface."""
    implied = {branch_name(code) for code in draft.sites.known}
    for entry in draft.devices:
        taken = _taken(entry, draft, implied)
        if taken:
            yield draft.devices.problem(entry, f"{entry.row.name!r} is {taken}", "take another name")


def _taken(entry: Entry[DeviceRow], draft: Draft, implied: set[str]) -> str:
    name, role = entry.row.name, entry.row.role
    if name in RESERVED:
        return "the name of a group"
    if name in draft.zones.known:
        return "the name of a zone"
    if name in implied and (role is not Role.BRANCH or name != branch_name(entry.row.site)):
        return "the name of an office's router"
    if role in CABLED and len(name) > LONGEST_CORE_NAME:
        return f"too long: an interface is named for it, in at most {LONGEST_CORE_NAME} characters"
    return "the name of an interface" if role in CABLED and name in INTERFACES else ""


CHECKS = (
    sites_of_devices_exist,
    platforms_exist,
    roles_stand_where_they_belong,
    switches_are_made_by_vendors,
    a_fabric_is_whole,
    the_center_has_its_routers,
    numbers_are_in_the_plan,
    servers_stand_in_a_zone,
    names_are_free,
)
