"""`kgnet emulate`: devices in a process of their own, nothing left behind, two side by side."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgnet.emulate import launch
from kgnet.emulate.device import Spec
from kgnet.emulate.keys import Folder
from kgnet.errors import TwinError

KGNET = Path(sys.executable).with_name("kgnet")
PROVINCE = Path("inventories/kiengiang")


def kgnet(*argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(KGNET), *argv], capture_output=True, text=True, timeout=60, check=False, env=os.environ | environ
    )


def specs(*names: str) -> list[Spec]:
    return [Spec(name, "cisco_ios", management="10.0.0.1/24") for name in names]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    one = Folder(tmp_path / "one")
    yield one
    launch.down(one)


def test_hubs_of_the_province_are_emulated_found_faulted_and_gone(folder: Folder) -> None:
    at = {"KGNET_EMULATED": str(folder.path)}
    up = kgnet("emulate", "up", "-i", str(PROVINCE), "--only", "hub1:hub2", **at)
    assert up.returncode == 0, up.stderr
    assert up.stdout.startswith("2 devices emulated")
    shown = json.loads(kgnet("emulate", "status", "--format", "json", **at).stdout)
    assert [device["name"] for device in shown] == ["hub1", "hub2"]
    seen = kgnet(
        "emulate", "exec", "--", "printenv", "KGNET_ENDPOINTS", "KGNET_SSH_USER", **at
    ).stdout.split()
    assert json.loads(Path(seen[0]).read_text())["hub1"]["ssh"] == shown[0]["endpoints"]["ssh"]
    assert kgnet("emulate", "fault", "hub1", "slow", "--at", "^show", "--value", "1", **at).returncode == 0
    for wrong in (("slow", "--at", "[", "--value", "1"), ("slow", "--value", "abc"), ("slow",), ("dialect",)):
        refused = kgnet("emulate", "fault", "hub1", *wrong, **at)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
        assert "it ended" not in refused.stderr
    assert "Traceback" not in folder.log.read_text()
    assert "slow ^show" in kgnet("emulate", "status", **at).stdout
    assert "fault ordered: slow" in kgnet("emulate", "log", "hub1", **at).stdout
    assert "hostname hub1" in kgnet("emulate", "show", "hub1", **at).stdout
    assert "explode" in kgnet("emulate", "fault", "hub1", "explode", **at).stderr
    assert "no device 'hub9'" in kgnet("emulate", "log", "hub9", **at).stderr
    again = kgnet("emulate", "up", "-i", str(PROVINCE), "--only", "hub1", **at)
    assert (again.returncode, "already emulated" in again.stderr) == (1, True)
    pid = int(folder.pid.read_text())
    assert kgnet("emulate", "down", **at).returncode == 0
    assert not folder.path.exists()
    left = Path(f"/proc/{pid}/cmdline")
    assert not left.exists() or left.read_bytes() == b"", "it ended, whether or not init has noticed"


def test_a_provisioned_device_is_as_wanted_and_a_bare_one_is_not(folder: Folder) -> None:
    """The rendered text is one that the device starts with, and prints again."""
    at = {"KGNET_EMULATED": str(folder.path)}
    argv = ["emulate", "up", "-i", str(PROVINCE), "--only", "hub1:spine1"]
    for more, code in ((["--provisioned"], 0), ([], 2)):
        assert kgnet(*argv, *more, **at).returncode == 0
        done = kgnet("emulate", "exec", "--", str(KGNET), "plan", **at)
        assert " of 2 devices" in done.stdout, "no other is meant, and none is spoken to"
        assert done.returncode == code, done.stdout + done.stderr
        assert kgnet("emulate", "down", **at).returncode == 0


def test_two_run_side_by_side_and_end_apart(folder: Folder, tmp_path: Path) -> None:
    other = Folder(tmp_path / "other")
    assert launch.up(folder, specs("a"), outside={}) == 1
    assert launch.up(other, specs("a", "b"), outside={}) == 2
    assert launch.down(other)
    assert not other.path.exists()
    assert [device["name"] for device in launch.ask(folder, "status")["devices"]] == ["a"]


def test_what_a_killed_emulation_has_left_is_cleaned_up(folder: Folder) -> None:
    launch.up(folder, specs("a"), outside={})
    pid = int(folder.pid.read_text())
    ended = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([ended], [], [], 10)[0]
    os.close(ended)
    with pytest.raises(TwinError, match="nothing is emulated there"):
        launch.ask(folder, "status")
    assert launch.up(folder, specs("b"), outside={}) == 1
    assert [device["name"] for device in launch.ask(folder, "status")["devices"]] == ["b"]


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(TwinError, match="not empty"):
        launch.up(Folder(tmp_path), specs("a"), outside={})
    assert not launch.down(Folder(tmp_path))
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_failure_on_the_way_up_leaves_nothing(folder: Folder) -> None:
    with pytest.raises(TwinError, match="cisco_nxos"):
        launch.up(folder, [Spec("a", "cisco_nxos")], outside={})
    assert not folder.path.exists()


def test_starting_with_configurations_needs_one_for_every_device(folder: Folder, tmp_path: Path) -> None:
    configs = tmp_path / "configs"
    configs.mkdir()
    (configs / "hub1.cfg").write_text("hostname FROM-FILE\nend\n")
    argv = [
        "emulate",
        "up",
        "-i",
        str(PROVINCE),
        "--state",
        str(folder.path),
        "--configs",
        str(configs),
        "--only",
    ]
    wrong = kgnet(*argv, "hub1:hub2")
    assert (wrong.returncode, "no configuration for hub2" in wrong.stderr) == (1, True)
    assert kgnet(*argv, "hub1").returncode == 0
    assert "hostname FROM-FILE" in launch.ask(folder, "running", device="hub1")["text"]
    launch.ask(folder, "reboot", device="hub1")
    assert "hostname FROM-FILE" in launch.ask(folder, "running", device="hub1")["text"]
