"""Whether every rule of a list is asked, told at a glance: of most lists that is so.

One packet of a rule that none before it takes is enough, and the first that it matches will do: with the
lowest addresses and ports.  Who may take that one is looked up by where it goes, once for each width of
network that was told before (as a router looks up a route): rules are not compared each with each.  Where one
may be taken, or where too many rules lead to the same place, `_cover` finds out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from kgnet.model.facts import FilterRule
from kgnet.rules._permits import ANY, LAST, PORTS, Range, named, written

REMEMBERED = 1 << 11  # ends as numbers: most lists lead to the same servers
MOST_COMPARED = 16  # rules with which one is compared, in the mean
TERMINAL = ("accept", "drop", "reject", "return")
SIX = 1 << 128  # tells an address of IPv6 from one of IPv4
Span = tuple[int, int, int]  # the lowest address; the network around all of them: its first, and its wildcard
EVERYTHING: tuple[Span, ...] = ((0, 0, LAST[4]), (SIX, SIX, LAST[6]))
Places = dict[int, dict[int, list[FilterRule]]]  # wildcard → first address → what leads there


def all_asked(rules: Sequence[FilterRule]) -> bool:
    """Return whether each rule of a list is surely asked; if not, it may be so all the same."""
    before: dict[str, Places] = defaultdict(dict)
    compared = 0
    for rule in rules:
        protocol, spans = named(rule.protocol), _spans(rule.destinations)
        for name in {protocol, ANY}:
            for wild, places in before[name].items():
                for low, _, _ in spans:
                    for other in places.get(low & ~wild, ()):
                        compared += 1
                        if _may_take(other, rule) or compared > MOST_COMPARED * len(rules):
                            return False
        if ends_there(rule):
            for _, first, wild in spans:
                before[protocol].setdefault(wild, {}).setdefault(first, []).append(rule)
    return True


def ends_there(rule: FilterRule) -> bool:
    """Return whether what a rule takes comes to none of those after it."""
    return rule.verdict in TERMINAL or rule.verdict.startswith("goto ")


def _may_take(other: FilterRule, rule: FilterRule) -> bool:
    """Whether *other* matches the first packet of *rule*, if it leads where that goes."""
    return (
        (other.line, other.text) != (rule.line, rule.text)  # of one line may be several of ours
        and set(other.conditions) <= set(rule.conditions)
        and _among(rule.ports, other.ports)
        and _among(rule.source_ports, other.source_ports)
        and (not other.sources or _lead(rule.sources, other.sources))
    )


def _among(ports: Sequence[Range], others: Sequence[Range]) -> bool:
    return not others or any(low <= first <= high for first, _ in ports or (PORTS,) for low, high in others)


def _lead(ends: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return any(low & ~wild == first for low, _, _ in _spans(ends) for _, first, wild in _spans(others))


@lru_cache(REMEMBERED)
def _spans(ends: tuple[str, ...]) -> tuple[Span, ...]:
    """Return each of *ends*, those that are no network with a network around them; none: everything."""
    return tuple(_span(*written(end)) for end in ends) or EVERYTHING


def _span(family: int, ends: Range) -> Span:
    low, high = ends
    wild = (1 << (low ^ high).bit_length()) - 1
    low |= SIX if family == 6 else 0
    return low, low & ~wild, wild
