"""SARIF's fixes (3.55): what mends a finding, put where it belongs in the file that was judged."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from remedy_cases import PROVED, failing, mended
from test_remedies import UNMENDED, name
from test_report_sarif import log, wrong
from test_rules import case, judged

from kgnet import mend, remedies
from kgnet.model.config import Config
from kgnet.model.outcome import Evidence, Finding, Remedy, Replacement, Severity, Status
from kgnet.plugins import one
from kgnet.ports import Platform

KGNET = Path(sys.executable).with_name("kgnet")
EDITED = [
    pytest.param(file, id=name(file))
    for file in failing(*PROVED)
    if name(file) not in UNMENDED and remedies.entry(file.parent.name, case(file).want.platform).edits
]
ROUTER = """\
version 15.9
service timestamps log datetime msec
hostname r-1
!
interface GigabitEthernet0/0
 ip address 192.0.2.1 255.255.255.0
 ip proxy-arp
!
interface GigabitEthernet0/1
 ip address 198.51.100.1 255.255.255.0
 ip proxy-arp
!
ip http server
!
line vty 0 4
 transport input telnet ssh
!
end
"""
MEND = Remedy(("ip http server",), ("Nobody misses it.",), (Replacement(7, 1, ("no ip http server",)),))
HERE, THERE = Evidence("plain HTTP", "/a/ấp/x.cfg:7"), Evidence("plain HTTP", "/a/ấp/x.cfg:9")


def patched(text: str, replacements: Iterable[Replacement]) -> str:
    """Return the text as a tool would make it, from the end on, so that the numbers stay what they are."""
    lines = text.splitlines()
    for first, many, new in reversed([*replacements]):
        lines[first - 1 : first - 1 + many] = new
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("file", EDITED)
def test_a_patched_file_passes(file: Path) -> None:
    """By the rule that it failed; nothing is put there that somebody has to fill in."""
    this, _, _ = mended(file)
    platform, tried = one(Platform, this.want.platform), case(file)
    patch = remedies.patch(platform.parts, this.have, remedies.after(this))
    text = "".join(this.have.parts.values()) if this.have.bare else str(this.have)
    assert bool(patch) or remedies.open_places(str(remedies.after(this)))
    assert set(remedies.open_places(patched(text, patch))) <= set(remedies.open_places(text))
    if patch:
        default = next(iter(this.have.parts))
        config = Config.parse(
            this.have.device, patched(text, patch), default=default, source=this.have.source
        )
        found = judged(replace(tried, have=mend.reread(tried.want, tried.have, config)))
        assert found.status is Status.PASS, [str(each) for each in found.evidence]


def results(evidence: tuple[Evidence, ...], remedy: Remedy = MEND) -> Any:
    finding = Finding("KG-ACC-12", "r-1", "1", Status.FAIL, Severity.HIGH, evidence, remedy=remedy)
    told = log((finding,))
    assert wrong(told) == []
    return told["runs"][0]["results"]


def test_the_first_result_in_the_file_has_the_fix() -> None:
    """As the standard says it; a second one with the same fix would have it made twice."""
    nowhere = Evidence("plain HTTP", "show running-config")
    none, first, second = results((nowhere, HERE, THERE))
    assert "fixes" not in none
    assert "fixes" not in second
    assert first["fixes"] == [
        {
            "description": {"text": "Nobody misses it."},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "file:///a/%E1%BA%A5p/x.cfg"},
                    "replacements": [
                        {
                            "deletedRegion": {
                                "startLine": 7, "startColumn": 1, "endLine": 8, "endColumn": 1
                            },
                            "insertedContent": {"text": "no ip http server\n"},
                        }
                    ],
                }
            ],
        }
    ]  # fmt: skip


def test_what_mends_no_file_is_no_fix() -> None:
    """A device that was asked itself has none; what somebody has to fill in is told in words only."""
    assert not any("fixes" in each for each in results((HERE,), replace(MEND, patch=())))
    assert not any("fixes" in each for each in results((Evidence("plain HTTP", "show running-config"),)))


def audit(folder: Path) -> list[Any]:
    done = subprocess.run(
        [
            KGNET,
            "audit",
            "--config-dir",
            folder,
            "--no-inventory",
            "--format",
            "sarif",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (1, 2), done.stderr
    told = json.loads(done.stdout)
    assert wrong(told) == []
    return list(told["runs"][0]["results"])


def test_a_tool_that_does_as_told_mends_the_file(tmp_path: Path) -> None:
    """Fix by fix, each followed by an audit: the finding is gone from the file, and its other lines stay."""
    folder = tmp_path / "configs"
    folder.mkdir()
    file = folder / "r-1.cfg"
    file.write_text(ROUTER)
    fixed: set[str] = set()
    while found := next(
        (each for each in audit(folder) if "fixes" in each and each["ruleId"] not in fixed), None
    ):
        (change,) = found["fixes"][0]["artifactChanges"]
        assert file.samefile(unquote(change["artifactLocation"]["uri"].removeprefix("file://")))
        regions = [
            (each["deletedRegion"], each["insertedContent"]["text"]) for each in change["replacements"]
        ]
        patch = [
            Replacement(
                region["startLine"], region["endLine"] - region["startLine"], tuple(text.splitlines())
            )
            for region, text in regions
        ]
        file.write_text(patched(file.read_text(), patch))
        fixed.add(found["ruleId"])
        if len(fixed) == 3:
            break
    assert len(fixed) == 3
    assert not {each["ruleId"] for each in audit(folder) if each["kind"] == "fail"} & fixed
    assert "hostname r-1\n" in file.read_text()
    assert " ip address 192.0.2.1 255.255.255.0\n" in file.read_text()
