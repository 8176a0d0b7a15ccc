"""The demo where no twin can be had: it says what would enable one, and does all that needs none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

KGNET = Path(sys.executable).with_name("kgnet")


def test_without_namespaces_it_plans_and_audits_recorded_devices(tmp_path: Path) -> None:
    """r-30790 was recorded after somebody had edited it by hand.

    Fails when the lab's intent changed since: record anew with `kgnet backup` in a provisioned twin.
    """
    env = {"PATH": str(KGNET.parent), "HOME": str(tmp_path)}
    done = subprocess.run(
        [str(KGNET), "demo"], env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    first = done.stderr.splitlines()[0]
    assert first.startswith("no twin here: missing")
    assert "apt-get install" in first
    assert "19 devices, open on r-30790" in done.stdout
    assert "2 fail" in done.stdout
