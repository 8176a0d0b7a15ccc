"""Backup: a Git history of what devices ran, one commit a run, nothing half."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kgnet.backup import backup
from kgnet.errors import UsageError
from kgnet.model.config import Config

A, B = Config("r-a", {"frr": "hostname r-a\n"}), Config("r-b", {"frr": "hostname r-b\n"})


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the user's."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path))


def git(folder: Path, *argv: str) -> str:
    return subprocess.run(["git", "-C", folder, *argv], capture_output=True, text=True, check=True).stdout


def test_the_first_run_makes_the_repository(tmp_path: Path) -> None:
    kept = backup([A, B], tmp_path / "kept", missed={})
    assert kept.changed == ("r-a", "r-b")
    assert git(tmp_path / "kept", "log", "--format=%h %s").split(" ", 1) == [
        kept.commit,
        "2 of 2 devices changed: r-a, r-b\n",
    ]
    assert (tmp_path / "kept" / "r-a.cfg").read_text(encoding="utf-8") == str(A)


def test_without_a_change_there_is_no_commit(tmp_path: Path) -> None:
    backup([A, B], tmp_path, missed={})
    kept = backup([A, B], tmp_path, missed={})
    assert (kept.commit, kept.changed) == ("", ())
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "1\n"


def test_a_device_that_was_missed_keeps_its_file(tmp_path: Path) -> None:
    """The history says who was missed and why."""
    backup([A, B], tmp_path, missed={})
    changed = Config("r-a", {"frr": "hostname r-a\nagentx\n"})
    kept = backup([changed], tmp_path, missed={"r-b": "is gone"})
    assert kept.changed == ("r-a",)
    assert (tmp_path / "r-b.cfg").read_text(encoding="utf-8") == str(B)
    assert git(tmp_path, "log", "-1", "--format=%B").splitlines() == [
        "1 of 2 devices changed: r-a",
        "",
        "changed: r-a",
        "missed: r-b: is gone",
        "",
    ]


def test_files_of_nobody_are_told_and_left(tmp_path: Path) -> None:
    backup([A, B], tmp_path, missed={}, devices=("r-a", "r-b"))
    assert backup([A], tmp_path, missed={}, devices=("r-a",)).strangers == ("r-b.cfg",)
    assert (tmp_path / "r-b.cfg").exists()


def test_other_files_of_the_repository_are_not_committed(tmp_path: Path) -> None:
    backup([A], tmp_path, missed={})
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    git(tmp_path, "add", "notes.txt")
    backup([B], tmp_path, missed={})
    assert git(tmp_path, "show", "--stat", "--format=", "HEAD").split()[0] == "r-b.cfg"


def test_a_broken_repository_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError, match=r"git status failed: fatal: not a git repository"):
        backup([A], tmp_path, missed={})
