"""Backup of the lab: the command and the playbook, and the way back."""

from __future__ import annotations

import json
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
    kept = json.loads((lab.state / "results" / "backup.json").read_text(encoding="utf-8"))
    assert {"hub1", "dns1"} <= set(kept["devices"])


def test_the_playbook_keeps_them_too(lab: Lab, tmp_path: Path) -> None:
    arguments = ("--limit", "hub1", "-e", f"backup_folder={tmp_path}/kept")
    done = lab.playbook("backup", *arguments)
    assert done.returncode == 0, done.stdout
    assert "changed=1" in done.stdout
    assert "changed=0" in lab.playbook("backup", *arguments).stdout
    assert (tmp_path / "kept" / "hub1.cfg").exists()


def kgnet(lab: Lab, *words: str) -> str:
    done = lab.run(str(KGNET), *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_somebody_changed_by_hand_is_put_back(lab: Lab, tmp_path: Path) -> None:
    """The drill: unsaved work at the router is told, the digest shows it, restore removes it."""
    folder, news = str(tmp_path / "kept"), tmp_path / "news"
    kgnet(lab, "backup", "-o", folder, "--sealed", "--limit", "r-902")
    first = (tmp_path / "kept" / "r-902.cfg").read_text(encoding="utf-8")
    by_hand = ("configure terminal", "interface up1", "description by hand")
    lab.must("r-902", "vtysh", *(word for command in by_hand for word in ("-c", command)))
    kept = lab.run(str(KGNET), "backup", "-o", folder, "--limit", "r-902", "--digest", str(news))
    assert kept.returncode == 0, kept.stderr
    assert "has unsaved changes" in kept.stderr
    assert "+ description by hand" in news.read_text(encoding="utf-8")
    looked = lab.run(str(KGNET), "backup", "restore", "r-902", "--from", folder, "--at", "HEAD~1", "--check")
    assert looked.returncode == 2, looked.stdout + looked.stderr
    assert "description by hand" in looked.stdout
    told = kgnet(lab, "backup", "restore", "r-902", "--from", folder, "--at", "HEAD~1", "--yes")
    assert "1 changed" in told
    kgnet(lab, "backup", "-o", folder, "--limit", "r-902")
    assert (tmp_path / "kept" / "r-902.cfg").read_text(encoding="utf-8") == first
    kgnet(lab, "journal", "--verify")
    assert "restore r-902 HEAD~1: 1 changed" in kgnet(lab, "journal", "-n", "1")
