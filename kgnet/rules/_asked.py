"""Whether every rule of a list is asked, told at a glance: of most lists that is so.

One packet of a rule that none before it takes is enough, and the first that it matches will do: with the
lowest addresses and ports.  Who may take that one is looked up by where it goes, once for each width of
network that was told before (as a router looks up a route): rules are not compared each with each.  Where one
may be taken, or where too many rules lead to the same place, `_cover` finds out.
"""

from __future__ import annotations

from collections.abc import Sequence

from kgnet.model.facts import FilterRule
from kgnet.model.remembered import Remembered
from kgnet.rules._permits import ANY, LAST, PORTS, Range, named, written

REMEMBERED = 1 << 11  # ends as numbers: most lists lead to the same servers
MOST_COMPARED = 16  # rules with which one is compared, in the mean
TERMINAL = ("accept", "drop", "reject", "return")
SIX = 1 << 128  # tells an address of IPv6 from one of IPv4
Span = tuple[int, int, int]  # the lowest address; the network around all of them: its first, and its wildcard
EVERYTHING: tuple[Span, ...] = ((0, 0, LAST[4]), (SIX, SIX, LAST[6]))


def all_asked(rules: Sequence[FilterRule]) -> bool:
    """Return whether each rule of a list is surely asked; if not, it may be so all the same."""
    before: dict[int, dict[int, list[FilterRule]]] = {}  # wildcard → first address → what leads there
    left = MOST_COMPARED * len(rules)
    for rule in rules:
        spans = SPANS[rule.destinations]
        for wild, places in before.items():
            for low, _, _ in spans:
                others = places.get(low & ~wild, ())
                left -= len(others)
                if others and (left < 0 or any(_may_take(other, rule) for other in others)):
                    return False
        if ends_there(rule):
            for _, first, wild in spans:
                before.setdefault(wild, {}).setdefault(first, []).append(rule)
    return True


def ends_there(rule: FilterRule) -> bool:
    """Return whether what a rule takes comes to none of those after it."""
    return rule.verdict in TERMINAL or rule.verdict.startswith("goto ")


def _may_take(other: FilterRule, rule: FilterRule) -> bool:
    """Whether *other* matches the first packet of *rule*, if it leads where that goes."""
    return (
        named(other.protocol) in (ANY, named(rule.protocol))
        and (other.line, other.text) != (rule.line, rule.text)  # of one line may be several of ours
        and (not other.ports or _among(rule.ports, other.ports))
        and (not other.sources or _lead(rule.sources, other.sources))
        and (not other.source_ports or _among(rule.source_ports, other.source_ports))
        and (not other.conditions or set(other.conditions) <= set(rule.conditions))
    )


def _among(ports: Sequence[Range], others: Sequence[Range]) -> bool:
    return any(low <= first <= high for first, _ in ports or (PORTS,) for low, high in others)


def _lead(ends: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return any(low & ~wild == first for low, _, _ in SPANS[ends] for _, first, wild in SPANS[others])


def _spans(ends: tuple[str, ...]) -> tuple[Span, ...]:
    """Return each of *ends*, those that are no network with a network around them; none: everything."""
    return tuple(_span(*written(end)) for end in ends) or EVERYTHING


def _span(family: int, ends: Range) -> Span:
    low, high = ends
    wild = (1 << (low ^ high).bit_length()) - 1
    low |= SIX if family == 6 else 0
    return low, low & ~wild, wild


SPANS = Remembered(_spans, REMEMBERED)
