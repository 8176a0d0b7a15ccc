"""The audit: verdicts, packs, waivers, files, reports, and the commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import shipped

from kgnet import audit as verb
from kgnet import paths, plugins
from kgnet.audit import pack as packs
from kgnet.audit import waivers as waiving
from kgnet.errors import PackError
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot, System
from kgnet.model.fleet import Device
from kgnet.model.outcome import Evidence, Finding, Severity, Status
from kgnet.model.pack import Waiver
from kgnet.model.province import Role
from kgnet.ports import Rule
from kgnet.render import render

RULES = plugins.found(Rule)
LAB = paths.inventories() / "lab"
KGNET = Path(sys.executable).with_name("kgnet")
NAME = "mail1.kg.example"


def router(**changes: Any) -> Device:
    return replace(Device("r-1", "DC", Role.BRANCH, "frr", 1, IPv4Address("172.20.0.9")), **changes)


def snapshot(*facts: object) -> Snapshot:
    return Snapshot("r-1", Config("r-1", {}), {type(fact): fact for fact in facts})


def kgnet(*argv: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(KGNET), *argv],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "KGNET_INVENTORY": str(LAB), "NO_COLOR": "1", **(env or {})},
    )


def pack_file(folder: Path, text: str) -> str:
    path = folder / "office.yml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the configuration of every device of the lab, as `kgnet render -o` writes it."""
    folder = tmp_path_factory.mktemp("rendered")
    for device in shipped.fleet("lab").devices.values():
        (folder / f"{device.name}.cfg").write_text(str(render(device, paths.templates())), encoding="utf-8")
    return folder


@pytest.fixture
def files(rendered: Path, tmp_path: Path) -> Path:
    """The same folder, to be spoilt."""
    return Path(shutil.copytree(rendered, tmp_path / "configs"))


# ── verdicts ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([Status.PASS, Status.SKIP, Status.WAIVED], 0),
        ([Status.PASS, Status.FAIL], 2),
        ([Status.FAIL, Status.ERROR], 1),
        ([Status.SKIP, Status.SKIP], 1),
        ([], 1),
    ],
)
def test_exit_code(statuses: list[Status], code: int) -> None:
    """What could not be judged weighs more than what was found; nothing judged is not clean."""
    found = [Finding("R", "d", "s", status, Severity.LOW, ()) for status in statuses]
    assert verb.exit_code(found) == code


def test_skip_says_why() -> None:
    """By role, by platform, by the pack, and over files; each in words."""
    rule = replace(RULES["KG-LIV-03"], roles=(Role.MAIL,), platforms=("linux",))
    told = {
        "role": verb.audit(router(), snapshot(), {rule.id: rule}, packs.asking(rule.id)),
        "platform": verb.audit(router(role=Role.MAIL), snapshot(), {rule.id: rule}, packs.asking(rule.id)),
        "files": verb.audit(router(), snapshot(), RULES, packs.asking(rule.id), live=False),
    }
    assert {name: str(found[0].evidence[0]) for name, found in told.items()} == {
        "role": "the rule is for mail; this is a branch",
        "platform": "the rule is for linux; this runs frr",
        "files": "it judges what a device says while it runs; files do not hold that",
    }
    assert {found[0].status for found in told.values()} == {Status.SKIP}


def test_evidence_stands_where_the_fact_was_read() -> None:
    """A command that anybody can repeat."""
    have = replace(
        snapshot(System("other", ())), sources={System: "/etc/frr/frr.conf"}, config=Config("r-1", {})
    )
    (found,) = verb.audit(router(), have, RULES, packs.asking("KG-ACC-18"))
    assert str(found.evidence[0]) == "/etc/frr/frr.conf: is called other: r-1 wanted"


# ── packs ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", packs.shipped())
def test_shipped_packs_load(name: str) -> None:
    """A pack that comes along works out of the box."""
    pack, known = packs.load(name, RULES)
    assert pack.rules
    assert set(pack.rules) <= set(known)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: x\nrules:\n  KG-ACC-07:\n  KG-NON-99:\n", ":4: no rule is named 'KG-NON-99'"),
        (
            "title: x\nrules:\n  KG-ACC-07:\n    parameters:\n      most: 3\n",
            ":5: KG-ACC-07: has no parameter 'most'",
        ),
        ("title: x\nrules:\n  KG-ACC-07:\n    parameters: {most_s: soon}\n", ":4: KG-ACC-07: most_s wants"),
        ("title: x\nrules:\n  KG-ACC-07:\n    parameters: {most_s: true}\n", ":4: KG-ACC-07: most_s wants"),
        ("title: x\nrules:\n  KG-ACC-07:\n    severity: awful\n", ":4: rules.KG-ACC-07.severity"),
        ("title: x\nrules:\n  KG-ACC-07:\n    roles: [king]\n", ":4: rules.KG-ACC-07.roles.0"),
        ("title: x\nrules: {}\n", ": asks no rule at all"),
        ("title: x\nrulez: {}\n", ":2: rulez: extra inputs"),
        ("rules: {KG-ACC-07: }\n", ":1: title: field required"),
        ("title: x\nrules:\n  KG-ACC-07:\n  KG-ACC-07:\n", ":4: 'KG-ACC-07' is written twice"),
        ("title: x\n  rules: {\n", ":2: is not YAML"),
        ("title: x\nextends: nowhere\n", "no pack is named 'nowhere'"),
        ("title: x\nextends: office.yml\nrules: {KG-ACC-07: }\n", "in a circle"),
        ("title: x\nextends: baseline\nwithout: [KG-NON-99]\n", ":3: the extended packs have no rule"),
        ("title: x\nlines:\n  A-1: {title: t, must: '('}\n", ":3: A-1.must is no regular expression"),
        ("title: x\nlines:\n  A-1: {title: t}\n", ":3: lines.A-1: neither `must` nor `must_not`"),
        ("title: &a\n  b: *a\n", "nested too deeply"),
        ("", "is empty"),
    ],
)
def test_a_wrong_pack_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    """Whoever wrote it finds the place at once."""
    name = pack_file(tmp_path, text)
    with pytest.raises(PackError) as caught:
        packs.load(name, RULES)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_problem_of_a_pack_is_told_in_one_go(tmp_path: Path) -> None:
    """One run, one list."""
    name = pack_file(tmp_path, "title: x\nrules:\n  KG-NON-1:\n  KG-NON-2:\n")
    with pytest.raises(PackError) as caught:
        packs.load(name, RULES)
    assert len(str(caught.value).splitlines()) == 2


def test_a_pack_extends_another(tmp_path: Path) -> None:
    """An office changes what it must and keeps the rest."""
    name = pack_file(
        tmp_path,
        "title: x\nextends: strict\nwithout: [KG-LIV-06]\nrules:\n"
        "  KG-ACC-07: {severity: low, roles: hub, parameters: {most_s: 120}}\n",
    )
    pack, _ = packs.load(name, RULES)
    assert set(pack.rules) == set(packs.load("strict", RULES)[0].rules) - {"KG-LIV-06"}
    assert pack.rules["KG-ACC-07"].parameters == {"most_s": 120}
    assert pack.rules["KG-ACC-19"].parameters == {"by_key": False}
    (found,) = verb.audit(router(), snapshot(), RULES, packs.asking("KG-ACC-07"))
    (mine,) = (each for each in verb.audit(router(), snapshot(), RULES, pack) if each.rule == "KG-ACC-07")
    assert (found.status, mine.status) == (Status.ERROR, Status.SKIP)
    assert str(mine.evidence[0]) == "the pack asks it for hub; this is a branch"


def test_a_rule_without_code(tmp_path: Path) -> None:
    """Lines that must, or must not, be there; by block, with file and line; nothing there is an error."""
    name = pack_file(
        tmp_path,
        "title: x\nlines:\n"
        "  OFFICE-01: {title: No telnet, must_not: '^telnet'}\n"
        "  OFFICE-02: {title: Described, part: frr, inside: '^interface ', must: '^description '}\n",
    )
    pack, known = packs.load(name, RULES)
    text = "interface wan1\n description to hub1\nexit\ninterface wan2\n ip address 10.0.0.1/31\n"
    text += "exit\ntelnet on\n"
    have = replace(snapshot(), config=Config("r-1", {"frr": text}, "r-1.cfg"))
    telnet, described = verb.audit(router(), have, known, pack)
    assert [str(each) for each in telnet.evidence] == ["r-1.cfg:8: telnet on"]
    assert [str(each) for each in described.evidence] == [
        "r-1.cfg:5: no line matches '^description ' in 'interface wan2'"
    ]
    assert {each.status for each in verb.audit(router(), snapshot(), known, pack)} == {Status.ERROR}


def test_the_documented_examples_are_right(tmp_path: Path) -> None:
    """What people copy from the guide works."""
    text = (paths.PACKAGE.parent / "docs" / "audit.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", text, re.DOTALL)
    for name, block in blocks:
        (tmp_path / name).write_text(block, encoding="utf-8")
    pack, _ = packs.load(str(tmp_path / "office.yml"), RULES)
    assert set(pack.rules) == set(packs.load("baseline", RULES)[0].rules) - {"KG-HA-06"} | {"OFFICE-01"}
    assert waiving.load(tmp_path / "waivers.yml", RULES)


# ── waivers ─────────────────────────────────────────────────────────────────

FAILED = Finding("KG-RTG-01", "r-902", "902", Status.FAIL, Severity.HIGH, (Evidence("has no key"),))
WAIVER = Waiver(
    rule="KG-RTG-01",
    devices=("r-9*",),
    reason="old router, replaced in spring",
    owner="STTTT",
    ticket="KG-17",
    expires=date(2027, 3, 31),
)


@pytest.mark.parametrize(
    ("today", "finding", "status", "told"),
    [
        (date(2027, 3, 31), FAILED, Status.WAIVED, "waived until 2027-03-31 by STTTT (KG-17): old router"),
        (date(2027, 4, 1), FAILED, Status.FAIL, "the waiver of STTTT (KG-17) expired on 2027-03-31"),
        (date(2027, 1, 1), FAILED._replace(device="hub1"), Status.FAIL, "has no key"),
        (date(2027, 1, 1), FAILED._replace(rule="KG-RTG-05"), Status.FAIL, "has no key"),
        (date(2027, 1, 1), FAILED._replace(status=Status.ERROR), Status.ERROR, "has no key"),
        (date(2027, 1, 1), FAILED._replace(status=Status.PASS), Status.PASS, "has no key"),
    ],
)
def test_waiver(today: date, finding: Finding, status: Status, told: str) -> None:
    """It covers a failure of its rule and devices until its last day; not what could not be judged."""
    (found,) = waiving.waive([finding], [WAIVER], today)
    assert found.status is status
    assert told in str(found.evidence[-1])


def test_the_longer_of_two_waivers_holds() -> None:
    """A renewed waiver stands beside the old one."""
    renewed = WAIVER.model_copy(update={"expires": date(2028, 3, 31), "ticket": "KG-18"})
    (found,) = waiving.waive([FAILED], [renewed, WAIVER], date(2027, 6, 1))
    assert found.status is Status.WAIVED


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- rule: KG-NON-99\n", ":2: no rule is named 'KG-NON-99'"),
        ("- rule: KG-RTG-01\n  expires: 2027-02-30\n", "2027-02-30"),
        ("- rule: KG-RTG-01\n  owner: ''\n", "waivers.0.owner"),
    ],
)
def test_a_wrong_waiver_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    """A waiver that covers nothing by mistake would be found at the worst moment."""
    rest = {"devices": "r-9*", "reason": "because", "owner": "x", "ticket": "t", "expires": "2027-01-01"}
    added = "".join(f"  {key}: {value}\n" for key, value in rest.items() if f"{key}:" not in text)
    path = tmp_path / "waivers.yml"
    path.write_text("waivers:\n" + text + added)
    with pytest.raises(PackError) as caught:
        waiving.load(path, RULES)
    assert told in str(caught.value)
    assert f"{path}:" in str(caught.value)


# ── over files, by the command ──────────────────────────────────────────────


def test_what_is_rendered_is_clean(rendered: Path) -> None:
    """The intent, written and read back, passes every rule that files can answer."""
    done = kgnet("audit", "--config-dir", str(rendered), "--format", "json")
    rows = json.loads(done.stdout)["findings"]
    wrong = [row for row in rows if row["status"] not in ("pass", "skip")]
    assert wrong == []
    assert (done.returncode, done.stderr) == (0, "")
    assert {*rows[0]} >= {"rule", "device", "status", "severity", "evidence"}
    assert len({row["rule"] for row in rows if row["status"] == "pass"}) >= 12


def test_a_finding_names_file_and_line(files: Path) -> None:
    """One neighbour's key removed, and it is told where."""
    path = files / "r-899.cfg"
    lines = path.read_text().splitlines()
    gone = next(number for number, line in enumerate(lines) if " password " in line)
    address = lines[gone].split()[1]
    path.write_text("\n".join(lines[:gone] + lines[gone + 1 :]) + "\n")
    opened = 1 + next(number for number, line in enumerate(lines) if f"{address} remote-as " in line)
    done = kgnet("audit", "--config-dir", str(files), "--format", "json")
    failed = [row for row in json.loads(done.stdout)["findings"] if row["status"] == "fail"]
    assert done.returncode == 2
    assert [(row["rule"], row["device"]) for row in failed] == [("KG-RTG-01", "r-899")]
    assert failed[0]["evidence"][0].startswith(f"{path}:{opened}: neighbour {address} ")


def test_a_device_without_a_file_is_an_error(files: Path) -> None:
    """Silence is not a pass; --limit leaves out what was not asked for."""
    (files / "r-899.cfg").unlink()
    done = kgnet("audit", "--config-dir", str(files))
    assert done.returncode == 1
    assert f"r-899: {files} has no file of this device" in done.stdout
    assert kgnet("audit", "--config-dir", str(files), "--limit", "all:!r-899").returncode == 0


def test_an_empty_file_is_an_error(files: Path) -> None:
    """A copy that broke off is not a device without faults."""
    (files / "hub1.cfg").write_text("")
    done = kgnet("audit", "--config-dir", str(files), "--limit", "hub1", "--format", "json")
    (row,) = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert (row["rule"], row["status"]) == ("collect", "error")
    assert row["evidence"] == [f"{files / 'hub1.cfg'} is empty"]


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--config-dir", "{strange}"], "no device is named stranger"),
        (["--at", "HEAD"], "--at says something of a folder"),
        (["--config-dir", "{files}", "--role", "hub"], "--role goes with --no-inventory"),
        (["--config-dir", "{files}", "--at", "2020-01-01"], "is no Git repository"),
        (["--config-dir", "{empty}"], "no configuration in it"),
        (["--config-dir", "{files}/hub1.cfg"], "is a file"),
        (["--config-dir", "{empty}/nowhere"], "does not exist"),
        (["--pack", "nonesuch"], "no pack is named 'nonesuch' — shipped: baseline"),
        (["--waivers", "{empty}/none.yml"], "there is no such file"),
        (["--limit", "nobody"], "no device or group is named 'nobody'"),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(
    argv: list[str], told: str, files: Path, tmp_path: Path
) -> None:
    """Non-zero, and nothing on stdout that looks like a report."""
    places = {name: str(tmp_path / name) for name in ("empty", "strange")} | {"files": str(files)}
    (tmp_path / "empty").mkdir()
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "stranger.cfg").write_text("hostname stranger\n")
    done = kgnet("audit", *(word.format(**places) for word in argv))
    assert done.returncode != 0
    assert told in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""


def test_waivers_of_the_inventory_are_taken(files: Path, tmp_path: Path) -> None:
    """An inventory carries its own waivers; they are shown, and the run is clean."""
    province = Path(shutil.copytree(LAB, tmp_path / "lab"))
    (province / "waivers.yml").write_text(
        "waivers:\n- {rule: KG-ACC-18, devices: r-899, reason: renamed on Monday, owner: STTTT, ticket: KG-1,"
        f" expires: {datetime.now(UTC).date().replace(month=12, day=31)}}}\n"
    )
    path = files / "r-899.cfg"
    path.write_text(path.read_text().replace("hostname r-899", "hostname old"))
    argv = ["audit", "--config-dir", str(files)]
    assert kgnet(*argv).returncode == 2
    done = kgnet(*argv, "-i", str(province))
    assert done.returncode == 0, done.stdout
    assert "WAIVED  low  KG-ACC-18" in done.stdout
    assert "by STTTT (KG-1): renamed on Monday" in done.stdout


def test_report_and_record_are_written_whole(files: Path, tmp_path: Path) -> None:
    """The exporter reads the record while the next audit runs."""
    kept, report = tmp_path / "state" / "audit.json", tmp_path / "out" / "report.json"
    argv = ["audit", "--config-dir", str(files), "--format", "json", "-o", str(report), "--record", str(kept)]
    done = kgnet(*argv, env={"KGNET_STATE": str(tmp_path / "unused")})
    assert (done.returncode, done.stdout) == (0, "")
    record = json.loads(kept.read_text())
    assert record["findings"] == json.loads(report.read_text())["findings"]
    assert sum(record["counts"].values()) == len(record["findings"])
    assert datetime.fromisoformat(record["time"]).utcoffset() == datetime.now(UTC).utcoffset()
    assert [path.name for path in kept.parent.iterdir()] == ["audit.json"]
    assert not (tmp_path / "unused").exists()


def test_text_report_is_worst_first(files: Path) -> None:
    """What could not be judged, then by severity; each with its reason; counts at the end."""
    path = files / "r-899.cfg"
    path.write_text(
        path.read_text().replace("hostname r-899", "hostname old").replace("policy drop", "policy accept")
    )
    done = kgnet("audit", "--config-dir", str(files))
    heads = [line.split()[:3] for line in done.stdout.splitlines() if line.startswith(("FAIL", "ERROR"))]
    ranks = [list(Severity).index(Severity(severity)) for _, severity, _ in heads]
    assert ranks == sorted(ranks, reverse=True)
    assert heads[0] == ["FAIL", "critical", "KG-ACC-06"]
    assert heads[-1] == ["FAIL", "low", "KG-ACC-18"]
    assert {"KG-PER-04", "KG-ZON-02", "KG-CPL-01"} <= {rule for _, _, rule in heads}
    assert "why: " in done.stdout
    assert done.stdout.splitlines()[-1].startswith("19 devices, 3 rooms, ")


def test_unreachable_devices_are_findings(tmp_path: Path) -> None:
    """A live audit without a way in says so for the device, and ends with 1."""
    env = {"KGNET_SSH_KEY": "", "KGNET_KNOWN_HOSTS": str(tmp_path / "none"), "KGNET_STATE": str(tmp_path)}
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", str(KGNET), "audit", "--limit", "hub1", "--format", "json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "KGNET_INVENTORY": str(LAB), **env},
    )
    (row,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, row["rule"], row["device"], row["status"]) == (1, "collect", "hub1", "error")
    assert row["evidence"]
    assert list(tmp_path.iterdir()) == []  # a part of the fleet does not stand for the whole


# ── rules, by the command ───────────────────────────────────────────────────


def test_rules_are_listed_and_explained() -> None:
    """For programs with their references; for people with their reason."""
    rows = json.loads(kgnet("rules", "--format", "json").stdout)
    assert [row["id"] for row in rows] == sorted(RULES)
    assert all({*row} == {"id", "title", "severity", "references"} for row in rows)
    assert "KG-RTG-01" in kgnet("rules").stdout
    explained = kgnet("explain", "KG-ACC-07").stdout
    assert "most_s = 600" in explained
    assert "[from memory, unverified]" in explained
    done = kgnet("explain", "KG-NON-99")
    assert done.returncode == 1
    assert "no rule is named 'KG-NON-99'" in done.stderr
