"""Deploy on real routers: as wanted, or as before; nothing between, whatever happens meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import KGNET, Lab

from kgnet import paths

ROUTER = "r-30730"  # a commune behind district 899, by one circuit
DRIFT = ("vtysh", "-c", "configure", "-c", "ip route 198.51.100.0/24 blackhole")
MEND = ("vtysh", "-c", "configure", "-c", "no ip route 198.51.100.0/24 blackhole")


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """Templates to make a mess in."""
    return Path(shutil.copytree(paths.templates(), tmp_path / "templates"))


@pytest.fixture(scope="module")
def wanted(lab: Lab) -> str:
    """What the router runs when it is as wanted."""
    assert pending(lab) == []
    return running(lab)


@pytest.fixture
def router(lab: Lab, wanted: str) -> Iterator[str]:
    """A router that is as wanted before, and has to be afterwards."""
    yield ROUTER
    assert running(lab) == wanted or pending(lab) == []
    assert lab.exec(ROUTER, "test", "-e", "/run/kgnet/deploy").returncode == 1, "its lock is left over"


def pending(lab: Lab, *options: str) -> list[dict[str, str]]:
    """Return the changes that are due on the router."""
    done = lab.run(str(KGNET), "plan", "--limit", ROUTER, "--format", "json", *options)
    assert done.returncode in (0, 2), done.stderr
    (row,) = json.loads(done.stdout)
    return list(row["changes"])


def deploy(lab: Lab, *options: str) -> tuple[int, dict[str, str]]:
    """Deploy the router; return exit code and outcome."""
    done = lab.run(str(KGNET), "deploy", "--yes", "--format", "json", "--limit", ROUTER, *options)
    (row,) = json.loads(done.stdout)
    return done.returncode, row


def running(lab: Lab) -> str:
    """Return all that the router runs."""
    show = "vtysh -c 'show running-config'; nft -s list ruleset; tc qdisc show; tc class show; ip -br address"
    return lab.must(ROUTER, "sh", "-c", show)


def edit(templates: Path, name: str, old: str, new: str) -> None:
    path = templates / "frr" / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} has changed: mend this test"
    path.write_text(text.replace(old, new), encoding="utf-8")


def until(true: Callable[[], object], *, within_s: float = 60) -> None:
    due = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < due, "it did not happen in time"
        time.sleep(0.2)


@contextmanager
def deploying(lab: Lab, templates: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A deploy at the operator's desk meanwhile; `pid_of` tells its process there."""
    script = 'echo $$ >"$1"; shift; exec "$@"'
    words = ["twin", "exec", "--name", lab.name, "operator", "--", "sh", "-c", script, "sh"]
    command = [
        str(KGNET),
        "deploy",
        "--yes",
        "--limit",
        ROUTER,
        "--format",
        "json",
        "--templates",
        str(templates),
    ]
    process = subprocess.Popen(
        [str(KGNET), *words, str(templates / "pid"), *command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"KGNET_INVENTORY": str(paths.inventories() / "lab")},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def pid_of(templates: Path) -> str:
    return (templates / "pid").read_text(encoding="utf-8").strip()


def armed(lab: Lab) -> bool:
    return lab.exec(ROUTER, "test", "-e", "/run/kgnet/deploy/armed").returncode == 0


def loaded(lab: Lab, text: str) -> Callable[[], bool]:
    return lambda: text in lab.must(ROUTER, "vtysh", "-c", "show running-config")


# ── as wanted ───────────────────────────────────────────────────────────────


def test_a_deploy_does_what_the_plan_shows_and_then_nothing_is_left(lab: Lab, router: str) -> None:
    """Drift in every part is put right; the second run changes nothing and touches nothing."""
    lab.must(router, *DRIFT)
    lab.must(router, "nft", "add", "rule", "inet", "kgnet", "input", "tcp", "dport", "9999", "accept")
    lab.must(router, "tc", "qdisc", "del", "dev", "wan1", "root")
    due = pending(lab)
    assert {change["part"] for change in due} == {"frr", "nftables", "qos"}
    code, outcome = deploy(lab)
    assert (code, outcome["result"], outcome["changes"]) == (0, "changed", due)
    before = lab.must(router, "cat", "/run/kgnet/last/token")
    code, outcome = deploy(lab)
    assert (code, outcome["result"]) == (0, "unchanged")
    assert lab.must(router, "cat", "/run/kgnet/last/token") == before


def test_a_confirmed_change_survives_a_restart(lab: Lab, router: str, templates: Path) -> None:
    """What is confirmed is saved, and with it nothing that is not."""
    edit(templates, "frr.j2", "log syslog informational", "log syslog notifications")
    options = ("--templates", str(templates))
    assert deploy(lab, *options)[1]["result"] == "changed"
    assert "log syslog notifications" in lab.must(router, "cat", "/etc/frr/frr.conf")
    assert deploy(lab)[1]["result"] == "changed"
    assert "log syslog informational" in lab.must(router, "cat", "/etc/frr/frr.conf")


def test_check_changes_nothing(lab: Lab, router: str) -> None:
    """`--check` shows what is due, leaves it due, and uploads nothing; so does a no to the question."""
    lab.must(router, *DRIFT)
    before = running(lab), lab.must(router, "ls", "-lR", "--time-style=full-iso", "/run/kgnet")
    done = lab.run(str(KGNET), "deploy", "--check", "--limit", router)
    assert done.returncode == 2
    assert "-ip route 198.51.100.0/24 blackhole" in done.stdout
    assert lab.exec("operator", str(KGNET), "deploy", "--limit", router, stdin="n\n").returncode == 2
    unanswered = lab.exec("operator", str(KGNET), "deploy", "--limit", router, stdin="")
    assert (unanswered.returncode, "nobody answers here — add --yes" in unanswered.stderr) == (1, True)
    assert before == (running(lab), lab.must(router, "ls", "-lR", "--time-style=full-iso", "/run/kgnet"))
    lab.must(router, *MEND)


def test_secrets_stay_secret(lab: Lab, router: str, templates: Path) -> None:
    """A password is seen by its fingerprint; its text is in no output and in no file left behind."""
    secret = next(n.secret for n in lab.fleet.devices[router].routing.neighbors if n.secret)  # type: ignore[union-attr]
    value = lab.must("operator", "sh", "-c", f"cat $KGNET_SECRETS/{secret}").strip()
    shown = lab.run(str(KGNET), "collect", "--limit", router, "--format", "json").stdout
    assert "<secret " in shown
    assert value not in shown
    lab.must(router, "vtysh", "-c", "configure", "-c", _bgp(lab), "-c", "neighbor 10.2.4.18 password other")
    done = lab.run(str(KGNET), "deploy", "--yes", "--limit", router)
    assert done.returncode == 0, done.stdout
    assert "+ neighbor 10.2.4.18 password <secret " in done.stdout
    assert value not in done.stdout + done.stderr
    assert lab.exec(router, "grep", "-rq", value, "/run/kgnet").returncode == 1


def _bgp(lab: Lab) -> str:
    routing = lab.fleet.devices[ROUTER].routing
    assert routing
    return f"router bgp {routing.asn}"


# ── as before ───────────────────────────────────────────────────────────────


def test_a_bad_candidate_is_refused_before_anything_is_loaded(lab: Lab, router: str, templates: Path) -> None:
    """The device's own words tell the line that it does not take."""
    edit(templates, "frr.j2", "log syslog informational", "log syslog informational\nfrobnicate everything")
    before = running(lab)
    code, outcome = deploy(lab, "--templates", str(templates))
    assert (code, outcome["result"]) == (1, "failed")
    assert "does not take its frr" in outcome["reason"]
    assert "frobnicate" in outcome["reason"]
    assert running(lab) == before


def test_a_neighbor_that_does_not_come_back_rolls_back(lab: Lab, router: str, templates: Path) -> None:
    """The text loads and reads back as wanted, and yet the change is taken back."""
    before = running(lab)
    shut = " neighbor {{ neighbor.address }} shutdown\n"
    _after_remote_as(templates, shut)
    code, outcome = deploy(lab, "--templates", str(templates), "--confirm-timeout", "15")
    assert (code, outcome["result"]) == (1, "rolled back")
    assert "did not come back" in outcome["reason"]
    assert "BGP 10.2.4.18" in outcome["reason"]
    assert running(lab) == before


def _after_remote_as(templates: Path, more: str) -> None:
    path = templates / "frr" / "bgp.j2"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if "remote-as" in line)
    path.write_text("".join([*lines[: at + 1], more, *lines[at + 1 :]]), encoding="utf-8")


def test_a_device_that_cuts_its_own_way_in_recovers_by_itself(lab: Lab, router: str, templates: Path) -> None:
    """The packet filter drops SSH: nobody can reach the device, and it is its own timer that helps."""
    before = running(lab)
    path = templates / "frr" / "nftables.j2"
    chain = "chain input {\n\t\ttype filter hook input priority filter - 1; policy drop;\n\t}"
    drop = f"table inet cut {{\n\t{chain}\n}}\n"
    path.write_text(path.read_text(encoding="utf-8") + drop, encoding="utf-8")
    code, outcome = deploy(lab, "--templates", str(templates), "--confirm-timeout", "10")
    assert (code, outcome["result"]) == (1, "rolled back"), outcome
    assert "by its own timer" in outcome["reason"]
    assert running(lab) == before


def test_a_text_that_cannot_be_saved_rolls_back(lab: Lab, router: str, templates: Path) -> None:
    """A full disk, or as here a folder in the way: startup and running configuration stay the old ones."""
    startup = lab.must(router, "cat", "/etc/frr/frr.conf")
    before = running(lab)
    edit(templates, "frr.j2", "log syslog informational", "log syslog notifications")
    lab.must(router, "mkdir", "/etc/frr/frr.conf.new")
    code, outcome = deploy(lab, "--templates", str(templates))
    lab.must(router, "rm", "-r", "/etc/frr/frr.conf.new")
    assert (code, outcome["result"]) == (1, "rolled back"), outcome
    assert "could not save" in outcome["reason"]
    assert running(lab) == before
    assert lab.must(router, "cat", "/etc/frr/frr.conf") == startup


def test_a_device_without_room_is_left_alone(lab: Lab, router: str, templates: Path) -> None:
    """A full disk on the device: told in a line, before anything is loaded."""
    edit(templates, "frr.j2", "log syslog informational", "log syslog notifications")
    lab.must(router, "mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", "/run/kgnet")
    code, outcome = deploy(lab, "--templates", str(templates))
    lab.must(router, "umount", "/run/kgnet")
    assert (code, outcome["result"]) == (1, "failed")
    assert "No space left on device" in outcome["reason"]


def test_a_killed_deployer_leaves_the_device_as_it_was(lab: Lab, router: str, templates: Path) -> None:
    """`kill -9` between load and confirm: the timer restores, and frees the lock."""
    before = running(lab)
    _after_remote_as(templates, " neighbor {{ neighbor.address }} shutdown\n")
    with deploying(lab, templates, "--confirm-timeout", "20") as process:
        until(loaded(lab, "shutdown"))
        lab.must("operator", "kill", "-KILL", pid_of(templates))
        process.wait(10)
    second = deploy(lab)[1]
    assert "shutdown" not in lab.must(router, "cat", "/etc/frr/frr.conf"), "a restart has to help, too"
    assert second["result"] == "failed"
    assert "another deploy holds it" in second["reason"], second
    until(lambda: not armed(lab))
    until(lambda: running(lab) == before)
    assert lab.must(router, "cat", "/run/kgnet/last/result") == "restored by its own timer\n"


def test_ctrl_c_takes_back_what_is_under_way(lab: Lab, router: str, templates: Path) -> None:
    """The operator need not wait for the timer."""
    before = running(lab)
    _after_remote_as(templates, " neighbor {{ neighbor.address }} shutdown\n")
    with deploying(lab, templates, "--confirm-timeout", "120") as process:
        until(loaded(lab, "shutdown"))
        lab.must("operator", "kill", "-INT", pid_of(templates))
        out, err = process.communicate(timeout=40)
    (outcome,) = json.loads(out)
    assert process.returncode == 1
    assert outcome["result"] == "rolled back"
    assert "interrupted" in outcome["reason"]
    assert "stopping" in err
    assert running(lab) == before


def test_a_dead_deployers_lock_says_how_to_remove_it(lab: Lab, router: str) -> None:
    """A lock without a living timer is never guessed away."""
    lab.must(router, *DRIFT)
    lab.must(router, "sh", "-c", "mkdir -m 700 /run/kgnet/deploy && echo an on desk >/run/kgnet/deploy/owner")
    code, outcome = deploy(lab)
    assert (code, outcome["result"]) == (1, "failed")
    assert "an on desk" in outcome["reason"]
    assert "rm -r /run/kgnet/deploy" in outcome["reason"]
    lab.must(router, "rm", "-r", "/run/kgnet/deploy")
    lab.must(router, *MEND)


def test_an_unreachable_device_fails_alone(lab: Lab, router: str, tmp_path: Path) -> None:
    """One line says who, why and what to do; the others are still told."""
    known = tmp_path / "known_hosts"
    text = lab.must("operator", "sh", "-c", "cat $KGNET_KNOWN_HOSTS")
    address = str(lab.fleet.devices[router].management)
    lines = [line for line in text.splitlines() if address not in line.split()[0].split(",")]
    known.write_text("\n".join([*lines, ""]), encoding="utf-8")
    words = ("plan", "--limit", f"{router}:dns1", "--format", "json")
    done = lab.run("env", f"KGNET_KNOWN_HOSTS={known}", str(KGNET), *words)
    rows = {row["device"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 1
    assert rows["dns1"]["error"] is None
    assert "ssh-keyscan" in rows[router]["error"]
    assert done.stderr.count("error:") == 1
