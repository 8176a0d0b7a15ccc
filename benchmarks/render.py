"""How long the whole province takes from its files to the text of every device, and to compare those texts.

    python benchmarks/render.py [RUNS]

Bar: design and render under 5 s of CPU on one core.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.model.config import Config
from kgnet.plan import plan
from kgnet.render import render

ROOT = Path(__file__).resolve().parent.parent
KGNET = Path(sys.executable).with_name("kgnet")
PROVINCE = ROOT / "inventories" / "kiengiang"


def command() -> float:
    """Return the seconds of CPU of `kgnet render -o DIR`, the start of the interpreter included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        argv = [str(KGNET), "render", "-i", str(PROVINCE), "-o", folder]
        subprocess.run(argv, check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def drifted(config: Config) -> Config:
    """Return *config* with a line changed in the middle of its first part."""
    name, text = next(iter((name, text) for name, text in config.parts.items() if text))
    lines = text.splitlines()
    lines[len(lines) // 2] += " drifted"
    return replace(config, parts={**config.parts, name: "\n".join(lines)})


def main(runs: int) -> None:
    province = inventory.load(PROVINCE)
    fleet = design(province)
    configs = [render(device, paths.templates()) for device in fleet.devices.values()]
    pairs = [(config, drifted(config)) for config in configs]
    steps: dict[str, Callable[[], object]] = {
        "load": lambda: inventory.load(PROVINCE),
        "design": lambda: design(province),
        "render": lambda: [render(device, paths.templates()) for device in fleet.devices.values()],
        "plan, nothing to do": lambda: [plan(config, config) for config in configs],
        "plan, one line each": lambda: [plan(*pair) for pair in pairs],
    }
    lines = sum(str(config).count("\n") for config in configs)
    print(f"{len(configs)} devices, {lines} lines; {runs} runs, medians of CPU seconds:")
    for what, work in steps.items():
        print(f"  {what:20} {statistics.median(cpu(work) for _ in range(runs)):6.3f}")
    print(f"  {'kgnet render, whole':20} {statistics.median(command() for _ in range(runs)):6.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
