"""What comes in at the ports that face the Internet."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import NotOurs
from kgnet.model.facts import FilterRule, Snapshot
from kgnet.model.fleet import Device, InterfaceKind
from kgnet.model.perimeter import EVERY_PORT, PortFilter, PortFilters
from kgnet.rules._permits import Permit, lets_in_new, of_rule
from kgnet.rules._ports import port


def outside(want: Device, have: Snapshot, also: tuple[str, ...]) -> Iterator[tuple[str, PortFilter]]:
    """Yield each port that faces the Internet, by the intent or *also*, with what filters it, a family each.

    NotOurs where there is none.
    """
    names = (*(port(want, link) for link in want.of_kind(InterfaceKind.INTERNET)), *also)
    if not names:
        raise NotOurs(f"no port of {want.name} faces the Internet")
    filters = have.get(PortFilters).filters
    told = {each.port for each in filters}
    for name in names:
        for each in filters:
            if each.port == name or (each.port == EVERY_PORT and name not in told):
                yield name, each


def let_in(found: PortFilter) -> Iterator[tuple[FilterRule | None, Permit]]:
    """Yield what a filter lets in of anything new, with the rule that does, less what it denied before."""
    denied: list[Permit] = []
    for rule in found.rules:
        permits = [permit for permit in of_rule(rule) if permit.family == found.family]
        if rule.verdict == "drop" and not rule.narrow:
            denied += permits
        elif lets_in_new(rule):
            yield from ((rule, left) for permit in permits for left in _less(permit, denied))
    if found.rest != "drop":
        yield from ((None, left) for left in _less(Permit.everything(found.family), denied))


def _less(permit: Permit, denied: list[Permit]) -> list[Permit]:
    left = [permit]
    for other in denied:
        left = [rest for each in left for rest in each.without(other)]
    return left
