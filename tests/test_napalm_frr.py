"""FRR's driver for NAPALM: what it reads, how it changes, and that an unconfirmed change goes by itself."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import napalm
import pytest
from napalm.base.exceptions import ConnectionException
from test_ssh import access as sshd

from kgnet.community.napalm_frr import FRRDriver, read
from kgnet.community.napalm_frr.frr import GUARD
from kgnet.ports import Access

__all__ = ["sshd"]  # a fixture: an sshd of our own
RECORDED = Path(__file__).parent / "recorded" / "platforms"
RUNNING = (RECORDED / "running_config.txt").read_text(encoding="utf-8")


def test_napalm_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name alone, as the wheel installs it."""
    import kgnet.community

    monkeypatch.syspath_prepend(str(Path(kgnet.community.__file__).parent))
    assert napalm.get_network_driver("frr").__name__ == "FRRDriver"


def test_it_needs_nothing_of_ours() -> None:
    """It could be offered to others as it stands."""
    folder = Path(read.__file__).parent
    for file in folder.glob("*.py"):
        assert "kgnet" not in file.read_text(encoding="utf-8")


# ── what it reads ───────────────────────────────────────────────────────────


def test_bgp_neighbors_are_told_by_vrf() -> None:
    found = read.bgp_neighbors((RECORDED / "bgp_summary.json").read_text(encoding="utf-8"), "{}")
    assert set(found) == {"global"}
    assert found["global"]["router_id"] == "10.1.4.1"
    up = found["global"]["peers"]["10.3.0.18"]
    assert (up["is_up"], up["uptime"], up["remote_as"]) == (True, 891, 4200000001)
    assert up["address_family"]["ipv4"]["sent_prefixes"] == 6
    assert found["global"]["peers"]["10.2.4.19"]["is_up"] is False


def test_tables_of_vrfs_are_read_too() -> None:
    summary = (
        '{"default": {"ipv4Unicast": {"routerId": "1.1.1.1", "peers": {"10.0.0.1":'
        ' {"remoteAs": 1, "state": "Idle (Admin)"}}}}, "red": {"ipv6Unicast": {"peers": {}}}}'
    )
    neighbors = '{"default": {"vrfId": 0, "10.0.0.1": {"remoteRouterId": "9.9.9.9", "nbrDesc": "hub"}}}'
    peer = read.bgp_neighbors(summary, neighbors)["global"]["peers"]["10.0.0.1"]
    assert (peer["remote_id"], peer["description"], peer["is_enabled"]) == ("9.9.9.9", "hub", False)


def test_a_router_without_bgp_has_no_neighbors() -> None:
    assert read.bgp_neighbors("{}", "{}") == {}


def test_interfaces_have_frrs_descriptions() -> None:
    links = '[{"ifname": "lan0", "flags": ["UP", "LOWER_UP"], "mtu": 1500, "address": "02:00:00:00:00:01"}]'
    found = read.interfaces(links, RUNNING)["lan0"]
    assert found["description"] == "LAN users"
    assert (found["is_up"], found["is_enabled"], found["mtu"]) == (True, True, 1500)


def test_what_is_secret_is_removed() -> None:
    text = " neighbor 10.0.0.1 password hunter2\n ip ospf message-digest-key 1 md5 hunter2\n"
    assert "hunter2" not in read.sanitized(text)
    assert "neighbor 10.0.0.1 password <removed>" in read.sanitized(text)


def test_pings_are_counted() -> None:
    text = (
        "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.5 ms\n"
        "2 packets transmitted, 1 received, 50% packet loss, time 1ms\n"
    )
    found = read.ping(text)["success"]
    assert (found["probes_sent"], found["packet_loss"], found["rtt_avg"]) == (2, 1, 0.5)
    assert "error" in read.ping("ping: nowhere: Name or service not known\n")


@pytest.mark.parametrize(
    ("have", "want", "merge", "lines"),
    [
        ("hostname a\n", "hostname a\n", False, ""),
        ("hostname a\n", "hostname b\n", False, "- hostname a\n+ hostname b"),
        ("interface x\n ip address 10.0.0.1/24\nexit\n", "interface x\n description y\nexit\n", True,
         "  interface x\n+  description y"),
        ("hostname a\n", "no ip route 10.0.0.0/8 blackhole\n", True, ""),
        ("ip route 10.0.0.0/8 blackhole\n", "no ip route 10.0.0.0/8 blackhole\n", True,
         "+ no ip route 10.0.0.0/8 blackhole"),
    ],
)  # fmt: skip
def test_differences_show_the_blocks_they_stand_in(have: str, want: str, merge: bool, lines: str) -> None:
    assert read.difference(have, want, merge=merge) == lines


def test_a_configuration_read_back_does_not_differ() -> None:
    assert read.difference(read.config(RUNNING), read.config(RUNNING), merge=False) == ""


# ── over a real sshd ────────────────────────────────────────────────────────


def driver(access: Access) -> FRRDriver:
    options = {"port": access.port, "key_file": access.key_file, "known_hosts": access.known_hosts}
    return FRRDriver("127.0.0.1", access.user, "", timeout=5, optional_args=options)


def test_linux_tells_its_interfaces(sshd: Access) -> None:
    with driver(sshd) as found:
        assert found.is_alive() == {"is_alive": True}
        assert found.get_interfaces_ip()["lo"]["ipv4"]["127.0.0.1"] == {"prefix_length": 8}
    assert found.is_alive() == {"is_alive": False}


def test_a_stranger_is_not_spoken_to(sshd: Access, tmp_path: Path) -> None:
    (tmp_path / "known").touch()
    with pytest.raises(ConnectionException, match="Cannot connect to"):
        driver(replace(sshd, known_hosts=str(tmp_path / "known"))).open()


# ── the guard, with a vtysh of our own ──────────────────────────────────────

VTYSH = """#!/bin/sh
case $1 in
-c) case $2 in
    show*) echo 'Building configuration...'; cat "$STATE/running" ;;
    write*) [ ! -e "$STATE/full" ] && cp "$STATE/running" "$STATE/startup" ;;
    esac ;;
-C) grep wrong "$3" >&2; exit 0 ;;
-f) cat "$2" >>"$STATE/running"; ! grep -q half "$2" ;;
esac
"""
RELOAD = """#!/bin/sh
for file; do :; done
cat "$file" >"$STATE/running"; ! grep -q half "$file"
"""


@pytest.fixture
def guard(tmp_path: Path) -> Callable[..., int]:
    """The guard in a folder of its own; its FRR is a file."""
    folder, tools = tmp_path / "frr", tmp_path / "bin"
    folder.mkdir()
    tools.mkdir()
    for name, text in (("vtysh", VTYSH), ("reload", RELOAD)):
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(0o755)
    (folder / "guard").write_text(
        GUARD.replace("/usr/lib/frr/frr-reload.py", str(tools / "reload")), encoding="utf-8"
    )
    for name in ("running", "startup"):
        (tmp_path / name).write_text("hostname old\n", encoding="utf-8")
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "STATE": str(tmp_path)}

    def run(*argv: str, candidate: str = "") -> int:
        if candidate:
            (folder / "candidate.conf").write_text(candidate, encoding="utf-8")
        command = ["sh", str(folder / "guard"), *argv]
        return subprocess.run(
            command, env=environment, capture_output=True, timeout=30, check=False
        ).returncode

    return run


def texts(folder: Path) -> tuple[str, str]:
    return (folder / "running").read_text(encoding="utf-8"), (folder / "startup").read_text(encoding="utf-8")


OLD, NEW = "hostname old\n", "hostname new\n"


def test_a_commit_for_good_is_saved(guard: Callable[..., int], tmp_path: Path) -> None:
    assert guard("commit", "replace", "0", candidate=NEW) == 0
    assert texts(tmp_path) == (NEW, NEW)
    assert guard("rollback") == 0
    assert texts(tmp_path) == (OLD, OLD)
    assert not (tmp_path / "frr" / "candidate.conf").exists()


def test_a_confirmed_change_stays(guard: Callable[..., int], tmp_path: Path) -> None:
    assert guard("commit", "merge", "60", candidate=NEW) == 0
    assert texts(tmp_path) == (OLD + NEW, OLD)
    assert guard("pending") == 0
    assert guard("commit", "merge", "60", candidate=NEW) == 75
    assert guard("confirm") == 0
    assert guard("pending") == 3
    assert texts(tmp_path) == (OLD + NEW, OLD + NEW)


def test_an_unconfirmed_change_goes_by_itself(guard: Callable[..., int], tmp_path: Path) -> None:
    assert guard("commit", "replace", "1", candidate=NEW) == 0
    assert texts(tmp_path) == (NEW, OLD)
    due = time.monotonic() + 20
    while texts(tmp_path) != (OLD, OLD):
        assert time.monotonic() < due
        time.sleep(0.05)
    assert guard("confirm") == 3


def test_a_change_that_is_taken_back_is_gone(guard: Callable[..., int], tmp_path: Path) -> None:
    assert guard("commit", "replace", "60", candidate=NEW) == 0
    assert guard("rollback") == 0
    assert guard("pending") == 3
    assert texts(tmp_path) == (OLD, OLD)


def test_a_change_that_fails_half_way_is_taken_back(guard: Callable[..., int], tmp_path: Path) -> None:
    assert guard("check", candidate="wrong\n") == 1
    assert guard("commit", "merge", "60", candidate="half\n") == 1
    assert texts(tmp_path) == (OLD, OLD)
    assert guard("pending") == 3


def test_there_may_be_nothing_to_go_back_to(guard: Callable[..., int]) -> None:
    assert guard("rollback") == 4
    assert guard("discard") == 0
