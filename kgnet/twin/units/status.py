"""How a unit truly is: a record under /run/twin/units says what was started, /proc whether it still runs."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from kgnet.twin.units import processes
from kgnet.twin.units.unit import Unit

RECORDS = Path("/run/twin/units")
Record = tuple[float, bool, list[tuple[int, int]]]  # since (Unix time, seconds), failed, (pid, started) pairs


class Status:
    """ActiveState, SubState and main pid (0: none), as systemd names them."""

    __slots__ = ("active", "main", "since", "sub")

    def __init__(self, active: str, sub: str, main: int = 0, since: float = 0.0) -> None:
        self.active = active
        self.sub = sub
        self.main = main
        self.since = since


def status(unit: Unit) -> Status:
    """How the unit is right now."""
    record = read(unit)
    if record is None:
        return Status("inactive", "dead")
    since, failed, pids = record
    if failed:
        return Status("failed", "failed", 0, since)
    living = [pid for pid, started in pids if processes.alive(pid, started)]
    main = main_pid(unit) or (living or [0])[0]
    if main or living:
        return Status("active", "running", main, since)
    if unit.yes("RemainAfterExit") and not pids:
        return Status("active", "exited", 0, since)
    if unit.one("Type") == "oneshot":
        return Status("inactive", "dead", 0, since)
    return Status("failed", "failed", 0, since)


def main_pid(unit: Unit, wait_s: float = 0.0) -> int:
    """The living process that the unit's PIDFile names, or 0."""
    until = time.monotonic() + wait_s
    while unit.one("PIDFile"):
        with contextlib.suppress(OSError, ValueError):
            pid = int((Path("/run") / unit.one("PIDFile")).read_text())
            if processes.process(pid):
                return pid
        if time.monotonic() >= until:
            break
        time.sleep(0.02)
    return 0


def stamped(pids: set[int]) -> list[tuple[int, int]]:
    """The living among *pids*, each with when it started."""
    found = (processes.process(pid) for pid in sorted(pids))
    return [(one.pid, one.started) for one in found if one]


def read(unit: Unit) -> Record | None:
    """What was recorded when it was started last, if it was."""
    try:
        since, failed, *pairs = (RECORDS / unit.name).read_text().split()
    except FileNotFoundError:
        return None
    return (
        float(since),
        failed == "failed",
        [(int(p), int(s)) for p, _, s in (x.partition(":") for x in pairs)],
    )


def write(unit: Unit, pids: list[tuple[int, int]], *, failed: bool = False) -> None:
    """Record what was started; *pids* as `stamped` gives them."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    words = [str(time.time()), "failed" if failed else "ok", *(f"{pid}:{started}" for pid, started in pids)]
    (RECORDS / unit.name).write_text(" ".join(words))
