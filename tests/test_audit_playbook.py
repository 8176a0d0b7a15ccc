"""`playbooks/audit.yml` over files: fails at a threshold, keeps the reports, shows no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import shipped

from kgnet import paths
from kgnet.render import render

LAB = paths.inventories() / "lab"
KGNET = Path(sys.executable).with_name("kgnet")
SECRET = "Qz7tr0ngXk"


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    """Two routers, one of them with a wrong name (low) and a secret in its text."""
    folder = tmp_path / "configs"
    folder.mkdir()
    for name in ("hub1", "r-899"):
        text = str(render(shipped.fleet("lab").devices[name], paths.templates()))
        if name == "r-899":
            text = text.replace("hostname r-899", f"hostname old\npassword {SECRET}")
        (folder / f"{name}.cfg").write_text(text)
    return folder


def playbook(configs: Path, *extra: str) -> subprocess.CompletedProcess[str]:
    state = configs.parent / "state"
    settings = [f"audit_config_dir={configs}", f"audit_folder={state}", "audit_history=none", *extra]
    words = [word for each in settings for word in ("-e", each)]
    return subprocess.run(
        [str(KGNET), "playbook", "audit", "-i", str(LAB), "--limit", "hub1:r-899", *words],
        capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "NO_COLOR": "1", "ANSIBLE_FORCE_COLOR": "0"},
    )  # fmt: skip


def test_the_threshold_decides_and_the_reports_are_kept(configs: Path) -> None:
    """Below it the play ends well; at it, it fails and says where to look; each site's own is kept apart."""
    state = configs.parent / "state"
    passed = playbook(configs, "audit_fails_from=never", "audit_sites=true")
    assert passed.returncode == 0, passed.stdout[-3000:] + passed.stderr[-1000:]
    report = state / "audit-report.json"
    found = json.loads(report.read_text())["findings"]
    assert {"hub1", "r-899"} <= {row["device"] for row in found}
    assert any(row["rule"] == "KG-ACC-18" and row["status"] == "fail" for row in found)
    (day,) = (state / "audit-sites").iterdir()
    sites = {path.name: json.loads(path.read_text())["findings"] for path in day.iterdir()}
    assert sorted(sites) == ["899.json", "DC.json"]
    assert {row["site"] for row in sites["899.json"]} == {"899"}
    assert [path.stat().st_mode & 0o777 for path in (report, *day.iterdir())] == [0o640] * 3
    assert not (state / "audit.json").exists(), "files are no record of what runs"
    failed = playbook(configs, "audit_fails_from=low")
    assert failed.returncode == 2
    assert "KG-ACC-18" in failed.stdout
    assert str(report) in failed.stdout
    said = passed.stdout + passed.stderr + failed.stdout + failed.stderr + report.read_text()
    assert SECRET not in said


def test_an_unknown_threshold_is_told_at_once(configs: Path) -> None:
    """Before anything is judged."""
    done = playbook(configs, "audit_fails_from=severe")
    assert done.returncode == 2
    assert "audit_fails_from is severe: one of low, medium, high, critical, never wanted" in done.stdout
    assert not (configs.parent / "state").exists()
