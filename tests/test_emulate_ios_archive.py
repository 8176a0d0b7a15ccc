"""The emulated IOS's ways to take a change back: revert timers, replacement, locks, scheduled restarts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.emulate.cisco_ios import Ios
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Spec
from kgnet.emulate.terminal import Terminal

PENDING = "Timer value: 1 min"
NONE_PENDING = "%No Rollback Confirmed Change pending"


@pytest.fixture
def device() -> Ios:
    made = Ios(Spec("R1", "cisco_ios", management="10.0.0.1/24"), Clock(0))
    made.boot()
    return made


def test_a_change_is_taken_back_when_its_time_is_over(device: Ios) -> None:
    before, terminal = device.running(), Terminal(device)
    assert "Backing up current running config" in terminal.type("configure terminal revert timer 1")
    terminal.run("hostname R2", "end")
    assert PENDING in terminal.type("show archive config rollback timer")
    device.clock.step(59)
    assert device.hostname == "R2"
    device.clock.step(1)
    assert device.running() == before
    assert terminal.type("show archive config rollback timer") == NONE_PENDING


def test_a_change_stays_when_it_is_confirmed_and_only_then(device: Ios) -> None:
    terminal = Terminal(device)
    terminal.run("configure terminal revert timer 1", "hostname R2", "end")
    assert terminal.type("configure confirm") == ""
    device.clock.step(600)
    assert device.hostname == "R2"
    assert terminal.type("configure confirm") == NONE_PENDING
    assert terminal.type("configure revert now") == NONE_PENDING


def test_a_change_is_taken_back_even_if_everybody_has_gone_or_is_still_typing(device: Ios) -> None:
    terminal, other = Terminal(device), Terminal(device)
    terminal.run("configure terminal revert timer 1", "hostname R2")
    other.run("configure terminal", "interface Gi0/0/1", "description x")
    terminal.close()
    device.clock.step(60)
    assert device.hostname == "R1"
    assert "description x" not in device.running()
    other.run("hostname R3")
    assert device.hostname == "R3"


def test_the_time_to_confirm_can_be_set_anew(device: Ios) -> None:
    terminal = Terminal(device)
    terminal.run("configure terminal revert timer 1", "hostname R2", "end", "configure revert timer 5")
    device.clock.step(299)
    assert device.hostname == "R2"
    device.clock.step(1)
    assert device.hostname == "R1"


def test_there_is_no_way_back_without_an_archive(device: Ios) -> None:
    terminal = Terminal(device)
    terminal.run("configure terminal", "no archive", "end")
    assert terminal.type("show archive") == "Archive feature not enabled"
    assert terminal.type("configure terminal revert timer 1").startswith("%Please turn config archive on")
    assert terminal.prompt == "R1#"


def test_there_is_no_way_back_when_the_backup_finds_no_room(device: Ios) -> None:
    device.order("full", "archive")
    assert "No space left on device" in Terminal(device).type("configure terminal revert timer 1")
    assert device.pending is None


def test_two_changes_cannot_be_pending(device: Ios) -> None:
    Terminal(device).run("configure terminal revert timer 1", "end")
    assert "already pending" in Terminal(device).type("configure terminal revert timer 1")


def test_a_restart_forgets_the_timer_and_what_was_not_saved(device: Ios) -> None:
    Terminal(device).run("configure terminal revert timer 1", "hostname R2", "end")
    device.reboot()
    assert device.hostname == "R1"
    assert device.pending is None
    Terminal(device).run("configure terminal", "hostname R3", "end")
    device.clock.step(120)
    assert device.hostname == "R3"


def test_a_file_replaces_all_of_the_configuration_or_none_of_it(device: Ios) -> None:
    terminal = Terminal(device)
    good = device.running().replace("hostname R1", "hostname NEW")
    device.files["flash:good"] = good.encode()
    device.files["flash:bad"] = good.replace("hostname NEW", "hostname WORSE\nno such line").encode()
    device.files["flash:part"] = b"hostname PART\n"
    assert "Rollback Done" in terminal.type("configure replace flash:good force")
    assert device.running() == good
    assert "not a valid config file" in terminal.type("configure replace flash:part force")
    said = terminal.type("configure replace flash:bad force revert trigger error")
    assert "original configuration has been successfully restored" in said
    assert "no such line" in said
    assert device.running() == good
    assert "No such file" in terminal.type("configure replace flash:none force")


def test_a_replacement_asks_unless_it_is_forced(device: Ios) -> None:
    terminal = Terminal(device)
    device.files["flash:new"] = device.running().replace("R1", "R9").encode()
    terminal.type("configure replace flash:new")
    assert terminal.prompt.endswith("[no]: ")
    terminal.type("")
    assert device.hostname == "R1"
    terminal.run("configure replace flash:new", "Y")
    assert device.hostname == "R9"


def test_a_replacement_with_a_timer_is_taken_back(device: Ios) -> None:
    device.files["flash:new"] = device.running().replace("R1", "R9").encode()
    terminal = Terminal(device)
    terminal.run("configure replace flash:new force revert trigger error timer 2")
    assert device.hostname == "R9"
    device.clock.step(120)
    assert device.hostname == "R1"


def test_who_locks_the_configuration_has_it_alone(device: Ios) -> None:
    first, second = Terminal(device, "anna"), Terminal(device, "binh")
    assert "lock mode is not configured" in first.type("configure terminal lock")
    first.run("configure terminal", "configuration mode exclusive manual", "end", "configure terminal lock")
    assert "user 'anna'" in second.type("configure terminal")
    assert "EXCLUSIVE" in second.type("show configuration lock")
    first.close()
    assert "FREE" in second.type("show configuration lock")
    assert "Enter configuration commands" in second.type("configure terminal")


def test_a_lock_held_by_another_person_can_be_ordered(device: Ios) -> None:
    device.order("locked", value="binh")
    assert "locked by process '504' user 'binh'" in Terminal(device).type("configure terminal")


def test_a_scheduled_restart_comes_unless_it_is_cancelled(device: Ios) -> None:
    terminal = Terminal(device)
    terminal.run("configure terminal", "hostname R2", "end", "reload in 5", "no", "")
    assert "Reload scheduled in 5 minutes" in terminal.type("show reload")
    assert "SHUTDOWN ABORTED" in terminal.type("reload cancel")
    device.clock.step(600)
    assert device.hostname == "R2"
    terminal.run("reload in 1:00", "no", "")
    device.clock.step(3600)
    assert device.hostname == "R1"
    assert terminal.closed


def test_differences_are_told_both_ways(device: Ios) -> None:
    terminal = Terminal(device)
    device.files["flash:new"] = device.running().replace("hostname R1", "hostname R9").encode()
    told = terminal.type("show archive config differences system:running-config flash:new")
    assert told.splitlines() == ["!Contextual Config Diffs:", "-hostname R1", "+hostname R9"]
    device.files["flash:more"] = b"hostname R1\ninterface GigabitEthernet0/0/1\n description new\n"
    told = terminal.type("show archive config incremental-diffs flash:more ignorecase")
    assert told.splitlines() == [
        "!List of Commands:",
        "interface GigabitEthernet0/0/1",
        " description new",
        "end",
    ]


def test_a_line_can_be_refused_or_silently_ignored_typed_or_copied(device: Ios) -> None:
    terminal = Terminal(device)
    device.files["flash:more"] = b"interface GigabitEthernet0/0/1\n description copied\n"
    device.order("ignore", "description copied")
    terminal.run("copy flash:more running-config", "")
    assert "description" not in device.running()
    device.order("refuse", "description typed")
    said = terminal.run("configure terminal", "interface Gi0/0/1", "description typed")
    assert "% Invalid input" in said
    terminal.run("description typed")
    assert "description typed" in device.running()


WORDS = st.sampled_from(
    """hostname A; hostname B; no hostname; interface Gi0/0/1; interface Gi0/0/2.7; interface Loopback1
    description one; description two; no description; ip address 10.1.0.1 255.255.255.0; no ip address
    shutdown; no shutdown; no ip redirects; ip redirects; exit; no interface Loopback1
    ip access-list extended X; permit ip any any; deny tcp any any eq 23; no 10; 15 permit udp any any
    ip prefix-list P permit 10.0.0.0/8; ip prefix-list P seq 3 deny 10.1.0.0/16; no ip prefix-list P
    router bgp 65000; neighbor 10.1.0.2 remote-as 65001; neighbor 10.1.0.2 password x; no router bgp 65000
    address-family ipv4; neighbor 10.1.0.2 activate; no neighbor 10.1.0.2; route-map R permit 10
    route-map R deny 10; match tag 7; no route-map R; default interface Gi0/0/1; nonsense; line vty 0 4
    exec-timeout 5 0; vlan 10,20; name office; no vlan 20; snmp-server location here; end; configure terminal
    """.replace("\n", ";")
    .strip("; ")
    .split(";")
)


@given(st.lists(WORDS, max_size=40))
def test_whatever_is_typed_what_is_printed_boots_to_the_same(lines: list[str]) -> None:
    """What is printed is complete and understood: saving and restarting change nothing."""
    device = Ios(Spec("R1", "cisco_ios", management="10.0.0.1/24"), Clock(0))
    device.boot()
    terminal = Terminal(device)
    terminal.type("configure terminal")
    for line in lines:
        terminal = Terminal(device) if terminal.closed else terminal
        terminal.type(line)
    before = device.running()
    assert device.save() == ""
    device.reboot()
    assert device.running() == before
    assert not [line for line in device.log if "startup-config:" in line]
