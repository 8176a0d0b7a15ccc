"""Circuits lead towards the centre: from an office to a hub or to the router of its parent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kgnet.errors import Problem
from kgnet.inventory.draft import Draft
from kgnet.inventory.rows import Entry
from kgnet.inventory.words import did_you_mean
from kgnet.model.province import Circuit, Role, Site, SiteKind


def sites_of_circuits_exist(draft: Draft) -> Iterator[Problem]:
    for entry in draft.circuits:
        if draft.sites.lacks(entry.row.site):
            remedy = did_you_mean(entry.row.site, draft.sites.known)
            yield draft.circuits.problem(entry, f"{entry.row.id}: {entry.row.site!r} is no site", remedy)


def circuits_lead_somewhere(draft: Draft) -> Iterator[Problem]:
    for entry in draft.circuits:
        if draft.lacks_device(entry.row.upstream):
            what = f"{entry.row.id} leads nowhere: {entry.row.upstream!r} is no device"
            remedy = did_you_mean(entry.row.upstream, _upstreams(draft, entry.row.site))
            yield draft.circuits.problem(entry, what, remedy)


def circuits_lead_upstream(draft: Draft) -> Iterator[Problem]:
    if all(row.role is not Role.HUB for row in draft.all_devices.values()):
        return  # that is told by itself
    for entry in draft.circuits:
        site, device = draft.site.get(entry.row.site), draft.all_devices.get(entry.row.upstream)
        if site is None or device is None or (site.parent is not None and draft.sites.lacks(site.parent)):
            continue
        if site.kind is SiteKind.DATACENTER:
            what = f"{entry.row.id}: the data center is where circuits end, not an outer end"
            yield draft.circuits.problem(entry, what)
        elif device.role is not Role.HUB and (device.role is not Role.BRANCH or device.site != site.parent):
            what = f"{entry.row.id}: {device.name} is not upstream of {site.code}"
            yield draft.circuits.problem(entry, what, _wanted(draft, entry))


def _wanted(draft: Draft, entry: Entry[Circuit]) -> str:
    return f"it leads to {' or '.join(_upstreams(draft, entry.row.site))}"


def _upstreams(draft: Draft, code: str) -> list[str]:
    """Return the devices that a circuit of the site *code* may lead to."""
    site = draft.site.get(code)
    parent = site.parent if site else None
    rows = draft.all_devices.values()
    routers = [row.name for row in rows if row.role is Role.BRANCH and row.site == parent]
    return routers + [row.name for row in rows if row.role is Role.HUB]


def every_office_has_a_primary(draft: Draft) -> Iterator[Problem]:
    strays = any(draft.sites.lacks(entry.row.site) for entry in draft.circuits)
    if strays or draft.circuits.problems:  # a circuit that is told to be wrong may be the one that is missed
        return
    orders: dict[str, set[int]] = defaultdict(set)
    for entry in draft.circuits:
        orders[entry.row.site].add(entry.row.order)
    for office in draft.sites:
        if office.row.kind is not SiteKind.DATACENTER and 1 not in orders[office.row.code]:
            yield draft.sites.problem(office, *_lacking(office.row, orders[office.row.code]))


def _lacking(site: Site, orders: set[int]) -> tuple[str, str]:
    if orders:
        return f"{site.code} has circuits but no primary", "one row of circuits.csv has order 1"
    return f"no circuit leads to {site.code}", "add its row to circuits.csv"


CHECKS = (
    sites_of_circuits_exist,
    circuits_lead_somewhere,
    circuits_lead_upstream,
    every_office_has_a_primary,
)
