"""How much memory a twin really takes: shared pages are counted once (proc(5), smaps_rollup, Pss)."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path


def by_node(nodes: dict[str, int]) -> dict[str, dict[str, int]]:
    """For each node's first pid: how many processes it has, and their proportional set size in bytes."""
    spaces = {_space(pid): name for name, pid in nodes.items()}
    found = {name: {"processes": 0, "pss_bytes": 0} for name in nodes}
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):  # noqa: PTH208
        if name := spaces.get(_space(pid), ""):
            found[name]["processes"] += 1
            found[name]["pss_bytes"] += _pss_bytes(pid)
    return found


def _space(pid: int) -> str:
    with suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/pid")  # noqa: PTH115  # the link's text is the namespace's number
    return f"gone {pid}"


def _pss_bytes(pid: int) -> int:
    with suppress(OSError):
        if found := re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M):
            return int(found[1]) * 1024
    return 0
