"""want, have → Plan: it shows exactly what differs, and doing it makes one the other."""

from __future__ import annotations

from collections import Counter

import pytest
import shipped
from hypothesis import given
from hypothesis import strategies as st

from kgnet import paths
from kgnet.errors import ReadError, Refused
from kgnet.model.config import Config
from kgnet.model.outcome import Action, Change
from kgnet.plan import apply, known_parts, lines, plan, reverse
from kgnet.plugins import found
from kgnet.ports import Part, Platform
from kgnet.render import render

FRR, NFT = "frr", "nftables"
PARTS = known_parts()
PLATFORMS = found(Platform)
FLEET = shipped.fleet("lab")
KEPT = ("exit", "exit-address-family", "}")  # lines that close a block


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


# ── sections, ports that are always there, literals ─────────────────────────

HOSTS = Part(
    "hosts",
    "hosts.j2",
    ("show hosts",),
    lambda text, part: (),
    closers=("quit",),
    close=lambda path: "quit" if path[-1].startswith("block") else "",
    owns=lambda path: not path[-1].startswith("by-hand"),
    permanent=lambda path: path[-1].startswith("block port"),
    opaque=lambda path: path[-1].startswith("banner"),
    ordered=lambda path: path[-1:] == ("block order",),
)


def part_plan(want: str, have: str, *, whole: bool = False) -> tuple[list[str], str]:
    """Return the lines that change, and the text after it."""
    wanted, had = config(hosts=want), config(hosts=have)
    todo = plan(wanted, had, parts={"hosts": HOSTS}, whole=whole)
    shown = [line for line in lines(todo) if line[0] != " "]
    return shown, apply(todo, had, parts={"hosts": HOSTS}).parts["hosts"]


def test_what_the_intent_does_not_speak_for_is_left_alone() -> None:
    have = "a\nby-hand x\nblock b\n c\n by-hand y\nquit\nby-hand z\n inside\n"
    assert part_plan("block b\n d\nquit\n", have) == (
        ["-a", "- c", "+ d"],
        "by-hand x\nblock b\n by-hand y\n d\nquit\nby-hand z\n inside\n",
    )


def test_all_else_goes_if_the_device_shall_be_whole() -> None:
    have = "a\nby-hand x\nblock b\n c\nquit\n"
    assert part_plan("a\nblock b\n c\nquit\n", have, whole=True) == (
        ["-by-hand x"],
        "a\nblock b\n c\nquit\n",
    )


def test_what_is_left_alone_keeps_its_place_among_lines_in_order() -> None:
    have = "block order\n a\n by-hand\n b\nquit\n"
    shown, there = part_plan("block order\n c\n b\n d\nquit\n", have)
    assert shown == ["- a", "+ c", "+ d"]
    assert there == "block order\n by-hand\n c\n b\n d\nquit\n"


def test_a_port_that_is_always_there_is_emptied_and_never_removed() -> None:
    assert part_plan("", "block port1\n a\nquit\n") == (["- a"], "block port1\nquit\n")
    assert part_plan("", "block port1\nquit\n")[0] == []


def test_a_literal_is_replaced_whole_and_its_blank_lines_count() -> None:
    shown, there = part_plan("banner\n one\n\n   three\n", "banner\n one\n   three\n\n")
    assert shown == ["-banner", "- one", "-   three", "+banner", "+ one", "+ ", "+   three"]
    assert there == "banner\n one\n\n   three\n"
    assert part_plan("banner\n one\n", "banner\n one\n\n\na\n")[0] == ["-a"]


def test_only_sections_are_never_taken_for_the_whole() -> None:
    """Of a platform whose templates print some sections, the rest would be lost."""
    (name,) = next(each for each in PLATFORMS.values() if not each.whole).parts
    with pytest.raises(Refused, match=f"^r1: only sections of {name.name} are rendered"):
        plan(config(**{name.name: ""}), config(**{name.name: "x\n"}), whole=True)


@pytest.mark.parametrize("name", ["hub1", "fw1", "dns1"])
def test_the_predicted_text_is_closed_as_the_device_closes_it(name: str) -> None:
    """Of every block something was lost: what comes back stands in blocks as they are printed."""
    want = render(FLEET.devices[name], paths.templates())
    first = {
        part: "".join(
            line for line in text.splitlines(keepends=True) if line.strip() in KEPT or line[0] not in " \t"
        )
        for part, text in want.parts.items()
    }
    have = Config(name, first)
    there = apply(plan(want, have), have)
    for part, text in want.parts.items():
        lost = Counter(text.split("\n")) - Counter(there.parts[part].split("\n"))
        assert not {line for line in lost if line.strip() not in ("", "!", "agentx")}, part


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
