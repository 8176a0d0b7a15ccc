"""How long the audit of a folder of configurations takes, against ciscoconfparse2; drift against other tools.

    python benchmarks/audit.py [DEVICES [SAMPLE [ROUNDS]]] [--ciscoconfparse2 PYTHON]

DEVICES IOS configurations of some 600 lines (`audit_fleet.py` tells what differs between them) lie in a
folder. kgnet does what `kgnet audit --config-dir DIR --pack hardening` does with each: reads and redacts
the file, takes it apart, reads the facts, asks every rule of the pack, makes the findings.
ciscoconfparse2 parses the same files and searches them for the 20 expressions in `audit_peer.py`; it gets
SAMPLE of them, spread evenly, since it takes so long, and both figures are a device's. They take turns.
Whether the faults in the files are found is told.

Drift is the comparison behind KG-INT-01: how kgnet tells the differences section by section, against
netutils' compliance and the remediation of hier_config, on the pairs of `plan.py`
(`pip install -e '.[bench]'`).  PYTHON is that of an environment of its own with `pip install
ciscoconfparse2==0.9.*`: it wants an older hier_config.

Bars: 40 times less CPU than ciscoconfparse2, 20 times less than each of the others; linear from 600 to 40,000
lines; memory that does not grow with the devices.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import audit_fleet
import plan as pairs

from kgnet.audit import judging
from kgnet.audit import pack as packs
from kgnet.audit.drift import drift
from kgnet.collect import read_folder
from kgnet.errors import DeviceError
from kgnet.model.config import Config
from kgnet.model.outcome import Finding, Status
from kgnet.plan import plan
from kgnet.plugins import found
from kgnet.ports import Rule

PACK = "hardening"
PEER = Path(__file__).with_name("audit_peer.py")
LARGE = (600, 6_000, 40_000)


def cpu(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that *work* takes; what others left behind is swept up before."""
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


# ── who audits ──────────────────────────────────────────────────────────────


def ours(folder: Path, devices: int) -> Iterator[Finding]:
    """Audit the files; this is what the command does, but for the report: no finding is kept."""
    asked, rules = packs.load(PACK, found(Rule))
    judge = judging(rules, asked, live=False)
    for device, have in read_folder(folder, audit_fleet.fleet(devices)):
        assert not isinstance(have, DeviceError), have
        yield from judge(device, have)


def audit_all(folder: Path, devices: int) -> None:
    deque(ours(folder, devices), maxlen=0)


def theirs(python: str, files: Sequence[Path]) -> tuple[float, float]:
    """Return the peer's seconds of CPU a file: parsing, and parsing and asking."""
    argv = [python, str(PEER), *map(str, files)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    parsing, whole = json.loads(done.stdout)
    return parsing / len(files), whole / len(files)


def audits(devices: int, sample: int, rounds: int, python: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), devices)
        size = sum(file.read_text().count("\n") for file in files) / devices
        asked = files[:: max(1, devices // sample)]
        print(f"{devices} files of {size:.0f} lines, {len(asked)} of them for the peer; {rounds} rounds, CPU")
        audited = partial(audit_all, Path(folder), devices)
        audited()  # what is imported and compiled on first use is not counted for anybody
        turns = [(cpu(audited) / devices, *theirs(python, asked)) for _ in range(rounds)]
        mine, parsing, whole = (statistics.median(each) for each in zip(*turns, strict=True))
        for who, seconds in (
            (f"kgnet, pack {PACK}", mine),
            ("ciscoconfparse2, parsing only", parsing),
            ("ciscoconfparse2, 20 expressions", whole),
        ):
            print(f"  {who:32} {seconds * 1000:8.2f} ms a device {seconds / mine:7.1f} x")
        told(list(ours(Path(folder), devices)), devices)


def written(folder: Path, devices: int, lines: int = 600) -> list[Path]:
    files = []
    for number, name in enumerate(audit_fleet.fleet(devices).devices, 1):
        files.append(folder / f"{name}.cfg")
        files[-1].write_text(audit_fleet.text(number, lines), encoding="utf-8")
    return files


def told(findings: Sequence[Finding], devices: int) -> None:
    """Print what came of it: something fast that finds nothing is no audit."""
    by = Counter(finding.status for finding in findings)
    failed = {(finding.device, finding.rule) for finding in findings if finding.status is Status.FAIL}
    planted = {
        (name, audit_fleet.FAULTS[fault].rule)
        for number, name in enumerate(audit_fleet.fleet(devices).devices, 1)
        if (fault := audit_fleet.fault_of(number))
    }
    print(f"  {len(findings)} findings: " + ", ".join(f"{count} {status}" for status, count in by.items()))
    print(f"  {len(planted & failed)} of {len(planted)} planted faults found")


def sizes() -> None:
    """Print what a device of more lines costs; the pack is read once for all."""
    asked, rules = packs.load(PACK, found(Rule))
    judge = judging(rules, asked, live=False)

    def judged(folder: Path) -> None:
        for device, have in read_folder(folder, audit_fleet.fleet(2)):
            assert not isinstance(have, DeviceError), have
            judge(device, have)

    for lines in LARGE:
        with tempfile.TemporaryDirectory() as name:
            files = written(Path(name), 2, lines)
            count = sum(file.read_text().count("\n") for file in files)
            seconds = statistics.median(cpu(partial(judged, Path(name))) for _ in range(9))
            each, line = seconds / 2 * 1000, seconds / count * 1e6
            print(f"  {count // 2:6} lines {each:8.2f} ms a device {line:6.2f} us a line")


def memory() -> None:
    """Print the peak of a process that audits few files, and of one that audits many."""
    for devices in (100, 1000):
        with tempfile.TemporaryDirectory() as folder:
            written(Path(folder), devices)
            argv = [sys.executable, __file__, "--peak", folder, str(devices)]
            done = subprocess.run(argv, check=True, capture_output=True, text=True)
            print(f"  {devices:5} files {int(done.stdout) / 1024:6.0f} MiB at most")


def peak(folder: str, devices: int) -> None:
    """Audit the files as the command does, a device at a time, and print the peak of memory in KiB."""
    asked, rules = packs.load(PACK, found(Rule))
    judge, count = judging(rules, asked, live=False), 0
    for device, have in read_folder(Path(folder), audit_fleet.fleet(devices)):
        assert not isinstance(have, DeviceError), have
        count += len(judge(device, have))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


# ── drift ───────────────────────────────────────────────────────────────────


def drifted(want: str, have: str) -> object:
    had = Config("hub1", {pairs.PART: have})
    return drift(plan(Config("hub1", {pairs.PART: want}), had), had)


def drifts(count: int, rounds: int) -> None:
    chance = random.Random(1)
    texts = [pairs.pair(chance, pairs.LINES, many=number % 10 == 0) for number in range(count)]
    print(f"drift of {count} pairs of {texts[0][0].count(chr(10))} lines, {rounds} rounds, CPU, medians")
    who = {"kgnet": drifted, "hier_config": pairs.hier, "netutils": pairs.netutils}
    for work in who.values():
        pairs.cpu(work, texts[:1])
    turns = [{name: pairs.cpu(work, texts) for name, work in who.items()} for _ in range(rounds)]
    medians = {name: statistics.median(turn[name] for turn in turns) for name in who}
    for name, seconds in medians.items():
        print(f"  {name:12} {seconds / count * 1000:8.2f} ms a pair {seconds / medians['kgnet']:7.1f} x")
    for lines in LARGE:
        pair = pairs.pair(chance, lines, many=False)
        seconds = statistics.median(pairs.cpu(drifted, [pair]) for _ in range(9))
        count = pair[0].count("\n")
        print(f"  {count:6} lines {seconds * 1000:8.2f} ms {seconds / count * 1e6:6.2f} us a line")


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, value in (("devices", 1000), ("sample", 50), ("rounds", 3)):
        parser.add_argument(name, nargs="?", type=int, default=value)
    parser.add_argument("--ciscoconfparse2", metavar="PYTHON", default="")
    wanted = parser.parse_args()
    if wanted.ciscoconfparse2:
        audits(wanted.devices, wanted.sample, wanted.rounds, wanted.ciscoconfparse2)
    sizes()
    memory()
    drifts(100, wanted.rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        peak(sys.argv[2], int(sys.argv[3]))
    else:
        main()
