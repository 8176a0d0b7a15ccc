"""What `pip install` brings is the whole product: templates, packs, roles, playbooks, inventories."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kgnet import paths

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked into it, far from the checkout."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "site")
    return place / "site"


def kgnet(installed: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from kgnet.cli import main; main()", *argv]
    env = os.environ | {"PYTHONPATH": str(installed)}
    return subprocess.run(command, cwd=installed, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("folder", ["inventories", "playbooks", "roles", "templates"])
def test_every_file_comes_along(installed: Path, folder: str) -> None:
    here = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()}
    there = installed / "kgnet/share"
    assert here
    assert all((there / path).is_file() for path in here)


def test_packs_rules_and_data_come_along(installed: Path) -> None:
    for folder in ("packs", "data", "export/rules", "twin/units"):
        here = [
            path
            for path in (paths.PACKAGE / folder).rglob("*")
            if path.suffix in (".yml", ".csv", ".cfg", ".py")
        ]
        assert here, folder
        assert all((installed / "kgnet" / path.relative_to(paths.PACKAGE)).is_file() for path in here)


def test_it_works_from_there(installed: Path, tmp_path: Path) -> None:
    lab = str(installed / "kgnet/share/inventories/lab")
    assert kgnet(installed, "inventory", "check", "-i", lab).returncode == 0
    rendered = kgnet(installed, "render", "-i", lab, "-o", str(tmp_path / "out"))
    assert rendered.returncode == 0, rendered.stderr
    judged = kgnet(installed, "audit", "-i", lab, "--config-dir", str(tmp_path / "out"))
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_ansible_finds_everything_from_there(installed: Path) -> None:
    lab = str(installed / "kgnet/share/inventories/lab")
    checked = kgnet(installed, "playbook", "site", "-i", lab, "--list-tasks")
    assert checked.returncode == 0, checked.stderr
    assert "host_baseline" in checked.stdout


def test_napalm_finds_frrs_driver_there(installed: Path) -> None:
    """By its name alone, as the drivers of NAPALM's community are found."""
    find = "import napalm; print(napalm.get_network_driver('frr').__module__)"
    command = [sys.executable, "-c", find]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    found = subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, timeout=60, check=False
    )
    assert found.stdout.strip() == "napalm_frr.frr", found.stderr
