"""Files as devices print them and collectors keep them say what the device says; half of one says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import small

from kgnet.collect import read_text
from kgnet.errors import MissingFact, Refused
from kgnet.model.facts import Snapshot, System
from kgnet.model.fleet import Device
from kgnet.model.managed import Accounts, Release, RemoteAccess, SnmpAgent, TimeServers
from kgnet.model.province import Role

VTY = "line vty 0 4\n transport input ssh\n"
RECORDED = Path(__file__).parent / "recorded"
FILES = {
    "huawei_vrp": RECORDED / "huawei_vrp" / "running.txt",
    "mikrotik_routeros": RECORDED / "mikrotik_routeros" / "export.txt",
    "fortinet_fortios": RECORDED / "fortinet_fortios" / "running.txt",
}
each = pytest.mark.parametrize("platform", FILES)


def file(platform: str, text: str) -> Snapshot:
    device = Device("r-1", "DC", Role.BRANCH, platform, 1, IPv4Address("172.20.0.9"))
    return read_text(text, device, "r-1.cfg")


def placeless(value: Any) -> Any:
    """Return *value* without the lines in it."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {field.name: placeless(getattr(value, field.name)) for field in fields(value)}
        return replace(value, **(told | ({"line": 0} if "line" in told else {})))
    if isinstance(value, tuple) and hasattr(value, "_replace"):
        told = placeless(value._asdict())
        return value._replace(**(told | ({"line": 0} if "line" in told else {})))
    if isinstance(value, tuple):
        return tuple(map(placeless, value))
    if isinstance(value, Mapping):
        return {key: placeless(one) for key, one in value.items()}
    return value


@each
def test_a_file_says_what_the_device_says(platform: str) -> None:
    """Devices print no text of ours: with blanks before global lines, with sections instead of blocks."""
    raw = FILES[platform].read_text(encoding="utf-8")
    printed, ours = file(platform, raw), file(platform, small.part_of(platform).canonical(raw))
    assert {*printed.facts} == {*ours.facts} >= {System, SnmpAgent, Accounts}
    assert printed.get(Release).version
    assert not ours.get(Release).version  # an upgrade is no change of the configuration
    for kind in {*ours.facts} - {Release}:
        assert placeless(printed.facts[kind]) == placeless(ours.facts[kind])


@each
def test_lines_are_those_of_the_file(platform: str) -> None:
    text = FILES[platform].read_text(encoding="utf-8")
    have = file(platform, text)
    account = have.get(Accounts).accounts[0]
    assert account.name in text.splitlines()[account.line - 1]
    assert "10.0.10.11" in "".join(text.splitlines()[have.get(TimeServers).line - 1 :][:8])


# ── what stands there twice ─────────────────────────────────────────────────

TWICE = {
    "mikrotik_routeros": (
        "/system identity\nset name=r-1\n/ip service\nset telnet disabled=yes\nset www,ftp disabled=yes\n"
        "/ip service\nset telnet disabled=no\n/system identity\nset name=r-2\n"
    ),
    "huawei_vrp": (
        "#\n sysname r-1\n#\n undo telnet server enable\n#\n sysname r-2\n#\n"
        " telnet server enable\n ftp server enable\n#\n undo ftp server enable\n#\nreturn\n"
    ),
    "fortinet_fortios": (
        'config system global\n    set hostname "r-1"\n    set admin-telnet disable\nend\n'
        'config system interface\n    edit "a"\n        set allowaccess telnet\n    next\nend\n'
        'config system global\n    set hostname "r-2"\n    set admin-telnet enable\nend\n'
    ),
}


@each
def test_the_last_word_counts(platform: str) -> None:
    """A section that comes again is heard again, as the device would hear it."""
    have = file(platform, TWICE[platform])
    assert have.get(System).hostname == "r-2"
    assert "telnet" in have.get(RemoteAccess).protocols
    assert "ftp" not in have.get(RemoteAccess).protocols


# ── RouterOS ────────────────────────────────────────────────────────────────


def terse(text: str) -> str:
    """Return an export as `/export terse` has it: on one line, with its section before it."""
    told, section = [], ""
    for line in re.sub(r"\\\n *", "", text).splitlines():
        if line.startswith("/"):
            section = line
        else:
            told.append(f"{section} {line}" if line.startswith(("add ", "set ")) else line)
    return "\n".join(told) + "\n"


@pytest.mark.parametrize("slash", [" ", "/"])
def test_a_terse_export_says_the_same(slash: str) -> None:
    """A way in that stands behind its section's path was seen by nobody."""
    raw = FILES["mikrotik_routeros"].read_text(encoding="utf-8")
    text = terse(raw).replace("/ip service ", f"/ip{slash}service{slash}")
    full, short = file("mikrotik_routeros", raw), file("mikrotik_routeros", text)
    for kind, fact in full.facts.items():
        assert placeless(short.facts[kind]) == placeless(fact)
    assert text.splitlines()[short.get(RemoteAccess).line - 1].startswith(f"/ip{slash}service")


def test_an_export_without_accounts_is_no_proof_of_them() -> None:
    """`/export` tells none; who reads that there are none passes whatever there is."""
    have = file("mikrotik_routeros", "/system identity\nset name=r-1\n")
    with pytest.raises(MissingFact, match="tells no accounts"):
        have.get(Accounts)


@pytest.mark.parametrize(
    "line", ["#error exporting /ip/service (timeout)", "/ip service disable telnet", "/ip service print a=b"]
)
def test_what_is_no_export_is_no_evidence(line: str) -> None:
    have = file("mikrotik_routeros", f"/system identity\nset name=r-1\n{line}\n")
    with pytest.raises(MissingFact):
        have.get(RemoteAccess)


# ── cut off ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("platform", ["huawei_vrp", "fortinet_fortios"])
def test_a_file_that_lacks_its_end_is_refused(platform: str) -> None:
    """What was not written down would be judged by what the device does where nothing is set."""
    text = FILES[platform].read_text(encoding="utf-8")
    with pytest.raises(Refused, match="cut off"):
        file(platform, text[: len(text) // 2])


COLLECTED = {  # what stands before the configuration
    "a terminal": "Building configuration...\n\nCurrent configuration : 4711 bytes\n!\n",
    "RANCID": "!RANCID-CONTENT-TYPE: cisco\n!\n!Chassis type: 2911 - a router\n!\nconfig-register 0x2102\n\n",
    "Oxidized": "! Cisco IOS Software, C2900\n! \n\n!\n",
}


@pytest.mark.parametrize("head", COLLECTED.values(), ids=COLLECTED)
def test_half_a_file_of_ios_is_refused_whoever_kept_it(head: str) -> None:
    """Of a torn text the terminals are missing, and all that is off by default."""
    whole = f"{head}version 17.9\nhostname r-1\nline vty 0 4\n transport input ssh\n!\nend\n"
    assert file("cisco_ios", whole).get(RemoteAccess).protocols == ("ssh",)
    for lines in (-1, -2, -3):
        with pytest.raises(Refused, match="is cut off after line"):
            file("cisco_ios", "".join(whole.splitlines(keepends=True)[:lines]))


def test_a_part_that_somebody_wrote_is_judged_as_it_is() -> None:
    assert file("cisco_ios", f"hostname r-1\n{VTY}").get(System).hostname == "r-1"
