"""A plan's commands, typed on a device, make it as wanted; the way back makes it as it was."""

from __future__ import annotations

import pytest
from drawn import PACKETS, configurations
from hypothesis import given
from plan_props import normal, roundtrip
from witness import Refused, Witness

from kgnet.model.config import Config
from kgnet.model.outcome import Plan
from kgnet.plan import plan, ways
from kgnet.platforms._indented import Filter, Grammar, Listing, Literal, Rule
from kgnet.ports import Part

GRAMMAR = Grammar(
    leaves={r"address-family .*": "exit-address-family"},
    blocks=r"interface .*|router .*|ip access-list .*|class-map .*|policy-map .*|class .*|line .*"
    r"|vrf definition .*|route-map .*|address-family .*",
    permanent=r"interface GigabitEthernet\S+|line .*",
    ordered={r"policy-map .*": "{line} insert-before {next}", r"ip access-list .*": ""},
    definitions=(
        r"vrf definition .*",
        r"ip prefix-list .*",
        r"ip access-list .*",
        r"route-map .*",
        r"class-map .*",
        r"policy-map .*",
    ),
    rules={
        "": (
            r"(hostname) .+",
            Rule(r"(ip prefix-list \S+ seq \d+) .*", anew=True),
            r"(route-map \S+) (?:permit|deny) (\d+)",
            Rule(r"(class-map) match-\S+ (\S+)", anew=True),
            Rule(r"(router bgp) \S+", anew=True),
        ),
        r"interface .*": (
            r"(description) .+",
            r"(service-policy output) .+",
            Rule(r"(ip address) \S+ \S+", unique=True),
            Rule(r"(vrf forwarding) .+", drops=r"ip address .*"),
            r"(ip access-group) \S+ (in|out)",
            Rule(
                r"(switchport trunk allowed vlan) ([\d,-]+)", listing=Listing(r"\1 add {}", r"\1 remove {}")
            ),
        ),
        r"line .*": (r"(access-class) \S+ (in) vrf-also",),
        r"router bgp .*|address-family .*": (
            Rule(r"neighbor (\S+) (remote-as) \S+", undo=r"neighbor \1", takes=r"neighbor \1 .*"),
            r"(neighbor \S+ description) .*",
            Rule(r"(neighbor \S+ route-map) \S+ (out)"),
        ),
        r"class .*": (r"(bandwidth) .+",),
        r"route-map .*": (r"(set local-preference) .+",),
    },
    literals={r"banner (\S+) .*": Literal("^C", undo=r"banner \1")},
    filters=(
        Filter(
            r"ip prefix-list (?P<name>\S+) seq .*",
            {r"route-map .*": r"match ip address prefix-list (?P<name>\S+)"},
            undo="ip prefix-list {name}",
        ),
        Filter(
            r"ip access-list extended (?P<name>\S+)",
            {
                r"interface .*": r"ip access-group (?P<name>\S+) (?:in|out)",
                r"line .*": r"access-class (?P<name>\S+) .*",
                r"class-map .*": r"match access-group name (?P<name>\S+)",
            },
        ),
    ),
)
PART = Part(
    "cli",
    "cli/device.j2",
    ("show running-config",),
    lambda text, part: (),
    closers=("exit", "exit-address-family", "end"),
    ordered=GRAMMAR.is_ordered,
    opaque=GRAMMAR.is_opaque,
    permanent=GRAMMAR.is_permanent,
    close=GRAMMAR.closer,
    commands=GRAMMAR.commands,
)
PARTS = {"cli": PART}


def typed(want: str, have: str) -> tuple[str, ...]:
    todo, had = planned(want, have)
    return ways(todo, had, parts=PARTS).there


def planned(want: str, have: str) -> tuple[Plan, Config]:
    wanted, had = Config("r1", {"cli": want}), Config("r1", {"cli": have})
    return plan(wanted, had, parts=PARTS), had


# ── examples ────────────────────────────────────────────────────────────────


def test_a_value_takes_the_place_of_another() -> None:
    """Nothing is undone that is set anew: a port is never without its address."""
    assert typed(
        "interface GigabitEthernet0\n description b\n ip address 192.0.2.2 255.255.255.0\n",
        "interface GigabitEthernet0\n description a\n ip address 192.0.2.1 255.255.255.0\n",
    ) == ("interface GigabitEthernet0", "description b", "ip address 192.0.2.2 255.255.255.0", "exit")


def test_a_line_is_undone_by_its_key_words() -> None:
    have = "interface GigabitEthernet0\n description a\n no ip redirects\n"
    assert typed("", have) == ("interface GigabitEthernet0", "ip redirects", "no description", "exit")


def test_a_port_is_never_removed_and_a_tunnel_is() -> None:
    have = "interface GigabitEthernet0\n description a\ninterface Tunnel1\n description b\n"
    assert typed("", have) == ("no interface Tunnel1", "interface GigabitEthernet0", "no description", "exit")


def test_an_empty_port_is_no_difference() -> None:
    """A device prints all its ports, the intent names those that it uses."""
    assert typed("", "interface GigabitEthernet0\n") == ()


def test_a_neighbor_goes_with_all_that_is_said_of_it() -> None:
    have = (
        "router bgp 1\n neighbor 192.0.2.1 remote-as 2\n neighbor 192.0.2.1 description x\n"
        " address-family ipv4\n  neighbor 192.0.2.1 activate\n exit-address-family\n"
    )
    want = "router bgp 1\n address-family ipv4\n exit-address-family\n"
    assert typed(want, have) == ("router bgp 1", "no neighbor 192.0.2.1", "exit")


def test_of_a_list_of_vlans_only_the_difference_is_typed() -> None:
    line = "interface GigabitEthernet0\n switchport trunk allowed vlan {}\n"
    assert typed(line.format("10,20-25,40"), line.format("10,23-30")) == (
        "interface GigabitEthernet0",
        "switchport trunk allowed vlan add 20-22,40",
        "switchport trunk allowed vlan remove 26-30",
        "exit",
    )


def test_a_banner_is_replaced_whole_with_its_blank_lines() -> None:
    want = "banner login ^C\n one\n\n   three\n"
    assert typed(want, "banner login ^C\n one\n") == ("banner login ^C", "one", "", "  three", "^C")
    assert typed("", want) == ("no banner login",)


def test_a_class_is_put_before_the_next_one() -> None:
    have = "class-map match-any A\n match dscp ef\npolicy-map Q\n class class-default\n"
    want = (
        "class-map match-any A\n match dscp ef\npolicy-map Q\n class A\n  bandwidth 1\n class class-default\n"
    )
    assert typed(want, have) == (
        *("policy-map Q", "class A insert-before class-default", "bandwidth 1", "exit", "exit"),
    )


def test_an_address_is_free_before_another_port_gets_it() -> None:
    line = "interface {}\n ip address 192.0.2.1 255.255.255.0\n"
    there, other = line.format("GigabitEthernet1"), line.format("GigabitEthernet0")
    assert typed(there, other) == (
        *("interface GigabitEthernet0", "no ip address", "exit"),
        *("interface GigabitEthernet1", "ip address 192.0.2.1 255.255.255.0", "exit"),
    )


def test_what_a_vrf_makes_a_port_forget_is_sent_again() -> None:
    have = "interface GigabitEthernet0\n ip address 192.0.2.1 255.255.255.0\n"
    want = "interface GigabitEthernet0\n vrf forwarding M\n ip address 192.0.2.1 255.255.255.0\n"
    assert typed(want, have) == (
        *("interface GigabitEthernet0", "vrf forwarding M", "ip address 192.0.2.1 255.255.255.0", "exit"),
    )


def test_a_list_that_nobody_uses_is_just_built_anew() -> None:
    text = "ip access-list extended A\n permit tcp any any eq {}\n"
    assert typed(text.format(2), text.format(1)) == (
        "no ip access-list extended A",
        "ip access-list extended A",
        "permit tcp any any eq 2",
        "exit",
    )


def test_a_list_left_behind_by_a_run_that_broke_off_is_not_taken_for_another() -> None:
    """Its name is taken: the next run builds its lists under another one, and removes what was left."""
    text = (
        "ip access-list extended A\n permit tcp any any eq {}\n{}interface Tunnel1\n ip access-group {} in\n"
    )
    left = "ip access-list extended A-KGNET\n permit tcp any any eq 3\n"
    commands = typed(text.format(2, "", "A"), text.format(1, left, "A-KGNET"))
    device = Witness(text.format(1, left, "A-KGNET"))
    for command in commands:
        device.type(command)
    assert normal(PART, device.text()) == normal(PART, text.format(2, "", "A"))


def test_the_witness_refuses() -> None:
    """A witness that takes everything would prove nothing."""
    device = Witness("interface GigabitEthernet0\n ip address 192.0.2.1 255.255.255.0\n")
    for command in ("no hostname", "no interface GigabitEthernet0", "exit"):
        with pytest.raises(Refused):
            device.type(command)
    device.type("interface Tunnel1")
    for command in ("ip address 192.0.2.1 255.255.255.0", "ip access-group A in", "vrf forwarding X"):
        with pytest.raises(Refused):
            device.type(command)
        device = Witness(
            "interface Tunnel1\ninterface GigabitEthernet0\n ip address 192.0.2.1 255.255.255.0\n"
        )
        device.type("interface Tunnel1")


# ── properties ──────────────────────────────────────────────────────────────


@given(configurations(), configurations())
def test_a_plan_and_its_reverse_lead_there_and_back(want: str, have: str) -> None:
    roundtrip(PART, want, have)
    roundtrip(PART, want, have, whole=True)


@given(configurations(), configurations())
def test_typing_the_commands_makes_the_device_as_wanted_and_back_as_it_was(want: str, have: str) -> None:
    """The device takes every one of them: nothing is named before it is there, nothing undone that is not."""
    todo, had = planned(want, have)
    way = ways(todo, had, parts=PARTS)
    device = Witness(have)
    for command in way.there:
        device.type(command)
    assert normal(PART, device.text()) == normal(PART, want)
    device = Witness(device.text())
    for command in way.back:
        device.type(command)
    assert normal(PART, device.text()) == normal(PART, have)


@given(configurations(), configurations())
def test_at_every_moment_every_packet_meets_the_old_verdict_or_the_new_one(want: str, have: str) -> None:
    """An access list in use is never empty, never half there, never in a wrong order."""
    device, wanted = Witness(have), Witness(want)
    old, new = device.verdicts(PACKETS), wanted.verdicts(PACKETS)
    for command in typed(want, have):
        device.type(command)
        for place, passes in device.verdicts(PACKETS).items():
            assert passes in (old.get(place, True), new.get(place, True)), f"after {command}: {place}"
