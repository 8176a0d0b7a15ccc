"""Defaults hang on the release: as a device tells it, as its file does, and where nobody does."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from kgnet import collect, plugins
from kgnet.collect.files import read_file
from kgnet.model.access import SecureShell
from kgnet.model.fleet import Device
from kgnet.model.managed import Release, RemoteAccess
from kgnet.model.province import Role
from kgnet.model.services import Services
from kgnet.plan import plan
from kgnet.plan.apply import applied
from kgnet.platforms._releases import TABLE, default, numbers
from kgnet.ports import Output, Platform

ROOT = Path(__file__).parent
IOS = (
    "version {}\nhostname r-1\ninterface Ethernet0\n no ip address\nline vty 0 4\n transport input ssh\nend\n"
)
JUNOS = "version {};\nsystem {{\n    host-name r-1;\n    services {{\n        ssh;\n    }}\n}}\n"


class Printed:
    """A session with a device that prints one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        return Output(0, self.text, "")


def device(platform: str) -> Device:
    return Device("r-1", "DC", Role.BRANCH, platform, 1, IPv4Address("192.0.2.1"))


@pytest.mark.parametrize(
    ("release", "on"), [("11.3", True), ("12.0", False), ("15.2", False), ("17.9", False)]
)
def test_ios_itself_tells_its_release(release: str, on: bool) -> None:
    have = collect.collect(device("cisco_ios"), Printed(IOS.format(release)), live=False)
    assert bool(list(have.get(Services).named("small-servers"))) is on
    assert "version" not in str(have.config)


@pytest.mark.parametrize(
    ("release", "oldest", "tries"), [("10.4R1.9", 1, 10), ("13.2R1.7", 2, 10), ("21.4R1.12", 2, 3)]
)
def test_junos_itself_tells_its_release(release: str, oldest: int, tries: int) -> None:
    have = collect.collect(device("juniper_junos"), Printed(JUNOS.format(release)), live=False)
    assert have.get(RemoteAccess).ssh_version == oldest
    assert have.get(SecureShell).tries == tries


def test_a_file_tells_it_too(tmp_path: Path) -> None:
    file = tmp_path / "r-1.cfg"
    file.write_text(JUNOS.format("21.4R1.12"), encoding="utf-8")
    assert read_file(file, device("juniper_junos")).get(SecureShell).tries == 3


HOSTNAME = "hostname r-1\ninterface Loopback0\nend\n"


@pytest.mark.parametrize(
    ("platform", "text", "release"),
    [
        ("cisco_ios", f"!\nversion 17.9\n{HOSTNAME}", Release("17.9", whole=False, line=2)),
        ("cisco_ios", HOSTNAME, Release("", whole=False, line=0)),
        ("cisco_ios", f"#= cisco_ios\nversion 12.4\n{HOSTNAME}", Release("12.4", whole=False, line=2)),
        (
            "arista_eos",
            f"! Command: show running-config\n! device: r-1 (DCS-7050SX3-48YC8, EOS-4.30.1F)\n{HOSTNAME}",
            Release("4.30.1F", whole=True, line=2),
        ),
        ("arista_eos", f"! device: r-1 (vEOS-lab, EOS-4.28.3M)\n{HOSTNAME}", Release("4.28.3M", True, 1)),
        ("juniper_junos", JUNOS.format("22.4R3-S2.11"), Release("22.4R3-S2", whole=True, line=1)),
        ("juniper_junos", JUNOS.format("21.4R1.12"), Release("21.4R1", whole=True, line=1)),
        ("juniper_junos", JUNOS.format("12.3X48-D30.7"), Release("12.3X48-D30", whole=True, line=1)),
        ("juniper_junos", JUNOS.format("22.2R3-S1.7-EVO"), Release("22.2R3-S1", whole=True, line=1)),
        (
            "fortinet_fortios",
            "#config-version=FGT60F-7.2.8-FW-build1639-240313:opmode=0:vdom=0:user=admin\n"
            'config system global\n    set hostname "r-1"\nend\n',
            Release("7.2.8", whole=True, line=1),
        ),
        (
            "fortinet_fortios",
            "#config-version=FGVM64-6.4.14-FW-build2093\nconfig system global\nend\n",
            Release("6.4.14", True, 1),
        ),
        (
            "mikrotik_routeros",
            "# aug/21/2023 10:00:00 by RouterOS 7.11\n/system identity\nset name=r-1\n",
            Release("7.11", whole=True, line=1),
        ),
        (
            "huawei_vrp",
            "[V200R010C10SPC700]\n#\n sysname r-1\n#\nreturn\n",
            Release("V200R010C10SPC700", whole=True, line=1),
        ),
        (
            "huawei_vrp",
            "!Software Version V300R019C10SPC300\n#\nsysname r-1\n#\nreturn\n",
            Release("V300R019C10SPC300", whole=True, line=1),
        ),
    ],
)
def test_every_platform_writes_it_into_its_text(
    platform: str, text: str, release: Release, tmp_path: Path
) -> None:
    file = tmp_path / "r-1.cfg"
    file.write_text(text, encoding="utf-8")
    assert read_file(file, device(platform)).get(Release) == release


class Running(Printed):
    """One that also answers what is asked of its running state, here: its version."""

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        if argv == ("show version",):
            told = (ROOT / "recorded" / "cisco_ios" / "isr1941" / "version.txt").read_text(encoding="utf-8")
            return Output(0, told, "")
        return super().run(argv) if "running-config" in argv[0] else Output(1, "% Invalid input", "")


def test_what_it_says_while_it_runs_is_the_whole_release() -> None:
    """`version 15.4` is all that its text has."""
    have = collect.collect(device("cisco_ios"), Running(IOS.format("15.4")))
    assert have.get(Release) == Release("15.4(3)M3", whole=True, line=0)
    assert have.sources[Release] == "'show version'"


def test_a_release_is_no_difference() -> None:
    """An upgrade is no drift, and what is known of the release outlives a change of lines."""
    old, new = (
        collect.configuration(device("juniper_junos"), Printed(JUNOS.format(each)))
        for each in ("13.2R1.7", "21.4R1.12")
    )
    assert not plan(old, new)
    parts = {part.name: part for part in plugins.one(Platform, "juniper_junos").parts}
    assert applied(plan(old, new), new, parts).released == {"juniper_junos": "version 21.4R1.12;\n"}


@pytest.mark.parametrize("told", [None, "", "unknown"])
def test_where_no_release_is_told_the_more_cautious_holds(told: str | None) -> None:
    assert default("juniper_junos", "ssh protocol-version", told) == "1"
    assert default("juniper_junos", "ssh tries-before-disconnect", told) == "10"


def test_releases_are_ordered_by_their_numbers() -> None:
    assert numbers("9.6R4") < numbers("11.4") < numbers("12.3X48-D30.7") < numbers("21.4R1.12")


def test_every_default_has_its_source() -> None:
    with TABLE.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert rows
    assert all(row["source"] and row["default"] for row in rows)
    for platform, setting in {(row["platform"], row["setting"]) for row in rows}:
        assert platform in plugins.found(Platform)
        since = [row["since"] for row in rows if (row["platform"], row["setting"]) == (platform, setting)]
        assert since[0] == "", f"{platform}, {setting}: the first row holds before all others"
        assert len(since) == len(set(since))
