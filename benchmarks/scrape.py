"""What a scrape costs: the whole province, 30 % of it dead, and as many more devices as wanted, by SNMPv3.

    unshare --net python benchmarks/scrape.py [DEVICES …]        default: 500 1000 2000 20000 devices

Within a network namespace of its own another process stands in for the province (`standin.py`): every device
has eight interfaces at least, rooms answer SIP over TLS, mail STARTTLS; the dead answer nothing, no echo
either.  More than MOST devices are shared among exporters, a process each, which are scraped in turn, as
Prometheus spreads its targets over the interval.  Figures are those of the exporter's process alone, each the
median of five scrapes after the first.  Exit 1 where the province misses its bar.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import peer
from standin import AUTH, PRIV, USER, made, over_tls, own_network, padded, serving, silence

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.export.asked import Job, samples
from kgnet.export.collector import Collector
from kgnet.export.devices import Poller, jobs
from kgnet.export.shard import Shard
from kgnet.export.text import text
from kgnet.measure import measure
from kgnet.model.fleet import Fleet, Target
from kgnet.model.outcome import Sample
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.wire.snmp import Agents, Credentials

TIMEOUT_S, ROUNDS, MOST = 4.0, 5, 2500
WALL_S, CPU_S, DEAD_WALL_S, RESIDENT_MIB = 2.0, 1.0, 3.0, 143.0  # the bars; 150 MB


@dataclass(frozen=True, slots=True)
class Cost:
    """What a scrape took, the median of some, and what the first took."""

    answered: int  # devices
    successes: int  # of rooms, mail, names and applications
    wall_s: float
    cpu_s: float
    resident_mib: float
    size_kib: float
    first: tuple[float, float]

    def __str__(self) -> str:
        return (
            f"{self.answered:5} answer, {self.successes:3} services {self.wall_s:6.2f} s wall"
            f" {self.cpu_s:6.2f} s CPU {self.resident_mib:5.0f} MiB {self.size_kib:6.0f} KiB;"
            f" first {self.first[0]:.2f} s, {self.first[1]:.2f} s CPU"
        )


def cost(scrape: Callable[[], Iterable[Sample]], shown: frozenset[str] = frozenset()) -> Cost:
    figures = []
    for _ in range(ROUNDS + 1):
        cpu, wall = peer.own(), time.perf_counter()
        said = list(scrape())
        size = len(text(said))
        figures.append((time.perf_counter() - wall, peer.own() - cpu))
    walls, cpus = (median(each) for each in zip(*figures[1:], strict=True))
    answered = sum(sample.value for sample in said if sample.name == "device_scrape_success")
    successes = sum(sample.value for sample in said if sample.name in shown)

    return Cost(int(answered), int(successes), walls, cpus, peer.resident_mib(), size / 1024, figures[0])


def credentials() -> Credentials:
    return Credentials.of(USER, AUTH, PRIV)


def whole(fleet: Fleet, authority: Path) -> Cost:
    """Scrape the province as `kgnet export` does, every certificate verified."""

    def measured(target: Target) -> Iterable[Sample]:
        probe, options = one(Probe, target.module), dict(target.options)
        trust = {"ca_file": str(authority)} if "ca_file" in probe.options else {}
        return measure(probe, target.target, options | trust)

    agents = Agents(credentials())
    collector = Collector(fleet, measured, agents=agents)
    collector._poller = Poller(
        map(padded, jobs(fleet)), agents
    )  # eight interfaces each: who has fewer gets more
    return cost(
        lambda: collector.collect(TIMEOUT_S), frozenset(dict(each.labels)["shows"] for each in fleet.targets)
    )


def missed(title: str, found: Cost, answered: int, services: int, wall_s: float) -> Iterable[str]:
    """Yield what is not as the bar has it."""
    print(f"{title:<20} {found}", flush=True)
    if (found.answered, found.successes) != (answered, services):
        yield f"{title}: {answered} devices and {services} services were to answer"
    if found.wall_s > wall_s or found.cpu_s > CPU_S or found.resident_mib > RESIDENT_MIB:
        yield f"{title}: the bar is {wall_s} s of wall clock, {CPU_S} s of CPU, {RESIDENT_MIB} MiB"


def polled(asked: Iterable[Job]) -> Callable[[], Iterable[Sample]]:
    poller = Poller(asked, Agents(credentials(), timeout_s=10))  # one process answers for all of them

    def scrape() -> Iterable[Sample]:
        return (sample for answers in poller.poll(60) for sample in samples(answers))

    return scrape


def exporter(count: int, part: tuple[int, int], turn: Connection) -> None:
    """Be one of several exporters: tell the cost when it is our turn, and stay until all have told."""
    shard = Shard(*part)
    scrape = polled([job for job in made(count) if shard.holds(job.device)])
    turn.recv()
    turn.send(cost(scrape))
    turn.recv()


def shared(count: int) -> None:
    """Share *count* devices among exporters, MOST each at most by the mean."""
    parts = ceil(count / MOST)
    new = multiprocessing.get_context("spawn")
    turns = []
    for number in range(1, parts + 1):
        ours, theirs = new.Pipe()
        new.Process(target=exporter, args=(count, (number, parts), theirs), daemon=True).start()
        turns.append(ours)
    found: list[Cost] = []
    for turn in turns:
        turn.send("yours")
        found.append(turn.recv())
        print(f"  {len(found)}/{parts}               {found[-1]}", flush=True)
    for turn in turns:
        turn.send("done")
    cpu_s, resident_mib = sum(each.cpu_s for each in found), [each.resident_mib for each in found]
    print(
        f"{count} devices: {parts} exporters, {sum(each.answered for each in found)} answer;"
        f" {cpu_s:.1f} s CPU a scrape of all, {max(each.wall_s for each in found):.1f} s wall at most;"
        f" {sum(resident_mib):.0f} MiB in all, {max(resident_mib):.0f} at most"
    )


def province(folder: Path) -> list[str]:
    fleet = over_tls(design(inventory.load(paths.inventories() / "kiengiang")))
    with serving(fleet, folder) as authority:
        faults = [
            *missed("the province", whole(fleet, authority), len(fleet.devices), len(fleet.targets), WALL_S)
        ]
        dead = sorted(fleet.devices)[::10] + sorted(fleet.devices)[3::10] + sorted(fleet.devices)[7::10]
        silence(fleet, dead)
        gone = {str(fleet.devices[name].address) for name in dead}
        left = sum(target.target not in gone for target in fleet.targets)
        found = whole(fleet, authority)
        faults += missed("… 30 % of it dead", found, len(fleet.devices) - len(dead), left, DEAD_WALL_S)
        for count in map(int, sys.argv[1:] or ("500", "1000", "2000", "20000")):
            if count > MOST:
                shared(count)
            else:
                print(f"{f'{count} devices, SNMP':<20} {cost(polled(made(count)))}", flush=True)
    return faults


def main() -> None:
    own_network()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit("\n".join(province(Path(folder))) or None)


if __name__ == "__main__":
    main()
