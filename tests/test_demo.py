"""The demo where no twin can be had: it says what would enable one, and shows emulated vendor devices."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KGNET = Path(sys.executable).with_name("kgnet")


@pytest.mark.xdist_group("emulate-playbook")
def test_without_namespaces_vendor_devices_are_emulated(tmp_path: Path) -> None:
    """From out of the box to audited, with one mistake on the way that a device takes back by itself."""
    git = shutil.which("git")
    assert git
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    env = {"PATH": f"{KGNET.parent}:{tmp_path / 'bin'}", "HOME": str(tmp_path)}
    done = subprocess.run(
        [str(KGNET), "demo"], env=env, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    first = done.stderr.splitlines()[0]
    assert first.startswith("no twin here: missing")
    assert "apt-get install" in first
    told = " ".join(done.stderr.split())
    assert "10 of 10 devices would change" in told
    assert "181 sites, 44 rooms, 17 services, 6923 mailboxes" in told
    assert "9 waves; 10 changed" in told
    assert "10 devices, all as wanted" in told
    assert "rolled back cannot be managed any more" in told
    assert "it has its old configuration back" in told
    assert "2 runs, the chain of hashes is whole" in told
    assert "10 changed, commit" in told
    assert " error" not in told
    assert not any((tmp_path / ".local" / "state" / "kgnet" / "emulated").iterdir()), "nothing is left"
