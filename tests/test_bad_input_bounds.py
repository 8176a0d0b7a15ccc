"""Bad input through the command: each file is told, the others judged, in bounds that the kernel holds."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import shipped

from kgnet import audit, paths, plugins
from kgnet.audit import pack as packs
from kgnet.collect.files import read_text
from kgnet.model.fleet import Device
from kgnet.model.outcome import Status
from kgnet.model.province import Role
from kgnet.ports import Rule
from kgnet.render import render

KGNET = Path(sys.executable).with_name("kgnet")
PROVINCE = paths.inventories() / "kiengiang"
FLEET = shipped.fleet("kiengiang")
GIB = 1 << 30


def bounded(cpu_s: int, memory_bytes: int) -> None:
    """Have the kernel end this process, and those that it begins, beyond that."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


# ── long texts: what is read takes linear time ──────────────────────────────


def four(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def many(head: str, block: Callable[[int], str], end: str) -> Callable[[int], str]:
    """Return what writes a text of so many blocks."""
    return lambda count: f"{head}{''.join(map(block, range(count)))}{end}"


ACL = many(
    "hostname r-1\nip access-list extended A\n",
    lambda n: f" {10 * n + 10} permit tcp {four(n)} 0.0.0.0 any eq {n % 60000}\n",
    "end\n",
)
PORTS = many(
    "hostname r-1\n",
    lambda n: (
        f"interface GigabitEthernet0/{n}\n description x{n}\n"
        f" ip address {four(4 * n + 1)} 255.255.255.252\n switchport trunk allowed vlan 1-4000\n!\n"
    ),
    "end\n",
)
PEERS = many(
    "hostname r-1\nrouter bgp 65000\n",
    lambda n: f" neighbor {four(n)} remote-as 65001\n neighbor {four(n)} password 7 094F471A1A0A\n",
    "end\n",
)
LONG = {
    "ios, one access list": ("cisco_ios", ACL, 40_000),
    "ios, ports": ("cisco_ios", PORTS, 15_000),
    "ios, peers": ("cisco_ios", PEERS, 15_000),
    "eos, one access list": ("arista_eos", ACL, 40_000),
    "eos, ports": ("arista_eos", PORTS, 10_000),
    "eos, peers": ("arista_eos", PEERS, 15_000),
    "junos, terms": (
        "juniper_junos",
        many(
            "system {\n host-name r-1;\n}\nfirewall {\n family inet {\n  filter A {\n",
            lambda n: (
                f"   term t{n} {{\n    from {{\n     source-address {{\n      {four(n)}/32;\n     }}\n"
                "    }\n    then accept;\n   }\n"
            ),
            "  }\n }\n}\n",
        ),
        10_000,
    ),
    "junos, ports": (
        "juniper_junos",
        many(
            "system {\n host-name r-1;\n}\ninterfaces {\n",
            lambda n: (
                f" ge-0/0/{n} {{\n  unit 0 {{\n   family inet {{\n    address {four(4 * n + 1)}/30;\n"
                "   }\n  }\n }\n"
            ),
            "}\n",
        ),
        10_000,
    ),
    "linux, rules": (
        "linux",
        many(
            "table inet kgnet {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n",
            lambda n: f"\t\tip saddr {four(n)} tcp dport {n % 60000} accept\n",
            "\t}\n}\n",
        ),
        15_000,
    ),
    "frr, peers": (
        "frr",
        many(
            "#= frr\nfrr version 8.4\nhostname r-1\nrouter bgp 65000\n",
            lambda n: f" neighbor {four(n)} remote-as 65001\n",
            "exit\n",
        ),
        20_000,
    ),
    "vrp, ports": (
        "huawei_vrp",
        many(
            "sysname r-1\n#\n",
            lambda n: f"interface GigabitEthernet0/0/{n}\n ip address {four(4 * n + 1)} 255.255.255.252\n#\n",
            "return\n",
        ),
        15_000,
    ),
    "routeros, rules": (
        "mikrotik_routeros",
        many(
            "# 2026-01-01 by RouterOS 7.14\n/ip firewall filter\n",
            lambda n: f"add action=accept chain=input src-address={four(n)} protocol=tcp\n",
            "",
        ),
        20_000,
    ),
    "fortios, ports": (
        "fortinet_fortios",
        many(
            "#config-version=FGT60F-7.4.1\nconfig system interface\n",
            lambda n: f'    edit "port{n}"\n        set ip {four(4 * n + 1)} 255.255.255.252\n    next\n',
            "end\n",
        ),
        15_000,
    ),
}


@pytest.mark.parametrize("case", LONG)
def test_a_long_text_is_judged_in_linear_time(case: str) -> None:
    """A megabyte in twenty seconds of CPU; with the square of its lines it would take minutes."""
    platform, text, count = LONG[case]
    device = Device("r-1", "DC", Role.BRANCH, platform, 1, IPv4Address("172.20.0.9"))
    pack, rules = packs.load("hardening", plugins.found(Rule))
    told = text(count)
    assert len(told) > 500_000
    child = os.fork()
    if child == 0:
        bounded(20, 3 * GIB)
        have = read_text(told, device, "r-1.cfg")
        found = audit.audit(device, have, rules, pack, live=False)
        os._exit(0 if {each.status for each in found} & {Status.PASS, Status.FAIL, Status.ERROR} else 3)
    _, ended = os.waitpid(child, 0)
    assert not os.WIFSIGNALED(ended), f"{case}: ended by {signal.Signals(os.WTERMSIG(ended)).name}"
    assert os.waitstatus_to_exitcode(ended) == 0


# ── the command ─────────────────────────────────────────────────────────────

BOMB = """
title: Office
extends: hardening
lines:
  OFFICE-01: {title: A bomb, must_not: '(.*a){25}b'}
  OFFICE-02: {title: Another, must_not: '^(([a-z])+.)+[A-Z]([a-z])+$'}
"""
YAML_BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
)
ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pipe": (os.mkfifo, "is no file"),
    "an endless device": (lambda path: path.symlink_to("/dev/zero"), "leads out of"),
    "a loop of links": (lambda path: path.symlink_to(path.name), "is no file"),
    "a link to a secret": (lambda path: path.symlink_to("/etc/shadow"), "leads out of"),
    "a folder": (Path.mkdir, "is no file"),
    "a link to nothing": (lambda path: path.symlink_to("gone"), "is no file"),
    "a line of 80 MB": (lambda path: path.write_bytes(b"a" * (80 << 20)), "is larger than 33554432 bytes"),
    "a long line": (lambda path: path.write_bytes(b"hostname a\n" + b"a" * (9 << 20)), "line 2 is longer"),
    "10,000 blocks": (lambda path: path.write_text("a {\n" * 10_000 + "}\n" * 10_000), ""),
    "a list of 300,000 lines": (lambda path: path.write_text(ACL(300_000)), ""),
    "zeros": (lambda path: path.write_bytes(b"\0" * 1000), "holds a zero byte"),
    "nothing": (lambda path: path.write_bytes(b""), "is empty"),
}


def command(folder: Path, pack: str, *more: str) -> subprocess.CompletedProcess[str]:
    argv = ["audit", "-i", str(PROVINCE), "--config-dir", str(folder), "--pack", pack, "--format", "json"]
    return subprocess.run(
        [str(KGNET), *argv, *more],
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
        preexec_fn=lambda: bounded(120, 5 * GIB),
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_stands_in_a_folder_cannot_hurt_an_audit(jobs: str, tmp_path: Path) -> None:
    """Each is its device's error, in words; the good one beside them is judged; exit code 1."""
    names = [each.name for each in FLEET.devices.values() if each.platform == "cisco_ios"]
    folder, pack = tmp_path / "configs", tmp_path / "office.yml"
    folder.mkdir()
    pack.write_text(BOMB, encoding="utf-8")
    for name, (make, _) in zip(names, ODD.values(), strict=False):
        make(folder / f"{name}.cfg")
    good = FLEET.devices[names[len(ODD)]]
    text = f"{render(good, paths.templates())}! {'a' * 60}!\n"
    (folder / f"{good.name}.cfg").write_text(text, encoding="utf-8")
    done = command(folder, str(pack), "-j", jobs, "-l", ",".join(names[: len(ODD) + 1]))
    assert (done.returncode, done.stderr) == (1, "")
    rows = json.loads(done.stdout)["findings"]
    unread = {row["device"]: row["evidence"][0] for row in rows if row["rule"] == "collect"}
    for name, (case, (_, told)) in zip(names, ODD.items(), strict=False):
        if told:
            assert told in unread[name], case
        else:
            assert name in {row["device"] for row in rows}, case
    judged = {row["rule"]: row for row in rows if row["device"] == good.name}
    assert "pass" in {row["status"] for row in judged.values()}
    assert {judged[f"OFFICE-0{n}"]["status"] for n in (1, 2)} == {"error"}
    assert "root:" not in done.stdout


def test_a_bomb_of_yaml_is_one_line(tmp_path: Path) -> None:
    pack = tmp_path / "office.yml"
    pack.write_text(f"title: x\n{YAML_BOMB}", encoding="utf-8")
    (tmp_path / "r-1.cfg").write_text("hostname r-1\n", encoding="utf-8")
    done = command(tmp_path, str(pack))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {pack}: its aliases make more than")
    assert done.stderr.count("\n") == 1
