"""Runs on emulated devices: one that lives, one that died, plans that no longer hold, days without change."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulated import KGNET, PROVINCE, Net, emulated

FORTI, EOS = "r-31072", "r-910"
pytestmark = pytest.mark.xdist_group("runs")


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Net]:
    """Two devices as wanted."""
    with emulated(tmp_path_factory.mktemp("runs"), FORTI, EOS) as one:
        one.kgnet("deploy", "-i", PROVINCE, "--yes", "--despite-freeze")
        yield one


@pytest.fixture
def changed(net: Net, tmp_path: Path) -> Iterator[str]:
    """An inventory that wants something else; in the end the devices are as the true one wants."""
    folder = tmp_path / "changed"
    shutil.copytree(PROVINCE, folder)
    settings = folder / "province.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("contact: noc@", "contact: phone@"), encoding="utf-8")
    yield str(folder)
    for device in (FORTI, EOS):
        fault(net, device, "none")
    net.kgnet("deploy", "-i", PROVINCE, "--yes", "--despite-freeze")


def fault(net: Net, device: str, *words: str) -> None:
    net.kgnet("emulate", "fault", device, *words)


def deploying(inventory: str) -> list[str]:
    return [KGNET, "emulate", "exec", "--", KGNET, "deploy", "-i", inventory, "-l", FORTI, "--yes",
            "--despite-freeze"]  # fmt: skip


def last(net: Net) -> str:
    return net.kgnet("journal", "--last", "1").split()[0]


def test_an_empty_name_is_no_run(net: Net, changed: str) -> None:
    """An unset variable of a shell must not become a deploy."""
    for way in ("--undo", "--resume"):
        said = net.kgnet("deploy", "-i", changed, way, "", "--yes", code=1)
        assert "no run is named ''" in said
    assert net.kgnet("plan", "-i", PROVINCE).startswith("0 of 2")


def test_restore_takes_one_device_by_its_name(net: Net, tmp_path: Path) -> None:
    net.kgnet("backup", "-i", PROVINCE, "-o", str(tmp_path / "kept"))
    words = ("backup", "restore", f"{EOS}:{FORTI}", "-i", PROVINCE, "--from", str(tmp_path / "kept"))
    assert "is no device of" in net.kgnet(*words, "--check", code=1)


def test_a_run_that_lives_is_neither_resumed_nor_undone(net: Net, changed: str) -> None:
    fault(net, FORTI, "slow", "--at", "execute cfg save", "--value", "25")
    with subprocess.Popen(
        deploying(changed), stdout=subprocess.PIPE, text=True, env=net.environment()
    ) as process:
        assert process.stdout
        run = next(line.split()[1] for line in process.stdout if line.startswith("run "))
        assert f"under way, process {process.pid}" in net.kgnet("journal", "--last", "1") or last(net) == run
        for way in ("--resume", "--undo"):
            assert f"run {run} is under way: process" in net.kgnet("deploy", way, run, "-i", changed, code=1)
        assert "1 changed" in process.stdout.read()
    assert process.returncode == 0
    assert "under way" not in net.kgnet("journal", "--last", "1")


def test_a_killed_run_is_resumed_once(net: Net, changed: str) -> None:
    fault(net, FORTI, "hang", "--at", "execute cfg save")
    with subprocess.Popen(
        deploying(changed), stdout=subprocess.PIPE, text=True, env=net.environment()
    ) as process:
        assert process.stdout
        run = next(line.split()[1] for line in process.stdout if line.startswith("run "))
        end = time.monotonic() + 60
        while "cfg save" not in net.kgnet("emulate", "log", FORTI) and time.monotonic() < end:
            time.sleep(0.2)
        os.kill(int(net.kgnet("journal", "--last", "1").split()[-1]), signal.SIGKILL)
    assert f"died — `kgnet deploy --resume {run}` goes on" in net.kgnet("journal", "--last", "1")
    fault(net, FORTI, "none")
    again = net.kgnet("deploy", "--resume", run, "-i", changed, "-l", FORTI, "--yes", "--despite-freeze")
    assert re.search(rf"^{FORTI} +restored", again, re.MULTILINE)
    assert "1 changed" in again
    assert "1 resumed" in net.kgnet("journal", "--last", "2")
    assert "died" not in net.kgnet("journal", "--last", "2")
    assert "left nothing to do" in net.kgnet("deploy", "--resume", run, "-i", changed)


def test_a_plan_is_held_against_the_devices_before_the_question(
    net: Net, changed: str, tmp_path: Path
) -> None:
    path = str(tmp_path / "plan.json")
    net.kgnet("plan", "-i", changed, "-o", path, code=2)
    said = net.kgnet("deploy", path, "-i", PROVINCE, "--check")
    assert "0 of 2 devices are not as wanted" in said, "they are as this inventory wants them"
    other = Path(changed) / "province.yml"
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace("contact: phone@", "contact: fax@"), encoding="utf-8")
    said = net.kgnet("deploy", path, "-i", changed, "--yes", "--despite-freeze", code=1)
    assert f"{EOS}: the intent for it has changed since the plan was made" in said
    other.write_text(text, encoding="utf-8")
    net.kgnet("deploy", "-i", changed, "-l", EOS, "--yes", "--despite-freeze")
    said = net.kgnet("deploy", path, "-i", changed, "--check", code=2)
    assert "1 of 2 devices are not as wanted" in said, "one is so already"
    fax = tmp_path / "fax"
    shutil.copytree(changed, fax)
    (fax / "province.yml").write_text(text.replace("contact: phone@", "contact: fax@"), encoding="utf-8")
    net.kgnet("deploy", "-i", str(fax), "-l", EOS, "--yes", "--despite-freeze")
    said = net.kgnet("deploy", path, "-i", changed, "--yes", "--despite-freeze", code=1)
    assert f"{EOS}: has changed since the plan was made" in said
    assert "run " not in said, "one device that changed, and none is touched"


def test_a_device_that_nobody_reaches_stops_no_other(net: Net, changed: str) -> None:
    fault(net, EOS, "login", "--times", "0")
    said = net.kgnet("deploy", "-i", changed, "--yes", "--despite-freeze", code=1)
    assert "1 of 2 devices are not as wanted, 1 could not be compared" in said
    assert "1 failed" in said
    assert "1 changed" in said
    run = last(net)
    told = net.kgnet("journal", run)
    assert re.search(rf"{EOS} +ended +failed", told)
    assert re.search(rf"{FORTI} +ended +changed", told)
    fault(net, EOS, "none")
    said = net.kgnet("deploy", "--resume", run, "-i", changed, code=2)
    assert f"not well then: {EOS} — `kgnet deploy --limit {EOS}`" in said
    said = net.kgnet("deploy", "--undo", run, "-i", changed, "-l", EOS, code=1)
    assert f"changed none of the devices asked for; it changed {FORTI}" in said


def test_a_frozen_device_waits_and_no_other_does(net: Net, changed: str) -> None:
    with (Path(changed) / "freezes.csv").open("a", encoding="utf-8") as file:
        file.write("today,31072,2020-01-01 00:00,2099-01-01 00:00,Somebody looks\n")
    said = net.kgnet("deploy", "-i", changed, "--yes", code=2)
    assert f"{FORTI}: no change now: freeze today" in said
    assert re.search(rf"^{EOS} +changed", said, re.MULTILINE)
    assert "1 not tried" in said


def test_a_journal_that_was_tampered_with_is_told_in_a_line(net: Net, tmp_path: Path) -> None:
    copy = tmp_path / "state"
    shutil.copytree(net.state, copy)
    with sqlite3.connect(copy / "journal.sqlite") as raw:
        raw.execute("UPDATE entry SET detail = '[]' WHERE step = 'begin'")
    environment = net.environment() | {"KGNET_STATE": str(copy)}
    done = subprocess.run([KGNET, "journal"], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert re.fullmatch(
        r"error: entry \d+ is not as it was written — `kgnet journal --verify`\n", done.stderr
    )


def test_a_state_folder_that_is_none_is_told_before_anything_is_asked(net: Net, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = net.environment() | {"KGNET_STATE": str(tmp_path / "file")}
    argv = [KGNET, "emulate", "exec", "--", KGNET, "deploy", "-i", PROVINCE]
    done = subprocess.run(argv, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert "name another folder in KGNET_STATE" in done.stderr


@pytest.mark.parametrize("text", ["[" * 100_000, json.dumps({"format": "kgnet plan 1"})])
def test_what_is_no_plan_is_told_in_a_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [KGNET, "deploy", str(path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"error: {path}: ")
