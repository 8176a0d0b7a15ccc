"""How long the whole province takes from its files to the text of every device, and to compare those texts.

    python benchmarks/render.py [RUNS] [--pyavd PYTHON]

Bars: design and render under 5 s of CPU on one core; and, if PYTHON has pyavd 6 in an environment of its own,
ten times as many leaves in a second of CPU as it makes of a fabric like the province's (benchmarks/avd.py):
the same VLANs, segments and ports, and about as many lines.  Ours counts a device's share of reading and
designing the province, AVD's that of validating its inputs and its facts.  The two take turns, so that both
meet the same noise.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.model.config import Config
from kgnet.model.fleet import Device, Fleet
from kgnet.model.province import Role
from kgnet.plan import plan
from kgnet.render import render

ROOT = Path(__file__).resolve().parent.parent
KGNET = Path(sys.executable).with_name("kgnet")
PROVINCE = ROOT / "inventories" / "kiengiang"
PEER = Path(__file__).with_name("avd.py")


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


def rendered(devices: Sequence[Device]) -> list[Config]:
    return [render(device, paths.templates()) for device in devices]


def steps(runs: int, fleet: Fleet) -> None:
    province, devices = inventory.load(PROVINCE), list(fleet.devices.values())
    configs = rendered(devices)
    pairs = [(config, drifted(config)) for config in configs]
    work: dict[str, Callable[[], object]] = {
        "load": lambda: inventory.load(PROVINCE),
        "design": lambda: design(province),
        "render": lambda: rendered(devices),
        "plan, nothing to do": lambda: [plan(config, config) for config in configs],
        "plan, one line each": lambda: [plan(*pair) for pair in pairs],
    }
    lines = sum(str(config).count("\n") for config in configs)
    print(f"{len(configs)} devices, {lines} lines; {runs} runs, medians of CPU seconds:")
    for what, each in work.items():
        print(f"  {what:20} {statistics.median(cpu(each) for _ in range(runs)):6.3f}")
    print(f"  {'kgnet render, whole':20} {statistics.median(command() for _ in range(runs)):6.3f}")


def ours(leaves: Sequence[Device], devices: int) -> float:
    """Return the seconds of CPU for a leaf, its share of reading and designing the province included."""
    shared = cpu(lambda: design(inventory.load(PROVINCE)))
    return shared / devices + cpu(lambda: rendered(leaves)) / len(leaves)


def theirs(python: str) -> tuple[float, int]:
    """Return pyavd's seconds of CPU for a leaf, and how many lines that has."""
    done = subprocess.run([python, str(PEER), "1"], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    said = json.loads(done.stdout)
    return said["seconds"][0], said["lines"]["leaf1"]


def compare(runs: int, fleet: Fleet, python: str) -> None:
    leaves = list(fleet.with_role(Role.LEAF))
    lines = str(rendered(leaves)[0]).count("\n")
    turns = [(ours(leaves, len(fleet.devices)), theirs(python)) for _ in range(runs)]
    mine = statistics.median(each for each, _ in turns)
    peer = statistics.median(each for _, (each, _) in turns)
    for name, seconds, length in (("kgnet", mine, lines), ("pyavd", peer, turns[0][1][1])):
        print(f"  {name}  {1 / seconds:7.1f} leaves of {length} lines in a second of CPU")
    print(f"  ratio  {peer / mine:7.1f} (bar: 10)")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="?", type=int, default=5)
    parser.add_argument("--pyavd", metavar="PYTHON", default="")
    wanted = parser.parse_args()
    fleet = design(inventory.load(PROVINCE))
    steps(wanted.runs, fleet)
    if wanted.pyavd:
        compare(wanted.runs, fleet, wanted.pyavd)


if __name__ == "__main__":
    main()
