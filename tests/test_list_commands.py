"""What `--list-commands` prints is all that an audit types: an account that may no more sees everything."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator

import pytest
from emulated import KGNET, PROVINCE, Net, emulated

from kgnet import paths
from kgnet.emulate import launch
from kgnet.plugins import one
from kgnet.ports import System

DEVICES = {
    "r-31114": "cisco_ios",
    "r-910": "arista_eos",
    "r-911": "juniper_junos",
    "r-31064": "huawei_vrp",
    "r-31069": "mikrotik_routeros",
    "r-31072": "fortinet_fortios",
}
LAB = paths.inventories() / "lab"
LEAVING = {"exit", "quit", ""}  # how a session ends is no question


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    with emulated(tmp_path_factory.mktemp("listed"), *DEVICES) as up:
        yield up


def typed(net: Net, device: str) -> set[str]:
    """Return the commands that the device noted, in whatever way they came."""
    notes: list[str] = launch.ask(net.folder, "log", device=device)["lines"]
    user, _ = net.login()
    told = (re.fullmatch(rf"\S+ {re.escape(user)}[+\w]*: (.*)", note) for note in notes)
    lines = (found[1].strip() for found in told if found)
    return {line.removeprefix("<command ").removesuffix(">") for line in lines} - LEAVING


@pytest.mark.parametrize("device", DEVICES)
def test_nothing_is_typed_that_was_not_listed(net: Net, device: str) -> None:
    scope = ("audit", "-i", PROVINCE, "-l", device)
    rows = json.loads(net.kgnet(*scope, "--list-commands", "--format", "json"))
    known = {row["command"] for row in rows if row["platform"] == DEVICES[device]}
    argv = (KGNET, "emulate", "exec", "--", KGNET, *scope, "--pack", "strict", "--format", "json")
    done = subprocess.run(
        [*argv, "--history", "none"],
        capture_output=True, text=True, timeout=120, check=False, env=net.environment(),
    )  # fmt: skip
    assert {row["source"] for row in json.loads(done.stdout)["findings"]} >= {"live"}, done.stderr
    said = typed(net, device)
    assert len(said) > 2
    assert said <= known, said - known


def said(form: str, *options: str) -> str:
    """Return what the command prints of the lab."""
    argv = (KGNET, "audit", "-i", str(LAB), "--list-commands", "--format", form, *options)
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout


def test_what_rooms_are_asked_is_listed() -> None:
    """Those of the sites that are looked at as a whole, as in the audit."""
    rows = {row["platform"]: row for row in json.loads(said("json"))}
    assert rows["baresip"]["argv"] == list(one(System, "baresip").command)
    assert rows["baresip"]["devices"] == 3
    assert "# baresip: 3 rooms, 1 commands\n" in said("text")
    assert "baresip" not in said("text", "--limit", "hub1")
