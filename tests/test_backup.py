"""Backup: a Git history of what devices ran, one commit a run, nothing half, nothing secret."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kgnet.backup import Kept, Origin, Taken, backup, digest, kept_text
from kgnet.backup.restore import unmarked
from kgnet.box import Box
from kgnet.errors import Refused, SecretError, UsageError
from kgnet.model.config import Config
from kgnet.ports import Platform

A, B = Config("r-a", {"frr": "hostname r-a\n"}), Config("r-b", {"frr": "hostname r-b\n"})
ORIGIN = Origin("An Nguyen <an@kg.example>", "r1")
BOX = Box("backup/key", "a pass phrase")
LONG = Config("r-a", {"frr": "".join(f"line {number}\n" for number in range(100))})
PLATFORM = Platform("frr", "ssh", (), secrets=(re.compile(r"password (\S+)"),))


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the user's."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path))


def git(folder: Path, *argv: str) -> str:
    return subprocess.run(["git", "-C", folder, *argv], capture_output=True, text=True, check=True).stdout


def keep(folder: Path, *configs: Config, missed: dict[str, str] | None = None, **options: Any) -> Kept:
    taken = [Taken(config, config) for config in configs]
    return backup(taken, folder, missed=missed or {}, origin=ORIGIN, **options)


def test_the_first_run_makes_the_repository(tmp_path: Path) -> None:
    kept = keep(tmp_path / "kept", A, B)
    assert kept.changed == ("r-a", "r-b")
    told = git(tmp_path / "kept", "log", "--format=%h %s")
    assert told == f"{kept.commit} 2 of 2 devices changed: r-a, r-b\n"
    assert (tmp_path / "kept" / "r-a.cfg").read_text(encoding="utf-8") == str(A)


def test_a_folder_named_from_here_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert keep(Path("some/kept"), A).commit
    assert sorted(path.name for path in Path("some/kept").iterdir()) == [".git", "r-a.cfg"]


def test_the_history_says_who_and_by_which_run(tmp_path: Path) -> None:
    keep(tmp_path, A)
    assert git(tmp_path, "log", "--format=%an <%ae>, %(trailers:key=Run)").strip() == (
        "An Nguyen <an@kg.example>, Run: r1"
    )


def test_without_a_change_there_is_no_commit(tmp_path: Path) -> None:
    keep(tmp_path, A, B)
    kept = keep(tmp_path, A, B)
    assert (kept.commit, kept.changed) == ("", ())
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "1\n"


def test_a_device_that_was_missed_keeps_its_file(tmp_path: Path) -> None:
    """The history says who was missed and why."""
    keep(tmp_path, A, B)
    changed = Config("r-a", {"frr": "hostname r-a\nagentx\n"})
    kept = keep(tmp_path, changed, missed={"r-b": "is gone"})
    assert kept.changed == ("r-a",)
    assert (tmp_path / "r-b.cfg").read_text(encoding="utf-8") == str(B)
    assert git(tmp_path, "log", "-1", "--format=%B").split("\n\n")[1].splitlines() == [
        "changed: r-a",
        "missed: r-b: is gone",
    ]


def test_a_text_that_is_suddenly_short_is_taken_for_a_torn_one(tmp_path: Path) -> None:
    """What was kept stays, until a person says that the device really lost that much."""
    keep(tmp_path, LONG)
    kept = keep(tmp_path, A)
    assert "gave 2 lines where 101 are kept" in kept.missed["r-a"]
    assert (tmp_path / "r-a.cfg").read_text(encoding="utf-8") == str(LONG)
    assert keep(tmp_path, A, shorter=["r-a"]).changed == ("r-a",)


def test_files_of_nobody_are_told_and_left(tmp_path: Path) -> None:
    keep(tmp_path, A, B, devices=("r-a", "r-b"))
    assert keep(tmp_path, A, devices=("r-a",)).strangers == ("r-b.cfg",)
    assert (tmp_path / "r-b.cfg").exists()


def test_other_files_of_the_repository_are_not_committed(tmp_path: Path) -> None:
    keep(tmp_path, A)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    git(tmp_path, "add", "notes.txt")
    keep(tmp_path, B)
    assert git(tmp_path, "show", "--stat", "--format=", "HEAD").split()[0] == "r-b.cfg"


def test_a_broken_repository_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for ask in (lambda: keep(tmp_path, A), lambda: kept_text(tmp_path, "r-a", revision="HEAD", box=None)):
        with pytest.raises(
            UsageError, match=r"\.git: is no whole repository: fatal: not a git .* — repair it"
        ):
            ask()
    assert not (tmp_path / "r-a.cfg").exists()


def test_a_repository_around_the_folder_is_left_alone(tmp_path: Path) -> None:
    """A folder with a broken repository of its own is no part of the one around it."""
    git(tmp_path, "init", "-q", "-b", "main")
    kept = keep(tmp_path / "kept", A)
    assert git(tmp_path / "kept", "log", "--format=%h").strip() == kept.commit
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    with pytest.raises(UsageError, match="is no whole repository"):
        keep(tmp_path / "broken", A)
    assert not list(tmp_path.glob(".git/objects/??")), "nothing was added to the outer one"


FULL_GIT = """#!/bin/sh
for last; do :; done
mkdir -p "$2/$last/.git"  # git -C FOLDER init … NAME
echo "fatal: cannot copy a template: No space left on device" >&2
exit 128
"""


def test_a_repository_that_cannot_be_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(FULL_GIT, encoding="utf-8")
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(UsageError, match=r"git init failed: .*No space left on device — make room there"):
        keep(tmp_path / "deep" / "kept", A)
    assert not (tmp_path / "deep").exists()


def test_a_folder_that_cannot_be_made_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file", encoding="utf-8")
    with pytest.raises(UsageError, match=r"kept: File exists — .* another folder"):
        keep(tmp_path / "kept", A)


def test_the_digest_shows_what_changed_and_what_is_unsaved(tmp_path: Path) -> None:
    keep(tmp_path, A, B)
    changed = Config("r-a", {"frr": "hostname r-a\nagentx\n"})
    taken = [Taken(changed, changed, "configured by an at 10:00, never saved")]
    kept = backup(taken, tmp_path, missed={"r-b": "is gone"}, origin=ORIGIN)
    told = digest(kept, tmp_path, ORIGIN)
    assert told.startswith("1 devices changed, 1 were missed, 1 unsaved\n")
    assert "r-a has unsaved changes: configured by an at 10:00" in told
    assert "r-b was missed: is gone" in told
    assert "\n+agentx\n" in told


def test_no_news_are_no_digest(tmp_path: Path) -> None:
    keep(tmp_path, A)
    assert digest(keep(tmp_path, A), tmp_path, ORIGIN) == ""


# ── the way back ────────────────────────────────────────────────────────────


def test_what_was_kept_is_found_by_commit_and_by_time(tmp_path: Path) -> None:
    first = keep(tmp_path, A)
    keep(tmp_path, Config("r-a", {"frr": "hostname other\n"}))
    assert kept_text(tmp_path, "r-a", revision=first.commit, box=None) == (str(A), False)
    assert "other" in kept_text(tmp_path, "r-a", revision="HEAD", box=None)[0]
    assert "other" in kept_text(tmp_path, "r-a", revision="now", box=None)[0]
    with pytest.raises(UsageError, match="none before such a time"):
        kept_text(tmp_path, "r-a", revision="2001-01-01", box=None)
    with pytest.raises(UsageError, match="has no commit 'deadbeef'"):
        kept_text(tmp_path, "r-a", revision="deadbeef", box=None)
    with pytest.raises(UsageError, match=r"holds no r-b.cfg at HEAD"):
        kept_text(tmp_path, "r-b", revision="HEAD", box=None)


def test_a_sealed_backup_holds_the_true_text_for_who_has_the_key(tmp_path: Path) -> None:
    true = Config("r-a", {"frr": "password swordfish\n"})
    taken = [Taken(Config("r-a", {"frr": "password <secret aa>\n"}), true)]
    backup(taken, tmp_path, missed={}, origin=ORIGIN, box=BOX)
    again = backup(taken, tmp_path, missed={}, origin=ORIGIN, box=BOX)
    assert again.commit == ""  # sealed anew only where the text is another
    assert kept_text(tmp_path, "r-a", revision="HEAD", box=BOX) == (str(true), True)
    assert "swordfish" not in git(tmp_path, "log", "-p")
    with pytest.raises(SecretError, match="another secret than the backup/key"):
        kept_text(tmp_path, "r-a", revision="HEAD", box=Box("backup/key", "another"))


def mark(value: str) -> str:
    return {"swordfish": "aa", "herring": "bb"}[value]


def test_secrets_are_found_by_their_marks() -> None:
    kept = Config("r-a", {"frr": "neighbor x password <secret aa>\n"})
    now = Config("r-a", {"frr": "neighbor y password herring\nneighbor z password swordfish\n"})
    assert unmarked(kept, PLATFORM, (now,), mark).parts == {"frr": "neighbor x password swordfish\n"}


def test_a_secret_that_is_lost_is_told_with_its_line() -> None:
    """Half a configuration is not restored."""
    kept = Config("r-a", {"frr": "neighbor x password <secret aa>\n"})
    now = Config("r-a", {"frr": "neighbor y password herring\n"})
    with pytest.raises(Refused, match="the first in `neighbor x password <secret aa>`"):
        unmarked(kept, PLATFORM, (now,), mark)


def test_a_secret_in_a_form_of_the_devices_own_stays_as_it_runs() -> None:
    """It has no mark: it is found by the line that it stands in, and never guessed where two are alike."""
    platform = Platform("vrp", "ssh", (), blind=(re.compile(r"cipher (\S+)"),))
    kept = Config("r-a", {"vrp": "aaa\n user an cipher <secret>\n"})
    now = Config("r-a", {"vrp": "aaa\n user an cipher %^%#x\n user bo cipher %^%#y\n"})
    assert unmarked(kept, platform, (now,), mark).parts == {"vrp": "aaa\n user an cipher %^%#x\n"}
    twice = Config("r-a", {"vrp": "aaa\n user an cipher %^%#x\n user an cipher %^%#y\n"})
    with pytest.raises(Refused, match=r"1 secrets .* `user an cipher <secret>`"):
        unmarked(kept, platform, (twice,), mark)
