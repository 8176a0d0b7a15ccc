"""Emulated devices, what all dialects share: clock, faults, tree, terminal; a toy dialect stands for them."""

from __future__ import annotations

import re
from random import Random

import pytest

from kgnet.emulate.cisco_ios import Ios
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Dropped, Spec
from kgnet.emulate.dialects import dialect, known
from kgnet.emulate.faults import DROPS, KINDS, Fault, Faults, any_fault
from kgnet.emulate.terminal import Terminal
from kgnet.emulate.tree import Node
from kgnet.errors import TwinError

HASH = re.compile(r"\S{24,}")  # salted anew at every boot, on some platforms


def router() -> Ios:
    device = Ios(Spec("R1", "cisco_ios", management="10.0.0.1/24"), Clock(0))
    device.boot()
    return device


def test_a_clock_that_steps_stands_still_in_between() -> None:
    clock = Clock(0)
    before = clock.now()
    assert clock.now() == before
    clock.step(90)
    assert clock.now() == before + 90
    assert clock.wait_s() is None


def test_timers_happen_in_order_and_at_their_own_time() -> None:
    """A timer that sets another one, within the same step, is not too late."""
    clock, seen = Clock(0), []
    start = clock.now()

    def first() -> None:
        seen.append(("first", clock.now() - start))
        clock.later(5, lambda: seen.append(("child", clock.now() - start)))

    clock.later(30, lambda: seen.append(("last", clock.now() - start)))
    clock.later(10, first)
    clock.later(20, lambda: seen.append(("never", 0.0))).cancel()
    clock.step(60)
    assert seen == [("first", 10), ("child", 15), ("last", 30)]


def test_a_fast_clock_makes_a_minute_of_a_moment() -> None:
    clock = Clock(60_000)
    clock.later(60, lambda: None)
    wait_s = clock.wait_s()
    assert wait_s is not None
    assert wait_s <= 0.001


def test_a_fault_lets_pass_then_strikes_then_is_spent() -> None:
    faults = Faults()
    faults.order(Fault("refuse", "^ip ", skip=1, times=2))
    struck = [faults.take("refuse", line) is not None for line in ("ip a", "no", "ip b", "ip c", "ip d")]
    assert struck == [False, False, True, True, False]
    assert faults.take("drop-after", "ip e") is None


def test_a_fault_without_a_count_strikes_until_it_is_taken_away() -> None:
    faults = Faults()
    faults.order(Fault("full", times=0))
    assert all(faults.take("full", name) for name in "abc")
    faults.clear()
    assert faults.take("full", "d") is None


def test_a_fault_of_no_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="drop-after"):
        Fault("explode")


@pytest.mark.parametrize(
    ("kind", "at", "value", "told"),
    [
        ("full", "[", "", r"'\[' is no regular expression: unterminated"),
        ("slow", "", "", "'' is no number of seconds"),
        ("slow", "", "abc", "'abc' is no number of seconds"),
        ("slow", "", "nan", "'nan' is no number of seconds"),
        ("slow", "", "-1", "'-1' is no number of seconds"),
        ("dialect", "", "xx", "'xx' is no platform: arista_eos, cisco_ios"),
    ],
)
def test_a_fault_that_could_not_strike_is_refused(kind: str, at: str, value: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Fault(kind, at, value=value)


def test_faults_by_lot_are_the_same_for_the_same_seed() -> None:
    def drawn(seed: int) -> list[Fault]:
        random = Random(seed)
        return [any_fault(random) for _ in range(20)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert {fault.kind for fault in drawn(1)} <= set(DROPS) <= set(KINDS)


def test_a_tree_reads_what_it_prints() -> None:
    text = "a\n b\n  c\n d\ne\n"
    assert Node.of(text).text_of() == text
    assert list(Node.of(text).walk()) == [("a",), ("a", "b"), ("a", "b", "c"), ("a", "d"), ("e",)]


def test_an_unknown_platform_is_told_with_those_that_are_known() -> None:
    assert "cisco_ios" in known()
    with pytest.raises(TwinError, match="cisco_ios"):
        dialect("cisco_nxos")


@pytest.mark.parametrize("name", known())
def test_a_bare_device_of_every_platform_can_be_logged_in_to(name: str) -> None:
    """Whatever it speaks: it boots, knows its login and no other, has a prompt, and boots the same again."""
    device = dialect(name)(Spec("r1", name, management="10.0.0.1/24", password="right-Pass-1"), Clock(0))
    device.boot()
    assert device.login("admin", "right-Pass-1") is not None
    assert device.login("admin", "wrong") is None
    assert device.login("nobody", "right-Pass-1") is None
    terminal = Terminal(device)
    assert terminal.prompt.strip()
    before = HASH.sub("*", device.running())
    assert before.strip()
    terminal.close()
    device.reboot()
    assert HASH.sub("*", device.running()) == before
    assert device.sessions == []


def test_a_drop_before_has_no_effect_and_a_drop_after_has() -> None:
    for kind, name in (("drop-before", "R1"), ("drop-after", "R2")):
        device = router()
        terminal = Terminal(device)
        terminal.run("configure terminal")
        device.order(kind, "^hostname")
        with pytest.raises(Dropped):
            terminal.type("hostname R2")
        assert device.hostname == name


def test_a_restart_loses_what_was_not_saved_and_throws_everybody_out() -> None:
    device = router()
    terminal = Terminal(device)
    terminal.run("configure terminal", "hostname SAVED", "end", "write memory", "configure terminal")
    device.order("reboot-after", "LOST")
    with pytest.raises(Dropped):
        terminal.type("hostname LOST")
    assert device.hostname == "SAVED"
    assert terminal.closed
    with pytest.raises(Dropped):
        terminal.type("show version")


def test_wrong_privilege_may_look_and_not_change() -> None:
    device = router()
    device.order("privilege")
    terminal = Terminal(device)
    assert "uptime" in terminal.type("show version")
    assert "% Invalid input" in terminal.type("configure terminal")
    assert "% Invalid input" in terminal.type("show running-config")


def test_what_happened_stands_in_the_log() -> None:
    device = router()
    Terminal(device).run("show clock")
    assert [line.split(" ", 1)[1] for line in device.log] == [
        "admin logs in from console",
        "admin: show clock",
    ]


def test_startup_survives_the_process_and_the_running_configuration_does_not(tmp_path) -> None:
    spec = Spec("R1", "cisco_ios")
    first = Ios(spec, Clock(0), folder=tmp_path / "r1")
    first.boot()
    Terminal(first).run(
        "configure terminal", "hostname KEPT", "end", "write memory", "configure terminal", "hostname X"
    )
    second = Ios(spec, Clock(0), folder=tmp_path / "r1")
    second.boot()
    assert (first.hostname, second.hostname) == ("X", "KEPT")
