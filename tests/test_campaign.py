"""A short campaign of fault injection in every test run; the long one is `python tests/campaign.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from campaign import VENDORS

CAMPAIGN = Path(__file__).with_name("campaign.py")


def test_nothing_stays_half_done_whatever_breaks() -> None:
    """One run of each vendor, in processes of their own: deployers are forked, which wants no threads."""
    runs = str(len(VENDORS))
    done = subprocess.run(
        [sys.executable, CAMPAIGN, runs, "2"], capture_output=True, text=True, check=False, timeout=500
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{runs} runs in" in done.stdout
