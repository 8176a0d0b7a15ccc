"""Packet filters as sets of permits, so that the intent's and the device's can be compared.

A permit is a box: one family, one protocol, and a range each of ports, sources and destinations.
Whoever writes or prints a rule may join and split such ranges; what is let through stays the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range
from itertools import product
from operator import attrgetter
from socket import AF_INET, inet_pton

from kgnet.errors import MissingFact
from kgnet.model.facts import FilterRule, PacketFilter, Snapshot
from kgnet.model.fleet import Device, Firewall, FlowRule, Network
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._places import at

Range = tuple[int, int]  # first and last
Written = tuple[int, Range]  # an address, a network or a range of a family
Side = dict[int, list[Range]]  # family → from where, or to where
Ends = tuple[int, list[Range], list[Range]]  # a family, from where, to where
PORTS: Range = (0, 65535)
ANY = "any"  # whatever protocol
LAST = {4: 2**32 - 1, 6: 2**128 - 1}
ICMP = re.compile(r"icmp|icmpv6|ipv6-icmp")
KNOWN = r"(?:established|related)"  # packets of what was permitted before (nft(8), CONNTRACK)
STATES = rf"ct state (?:{KNOWN}(?:,{KNOWN})*|\{{ {KNOWN}(?:, {KNOWN})* \}})(?![,\w])"
HARMLESS = re.compile(rf'{STATES}|iif(?:name)? "lo"|\bicmp(?:v6)? type\b')
CHAIN = attrgetter("chain")
TARGET = re.compile(r"\b(?:jump|goto) (\S+)")
WILD = {str(length): (1 << 32 - length) - 1 for length in range(33)}  # the bits that may differ
READ = 1 << 10  # ends kept as numbers: those of one device come again, those of another are others


@dataclass(frozen=True, slots=True)
class Permit:
    """What one rule lets through; ICMP has no ports, and all of them."""

    family: int
    protocol: str
    ports: Range
    source: Range
    destination: Range

    def __str__(self) -> str:
        first, last = self.ports
        ports = "" if self.ports == PORTS else f" port {first}" if first == last else f" port {first}-{last}"
        source, destination = (_told(self.family, each) for each in (self.source, self.destination))
        family = f" (IPv{self.family})" if self.from_anywhere and self.to_anywhere else ""
        return f"{self.protocol}{ports} from {source} to {destination}{family}"

    @classmethod
    def everything(cls, family: int) -> Permit:
        return cls(family, ANY, PORTS, (0, LAST[family]), (0, LAST[family]))

    @property
    def from_anywhere(self) -> bool:
        return self.source == (0, LAST[self.family])

    @property
    def to_anywhere(self) -> bool:
        return self.destination == (0, LAST[self.family])

    def reaches(self, protocol: str, port: int) -> bool:
        return self.protocol in (protocol, ANY) and self.ports[0] <= port <= self.ports[1]

    def without(self, other: Permit) -> Iterator[Permit]:
        """Yield what is left of this when *other* is taken away: no more than six boxes."""
        if self.family != other.family or other.protocol not in (self.protocol, ANY):
            yield self
            return
        mine = [self.ports, self.source, self.destination]
        for side, (low, high) in enumerate((other.ports, other.source, other.destination)):
            first, last = mine[side]
            if high < first or last < low:
                yield Permit(self.family, self.protocol, *mine)
                return
            for outside in ((first, low - 1), (high + 1, last)):
                if outside[0] <= outside[1]:
                    box = [*mine[:side], outside, *mine[side + 1 :]]
                    yield Permit(self.family, self.protocol, *box)
            mine[side] = (max(first, low), min(last, high))


def _told(family: int, ends: Range) -> str:
    """Return a range of addresses for people: a network where it is one."""
    if ends == (0, LAST[family]):
        return "anywhere"
    first, last = (IPv4Address(end) if family == 4 else IPv6Address(end) for end in ends)
    networks = [str(each) for each in summarize_address_range(first, last)]
    return networks[0] if len(networks) == 1 else f"{first}-{last}"


class Permits:
    """Many permits; the common case, that the very same one is asked for, costs one look-up."""

    def __init__(self, permits: Iterable[Permit]) -> None:
        self.every = frozenset(permits)
        self._alike: dict[tuple[int, str], list[Permit]] = defaultdict(list)
        for permit in self.every:
            self._alike[permit.family, permit.protocol].append(permit)

    def lacking(self, permit: Permit) -> list[Permit]:
        """Return what of *permit* none of these lets through."""
        if permit in self.every:
            return []
        left = [permit]
        for other in (*self._alike[permit.family, permit.protocol], *self._alike[permit.family, ANY]):
            left = [rest for each in left for rest in each.without(other)]
            if not left:
                break
        return left


# ── what is asked for, and what is there ────────────────────────────────────


def intended(want: Device) -> Firewall:
    """Return the filter that the intent has for the device; MissingFact if it has none."""
    if want.firewall is None:
        raise MissingFact(f"the intent has no packet filter for {want.name}")
    return want.firewall


def policy(have: Snapshot, chain: str) -> Iterator[Wrong]:
    """Yield what is wrong with what happens at the end of *chain*."""
    found = have.get(PacketFilter).policies.get(chain)
    if found is None:
        yield f"there is no chain {chain}: nothing is filtered"
    elif found != "drop":
        yield Deviation(f"chain {chain} ends in {found}", "drop")


def differences(wanted: tuple[FlowRule, ...], have: Snapshot, chain: str) -> Iterator[Wrong]:
    """Yield what is permitted and nobody wants, rule by rule, and what is wanted and not permitted."""
    granted = {rule: list(of_rule(rule)) for rule in accepting(have, chain)}
    asked = Permits(permit for flow in wanted for permit in of_flow(flow))
    for rule, permits in granted.items():
        extra = [permit for permit in permits if asked.lacking(permit)]
        if extra:
            what = f"chain {chain} permits {_some(extra)}, beyond what the intent allows"
            yield at(have, PacketFilter, rule.line, what)
    given = Permits(permit for permits in granted.values() for permit in permits)
    for flow in wanted:
        missing = [permit for permit in of_flow(flow) if given.lacking(permit)]
        if missing:
            yield f"chain {chain} does not permit {_some(missing)}, as the flow {flow.flow} wants"


def _some(permits: list[Permit]) -> str:
    others = len(permits) - 1
    return f"{permits[0]} and {others} more" if others else str(permits[0])


def accepting(have: Snapshot, chain: str) -> Iterator[FilterRule]:
    """Yield the rules that let something new through *chain*, or through a chain that it jumps to."""
    rules = have.get(PacketFilter).rules
    if chain not in set(map(CHAIN, rules)):
        return
    reached = _reached(rules, chain)
    for rule in rules:
        if rule.chain in reached and lets_in_new(rule):
            yield rule


def lets_in_new(rule: FilterRule) -> bool:
    """Whether a rule accepts more than answers and what IP itself needs."""
    return rule.verdict == "accept" and not rule.harmless and not HARMLESS.search(rule.text)


def _reached(rules: tuple[FilterRule, ...], chain: str) -> set[str]:
    jumps: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        jumps[rule.chain].update(TARGET.findall(rule.text))
    reached, todo = {chain}, [chain]
    while todo:
        new = jumps[todo.pop()] - reached
        reached |= new
        todo += new
    return reached


# ── rules to permits ────────────────────────────────────────────────────────


def of_flow(rule: FlowRule) -> Iterator[Permit]:
    """Yield the permits that a flow of the intent asks for."""
    sides = (_by_family([_network(each) for each in every]) for every in (rule.sources, rule.destinations))
    return _permits(rule, _ends(*sides))


def of_rule(rule: FilterRule) -> Iterator[Permit]:
    """Yield the permits that a rule of the device grants."""
    return _permits(rule, ends_of(rule))


def ends_of(rule: FilterRule) -> Iterator[Ends]:
    """Yield the addresses between which a rule of the device is met."""
    return _ends(_side(rule.sources), _side(rule.destinations))


@lru_cache(READ)
def named(protocol: str | None) -> str:
    """Return a protocol by one name, whoever wrote it; any: whatever protocol."""
    return "icmp" if ICMP.fullmatch(protocol or "") else protocol or ANY


def _permits(rule: FilterRule | FlowRule, ends: Iterable[Ends]) -> Iterator[Permit]:
    name, ports = named(rule.protocol), rule.ports or (PORTS,)
    for family, *sides in ends:
        for reached, source, destination in product(ports, *sides):
            yield Permit(family, name, reached, source, destination)


def _ends(sources: Side, destinations: Side) -> Iterator[Ends]:
    for family in LAST:
        if sources[family] and destinations[family]:
            yield family, sources[family], destinations[family]


@lru_cache(READ)
def _side(every: tuple[str, ...]) -> Side:
    return _by_family([written(each) for each in every])


def _by_family(ends: list[Written]) -> Side:
    """Return the ranges of each family; where no address is named at all, everything."""
    return {
        family: [range_ for version, range_ in ends if version == family] if ends else [(0, last)]
        for family, last in LAST.items()
    }


def _network(network: Network) -> Written:
    return network.version, (int(network.network_address), int(network.broadcast_address))


def written(text: str) -> Written:
    """Read an address, a network or a range as nft prints them."""
    first, dash, last = text.partition("-")
    if dash:
        return ip_address(first).version, (int(ip_address(first)), int(ip_address(last)))
    address, _, length = text.partition("/")
    if length in WILD and ":" not in address:  # the same as below, for what most rules are made of
        with suppress(OSError):
            start, wild = int.from_bytes(inet_pton(AF_INET, address)), WILD[length]
            return 4, (start & ~wild, start | wild)
    return _network(ip_network(text, strict=False))
