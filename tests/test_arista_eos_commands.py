"""What one types on EOS: on an emulated device the commands lead to what is wanted, and back again."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from arista import DEVICES, KNOWN, PART, TEXTS, as_file, config
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_props import roundtrip

from kgnet.emulate.arista_eos import Eos
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Spec
from kgnet.emulate.terminal import Terminal
from kgnet.plan import Ways, plan, ways

NAMES = ("spine1", "leaf1", "r-899", "r-30787")
KEPT = (
    "username",
    "hostname",
    "banner",
    "no ",
    "spanning-tree",
    "ip routing",
    "interface",
    "router bgp",
    "vrf",
)
FIXED = ("   vrf ", "   ethernet", "management", "system")  # what is there for good, or is so by default


def emulated(text: str) -> Eos:
    """Return a device that runs *text*."""
    device = Eos(Spec("eos", "arista_eos"), Clock(0))
    device.boot()
    device.root, wrong = device.read(as_file(text))
    assert not wrong
    return device


def running(device: Eos) -> str:
    return PART.canonical(device.header("show running-config") + device.running())


def type_all(device: Eos, commands: Iterable[str]) -> None:
    """Type commands in a configuration session, none of which may be refused, and commit."""
    terminal = Terminal(device)
    for line in ("configure session test", *commands, "commit"):
        assert not terminal.type(line).startswith("%"), line


def there_and_back(want: str, have: str) -> None:
    device = emulated(have)
    had = running(device)
    todo = plan(config(want), config(had), parts=KNOWN)
    way: Ways = ways(todo, config(had), parts=KNOWN)
    type_all(device, way.there)
    assert running(device) == want
    type_all(device, way.back)
    assert running(device) == had


@pytest.mark.parametrize("name", DEVICES)
def test_a_bare_device_becomes_what_is_written_and_bare_again(name: str) -> None:
    """Every line is accepted, there is nothing more to do, and all of it can be taken back."""
    device = Eos(Spec(name, "arista_eos", management=f"{DEVICES[name].management}/16"), Clock(0))
    device.boot()
    bare, want = running(device), config(TEXTS[name])
    way = ways(plan(want, config(bare), parts=KNOWN), config(bare), parts=KNOWN)
    type_all(device, way.there)
    assert running(device) == TEXTS[name]
    assert not plan(want, config(running(device)), parts=KNOWN)
    type_all(device, way.back)
    assert running(device) == bare


@pytest.mark.parametrize("have", NAMES)
@pytest.mark.parametrize("want", NAMES)
def test_a_device_becomes_any_other_and_comes_back(want: str, have: str) -> None:
    """The hardest of all changes: nothing is left of what was there but the ports."""
    there_and_back(TEXTS[want], TEXTS[have])


@pytest.mark.parametrize(
    ("defaults", "own", "wanted", "there", "back"),
    [
        (
            "interface defaults\n   ethernet\n      shutdown\n",
            "",
            "no shutdown",
            "no shutdown",
            "default shutdown",
        ),
        ("", "shutdown", "", "default shutdown", "shutdown"),
    ],
    ids=["shut by the defaults", "shut by itself"],
)
def test_a_port_that_is_turned_on_goes_back_to_what_it_was(
    defaults: str, own: str, wanted: str, there: str, back: str
) -> None:
    """`shutdown` is not the opposite of `no shutdown` where `interface defaults` says what ports are."""
    text = f"no aaa root\n{defaults}interface Ethernet1\n   description spare\n"
    have, want = (running(emulated(text + (f"   {line}\n" if line else ""))) for line in (own, wanted))
    todo = plan(config(want), config(have), parts=KNOWN)
    way = ways(todo, config(have), parts=KNOWN)
    assert (way.there, way.back) == (
        ("interface Ethernet1", there, "exit"),
        ("interface Ethernet1", back, "exit"),
    )
    there_and_back(want, have)


def mutated(text: str, dice: random.Random) -> str:
    """Return *text* with lines and blocks left out, and others changed."""
    lines: list[str] = []
    leaving = -1
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if 0 <= leaving < depth:
            continue
        leaving = -1
        fixed = line.startswith((*KEPT, *FIXED, "!", "   Auth")) or "shutdown" in line or "switchport" in line
        chance = dice.random()
        if chance < 0.04 and not fixed:
            leaving = depth
            continue
        changed = line.replace(" permit ", " deny ") if chance > 0.96 else line
        lines.append(f"{changed} anew" if chance > 0.8 and " description " in line else changed)
    return PART.canonical("\n".join(lines))


@settings(max_examples=12)
@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_any_change_is_made_and_taken_back(name: str, dice: random.Random) -> None:
    there_and_back(mutated(TEXTS[name], dice), TEXTS[name])


@settings(max_examples=25)
@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_a_plan_and_its_reverse_lead_there_and_back(name: str, dice: random.Random) -> None:
    roundtrip(PART, mutated(TEXTS[name], dice), mutated(TEXTS[name], dice))


def commands(want: str, have: str) -> tuple[str, ...]:
    have, want = PART.canonical(have), PART.canonical(want)
    had = config(have)
    return ways(plan(config(want), had, parts=KNOWN), had, parts=KNOWN).there


def test_a_description_is_replaced_and_not_undone_first() -> None:
    port = "hostname x\ninterface Ethernet1\n   description {}\n"
    assert commands(port.format("new"), port.format("old")) == (
        "interface Ethernet1",
        "description new",
        "exit",
    )


def test_vlans_of_a_trunk_come_and_go_one_by_one() -> None:
    """Said anew, the whole list would cut all of them for a moment on an older release."""
    trunk = "hostname x\ninterface Ethernet8\n   switchport trunk allowed vlan {}\n"
    typed = commands(trunk.format("10-12,20"), trunk.format("10-11,30"))
    assert "switchport trunk allowed vlan add 12,20" in typed
    assert "switchport trunk allowed vlan remove 30" in typed


def test_a_physical_port_is_never_removed() -> None:
    typed = commands("hostname x\n", "hostname x\ninterface Ethernet9\n   description old\n   mtu 9000\n")
    assert "no interface Ethernet9" not in typed
    assert {"no description", "no mtu"} <= set(typed)


def test_a_secret_is_replaced_at_once() -> None:
    line = "username noc privilege 15 role network-admin secret sha512 {}\n"
    text = "hostname x\n" + line
    assert commands(text.format("$6$b$B"), text.format("$6$a$A")) == (line.format("$6$b$B").strip(),)


def test_what_nobody_wrote_is_left_alone() -> None:
    """Daemons, boot images, event handlers are not the intent's to speak for."""
    strange = "hostname x\nboot system flash:/EOS.swi\ndaemon Probe\n   exec /usr/bin/probe\n   no shutdown\n"
    assert commands("hostname x\n", strange) == ()


def test_an_access_list_in_use_has_no_moment_between_the_old_and_the_new() -> None:
    """Edited in a session, it comes into force with the commit: one change of what runs, and no other."""
    old, new = TEXTS["r-899"], TEXTS["r-899"].replace(" permit tcp 10.", " deny tcp 10.")
    assert old != new
    device = emulated(old)
    states: list[str] = []
    device.watchers.append(lambda: states.append(running(device)))
    had = config(running(device))
    type_all(device, ways(plan(config(new), had, parts=KNOWN), had, parts=KNOWN).there)
    assert states == [new]


def test_a_class_comes_in_where_it_belongs() -> None:
    """The first class that matches decides: one at the end would never be reached."""
    before = "policy-map type quality-of-service KGNET-ROOMS\n"
    new = before + "   class KGNET-FIRST\n      set traffic-class 7\n"
    have = TEXTS["r-899"]
    want = have.replace(before, new)
    assert want != have
    assert "class KGNET-FIRST insert-before KGNET-EF" in commands(want, have)
    there_and_back(want, have)
