"""What a scrape costs: the whole province, 30 % of it dead, and as many more devices as wanted, by SNMPv3.

    unshare --net python benchmarks/scrape.py [DEVICES …]        default: 500 1000 2000 devices

Within a network namespace of its own every address is this machine's: agents of ours answer for each device
from another process, the kernel answers echoes, and nobody rooms, mail and services: those are refused.
Figures are those of the exporter's process alone, each the median of five scrapes after the first.
"""

from __future__ import annotations

import multiprocessing
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median

import peer

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.emulate.agent import Agent, Tree
from kgnet.emulate.agent import Agents as Served
from kgnet.export.asked import COUNTERS, DISCONTINUITY, IF_OPER_STATUS, Job, Port, samples
from kgnet.export.collector import Collector
from kgnet.export.devices import Poller, jobs
from kgnet.export.text import text
from kgnet.measure import measure
from kgnet.model.fleet import Fleet, Target
from kgnet.model.outcome import Sample
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.wire.snmp import SYS_UPTIME, Agents, Credentials

PORT, TIMEOUT_S, ROUNDS, INTERFACES = 161, 4.0, 5, 8
USER, AUTH, PRIV = "kgnet-monitor", "the phrase that proves", "the phrase that hides"
MADE = "10.200."  # first half of the addresses of devices that no inventory has


def province() -> Fleet:
    return design(inventory.load(paths.inventories() / "kiengiang"))


def made(count: int) -> list[Job]:
    """Return *count* devices of 8 interfaces each, all of which count."""
    names = [f"Ethernet{index}" for index in range(1, INTERFACES + 1)]
    ports = tuple(Port(name, name, name, inner=True) for name in names)
    addresses = (f"{MADE}{number // 250}.{1 + number % 250}" for number in range(count))
    return [Job(address, address, ports, (), "linux") for address in addresses]


def tree(job: Job) -> Tree:
    """Return what an agent has that is asked *job*, and as much of IF-MIB."""
    columns = {IF_OPER_STATUS: "2|1", DISCONTINUITY: "67|0"} | dict.fromkeys(
        COUNTERS.values(), "70|123456789"
    )
    numbered = list(enumerate(job.ports, start=1))
    return Tree(
        [
            f"{SYS_UPTIME}|67|424242",
            *(f"{port.named}.{index}|4|{port.name}" for index, port in numbered),
            *(f"{column}.{index}|{value}" for column, value in columns.items() for index, _ in numbered),
            *(f"1.3.6.1.2.1.15.3.1.2.{session.address}|2|6" for session in job.sessions),
            *(f"1.3.6.1.2.1.25.3.3.1.2.{index}|2|12" for index in (1, 2)),
        ]
    )


def serve(dead_ratio: float, ready: Event) -> None:
    """Answer for the province's devices, but for some that are dead, and for the made ones."""
    listed = jobs(province())
    dead = {job.address for job in listed[: round(len(listed) * dead_ratio)]}
    known = {job.address: Agent(tree(job), job.address, user=USER, auth=AUTH, priv=PRIV) for job in listed}
    alike = tree(made(1)[0])

    def whose(address: str) -> Agent | None:
        if address in dead:
            return None
        if address not in known and address.startswith(MADE):
            known[address] = Agent(alike, address, user=USER, auth=AUTH, priv=PRIV)
        return known.get(address)

    serving = Served(whose, port=PORT)
    ready.set()
    serving.serve()


def told(title: str, scrape: Callable[[], Iterable[Sample]]) -> None:
    figures = []
    for _ in range(ROUNDS + 1):
        cpu, wall = peer.own(), time.perf_counter()
        said = list(scrape())
        size = len(text(said))
        figures.append((time.perf_counter() - wall, peer.own() - cpu))
    answered = sum(sample.value for sample in said if sample.name == "device_scrape_success")
    (first, *rest), walls = figures, [wall for wall, _ in figures[1:]]
    cpu = median(cpu for _, cpu in rest)
    mib = peer.resident_mib()
    print(
        f"{title:<26} {answered:5.0f} answer {median(walls):6.2f} s wall {cpu:6.2f} s CPU"
        f" {mib:5.0f} MiB {size / 1024:6.0f} KiB; first {first[0]:.2f} s, {first[1]:.2f} s CPU",
        flush=True,
    )


def measured(target: Target) -> Iterable[Sample]:
    return measure(one(Probe, target.module), target.target, dict(target.options))


def credentials() -> Credentials:
    return Credentials.of(USER, AUTH, PRIV)


def whole(title: str, dead_ratio: float) -> None:
    collector = Collector(province(), measured, agents=Agents(credentials()))
    with serving(dead_ratio):
        told(title, lambda: collector.collect(TIMEOUT_S))


def many(count: int) -> None:
    poller = Poller(made(count), Agents(credentials(), timeout_s=10))  # one process answers for all of them

    def scrape() -> Iterable[Sample]:
        return (sample for answers in poller.poll(30) for sample in samples(answers))

    with serving():
        told(f"{count} devices, SNMP alone", scrape)


@contextmanager
def serving(dead_ratio: float = 0.0) -> Iterator[None]:
    """Have agents answer until the block ends."""
    new = multiprocessing.get_context("spawn")
    ready = new.Event()
    agents = new.Process(target=serve, args=(dead_ratio, ready), daemon=True)
    agents.start()
    ready.wait(60)
    try:
        yield
    finally:
        agents.terminate()
        agents.join()


def own_network() -> None:
    """Have every address be this machine's; ends the benchmark where that would touch a network."""
    if len(Path("/proc/net/dev").read_text().splitlines()) > 3:  # two lines of title, one of loopback
        sys.exit("needs a network namespace of its own: unshare --net python benchmarks/…")
    for command in ("ip link set lo up", "ip route add local 0.0.0.0/0 dev lo"):
        subprocess.run(command.split(), check=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def main() -> None:
    own_network()
    whole("the province", 0.0)
    whole("… 30 % of it dead", 0.3)
    for count in map(int, sys.argv[1:] or ("500", "1000", "2000")):
        many(count)


if __name__ == "__main__":
    main()
