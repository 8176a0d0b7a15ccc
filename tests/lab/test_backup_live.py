"""Backup of the lab: the command and the playbook."""

from __future__ import annotations

from pathlib import Path

from conftest import KGNET, Lab


def test_the_lab_is_kept_without_its_secrets(lab: Lab, tmp_path: Path) -> None:
    """All devices, complete; a plan against the files is empty."""
    folder = tmp_path / "kept"
    first = lab.run(str(KGNET), "backup", "-o", str(folder), "--limit", "hub1:dns1")
    assert first.returncode == 0, first.stderr
    assert "2 changed, commit" in first.stdout
    assert (
        "nothing changed" in lab.run(str(KGNET), "backup", "-o", str(folder), "--limit", "hub1:dns1").stdout
    )
    assert "password <secret " in (folder / "hub1.cfg").read_text(encoding="utf-8")
    plan = lab.run(str(KGNET), "plan", "--config-dir", str(folder), "--limit", "hub1:dns1")
    assert plan.returncode == 0, plan.stdout


def test_the_playbook_keeps_them_too(lab: Lab, tmp_path: Path) -> None:
    arguments = ("--limit", "hub1", "-e", f"backup_folder={tmp_path}/kept")
    done = lab.playbook("backup", *arguments)
    assert done.returncode == 0, done.stdout
    assert "changed=1" in done.stdout
    assert "changed=0" in lab.playbook("backup", *arguments).stdout
    assert (tmp_path / "kept" / "hub1.cfg").exists()
