"""What routing looks like, as designed and as read back: the same values for every platform's tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kgnet.model.facts import PrefixLists, RouteMaps
from kgnet.model.fleet import Device

Rule = tuple[int, bool, Any, int | None]
Filters = tuple[dict[str, list[Rule]], dict[str, tuple[str, ...]]]  # prefix lists, route maps


def filters_as_designed(device: Device) -> Filters:
    """Return the prefix lists, and the route maps that match any of them."""
    routing = device.routing
    assert routing is not None
    lists = {each.name: [_rule(rule) for rule in each.rules] for each in routing.prefix_lists}
    maps = {
        policy.name: tuple(name for name in policy.prefixes if name in lists)
        for policy in routing.policies
        if lists.keys() & set(policy.prefixes)
    }
    return lists, maps


def filters_as_read(facts: Mapping[type, Any]) -> Filters:
    lists = {name: [_rule(rule) for rule in rules] for name, rules in facts[PrefixLists].lists.items()}
    return lists, dict(facts[RouteMaps].matches)


def _rule(rule: Any) -> Rule:
    return rule.sequence, rule.permit, str(rule.network), rule.le
