"""What memory and time `kgnet audit` of a folder takes, the whole command: from few files to many.

    python benchmarks/audit_memory.py [FILES…] [--formats jsonl,json,text] [--rounds 5]

The files are those of `audit_fleet.py`, short ones. Told are the peak of memory of the largest process, the
time on the clock and the CPU time of all, for each format; then the last number of files by one process and
by two, in turns, with the medians.

Bars: memory that does not grow by more than 15 % from 100 files to 5,000, with a history as without one;
two processes on two idle cores take at most 0.6 of the time of one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import audit_fleet

LINES = 60  # of each file
COMMAND = "from kgnet.cli import main; main()"


def measured(folder: Path, form: str, *options: str) -> tuple[float, float, float]:
    """Audit the folder; return the peak of memory in MB, and the seconds that passed and of CPU."""
    argv = [sys.executable, "-c", COMMAND, "audit", "--no-inventory", "--config-dir", str(folder)]
    argv += ["--format", form, "--output", os.devnull, *options]
    began = time.monotonic()
    child = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode in (0, 2), child.returncode
    return used.ru_maxrss / 1000, time.monotonic() - began, used.ru_utime + used.ru_stime


def written(folder: Path, files: int) -> None:
    for number, name in enumerate(audit_fleet.fleet(files).devices, 1):
        (folder / f"{name}.cfg").write_text(audit_fleet.text(number, LINES), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=int, default=[100, 1000, 5000])
    parser.add_argument("--formats", default="jsonl,json,text")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    for files in wanted.files:
        with tempfile.TemporaryDirectory() as name:
            folder, history = Path(name) / "configs", Path(name) / "history.sqlite"
            folder.mkdir()
            written(folder, files)
            for form in wanted.formats.split(","):
                told(f"{files:5} files, {form}", measured(folder, form, "--history", "none"))
            for day in ("first", "second"):
                told(
                    f"{files:5} files, {day} in a history",
                    measured(folder, "jsonl", "--history", str(history)),
                )
            if files == wanted.files[-1]:
                spread(folder, files, wanted.rounds)


def spread(folder: Path, files: int, rounds: int) -> None:
    """Tell the medians of one process and of two, in turns: what else the machine does meets both alike."""
    runs: dict[str, list[tuple[float, float, float]]] = {"1": [], "2": []}
    for _ in range(rounds):
        for jobs, kept in runs.items():
            kept.append(measured(folder, "jsonl", "-j", jobs, "--history", "none"))
    for jobs, kept in runs.items():
        megabytes, passed, cpu = (statistics.median(column) for column in zip(*kept, strict=True))
        told(f"{files:5} files, -j{jobs}, median of {rounds}", (megabytes, passed, cpu))
    ratio = statistics.median(two[1] / one[1] for one, two in zip(runs["1"], runs["2"], strict=True))
    print(f"{files:5} files: -j2 takes {ratio:.2f} of the time of -j1", flush=True)


def told(what: str, figures: tuple[float, float, float]) -> None:
    megabytes, passed, cpu = figures
    print(f"{what:32} {megabytes:6.1f} MB  {passed:7.2f} s, CPU {cpu:7.2f} s", flush=True)


if __name__ == "__main__":
    main()
