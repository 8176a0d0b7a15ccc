"""IOS's ports → what decides on what comes in by them, and whether they check its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from kgnet.model.facts import FilterRule
from kgnet.model.perimeter import PortFilter, PortFilters, SourceCheck, SourceChecks
from kgnet.platforms.cisco_ios.filter import HEADERS, STANDARD, Filters, drops
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.platforms.cisco_ios.listed import rules
from kgnet.platforms.cisco_ios.object_groups import Groups
from kgnet.ports import Readers

WORDS = {4: ("ip", "ip access-group "), 6: ("ipv6", "ipv6 traffic-filter ")}
Lists = Callable[[int, str], tuple[FilterRule, ...]]  # family and name → what stands in it
WAYS = {"rx": "strict", "any": "loose"}


def _filtering(root: Block) -> PortFilters:
    lists = cache(partial(_list, root))  # one is bound at many ports
    ports = root.starting("interface ")
    return PortFilters(tuple(each for port in ports for each in _filters(root, port, lists)))


def _checking(root: Block) -> SourceChecks:
    return SourceChecks(tuple(each for port in root.starting("interface ") for each in _checks(port)))


def _spoken(port: Block) -> Iterator[int]:
    """Yield the families of which a port has addresses, or may be given them."""
    for family, (word, _) in WORDS.items():
        if any(line.startswith((f"{word} address ", f"{word} unnumbered ")) for line in port.lines):
            yield family


def _filters(root: Block, port: Block, lists: Lists) -> Iterator[PortFilter]:
    for family in _spoken(port):
        bound = (line.split() for line in port.lines if line.startswith(WORDS[family][1]))
        name = next((words[2] for words in bound if words[-1] == "in"), None)
        zone = port.rest("zone-member security ")
        asked: tuple[FilterRule, ...] = ()
        rest, told = "accept", ""
        if name:
            asked, rest, told = lists(family, name), "drop", name
        elif zone:
            asked, rest, told = *_zone(root, family, zone, lists), f"zone {zone}"
        yield PortFilter(port.line.split(maxsplit=1)[1], family, told, asked, rest, port.number)


def _list(root: Block, family: int, name: str) -> tuple[FilterRule, ...]:
    """Return the entries of an access list; one that does not exist holds none, and IOS lets all pass."""
    headers = [f"{header}{name}" for header in HEADERS if header.startswith("ipv6") == (family == 6)]
    found, groups = list[FilterRule](), Groups(root)
    held = [block for header in headers for block in root.starting(header) if block.line == header]
    for block in held:
        standard = " standard " in block.line
        found += rules(block.lines, block.numbers, name, groups, within=name, standard=standard)
    old = list(root.starting(f"access-list {name} ")) if family == 4 else []
    for each in old:
        entry = each.line.split(maxsplit=2)[2]
        found += rules([entry], [each.number], name, groups, within=name, standard=int(name) in STANDARD)
    none = FilterRule(name, f"no access list {name}", "accept", (), (), None, (), None, 0)
    return tuple(found) if held or old else (none,)


def _zone(root: Block, family: int, zone: str, lists: Lists) -> tuple[tuple[FilterRule, ...], str]:
    """Return what the pairs from *zone* to others let through, and what becomes of the rest."""
    filters = Filters(root)
    pairs = [
        pair
        for pair in root.starting("zone-pair security ")
        if f" source {zone} " in f"{pair.line} " and not pair.line.endswith(" destination self")
    ]
    policies = [filters.policy_of(pair) for pair in pairs]
    names = dict.fromkeys(name for pair in pairs for name in filters.inspected(pair))
    rest = "drop" if all(policy and drops(policy) for policy in policies) else "accept"
    # there a list that does not exist matches nothing
    return tuple(rule for name in names for rule in lists(family, name) if rule.line), rest


def _checks(port: Block) -> Iterator[SourceCheck]:
    for family in _spoken(port):
        word = WORDS[family][0]
        asked = port.rest(f"{word} verify unicast source reachable-via ")
        old = port.has(f"{word} verify unicast reverse-path")
        mode = WAYS.get((asked or "").split(" ")[0], "off") if not old else "strict"
        yield SourceCheck(port.line.split(maxsplit=1)[1], family, mode, port.number)


READERS: Readers = {
    PortFilters: _filtering,
    SourceChecks: _checking,
}
