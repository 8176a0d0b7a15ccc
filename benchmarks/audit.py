"""How long the audit of a folder of configurations takes, against ciscoconfparse2; drift against other tools.

    python benchmarks/audit.py [DEVICES [SAMPLE [ROUNDS]]]      (pip install -e '.[bench]')

DEVICES IOS configurations of some 600 lines (`audit_fleet.py` tells what differs between them) lie in a
folder. kgnet does what `kgnet audit --config-dir DIR --pack hardening` does with each: reads and redacts
the file, takes it apart, reads the facts, asks every rule of the pack, makes the findings. ciscoconfparse2
parses the same files and searches them for the 20 expressions in PEER; it gets SAMPLE of them, spread
evenly, since it takes so long, and both figures are a device's. They take turns. Whether the faults in the
files are found is told.

Drift is the comparison behind KG-INT-01: how kgnet tells the differences section by section, against
netutils' compliance and the remediation of hier_config, on the pairs of `plan.py`.

Bars: 40 times less CPU than ciscoconfparse2, 20 times less than each of the others; linear from 600 to 40,000
lines; memory that does not grow with the devices.
"""

from __future__ import annotations

import gc
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import audit_fleet
import plan as pairs
from ciscoconfparse2 import CiscoConfParse
from loguru import logger

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
LARGE = (600, 6_000, 40_000)
PEER = (  # (in which blocks, what must or must not stand there): as such scripts have them
    *(("", rf"^{line}") for line in ("aaa new-model", "service password-encryption", "no ip source-route")),
    *(
        ("", rf"^{line}")
        for line in ("ip ssh version 2", "no ip http server", "login block-for", "no cdp run")
    ),
    *(
        ("", rf"^{line}")
        for line in ("service timestamps log datetime", "logging host", "ntp server", "banner")
    ),
    *(("", rf"^{line}") for line in ("snmp-server community", "enable secret 9", "security passwords")),
    *(
        (r"^line vty", line)
        for line in (r"^\s+transport input ssh$", r"^\s+exec-timeout", r"^\s+access-class")
    ),
    *((r"^interface", line) for line in (r"^\s+no ip proxy-arp", r"^\s+no ip redirects", r"^\s+description")),
)


def cpu(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that *work* takes; what others left behind is swept up before."""
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


# ── who audits ──────────────────────────────────────────────────────────────


def ours(folder: Path, devices: int) -> list[Finding]:
    """Audit the files; this is what the command does, but for the report."""
    asked, rules = packs.load(PACK, found(Rule))
    judge, findings = judging(rules, asked, live=False), []
    for device, have in read_folder(folder, audit_fleet.fleet(devices)):
        assert not isinstance(have, DeviceError), have
        findings += judge(device, have)
    return findings


def theirs(files: Sequence[Path]) -> int:
    """Parse the files one by one and ask the 20 questions of each."""
    return sum(len(answer) for file in files for answer in _answers(_parsed(file)))


def _parsed(file: Path) -> CiscoConfParse:
    return CiscoConfParse(file.read_text(encoding="utf-8").splitlines(), syntax="ios")


def _answers(parsed: CiscoConfParse) -> Iterator[list[object]]:
    for inside, line in PEER:
        if inside:
            yield list(parsed.find_parent_objects_wo_child(inside, line))
        else:
            yield list(parsed.find_objects(line))


def audits(devices: int, sample: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), devices)
        size = sum(file.read_text().count("\n") for file in files) / devices
        asked = files[:: max(1, devices // sample)]
        print(f"{devices} files of {size:.0f} lines, {len(asked)} of them for the peer; {rounds} rounds, CPU")
        ours(Path(folder), devices)  # what is imported and compiled on first use is not counted for anybody
        theirs(asked[:1])
        turns = [
            (
                cpu(lambda: ours(Path(folder), devices)) / devices,
                cpu(lambda: [_parsed(file) for file in asked]) / len(asked),
                cpu(lambda: theirs(asked)) / len(asked),
            )
            for _ in range(rounds)
        ]
        mine, parsing, whole = (statistics.median(each) for each in zip(*turns, strict=True))
        for who, seconds in (
            (f"kgnet, pack {PACK}", mine),
            ("ciscoconfparse2, parsing only", parsing),
            (f"ciscoconfparse2, {len(PEER)} expressions", whole),
        ):
            print(f"  {who:32} {seconds * 1000:8.2f} ms a device {seconds / mine:7.1f} x")
        told(ours(Path(folder), devices), devices)


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
    """Print what a device of more lines costs."""
    for lines in LARGE:
        with tempfile.TemporaryDirectory() as folder:
            files = written(Path(folder), 2, lines)
            count = sum(file.read_text().count("\n") for file in files)
            seconds = statistics.median(cpu(lambda: ours(Path(folder), 2)) for _ in range(5))
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


def main(devices: int, sample: int, rounds: int) -> None:
    logger.remove()  # the peer tells on the terminal what it thinks of a line
    audits(devices, sample, rounds)
    sizes()
    memory()
    drifts(100, rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        peak(sys.argv[2], int(sys.argv[3]))
    else:
        given = [int(each) for each in sys.argv[1:]]
        main(*given, *(1000, 50, 3)[len(given) :])
