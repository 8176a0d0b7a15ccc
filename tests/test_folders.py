"""Folders of configurations as Oxidized, RANCID and others leave them, with an inventory and without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import shipped

from kgnet import paths
from kgnet.cli._report import FORMATS
from kgnet.collect import spoken
from kgnet.collect.detect import detected
from kgnet.collect.folders import holdings
from kgnet.collect.owners import owned
from kgnet.collect.printed import decoded, unwrapped
from kgnet.errors import UsageError

LAB = paths.inventories() / "lab"
FLEET = shipped.fleet("lab")
KGNET = Path(sys.executable).with_name("kgnet")
RECORDED = Path(__file__).parent / "recorded"
IOS = (RECORDED / "cisco_ios" / "isr4331" / "running.cfg").read_text(encoding="utf-8")


def kgnet(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(KGNET), "audit", *argv, "--history", "none"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "KGNET_INVENTORY": str(LAB), "NO_COLOR": "1"},
    )


def git(folder: Path, *argv: str, when: str = "2026-01-05T00:00:00Z") -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example")
    env = {**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    subprocess.run(["git", "-C", str(folder), *who, *argv], check=True, capture_output=True, env=env)


@pytest.fixture
def oxidized(tmp_path: Path) -> Path:
    """A bare repository of two groups, one device changed on another day."""
    work = tmp_path / "work"
    for place in ("core/R-899.kg.example", "edge/hub1"):
        (work / place).parent.mkdir(parents=True)
        (work / place).write_text(IOS)
    git(work, "init", "-q")
    git(work, "add", ".")
    git(work, "commit", "-qm", "first")
    (work / "edge" / "hub1").write_text(IOS.replace("ip ssh version 2", "ip ssh version 1"))
    git(work, "commit", "-qam", "second", when="2026-02-05T00:00:00Z")
    git(tmp_path, "clone", "-q", "--bare", "work", "bare.git")
    return tmp_path / "bare.git"


def test_a_bare_repository_is_read_as_it_was(oxidized: Path) -> None:
    """By a commit or by a day; each text with the day of its last change."""
    now, then = ({each.name: each for each in holdings(oxidized, at).held} for at in ("", "2026-01-31"))
    assert now.keys() == then.keys() == {"R-899.kg.example", "hub1"}
    assert b"version 1" in now["hub1"].content()
    assert b"version 2" in then["hub1"].content()
    assert [f"{now[name].when:%m-%d}" for name in sorted(now)] == ["01-05", "02-05"]
    assert now["hub1"].group == "edge"
    assert holdings(oxidized, "HEAD~1")
    for wrong in ("nonesuch", "--help", "2020-01-01"):
        with pytest.raises(UsageError, match="has no commit"):
            holdings(oxidized, wrong)


def test_devices_are_found_by_any_of_their_names(oxidized: Path) -> None:
    """Whatever the case, with the domain or without."""
    assert owned(holdings(oxidized).held, FLEET).files.keys() == {"r-899", "hub1"}


def test_addresses_tables_strangers_and_doubles(tmp_path: Path) -> None:
    hub = FLEET.devices["hub1"]
    for name in (str(hub.management), "R-899", "r-899.cfg", "old-name", "nobody", "README.md", ".hidden"):
        (tmp_path / name).write_text(IOS)
    found = owned(holdings(tmp_path).held, FLEET, {"old-*": "mail1"})
    assert {device: held.place.name for device, held in found.files.items()} == {
        "hub1": str(hub.management),
        "mail1": "old-name",
    }
    told = {Path(file).name: why for file, why in found.lost.items()}
    assert told.keys() == {"R-899", "r-899.cfg", "nobody"}
    assert "one of 2 files of r-899" in told["R-899"]
    assert "no device is named nobody" in told["nobody"]


@pytest.mark.parametrize("separator", [";", ":"])
def test_rancids_groups(tmp_path: Path, separator: str) -> None:
    """Its list tells the platform, and who is down; what it does not name is nobody's any more."""
    configs = tmp_path / "wan" / "configs"
    (configs / "CVS").mkdir(parents=True)
    rows = ("r1.example cisco up", "r2 juniper up", "r3 cisco down", "r4 cisco-nx up", "# r5 cisco up")
    text = "\n".join(row.replace(" ", separator) for row in rows)
    (tmp_path / "wan" / "router.db").write_text(text)
    (tmp_path / "wan" / "routers.up").write_text("r1\n")
    (configs / "CVS" / "Entries").write_text("x\n")
    for name in ("r1.example", "r3", "r4", "gone"):
        (configs / name).write_text("!RANCID-CONTENT-TYPE: cisco\n!\n" + IOS)
    held = {each.name: each for each in holdings(tmp_path).held}
    assert {name: each.kind for name, each in held.items()} == {
        "r1.example": "cisco", "r2": "juniper", "r3": "cisco", "r4": "cisco-nx", "gone": "",
    }  # fmt: skip
    assert not held["r1.example"].unusable
    assert "there is no file of it" in held["r2"].unusable
    assert "is down: its file is an old one" in held["r3"].unusable
    assert "nobody collects it any more" in held["gone"].unusable
    done = kgnet("--config-dir", str(tmp_path), "--no-inventory", "--format", "json")
    rows_ = json.loads(done.stdout)["findings"]
    assert {row["device"] for row in rows_ if row["rule"] != "collect"} == {"r1.example"}
    assert "cisco-nx, which kgnet does not read" in str([row for row in rows_ if row["device"] == "r4"])
    assert done.returncode == 1


def test_nothing_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "outside").write_text(IOS)
    (tmp_path / "in" / "r1").symlink_to(tmp_path / "outside")
    (held,) = holdings(tmp_path / "in").held
    assert "leads out of" in held.unusable


# ── whose text is it? ───────────────────────────────────────────────────────

DRESSED = {
    "echo": f"r1#show running-config\nBuilding configuration...\n\n{IOS}\nr1#exit\n",
    "returns": IOS.replace("\n", "\r\n"),
    "mark": "\ufeff" + IOS,
    "latin": IOS.replace("hostname", "! café\nhostname", 1),
    "pages": IOS.replace("hostname", " --More-- \x08\x08\x08hostname", 1),
}


@pytest.mark.parametrize("dressed", DRESSED)
def test_what_a_terminal_puts_around_a_text_goes(dressed: str) -> None:
    """Every line stays where it stood."""
    told = DRESSED[dressed]
    raw = told.encode("latin-1" if dressed == "latin" else "utf-8")
    text, why = decoded(raw)
    shown = unwrapped(text)
    assert (why, detected(shown)) == ("", "cisco_ios")
    assert shown.count("\n") == told.count("\n")
    assert "\nhostname " in f"\n{shown}"
    assert not any(sign in shown for sign in ("\r", "More", "r1#", "\ufeff"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("!Command: show running-config\nversion 9.3(5) Bios:version 05\n", "looks like Cisco NX-OS"),
        ("!! IOS XR Configuration 7.3.2\nhostname x\n", "looks like Cisco IOS XR"),
        (": Saved\nASA Version 9.8(2)\n", "looks like Cisco ASA"),
        ("#\n version 7.1.070, Release 3507\n#\n sysname H3C\n", "looks like H3C Comware"),
        ("set version 18.4R1\nset system host-name x\n", "display set"),
        ("interfaces {\n    ethernet eth0 {\n    }\n}\n// vyos-config-version: x\n", "looks like VyOS"),
        ("foo\nbar\n", "does not tell which platform printed it — name it by --platform"),
    ],
)
def test_what_is_none_of_ours_is_named(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        detected(text)


def test_what_is_ours_is_no_stranger() -> None:
    """Nothing recorded from a platform of ours is taken for another's."""
    for name in (
        "cisco_ios",
        "arista_eos",
        "juniper_junos",
        "huawei_vrp",
        "mikrotik_routeros",
        "fortinet_fortios",
    ):
        for path in (RECORDED / name).glob("**/running*"):
            text = path.read_text(encoding="utf-8")
            if spoken(text):
                assert detected(text) == name, path


# ── the command ─────────────────────────────────────────────────────────────


def test_without_an_inventory_what_asks_the_intent_is_skipped(oxidized: Path) -> None:
    done = kgnet("--config-dir", str(oxidized), "--no-inventory", "--pack", "baseline", "--format", "json")
    rows = json.loads(done.stdout)["findings"]
    assert {row["device"] for row in rows} == {"R-899.kg.example", "hub1"}
    skipped = [row["evidence"][0] for row in rows if row["status"] == "skip"]
    assert any("without an inventory nobody says" in why for why in skipped)
    assert any("this is of no known role" in why for why in skipped)
    (ssh,) = [row for row in rows if row["rule"] == "KG-ACC-02" and row["device"] == "hub1"]
    assert ssh["status"] == "fail"
    place, number = ssh["evidence"][0].split(":")[:2]
    assert place == ssh["source"]
    lines = holdings(oxidized).held[1].content().decode().splitlines()
    assert lines[int(number) - 1] in ("line vty 0 4", "ip ssh version 1")
    assert ssh["as_of"].startswith("2026-02-05")


@pytest.mark.parametrize("role", ["border", "hub", "branch"])
def test_what_a_text_has_nothing_of_is_not_judged_without_an_inventory(role: str, tmp_path: Path) -> None:
    """A router need not speak BGP: nobody says that this one should, and nothing failed."""
    (tmp_path / "r-1.cfg").write_text(re.sub(r"^router bgp .*\n(?: .*\n)+", "", IOS, flags=re.MULTILINE))
    done = kgnet("--config-dir", str(tmp_path), "--no-inventory", "--role", role, "--format", "json")
    rows = {row["rule"]: row for row in json.loads(done.stdout)["findings"]}
    assert {row["status"] for row in rows.values()} <= {"pass", "fail", "skip"}
    assert rows["KG-RTG-07"]["evidence"] == [
        "its text has no ConfiguredBgp; without an inventory nobody says that it should"
    ]


def test_an_old_file_is_no_evidence(oxidized: Path) -> None:
    done = kgnet("--config-dir", str(oxidized), "--no-inventory", "--max-age", "0.5", "--format", "json")
    rows = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert {(row["rule"], row["status"]) for row in rows} == {("collect", "error")}
    assert "is of 2026-01-05, which is too long ago" in str(rows)


def test_a_platform_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "sw1").write_text("interface X\n shutdown\n")
    folder = ("--config-dir", str(tmp_path), "--no-inventory")
    assert "name it by --platform" in kgnet(*folder).stdout
    named = kgnet(*folder, "--platform", "sw*=cisco_ios", "--role", "access", "--format", "json")
    assert "collect" not in {row["rule"] for row in json.loads(named.stdout)["findings"]}
    assert "no such role" in kgnet(*folder, "--role", "king").stderr


def test_the_rest_is_asked_itself(oxidized: Path, tmp_path: Path) -> None:
    """Who has a file is judged from it; who has none is asked, and that is told of each."""
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "r-899").write_text(IOS)
    done = kgnet(
        "--config-dir", str(tmp_path / "mixed"), "--live-rest", "-l", "r-899,hub1", "--format", "json"
    )
    rows = {row["device"]: row for row in json.loads(done.stdout)["findings"]}
    assert rows["hub1"]["source"] == "live"
    assert rows["r-899"]["source"].endswith("mixed/r-899")


def test_what_is_passed_over_is_counted_and_named_in_every_format(tmp_path: Path) -> None:
    """A file that nobody judged must not look like one without faults."""
    deep = tmp_path.joinpath("a", "b", "c", "d", "e")
    deep.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for name in ("r-899", "r-898.bak", "readme-hub1.cfg", ".r-897", "CVS"):
        (tmp_path / name).write_text(IOS)
    (deep / "r-896").write_text(IOS)
    passed = (".r-897", "CVS", "a/b/c/d/e/", "r-898.bak", "readme-hub1.cfg")
    assert holdings(tmp_path).passed == passed
    note = f"passed over, by name or place no configurations: 5 files or folders: {', '.join(passed)}"
    for form in sorted(FORMATS):
        out = tmp_path.parent / f"{tmp_path.name}.{form}"
        done = kgnet("--config-dir", str(tmp_path), "--no-inventory", "--format", form, "-o", str(out))
        assert done.stderr == ""
        told = out.read_bytes()
        if form == "docx":
            with zipfile.ZipFile(out) as parts:
                told = parts.read("word/document.xml")
        assert note in told.decode().replace("\\", ""), form
    vietnamese = kgnet("--config-dir", str(tmp_path), "--no-inventory", "--lang", "vi").stdout
    assert "bỏ qua vì theo tên hoặc vị trí không phải cấu hình: 5 tệp hoặc thư mục: .r-897" in vietnamese


def test_what_rancid_and_git_hold_beside_is_named_too(oxidized: Path, tmp_path: Path) -> None:
    wan = tmp_path / "wan"
    (wan / "configs").mkdir(parents=True)
    (wan / "router.db").write_text("r1;cisco;up\n")
    for place in ("configs/r1", "notes", "router.db.old"):
        (wan / place).write_text(IOS)
    assert holdings(wan).passed == ("notes", "router.db.old")
    assert holdings(oxidized).passed == ()
