"""Junos's configuration → its SNMP agent."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import ANYWHERE
from kgnet.model.managed import SnmpAgent, SnmpGroup, SnmpUser
from kgnet.platforms._snmp import LEVELS, unnamed, well_known
from kgnet.platforms.juniper_junos.access import filter_of_lo0
from kgnet.platforms.juniper_junos.text import Statement

NOWHERE = Statement("", 0)


def agent(root: Statement) -> SnmpAgent:
    """Read communities, users and groups; a filter before the router itself limits them all."""
    snmp = root.one("snmp") or NOWHERE
    communities = list(snmp.every("community"))
    users = (snmp.one("v3", "usm", "local-engine") or NOWHERE).every("user")
    groups = tuple(_groups(snmp))
    limit = filter_of_lo0(root)
    return SnmpAgent(
        users=tuple(_user(each) for each in users),
        communities=len(communities),
        writable=any(each.value("authorization") == "read-write" for each in communities),
        access_list=limit,
        line=snmp.line,
        groups=groups,
        well_known=tuple(filter(well_known, (each.rest for each in communities))),
        unnamed=tuple(unnamed(each.rest for each in communities)),
        unlimited=() if limit else tuple(_unlimited(root, communities, groups)),
    )


def _unlimited(root: Statement, communities: list[Statement], groups: tuple[SnmpGroup, ...]) -> Iterator[str]:
    for number, each in enumerate(communities, 1):
        if _open(list(_clients(root, each))):
            yield f"community {number}"
    for group in groups:
        yield f"group {group.name}"


def _clients(root: Statement, community: Statement) -> Iterator[str]:
    """Yield who may ask, as `10.0.0.1/32` or `0.0.0.0/0 restrict`; a list is SNMP's own or of prefixes."""
    named = community.value("client-list-name")
    lists = (("snmp", f"client-list {named}"), ("policy-options", f"prefix-list {named}")) if named else ()
    for holder in (community.one("clients"), *(root.one(*path) for path in lists)):
        yield from (each.words for each in holder or () if not each.inactive)


def _open(clients: list[str]) -> bool:
    """Whether anybody may ask: nobody is named, or a network of all addresses that is not kept out."""
    return not clients or any(each in ANYWHERE for each in clients)


def _groups(snmp: Statement) -> Iterator[SnmpGroup]:
    """Yield each group with the least level that a view is given for."""
    for group in (snmp.one("v3", "vacm", "access") or NOWHERE).every("group"):
        for context in group:
            for model in context.every("security-model"):
                for level in model.every("security-level"):
                    named = model.rest if model.rest in ("v1", "v2c") else LEVELS[level.rest]
                    yield SnmpGroup(group.rest, named)


def _user(user: Statement) -> SnmpUser:
    kinds = dict.fromkeys(("authentication", "privacy"), "")
    for each in user:
        kind, _, name = each.first.partition("-")
        if kind in kinds and name != "none":
            kinds[kind] = name
    return SnmpUser(user.rest, kinds["authentication"], kinds["privacy"])
