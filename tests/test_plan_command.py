"""`kgnet plan` over files: exit codes, lines, JSON and the record that the exporter reads."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import shipped
from conftest import KGNET, LAB

from kgnet import paths
from kgnet.errors import UsageError
from kgnet.plan import file
from kgnet.render import render


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What two devices would run if they were as wanted."""
    fleet = shipped.fleet("lab")
    for name in ("hub1", "dns1"):
        text = str(render(fleet.devices[name], paths.templates()))
        (tmp_path / f"{name}.cfg").write_text(text, encoding="utf-8")
    return tmp_path


def plan(folder: Path, *options: str, limit: str = "hub1:dns1") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KGNET_")}
    command = [str(KGNET), "plan", "-i", str(LAB), "--limit", limit, "--config-dir", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def drift(folder: Path) -> None:
    path = folder / "hub1.cfg"
    text = path.read_text(encoding="utf-8").replace("log syslog informational\n", "log syslog debugging\n")
    path.write_text(text, encoding="utf-8")


def test_nothing_to_do_is_0(folder: Path) -> None:
    done = plan(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "0 of 2 devices would change: +0 −0 lines\n"


def test_something_to_do_is_2(folder: Path) -> None:
    """The exact lines, each with its device; no colour where nobody looks."""
    drift(folder)
    done = plan(folder)
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert lines[0] == "# hub1"
    assert "-log syslog debugging" in lines
    assert "+log syslog informational" in lines
    assert "\x1b" not in done.stdout


def test_programs_read_json(folder: Path) -> None:
    drift(folder)
    rows = {row["device"]: row for row in json.loads(plan(folder, "--format", "json").stdout)}
    assert rows["dns1"] == {"device": "dns1", "changes": [], "error": None}
    assert rows["hub1"]["changes"] == [
        {"action": "remove", "part": "frr", "path": [], "line": "log syslog debugging"},
        {"action": "add", "part": "frr", "path": [], "line": "log syslog informational"},
    ]


def test_a_device_without_evidence_is_an_error(folder: Path) -> None:
    """The others are shown; the exit code is not that of a fleet as wanted."""
    done = plan(folder, limit="hub1:dns1:r-899")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: r-899: {folder}/r-899.cfg is not there")


def test_what_was_found_is_recorded_for_the_exporter(folder: Path, tmp_path: Path) -> None:
    drift(folder)
    plan(folder, "--record", str(tmp_path / "state" / "drift.json"), limit="hub1:dns1:r-899")
    record = json.loads((tmp_path / "state" / "drift.json").read_text(encoding="utf-8"))
    rows = {row.pop("device"): row for row in record["devices"]}
    since = rows["hub1"].pop("since")
    assert since == record["time"]
    assert rows["hub1"] == {"add": 1, "remove": 1}
    assert rows["dns1"] == {"add": 0, "remove": 0}
    assert "is not there" in rows["r-899"]["error"]


def test_the_age_of_a_drift_outlives_runs_and_ends_with_it(folder: Path, tmp_path: Path) -> None:
    """The first plan that saw it dates it; a device that cannot be read has not been mended by that."""
    kept, long_ago = tmp_path / "drift.json", "2026-01-02T03:04:05+00:00"

    def since() -> dict[str, str | None]:
        plan(folder, "--record", str(kept), limit="hub1:dns1:r-899")
        return {row["device"]: row.get("since") for row in json.loads(kept.read_text())["devices"]}

    drift(folder)
    rows = [{"device": name, "since": long_ago} for name in ("hub1", "dns1", "r-899")]
    kept.write_text(json.dumps({"time": long_ago, "devices": rows}))
    assert since() == {"hub1": long_ago, "dns1": None, "r-899": long_ago}
    kept.write_text("no record")
    assert since()["hub1"] not in (None, long_ago)


# ── what else it tells ──────────────────────────────────────────────────────


def test_the_configuration_after_the_change_is_the_one_that_is_wanted(folder: Path) -> None:
    drift(folder)
    rows = {row["device"]: row for row in json.loads(plan(folder, "--format", "json").stdout)}
    (folder / "hub1.cfg").write_text(rows["hub1"]["predicted"], encoding="utf-8")
    assert plan(folder).returncode == 0


def test_people_see_the_predicted_configuration_if_they_ask(folder: Path) -> None:
    drift(folder)
    lines = plan(folder, "--predicted").stdout.splitlines()
    start = lines.index("# hub1: its configuration then")
    assert "log syslog informational" in lines[start:]
    assert "log syslog debugging" not in lines[start:]


def test_a_part_that_is_loaded_whole_says_so_instead_of_commands(folder: Path) -> None:
    drift(folder)
    lines = plan(folder, "--commands").stdout.splitlines()
    assert lines[lines.index("# hub1: to type") + 1].startswith("# nothing: ")


def test_the_way_back_is_the_other_way_round(folder: Path) -> None:
    drift(folder)
    lines = plan(folder, "--reverse").stdout.splitlines()
    back = lines[lines.index("# hub1: the way back") + 1 :]
    assert back[:3] == [" #= frr", "-log syslog informational", "+log syslog debugging"]


def test_programs_get_all_of_it(folder: Path) -> None:
    drift(folder)
    rows = {row["device"]: row for row in json.loads(plan(folder, "--format", "json").stdout)}
    assert (rows["hub1"]["commands"], rows["hub1"]["reverse"]) == ([], [])  # FRR is loaded as a whole text
    assert "log syslog informational\n" in rows["hub1"]["predicted"]


def test_a_plan_is_kept_in_a_file_that_nobody_can_change_unseen(folder: Path, tmp_path: Path) -> None:
    drift(folder)
    path = tmp_path / "plan.json"
    assert plan(folder, "-o", str(path), limit="hub1:dns1:r-899").returncode == 1
    assert path.stat().st_mode & 0o777 == 0o640
    kept = file.read(path.read_text(encoding="utf-8"), str(path))
    assert (kept.whole, kept.limit, list(kept.failed)) == (False, "hub1:dns1:r-899", ["r-899"])
    assert [(each.plan.device, len(each.plan.changes)) for each in kept.devices] == [("hub1", 2), ("dns1", 0)]
    assert kept.blast
    hub = kept.devices[0]
    assert hub.running != hub.predicted
    with pytest.raises(UsageError):
        file.read(path.read_text(encoding="utf-8").replace("debugging", "notifications"), str(path))
