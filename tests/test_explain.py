"""What an operator is told of a rule, and of the commands that an account has to be allowed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kgnet import plugins
from kgnet.collect.commands import Purpose, commands
from kgnet.drivers._shell import PREPARE
from kgnet.model.province import Role
from kgnet.ports import Platform, Rule
from kgnet.rules._control import _row

OFFICE = """\
title: Ours
rules: {KG-RTG-01: {severity: low}}
lines: {office-banner: {title: Banner of the office, severity: high, must: '^banner login'}}
"""
KGNET = Path(sys.executable).with_name("kgnet")
PLATFORMS = plugins.found(Platform)
RULES = plugins.found(Rule)
READS = (
    *("show", "display", "get ", "diagnose", "/", ":put", "compare ", "fnsysctl cat "),
    *("enable", "terminal ", "screen-length "),
)


def kgnet(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(KGNET), *argv],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )


def explained(rule: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(kgnet("explain", rule, "--format", "json").stdout)
    return told


def test_a_rule_is_explained_whole() -> None:
    """Why, on whose word and how that is known, and for each platform what is asked, told and to be done."""
    told = explained("KG-RTG-01")
    assert told["why"] == RULES["KG-RTG-01"].why
    assert "TCVN 11930:2017 7.2.1.7 [from memory, unverified]" in told["references"]
    assert {"baseline", "hardening", "level1"} <= set(told["packs"])
    assert told["facts"] == ["ConfiguredBgp"]
    ios = told["platforms"]["cisco_ios"]
    assert ios["asked"] == _row("KG-RTG-01")["ios_evidence"]
    assert ios["told by"] == ["`show running-config` (configuration)"]
    assert "kgnet deploy" in ios["remedy"]
    assert "+    neighbor <address> password <secret>" in ios["lines"]
    assert "both ends" in ios["beware"]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_reference_is_told_whole(rule: Rule) -> None:
    """What stands in brackets belongs to the clause before it."""
    for each in rule.references:
        assert each.count("(") == each.count(")"), each


def test_what_the_control_does_not_ask_of_a_platform_is_not_explained_there() -> None:
    """An empty cell is no question; running state is told by its command, and mended by no line."""
    platforms = explained("KG-LIV-01")["platforms"]
    assert {"frr", "cisco_ios"} <= set(platforms)
    assert "linux" not in platforms
    assert any("show bgp" in each for each in platforms["frr"]["told by"])
    assert "no line mends that" in platforms["frr"]["remedy"]


def test_people_are_told_in_lines() -> None:
    told = kgnet("explain", "KG-INT-01")
    assert told.returncode == 0
    assert "most_lines = 5" in told.stdout
    assert "against what was planned for it" in told.stdout
    assert "on juniper_junos" in told.stdout
    assert "  told by    `show configuration` (configuration)" in told.stdout


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_what_a_control_asks_is_of_its_platforms(rule: Rule) -> None:
    """A rule that is skipped on a platform asks nothing there; `same` is never shown."""
    for platform, asked in rule.asks.items():
        assert platform in PLATFORMS
        assert asked.strip() not in ("", "same", "n/a")


# ── commands ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_every_command_of_collecting_is_listed_once(platform: Platform) -> None:
    """What is not on the list is refused to a read-only account, and its facts are missing."""
    listed = list(commands(platform))
    argvs = [each.argv for each in listed]
    assert len(argvs) == len(set(argvs))
    assert set(argvs) >= {part.show for part in platform.parts} | set(platform.state)
    assert {fact for each in listed for fact in each.facts} == platform.facts
    for typed in PREPARE.get(platform.dialect, ()):
        assert (typed,) in argvs


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_no_command_of_collecting_writes(platform: Platform) -> None:
    """A device's own command line is asked by words that show, and prepared for this session only."""
    for each in commands(platform) if platform.driver != "ssh" else ():
        assert str(each).startswith(READS), each


def test_what_is_asked_of_some_roles_only_is_left_out_elsewhere() -> None:
    told = {str(each) for each in commands(PLATFORMS["linux"], {Role.MAIL})}
    assert "postconf" in told
    assert "kamcmd ul.dump" not in told
    assert all(each.purpose in Purpose for each in commands(PLATFORMS["linux"]))


def test_commands_are_listed_for_the_devices_that_are_meant() -> None:
    """As text to be read and as JSON to be made into an AAA server's rules; nobody is asked."""
    argv = ("audit", "--list-commands", "-i", "inventories/lab")
    done = kgnet(*argv)
    assert (done.returncode, done.stderr) == (0, "")
    assert "# frr: " in done.stdout
    assert "\nvtysh -c 'show running-config'\n" in done.stdout
    rows = json.loads(kgnet(*argv, "--format", "json", "-l", "mail").stdout)
    assert {row["platform"] for row in rows} == {"linux"}
    assert any(
        row["command"].startswith("openssl s_client") and "-starttls smtp" in row["command"] for row in rows
    )
    assert {"platform", "devices", "command", "argv", "purpose", "facts", "roles"} == set(rows[0])
    wrong = kgnet(*argv, "--format", "csv")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "text and json" in wrong.stderr
    beside = kgnet(*argv, "--pack", "strict")
    assert (beside.returncode, beside.stdout) == (1, "")
    assert "--pack says nothing to --list-commands" in beside.stderr


def test_rules_of_a_pack_are_those_that_it_asks(tmp_path: Path) -> None:
    """The office's own are among them, and can be explained; the severity is the pack's."""
    file = tmp_path / "office.yml"
    file.write_text(OFFICE, encoding="utf-8")
    rows = json.loads(kgnet("rules", "--pack", str(file), "--format", "json").stdout)
    assert [(row["id"], row["severity"]) for row in rows] == [("KG-RTG-01", "low"), ("office-banner", "high")]
    told = json.loads(kgnet("explain", "office-banner", "--pack", str(file), "--format", "json").stdout)
    assert told["title"] == "Banner of the office"
    assert kgnet("explain", "office-banner").returncode == 1
