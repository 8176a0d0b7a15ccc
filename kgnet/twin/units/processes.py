"""Which processes there are, and how to end them; there are no cgroups in a node, but few processes."""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path

MARK = "TWIN_UNIT"


class Process:
    """One process of /proc: `started` in clock ticks since boot."""

    __slots__ = ("parent", "pid", "session", "started")

    def __init__(self, pid: int, parent: int, session: int, started: int) -> None:
        self.pid = pid
        self.parent = parent
        self.session = session
        self.started = started


def process(pid: int) -> Process | None:
    """The living process of that id; a zombie is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else Process(pid, int(fields[1]), int(fields[3]), int(fields[19]))


def everyone() -> dict[int, Process]:
    """Every living process of this node."""
    found = (process(int(name)) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208
    return {one.pid: one for one in found if one}


def alive(pid: int, started: int) -> bool:
    """Whether that very process still runs."""
    found = process(pid)
    return found is not None and found.started == started


def recycled(pid: int, started: int) -> bool:
    """Whether another process has that number now."""
    found = process(pid)
    return found is not None and found.started != started


def marked(pid: int, unit: str) -> bool:
    """Whether a process carries a unit's mark in its environment."""
    try:
        return f"{MARK}={unit}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def family(roots: set[int], unit: str) -> set[int]:
    """The *roots* that live, all that came of them, and whatever carries the unit's mark; never ourselves.

    A dead root still names its session, which its children are in.
    """
    living = everyone()
    found = {pid for pid in living if pid in roots or marked(pid, unit)}
    sessions = roots | {living[pid].session for pid in found if living[pid].session == pid}
    found |= {one.pid for one in living.values() if one.session in sessions}
    while more := {one.pid for one in living.values() if one.parent in found} - found:
        found |= more
    return found - {os.getpid(), os.getppid(), 1}


def end(pids: set[int], number: int, timeout_s: float, *, kill: bool = True) -> None:
    """Signal processes, wait until they are gone, and kill what is still there after *timeout_s*."""
    left = _gone(_signal(pids, number), timeout_s)
    if left and kill:
        _gone(_signal(left, signal.SIGKILL), timeout_s)


def _signal(pids: set[int], number: int) -> set[int]:
    sent = set()
    for pid in pids:
        try:
            os.kill(pid, number)
            sent.add(pid)
        except ProcessLookupError:
            continue
    return sent


def _gone(pids: set[int], timeout_s: float) -> set[int]:
    """Wait for the end of processes; returns those that live on."""
    until = time.monotonic() + timeout_s
    for pid in pids:
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        select.select([fd], [], [], max(0.0, until - time.monotonic()))
        os.close(fd)
        _reap(pid)
    return {pid for pid in pids if process(pid)}


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # not a child of ours
