"""Junos's units → what decides on what comes in by them, and whether they check its source."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import FilterRule
from kgnet.model.perimeter import PortFilter, PortFilters, SourceCheck, SourceChecks
from kgnet.platforms.juniper_junos.read_filter import between, terms
from kgnet.platforms.juniper_junos.text import Statement, members

Perimeter = PortFilters | SourceChecks
FAMILIES = {4: "inet", 6: "inet6"}
ADDRESSED = ("address", "dhcp", "dhcp-client", "dhcpv6-client", "unnumbered-address", "negotiate-address")
ANYWHERE = ("0.0.0.0/0", "::/0")
NOWHERE = Statement("", 0)


def perimeter(root: Statement) -> Iterator[Perimeter]:
    yield PortFilters(tuple(_filters(root)))
    yield SourceChecks(tuple(_checks(root)))


def _units(root: Statement) -> Iterator[tuple[str, int, Statement]]:
    """Yield the name of each unit with each family that it has addresses of, or is given some of."""
    for port in root.one("interfaces") or ():
        for unit in port.every("unit"):
            for version, family in FAMILIES.items():
                spoken = unit.one(f"family {family}")
                if spoken and any(each.first in ADDRESSED and not each.inactive for each in spoken):
                    yield f"{port.words}.{unit.rest}", version, spoken


def _filters(root: Statement) -> Iterator[PortFilter]:
    zones = {
        held.words: zone.rest
        for zone in root.every("security", "zones", "security-zone")
        for held in zone.one("interfaces") or ()
    }
    policies = root.one("security", "policies") or NOWHERE
    left = "accept" if policies.one("default-policy", "permit-all") else "drop"
    for name, version, spoken in _units(root):
        listed = _lists(spoken)
        if any(_does_more_than_mark(root, version, each) for each in listed):
            rules = tuple(rule for each in listed for rule in _terms(root, version, each))
            yield PortFilter(name, version, " ".join(listed), rules, "drop", spoken.line)
        elif name in zones:
            rules = tuple(between(root, policies, zone=zones[name]))
            yield PortFilter(name, version, f"zone {zones[name]}", rules, left, spoken.line)
        else:
            yield PortFilter(name, version, "", (), "accept", spoken.line)


def _lists(spoken: Statement) -> tuple[str, ...]:
    held = spoken.one("filter") or NOWHERE
    return members(held.value("input") or held.value("input-list") or "")


def _does_more_than_mark(root: Statement, version: int, name: str) -> bool:
    """Whether a filter drops anything: one that only sorts what comes in is none before a perimeter."""
    found = list(_terms(root, version, name))
    last = found[-1] if found else None
    passes = last and (last.verdict, last.protocol) == ("accept", None) and last.sources[0] in ANYWHERE
    return not passes or any(rule.verdict == "drop" for rule in found)


def _terms(root: Statement, version: int, name: str) -> Iterator[FilterRule]:
    family = FAMILIES[version]
    found = root.one("firewall", f"family {family}", f"filter {name}")
    return terms(root, found, family, chain=name) if found else iter(())


def _checks(root: Statement) -> Iterator[SourceCheck]:
    for name, version, spoken in _units(root):
        asked = spoken.one("rpf-check")
        loose = asked is not None and asked.value("mode") == "loose"
        mode = "off" if asked is None else "loose" if loose else "strict"
        yield SourceCheck(name, version, mode, spoken.line)
