"""Rules that are never asked: exact, against asking every packet of a small world, and fast."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgnet.errors import MissingFact
from kgnet.model.facts import FilterRule
from kgnet.rules import _cover
from kgnet.rules._asked import all_asked
from kgnet.rules._cover import covered, lists, looked_into

HOSTS, PORTS = 4, 4  # of the small world: 10.0.0.0 to .3, ports 0 to 3
NETWORKS = ("10.0.0.0/30", "10.0.0.0/31", "10.0.0.2/31", "10.0.0.1/32", "10.0.0.3/32", "10.0.0.0-10.0.0.2")
RANGES = st.tuples(st.integers(0, PORTS - 1), st.integers(0, PORTS - 1)).map(lambda ends: tuple(sorted(ends)))
ENDS = st.lists(st.sampled_from(NETWORKS), max_size=2, unique=True).map(tuple)
MANY = st.lists(RANGES, max_size=2, unique=True).map(tuple)
RULES = st.builds(
    FilterRule,
    chain=st.just("c"),
    text=st.just("a rule"),
    verdict=st.sampled_from(["accept", "drop", "jump other", ""]),
    sources=ENDS,
    destinations=ENDS,
    protocol=st.sampled_from([None, "tcp", "udp"]),
    ports=MANY,
    comment=st.none(),
    line=st.just(0),
    within=st.just("c"),
    source_ports=MANY,
    conditions=st.sampled_from([(), (), ("established",)]),
)
Packet = tuple[str, int, int, int, int, bool]


def packets() -> list[Packet]:
    """Return one packet of each kind; a host and a port beyond those named stand for the rest."""
    kinds = product(
        ("tcp", "udp", "gre"), range(HOSTS + 1), range(PORTS + 1), range(HOSTS + 1), range(PORTS + 1), (0, 1)
    )
    return [(*each[:5], bool(each[5])) for each in kinds]  # type: ignore[misc]


def holds(network: str, host: int) -> bool:
    if "-" in network:
        return host <= 2
    address, _, length = network.partition("/")
    first = int(address.rpartition(".")[2])
    return first <= host < first + (1 << (32 - int(length)))


def matches(rule: FilterRule, packet: Packet) -> bool:
    protocol, source, from_, destination, to, established = packet
    return (
        rule.protocol in (None, protocol)
        and (not rule.sources or any(holds(each, source) for each in rule.sources))
        and (not rule.destinations or any(holds(each, destination) for each in rule.destinations))
        and (not rule.source_ports or any(low <= from_ <= high for low, high in rule.source_ports))
        and (not rule.ports or any(low <= to <= high for low, high in rule.ports))
        and (established or not rule.conditions)
    )


def asked(rules: Sequence[FilterRule]) -> set[int]:
    """Return the places of the rules that some packet comes to and is matched by."""
    left, found = packets(), set()
    for place, rule in enumerate(rules):
        own = [packet for packet in left if matches(rule, packet)]
        if own:
            found.add(place)
        if rule.verdict in ("accept", "drop"):
            left = [packet for packet in left if not matches(rule, packet)]
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=7))
def test_what_no_packet_comes_to_is_told_and_nothing_else(rules: list[FilterRule]) -> None:
    """An established packet is one kind, another the rest: so a condition is one more dimension."""
    every = [rule._replace(line=place) for place, rule in enumerate(rules)]
    told = {each.entry.first.line for each in covered(every)}
    assert told == set(range(len(rules))) - asked(rules)


@settings(max_examples=100, deadline=None)
@given(st.lists(RULES, min_size=2, max_size=6))
def test_those_named_take_its_packets_by_themselves(rules: list[FilterRule]) -> None:
    """The rules that the finding names are enough to hide it."""
    every = [rule._replace(line=place) for place, rule in enumerate(rules)]
    for each in covered(every):
        alone = [entry.first for entry in each.by]
        assert len(alone) not in asked([*alone, each.entry.first])


SIX = ("2001:db8::/126", "2001:db8::1/128", "2001:db8::-2001:db8::2", "::/0")
BOTH = st.lists(st.sampled_from((*NETWORKS, "0.0.0.0/0", *SIX)), max_size=2, unique=True).map(tuple)
OTHERS = st.builds(
    lambda rule, sources, destinations: rule._replace(sources=sources, destinations=destinations),
    RULES,
    BOTH,
    BOTH,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(OTHERS, max_size=6))
def test_a_glance_overlooks_nothing(rules: list[FilterRule]) -> None:
    """It may not tell; where it does, there is nothing to find, whatever the family."""
    every = [rule._replace(line=place) for place, rule in enumerate(rules)]
    assert not (all_asked(every) and list(looked_into(every)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9)), unique=True, max_size=30))
def test_a_glance_tells_of_lists_as_offices_write_them(flows: list[tuple[int, int, int]]) -> None:
    """Each entry is for one network, one server and one port; the last one is for all the rest."""
    permits = [
        FilterRule(
            "c", "", "accept", (f"10.0.{a}.0/24",), (f"10.1.0.{b}/32",), "tcp", ((c, c),), None, n, within="c"
        )
        for n, (a, b, c) in enumerate(flows, 1)
    ]
    rest = FilterRule("c", "the rest", "drop", (), (), None, (), None, 99, within="c")
    assert all_asked([*permits, rest])
    assert not permits or not all_asked([*permits, rest, permits[0]._replace(line=100)])


def drawn(number: int, *, wide: float) -> list[FilterRule]:
    """Return *number* rules as a data center has them, *wide* of them without an end, and a last one."""
    luck = random.Random(7)

    def network() -> tuple[str, ...]:
        length = luck.choice((16, 24, 24, 28, 32, 32))
        bits = (10 << 24 | luck.randrange(1 << 22)) >> (32 - length) << (32 - length)
        octets = ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))
        return () if luck.random() < wide else (f"{octets}/{length}",)

    def rule(line: int) -> FilterRule:
        ports = luck.choice((((22, 22),), ((80, 80), (443, 443)), ((1000, 2000),), ()))
        verdict, protocol = luck.choice(("accept", "drop")), luck.choice(("tcp", "udp"))
        ends = network(), network()
        return FilterRule("c", f"rule {line}", verdict, *ends, protocol, ports, None, line, within="c")

    rules = [rule(line) for line in range(1, number)]
    return [*rules, FilterRule("c", "the rest", "drop", (), (), None, (), None, number, within="c")]


def test_five_thousand_rules_take_seconds() -> None:
    """A filter of that size is what a data center has after ten years."""
    rules = lists(drawn(5000, wide=0.001))["c"]
    started = process_time()
    found = list(covered(rules))
    assert process_time() - started < 10
    assert 0 < len(found) < 500


def test_a_list_that_would_take_for_ever_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence would read as: every rule is asked."""
    monkeypatch.setattr(_cover, "MOST_CUTS", 20)
    parts = [
        FilterRule("c", f"rule {n}", "drop", (), (), "tcp", ((n, n),), None, n + 1, within="c")
        for n in range(100)
    ]
    whole = FilterRule("c", "all", "accept", (), (), "tcp", ((0, 99),), None, 200, within="c")
    with pytest.raises(MissingFact, match="too many others"):
        list(covered([*parts, whole]))
