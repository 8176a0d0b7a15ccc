"""Runs on a real router: what was approved is done, a killed run is taken up, what was done is undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import KGNET, Lab
from test_deploy_live import (
    DRIFT,
    MEND,
    ROUTER,
    armed,
    deploying,
    edit,
    loaded,
    pending,
    pid_of,
    running,
    until,
)
from test_deploy_live import router as router  # noqa: PLC0414 — pytest finds fixtures by name
from test_deploy_live import templates as templates  # noqa: PLC0414
from test_deploy_live import wanted as wanted  # noqa: PLC0414


def kgnet(lab: Lab, *words: str, code: int = 0) -> str:
    done = lab.run(str(KGNET), *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def last_run(lab: Lab) -> str:
    runs = json.loads(kgnet(lab, "journal", "-n", "1", "--format", "json"))
    return str(runs[0]["run"])


def test_what_was_approved_is_done_and_can_be_undone(lab: Lab, router: str, tmp_path: Path) -> None:
    """The way from a plan that somebody signs to the change, and back again."""
    lab.must(router, *DRIFT)
    plan = tmp_path / "approved.plan"
    kgnet(lab, "plan", "--limit", ROUTER, "-o", str(plan), code=2)
    told = kgnet(lab, "deploy", str(plan), "--yes")
    assert "1 changed" in told
    assert "commune" in told.lower() or "site" in told.lower(), "who is behind the router is told first"
    assert pending(lab) == []
    run = last_run(lab)
    assert "1 changed" in kgnet(lab, "deploy", "--undo", run, "--yes")
    assert [change["line"] for change in pending(lab)] == ["ip route 198.51.100.0/24 blackhole"]
    assert f"undo {run}: 1 changed" in kgnet(lab, "journal", "-n", "1")
    lab.must(router, *MEND)
    kgnet(lab, "journal", "--verify")


def test_a_plan_is_refused_when_the_device_has_changed_since(lab: Lab, router: str, tmp_path: Path) -> None:
    plan = tmp_path / "approved.plan"
    lab.must(router, *DRIFT)
    kgnet(lab, "plan", "--limit", ROUTER, "-o", str(plan), code=2)
    also = "ip route 203.0.113.0/24 blackhole"
    lab.must(router, "vtysh", "-c", "configure", "-c", also)
    assert "has changed since the plan was made" in kgnet(lab, "deploy", str(plan), "--yes", code=1)
    lab.must(router, "vtysh", "-c", "configure", "-c", f"no {also}")
    lab.must(router, *MEND)


@pytest.mark.parametrize("way", ["--resume", "--undo"])
def test_a_killed_run_is_taken_up_or_taken_back(lab: Lab, router: str, templates: Path, way: str) -> None:
    """Nobody has to wait for the device's timer, or to guess what the dead run had done."""
    before = running(lab)
    edit(templates, "frr.j2", "log syslog informational", "log syslog notifications")
    with deploying(lab, templates, "--confirm-timeout", "120") as process:
        until(loaded(lab, "notifications"))
        lab.must("operator", "kill", "-KILL", pid_of(templates))
        process.wait(10)
    assert armed(lab)
    told = kgnet(lab, "deploy", way, last_run(lab), "--yes", "--templates", str(templates))
    assert not armed(lab)
    if way == "--resume":
        assert "1 changed" in told
        assert "log syslog notifications" in running(lab)
        kgnet(lab, "deploy", "--limit", ROUTER, "--yes")
    else:
        assert "changed nothing" in told
    assert running(lab) == before
