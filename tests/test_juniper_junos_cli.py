"""The command line of the emulated Junos: typed by hand, by Netmiko, and torn off."""

from __future__ import annotations

from pathlib import Path

import pytest
from netmiko import ConnectHandler

from kgnet.emulate import lab
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Dropped, Spec
from kgnet.emulate.juniper_junos import Junos
from kgnet.emulate.terminal import Terminal

R1 = Spec("r1", "juniper_junos", management="10.0.0.1/24")


def box() -> Junos:
    device = Junos(R1, Clock(0))
    device.boot()
    return device


# ── the command line ────────────────────────────────────────────────────────


def test_a_change_by_hand() -> None:
    device = box()
    terminal = Terminal(device)
    assert terminal.prompt == "admin@r1> "
    assert terminal.type("configure exclusive").splitlines()[-1] == "Entering configuration mode"
    assert terminal.prompt == "\n[edit]\nadmin@r1# "
    terminal.run("edit system", "set host-name typed", "top")
    assert terminal.type("show | compare") == "[edit system]\n-    host-name r1;\n+    host-name typed;"
    assert "will be automatically rolled back in 2 minutes" in terminal.type("commit confirmed 2")
    assert terminal.type("run show version").startswith("Hostname: typed")
    assert "commit complete" in terminal.type('commit comment "for good" and-quit')
    device.clock.step(300)
    assert terminal.prompt == "admin@typed> "
    assert "    for good" in terminal.type("show system commit").splitlines()
    assert terminal.type("show configuration | display set | match host-name") == "set system host-name typed"


def test_a_rollback_by_hand() -> None:
    device = box()
    before = device.running()
    terminal = Terminal(device)
    terminal.run("configure", "set system host-name once", "commit", "rollback 1", "commit", "exit")
    assert device.running() == before


def test_a_check_confirms_what_waits() -> None:
    """`commit check` within the time keeps the change, as Juniper's guide says: a trap for programs."""
    device = box()
    Terminal(device).run("configure", "set system host-name kept", "commit confirmed 5", "commit check")
    device.clock.step(600)
    assert "host-name kept;" in device.running()


def test_who_else_is_at_it_is_told_by_hand() -> None:
    device = box()
    Terminal(device, "anna").run("configure exclusive")
    said = Terminal(device, "bert").type("configure exclusive")
    assert "configuration database locked by:\n  anna terminal" in said


ODD = {
    "sho versoin": "syntax error, expecting <command>.",
    "configure\nset system hostname x": "syntax error.",
    "configure\nset interfaces ge-0/0/0 unit": "missing argument.",
    "configure\ndelete system host-name r1": "syntax error.",
    "configure\ndelete system ntp": "warning: statement not found",
    "configure\nrollback 49": "error: could not open configuration file: juniper.conf.49",
    "configure\ndelete system root-authentication\ncommit": "error: configuration check-out failed",
    "configure\nfrobnicate": "unknown command.",
}


@pytest.mark.parametrize(("typed", "said"), ODD.items(), ids=ODD)
def test_what_is_odd_is_told_in_its_words(typed: str, said: str) -> None:
    assert said in Terminal(box()).run(*typed.splitlines())


def test_text_is_loaded_by_hand() -> None:
    terminal = Terminal(box())
    terminal.run("configure", "load merge terminal", "system {", "    host-name pasted;", "}")
    assert terminal.type("\x04") == "load complete"
    terminal.run("commit and-quit")
    assert terminal.prompt == "admin@pasted> "


def test_what_was_not_committed_is_asked_about() -> None:
    terminal = Terminal(box())
    terminal.run("configure exclusive", "set system host-name no", "exit")
    assert "Discard uncommitted changes?" in terminal.prompt
    terminal.type("yes")
    assert terminal.prompt == "admin@r1> "


def test_accounts_and_aaa_servers_let_in() -> None:
    device = Junos(Spec("r1", "juniper_junos", aaa={"anna": "known"}), Clock(0))
    device.boot()
    assert device.login("admin", "admin") == 15
    assert device.login("admin", "wrong") is None
    assert device.login("anna", "known") is None
    terminal = Terminal(device)
    terminal.run(
        "configure",
        "set system authentication-order [ tacplus password ]",
        "set system tacplus-server 10.0.0.9 secret x",
        "set system login class looks permissions view",
        "set system login user remote class looks",
        "commit",
    )
    assert device.login("anna", "known") == 1
    assert device.login("anna", "other") is None


def test_a_session_that_breaks_gives_the_lock_back() -> None:
    device = box()
    terminal = Terminal(device)
    terminal.run("configure exclusive", "set system host-name gone")
    device.order("drop-before", "^commit")
    with pytest.raises(Dropped):
        terminal.type("commit")
    terminal.close()
    assert device.box.lock is None
    assert not device.box.dirty


def test_netmiko_types_a_change(tmp_path: Path) -> None:
    with lab.running([R1], tmp_path, speed=0) as running:
        host, port = running.endpoint("r1", "ssh")
        session = ConnectHandler(
            device_type="juniper_junos", host=host, port=port, username="admin", password="admin"
        )
        assert "Junos: 21.4R3.15" in session.send_command("show version")
        session.send_config_set(["set system location building north"], exit_config_mode=False)
        session.send_config_set(["set system login message hello"], exit_config_mode=False)
        assert "commit complete" in session.commit(comment="by hand", and_quit=True)
        session.disconnect()
        assert "message hello;" in running.running("r1")
        assert "location" not in running.running("r1")
