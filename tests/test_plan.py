"""want, have → Plan: it shows exactly what differs, and doing it makes one the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.errors import ReadError
from kgnet.model.config import Config
from kgnet.model.outcome import Action, Change
from kgnet.plan import apply, known_parts, lines, plan, reverse

FRR, NFT = "frr", "nftables"
PARTS = known_parts()


def config(**parts: str) -> Config:
    return Config("r1", parts)


def changes(want: Config, have: Config) -> list[tuple[str, tuple[str, ...], str]]:
    return [(change.action.value, change.path, change.line) for change in plan(want, have).changes]


def test_the_same_text_is_no_plan() -> None:
    text = "router bgp 1\n neighbor 192.0.2.1 remote-as 2\nexit\n!\n"
    assert not plan(config(frr=text), config(frr=text))


def test_only_what_differs_is_told_with_the_blocks_it_stands_in() -> None:
    start, end = " !\n address-family ipv4 unicast\n  network 10.0.0.0/8\n", " exit-address-family\nexit\n"
    want = f"router bgp 1\n timers bgp 5 15\n{start}{end}"
    have = f"router bgp 1\n timers bgp 10 30\n{start}  network 10.1.0.0/16\n{end}"
    assert list(lines(plan(config(frr=want), config(frr=have)))) == [
        " #= frr",
        " router bgp 1",
        "- timers bgp 10 30",
        "  address-family ipv4 unicast",
        "-  network 10.1.0.0/16",
        "+ timers bgp 5 15",
    ]


def test_lines_that_only_close_a_block_are_not_configuration() -> None:
    with_exits = "interface lo\n ip address 10.0.0.1/32\nexit\n!\n"
    without = "interface lo\n ip address 10.0.0.1/32\n"
    assert not plan(config(frr=with_exits), config(frr=without))


def test_order_does_not_count_where_it_is_not_meant() -> None:
    """FRR lists prefix lists as they were once created: two routers that do the same are the same."""
    assert not plan(
        config(frr="route-map B permit 10\nexit\nroute-map A permit 10\n"),
        config(frr="route-map A permit 10\nexit\nroute-map B permit 10\n"),
    )


def test_order_counts_in_a_chain() -> None:
    chain = "table inet kgnet {{\n\tchain input {{\n\t\t{}\n\t\t{}\n\t}}\n}}\n"
    want = config(nftables=chain.format("tcp dport 22 drop", "tcp dport 22 accept"))
    have = config(nftables=chain.format("tcp dport 22 accept", "tcp dport 22 drop"))
    todo = plan(want, have)
    assert len(todo.changes) == 2
    assert all(change.position is not None for change in todo.changes)


def test_a_new_block_is_shown_whole() -> None:
    assert changes(config(frr="interface lan0\n description users\nexit\n"), config(frr="")) == [
        ("add", (), "interface lan0"),
        ("add", ("interface lan0",), "description users"),
    ]


def test_what_goes_comes_first_and_a_block_goes_after_what_is_in_it() -> None:
    want, have = config(frr="hostname a\n"), config(frr="interface lan0\n description users\nexit\n")
    assert changes(want, have) == [
        ("remove", ("interface lan0",), "description users"),
        ("remove", (), "interface lan0"),
        ("add", (), "hostname a"),
    ]


def test_a_block_that_a_device_prints_twice_is_one() -> None:
    twice = "interface lo\n ip address 10.0.0.1/32\nexit\ninterface lo\n description loopback\nexit\n"
    once = "interface lo\n ip address 10.0.0.1/32\n description loopback\nexit\n"
    assert not plan(config(frr=once), config(frr=twice))


def test_a_part_that_only_one_side_has_is_all_change() -> None:
    line = "qdisc replace dev wan1 root handle 1: htb default 0x60"
    assert plan(config(qos=line), config()).changes == (Change(Action.ADD, "qos", (), line),)
    assert plan(config(), config(qos=line)).changes == (Change(Action.REMOVE, "qos", (), line),)


def test_a_part_that_no_platform_has_is_an_error() -> None:
    with pytest.raises(ReadError, match="no platform has a part 'junos'"):
        plan(config(junos="x\n"), config())


# ── properties ──────────────────────────────────────────────────────────────

WORDS = st.text("abc", min_size=1, max_size=2)


@st.composite
def unordered(draw: st.DrawFn, depth: int = 0) -> str:
    """Draw a text in which each block has a line once, as FRR's has."""
    text = ""
    for word in draw(st.lists(WORDS, unique=True, max_size=4)):
        text += f"{' ' * depth}{word}\n"
        if depth < 2 and draw(st.booleans()):
            text += draw(unordered(depth + 1))
    return text


RULES = st.lists(st.sampled_from(["accept", "drop", "counter", "tcp dport 22 accept"]), max_size=6)


@st.composite
def ruleset(draw: st.DrawFn) -> str:
    """Draw chains whose rules may repeat and whose order is meant."""
    chains = draw(st.dictionaries(st.sampled_from(["input", "forward", "output"]), RULES, max_size=3))
    inner = "".join(
        f"\tchain {name} {{\n" + "".join(f"\t\t{rule}\n" for rule in rules) + "\t}\n"
        for name, rules in chains.items()
    )
    return f"table inet kgnet {{\n{inner}}}\n" if inner else ""


Tree = tuple[tuple[str, "Tree"], ...]


def normal(text: str, part: str, path: tuple[str, ...] = ()) -> Tree:
    """Return *text* as a tree, sorted where order is not meant: equal trees are equal configurations."""
    blocks: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.strip() in PARTS[part].closers:
            continue
        if blocks and line[:1].isspace():
            blocks[-1][1].append(line[1:])
        else:
            blocks.append((line, []))
    tree = [(line, normal("\n".join(inner), part, (*path, line))) for line, inner in blocks]
    return tuple(tree if PARTS[part].ordered(path) else sorted(tree))


@given(unordered(), unordered())
def test_doing_the_plan_makes_have_what_is_wanted(want: str, have: str) -> None:
    done = apply(plan(config(frr=want), config(frr=have)), config(frr=have))
    assert normal(done.parts[FRR], FRR) == normal(want, FRR)


@given(ruleset(), ruleset())
def test_doing_the_plan_makes_the_chains_as_wanted(want: str, have: str) -> None:
    done = apply(plan(config(nftables=want), config(nftables=have)), config(nftables=have))
    assert normal(done.parts[NFT], NFT) == normal(want, NFT)
    assert not plan(config(nftables=want), done)


@given(unordered(), unordered())
def test_a_plan_and_its_reverse_end_where_they_began(want: str, have: str) -> None:
    todo = plan(config(frr=want), config(frr=have))
    there = apply(todo, config(frr=have))
    back = apply(reverse(todo), there)
    assert normal(back.parts[FRR], FRR) == normal(have, FRR)
    assert reverse(reverse(todo)) == todo


@given(ruleset(), ruleset())
def test_chains_come_back_in_their_order(want: str, have: str) -> None:
    todo = plan(config(nftables=want), config(nftables=have))
    back = apply(reverse(todo), apply(todo, config(nftables=have)))
    assert normal(back.parts[NFT], NFT) == normal(have, NFT)


@given(unordered(), unordered())
def test_every_change_is_shown_once(want: str, have: str) -> None:
    todo = plan(config(frr=want), config(frr=have))
    shown = [line for line in lines(todo) if line[0] != " "]
    assert len(shown) == len(todo.changes)
