"""`kgnet audit --since`, `kgnet history`: by the commands, over files."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import postgres
import pytest
import shipped
from postgres import server
from test_report_secrets import SECRET, TEXTS

from kgnet import paths
from kgnet.render import render

LAB = paths.inventories() / "lab"
KGNET = Path(sys.executable).with_name("kgnet")
OLD, NEW = "hostname r-899", "hostname other"
PASSWORD = "h1dd3n-away"


class Desk:
    """A folder of configurations, and a state folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.files, self.state = folder / "configs", folder / "state"
        self.files.mkdir()
        devices = shipped.fleet("lab").devices
        for name in ("hub1", "r-899"):
            (self.files / f"{name}.cfg").write_text(str(render(devices[name], paths.templates())))

    def kgnet(self, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
        known = {
            key: value for key, value in os.environ.items() if key not in ("KGNET_HISTORY", "KGNET_LANG")
        }
        return subprocess.run(
            [str(KGNET), *argv], capture_output=True, text=True, timeout=300, check=False,
            env={**known, "KGNET_STATE": str(self.state), "NO_COLOR": "1", "COLUMNS": "200", **environ},
        )  # fmt: skip

    def audit(self, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
        limited = () if "--limit" in argv else ("--limit", "hub1,r-899")
        return self.kgnet(
            "audit", "-i", str(LAB), "--config-dir", str(self.files), *limited, *argv, **environ
        )

    def change(self, before: str, after: str) -> None:
        file = self.files / "r-899.cfg"
        file.write_text(file.read_text().replace(before, after))

    def runs(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.kgnet("history", "list", "--format", "json").stdout)
        return rows


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_nobody_could_read_is_not_recorded(desk: Desk) -> None:
    """A report that was lost on a full disk told nobody what is new: the next audit has to."""
    lost = desk.audit("--since", "last", "-o", "/dev/full")
    assert (lost.returncode, "/dev/full" in lost.stderr) == (1, True)
    assert desk.runs() == []
    assert desk.audit("--since", "last").returncode == 0
    assert len(desk.runs()) == 1


def waivers(file: Path, expires: str) -> tuple[str, str]:
    """Write that the name of r-899 is waived; return how the command is told."""
    waived = {
        "rule": "KG-ACC-18", "devices": ["r-899"], "expires": expires, "owner": "STTTT",
        "ticket": "KG-17", "reason": "an old name",
    }  # fmt: skip
    file.write_text(json.dumps({"waivers": [waived]}), encoding="utf-8")
    return "--waivers", str(file)


@pytest.mark.xdist_group("postgres")
def test_what_is_waived_still_stands(desk: Desk, tmp_path: Path) -> None:
    """With PostgreSQL: found, waived, answered for by nobody any more, which is new, and mended."""
    with server() as url:

        def audit(*argv: str) -> tuple[int, str]:
            done = desk.audit("--since", "last", "--history", url, *argv)
            assert postgres.PASSWORD not in done.stdout + done.stderr
            return done.returncode, next(
                line for line in done.stdout.splitlines() if " still standing" in line
            )

        assert audit()[0] == 0
        desk.change(OLD, NEW)
        code, told = audit()
        assert (code, "1 new, 0 fixed, 0 still standing" in told) == (2, True)
        code, told = audit(*waivers(tmp_path / "held.yml", "2099-01-01"))
        assert (code, "0 new, 0 fixed, 1 still standing" in told) == (0, True)
        code, told = audit(*waivers(tmp_path / "over.yml", "2020-01-01"))
        assert (code, "1 new, 0 fixed, 0 still standing" in told) == (2, True)
        desk.change(NEW, OLD)
        code, told = audit()
        assert (code, "0 new, 1 fixed, 0 still standing" in told) == (0, True)
        listed = desk.kgnet("history", "list", "--format", "json", KGNET_HISTORY=url)
        assert [(run["new"], run["fixed"]) for run in json.loads(listed.stdout)] == [
            (0, 1), (1, 0), (0, 0), (1, 0), (0, 0)
        ]  # fmt: skip


def test_a_waiver_that_covers_nothing_is_told(desk: Desk, tmp_path: Path) -> None:
    """In the summary, and in the head of the lines for programs."""
    argv = (*waivers(tmp_path / "waivers.yml", "2099-01-01"), "--history", "none")
    told = "the waiver of KG-ACC-18 on r-899 (KG-17) covers nothing: it passes there"
    assert f"note: {told}\n" in desk.audit(*argv).stdout
    head, *_ = desk.audit(*argv, "--format", "jsonl").stdout.splitlines()
    assert json.loads(head)["notes"] == [told]
    desk.change(OLD, NEW)
    assert "covers nothing" not in desk.audit(*argv).stdout


def test_a_week_of_audits(desk: Desk) -> None:
    """Clean; something breaks; it stands; another device is looked at; it is mended."""
    first = desk.audit("--since", "last")
    assert first.returncode == 0, first.stderr
    assert "everything counts as new" in first.stdout
    assert stat.S_IMODE((desk.state / "history.sqlite").stat().st_mode) == 0o600

    desk.change(OLD, NEW)
    broken = desk.audit("--since", "last")
    assert broken.returncode == 2
    assert "is called other: r-899 wanted" in broken.stdout
    assert "1 new, 0 fixed, 0 still standing" in broken.stdout

    again = desk.audit("--since", "last")
    assert (again.returncode, again.stderr) == (0, "")
    assert "is called other" not in again.stdout
    assert "KG-ACC-18" in again.stdout
    assert "0 new, 0 fixed, 1 still standing" in again.stdout
    plain = desk.audit("--format", "json")
    (row,) = (row for row in json.loads(plain.stdout)["findings"] if row["status"] == "fail")
    assert (plain.returncode, row["state"]) == (2, "standing")
    assert row["since"] == desk.runs()[2]["began"]

    elsewhere = desk.audit("--since", "last", "--limit", "hub1")
    assert (elsewhere.returncode, "0 new, 0 fixed" in elsewhere.stdout) == (0, True)

    desk.change(NEW, OLD)
    mended = desk.audit("--since", desk.runs()[2]["run"])
    assert mended.returncode == 0
    assert "FIXED\n  KG-ACC-18  r-899: is called other: r-899 wanted" in mended.stdout

    told = desk.kgnet("history", "list", "-n", "3")
    assert len(told.stdout.splitlines()) == 3
    assert "--limit hub1,r-899: " in told.stdout
    assert [(run["new"], run["fixed"]) for run in desk.runs()] == [
        (0, 1),
        (0, 0),
        (0, 0),
        (0, 0),
        (1, 0),
        (0, 0),
    ]


def test_one_audit_and_two(desk: Desk) -> None:
    """`show` and `diff`, for people and programs."""
    desk.audit()
    desk.change(OLD, NEW)
    desk.audit()
    second, first = (run["run"] for run in desk.runs())
    shown = desk.kgnet("history", "show")
    assert "KG-ACC-18  r-899: " in shown.stdout
    told = json.loads(desk.kgnet("history", "show", second, "--format", "json").stdout)
    assert [each["rule"] for each in told["standing"]] == ["KG-ACC-18"]
    assert told["counts"]["fail"] == 1
    forward, back = desk.kgnet("history", "diff", first), desk.kgnet("history", "diff", second, first)
    assert (forward.returncode, back.returncode) == (2, 0)
    assert forward.stdout.splitlines()[-1] == "1 new, 0 standing, 0 fixed"
    assert back.stdout.startswith("fixed  fail    low       KG-ACC-18  r-899: ")
    rows = json.loads(desk.kgnet("history", "diff", first, "--format", "json").stdout)
    assert [len(rows[state]) for state in ("new", "standing", "fixed")] == [1, 0, 0]
    unknown = desk.kgnet("history", "show", "20260101-000000-ffff")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert f"the latest: {second}, {first}" in unknown.stderr
    assert "0 audits and 0 findings forgotten" in desk.kgnet("history", "prune", "--older-than", "1d").stdout
    assert json.loads(desk.kgnet("history", "prune", "--older-than", "0m", "--format", "json").stdout) == {
        "runs": 1,
        "findings": 0,
    }


def test_files_as_they_were_fix_nothing_of_today(desk: Desk) -> None:
    """A look back is no audit before this one."""
    for argv in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", "-C", str(desk.files), *who, *argv], check=True)
    desk.change(OLD, NEW)
    assert desk.audit().returncode == 2
    assert desk.audit("--at", "HEAD").returncode == 0
    today = desk.audit("--since", "last")
    assert (today.returncode, "0 new, 0 fixed, 1 still standing" in today.stdout) == (0, True)


def test_nobody_is_made_to_record(desk: Desk) -> None:
    """Nor is anything left by looking at what is not there."""
    assert desk.audit("--history", "none").returncode == 0
    assert desk.audit(KGNET_HISTORY="none").returncode == 0
    assert desk.kgnet("history", "list").stdout == "no audit is recorded yet\n"
    assert desk.kgnet("history", "show").returncode == 1
    assert not desk.state.exists()


def test_the_report_outlives_the_history(desk: Desk, tmp_path: Path) -> None:
    """What was found is shown whole; that it is not recorded is told, and is an error."""
    desk.change(OLD, NEW)
    (tmp_path / "broken").write_text("no database at all\n" * 100)
    done = desk.audit("--history", str(tmp_path / "broken"), "--format", "json")
    assert done.returncode == 1
    assert [row["rule"] for row in json.loads(done.stdout)["findings"] if row["status"] == "fail"] == [
        "KG-ACC-18"
    ]
    assert done.stderr.startswith("error: this audit is not recorded: the history ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--since", "last", "--history", "none"], "--since needs a history"),
        (["--since", "yesterday"], "is no time that is known — `last`, a run of"),
        (["--since", "20260101-000000-ffff"], "no such audit is recorded here — the latest: none yet"),
        (["--history", f"postgresql://kgnet:{PASSWORD}@db/kgnet"], "holds a password"),
        (["--history", "mysql://db/kgnet"], "SQLite or PostgreSQL, not in mysql"),
        (["--history", "postgresql://@/x?host=/nowhere", "--since", "last"], "the history postgresql://"),
    ],
)
def test_what_cannot_be_done_is_told_before_a_device_is_asked(desk: Desk, argv: list[str], told: str) -> None:
    """One line, no report, and never a password."""
    done = desk.audit(*argv)
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert PASSWORD not in done.stderr


def test_a_password_in_the_environment_is_shown_nowhere(desk: Desk) -> None:
    """Neither by --help, which tells defaults, nor by the refusal."""
    url = f"postgresql://kgnet:{PASSWORD}@db/kgnet"
    for done in (
        desk.audit(KGNET_HISTORY=url),
        desk.kgnet("audit", "--help", KGNET_HISTORY=url),
        desk.kgnet("history", "list", "--help", KGNET_HISTORY=url),
        desk.kgnet("history", "list", KGNET_HISTORY=url),
    ):
        assert PASSWORD not in done.stdout + done.stderr


def test_no_secret_comes_into_the_history(desk: Desk, tmp_path: Path) -> None:
    """A rule of an office may show every line that there is."""
    (tmp_path / "office.yml").write_text(
        "title: x\nextends: strict\nlines:\n  OFFICE-01: {title: Nothing at all, must_not: '.'}\n"
    )
    desk.change("hostname r-899\n", TEXTS["frr"].replace("r-1", "r-899"))
    assert SECRET in (desk.files / "r-899.cfg").read_text()
    desk.audit("--pack", str(tmp_path / "office.yml"))
    told = desk.kgnet("history", "show").stdout
    kept = (desk.state / "history.sqlite").read_bytes()
    assert "OFFICE-01" in told
    assert b"OFFICE-01" in kept
    assert "<secret" in told
    assert SECRET not in told
    assert SECRET.encode() not in kept
