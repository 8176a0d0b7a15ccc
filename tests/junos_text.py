"""Configurations of Junos to draw from: small, and of everything that is changed in its own way."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("alpha", "bravo", "charlie", "delta", "echo")
SECRETS = ("$9$LbHX-wg4Z", "$9$ZiGkPF39pOR/C")


def block(head: str, lines: list[str]) -> list[str]:
    return [f"{head} {{", *(f"    {line}" for line in lines), "}"] if lines else []


def maybe(strategy: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    return st.one_of(st.just([]), strategy)


def flagged(lines: list[str], *, inactive: bool) -> list[str]:
    return [f"inactive: {lines[0]}", *lines[1:]] if inactive and lines else lines


@st.composite
def terms(draw: st.DrawFn, conditions: tuple[str, ...], ends: tuple[str, ...]) -> list[str]:
    """Some terms in any order: the order is meant."""
    lines: list[str] = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5)):
        held = draw(st.lists(st.sampled_from(conditions), unique_by=lambda line: line.split()[0], max_size=3))
        inside = [*block("from", held), *block("then", [draw(st.sampled_from(ends))])]
        lines += flagged(block(f"term {name}", inside), inactive=draw(st.integers(0, 5)) == 0)
    return lines


@st.composite
def interfaces(draw: st.DrawFn) -> list[str]:
    ports: list[str] = []
    for name in draw(
        st.lists(st.sampled_from(("ge-0/0/0", "ge-0/0/1", "ae0", "lo0")), unique=True, max_size=3)
    ):
        units: list[str] = []
        for unit in draw(st.lists(st.sampled_from((0, 10, 20)), unique=True, min_size=1, max_size=3)):
            addresses = draw(st.lists(st.integers(1, 4), unique=True, max_size=3))
            inside = [f'description "{text}";' for text in draw(maybe(st.just(["to hub"])))]
            inside += [
                f"vlan-id {vlan};"
                for vlan in draw(maybe(st.lists(st.integers(1, 9), min_size=1, max_size=1)))
            ]
            inside += block("family inet", [f"address 10.0.{number}.1/24;" for number in addresses])
            units += flagged(block(f"unit {unit}", inside), inactive=draw(st.integers(0, 5)) == 0)
        ports += block(name, units)
    return block("interfaces", ports)


@st.composite
def bgp(draw: st.DrawFn) -> list[str]:
    neighbors: list[str] = []
    for number in draw(st.lists(st.integers(1, 5), unique=True, max_size=4)):
        inside = [f'authentication-key "{draw(st.sampled_from(SECRETS))}";']
        policies = draw(
            st.lists(st.sampled_from(("ONE", "TWO", "THREE")), unique=True, min_size=1, max_size=3)
        )
        told = policies[0] if len(policies) == 1 else f"[ {' '.join(policies)} ]"
        inside += [f"export {told};", f"peer-as {draw(st.integers(65001, 65003))};"]
        neighbors += block(f"neighbor 10.9.0.{number}", inside)
    return block("protocols", block("bgp", block("group NEIGHBORS", ["type external;", *neighbors])))


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """A whole text, in the form that plans compare."""
    servers = draw(st.lists(st.integers(1, 4), unique=True, max_size=3))
    tacacs = [line for number in servers for line in block(f"10.8.0.{number}", ["timeout 5;"])]
    system = [f"host-name {draw(st.sampled_from(NAMES))};", *block("tacplus-server", tacacs)]
    clocks = [
        f"server 10.7.0.{number};" for number in draw(st.lists(st.integers(1, 4), unique=True, max_size=3))
    ]
    accepted = (
        "family inet;",
        "protocol [ bgp direct ];",
        "protocol bgp;",
        "route-filter 10.0.0.0/8 orlonger;",
    )
    policies = block("policy-statement OUT", draw(terms(accepted, ("accept;", "reject;", "next policy;"))))
    seen = ("protocol tcp;", "destination-port [ 22 830 ];", "destination-port 22;", "source-port 123;")
    filters = block("filter RE", draw(terms(seen, ("accept;", "discard;", "count seen;"))))
    lines = [
        *block("system", [*system, *block("ntp", clocks)]),
        *draw(interfaces()),
        *block("policy-options", policies),
        *block("firewall", block("family inet", filters)),
        *draw(bgp()),
    ]
    return "".join(f"{line}\n" for line in lines)
