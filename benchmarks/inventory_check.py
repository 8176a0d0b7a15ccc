"""How long `kgnet inventory check` of the whole province takes, the start of the interpreter included.

    python benchmarks/inventory_check.py [RUNS]

Bar: under 1 s of wall time on two cores.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KGNET = Path(sys.executable).with_name("kgnet")
COMMAND = [str(KGNET), "inventory", "check", "-i", str(ROOT / "inventories" / "kiengiang")]


def run() -> tuple[float, float]:
    """Return the seconds of wall time and of CPU that one check took."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(COMMAND, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(runs: int) -> None:
    walls, cpus = zip(*(run() for _ in range(runs)), strict=True)
    print(f"kgnet inventory check, {runs} runs, medians:")
    print(f"  wall {statistics.median(walls):.3f} s   cpu {statistics.median(cpus):.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
