"""What the history of audits costs: a thousand devices, 120 rules, day after day.

    python benchmarks/history.py [DAYS] [FILE|URL]

A tenth of all findings fail at first; every day one in a hundred of them is mended, as many come anew, the
lines of every file move, and one device in a hundred does not answer.  Told are the CPU time of
recording a day, and the size.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kgnet.history import History, place
from kgnet.model.history import Asked
from kgnet.model.outcome import COLLECT, Evidence, Finding, Severity, Status

DEVICES, RULES = 1000, 120
BEGIN = datetime(2026, 1, 1, 3, tzinfo=UTC)


def main() -> None:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        where = sys.argv[2] if len(sys.argv) > 2 else f"{folder}/history.sqlite"
        kept, draw = History(place(where)), random.Random(1)
        devices = [f"r-{number}" for number in range(DEVICES)]
        keys = [(f"KG-X-{rule:03}", device) for device in devices for rule in range(RULES)]
        failing = set(draw.sample(keys, len(keys) // 10))
        spent, sizes = [], []
        for day in range(days):
            failing = _tomorrow(failing, keys, draw) if day else failing
            findings = _findings(devices, failing, {*draw.sample(devices, DEVICES // 100)}, day)
            asked = Asked("bench", BEGIN + timedelta(days=day), "bench", "hardening", "live")
            began = time.process_time()
            kept.remember(findings, asked)
            spent.append(time.process_time() - began)
            sizes.append(Path(where).stat().st_size if kept.where.file else 0)
        began = time.process_time()
        standing = len(kept.standing())
        looked = time.process_time() - began
    print(f"{len(findings)} findings a day, {len(failing)} of them fail; {standing} stand in the history")
    print(
        f"recording: the first day {spent[0]:.2f} s, later {sorted(spent[1:])[len(spent) // 2 - 1]:.2f} s CPU"
    )
    print(f"reading what stands: {looked:.2f} s CPU")
    if sizes[0]:
        daily = (sizes[-1] - sizes[0]) / max(1, days - 1)
        year = (sizes[0] + 364 * daily) / 1e6
        print(f"size: {sizes[0] / 1e6:.1f} MB after a day, {daily / 1e3:.0f} kB a day, {year:.0f} MB a year")


def _tomorrow(
    failing: set[tuple[str, str]], keys: list[tuple[str, str]], draw: random.Random
) -> set[tuple[str, str]]:
    many = len(failing) // 100
    return failing - {*draw.sample(sorted(failing), many)} | {*draw.sample(keys, many)}


def _findings(devices: list[str], failing: set[tuple[str, str]], silent: set[str], day: int) -> list[Finding]:
    told = []
    for device in devices:
        if device in silent:
            why = (Evidence("no answer within 10 s"),)
            told.append(Finding(COLLECT, device, device, Status.ERROR, Severity.CRITICAL, why))
            continue
        for number in range(RULES):
            rule = f"KG-X-{number:03}"
            fails = (rule, device) in failing
            seen = Evidence(f"neighbour 10.0.{number}.1 (hub1) has no key", f"{device}.cfg:{day + number}")
            status = Status.FAIL if fails else Status.PASS
            told.append(Finding(rule, device, device, status, Severity.HIGH, (seen,) if fails else ()))
    return told


if __name__ == "__main__":
    main()
