"""What polling by SNMPv3 authPriv costs, against Debian's snmp_exporter: CPU time of processes, in one run.

    python benchmarks/snmp.py [DEVICES [ROUNDS [PROGRAM]]]      default: 50 devices of 8 interfaces, 5 rounds

The same agents, interfaces and columns.  Ours: the poll, and the text for Prometheus.  Its peer: a module
that walks these columns and nothing else, and one as its generator writes it for IF-MIB.  PROGRAM: where
prometheus-snmp-exporter is, if not on the path.
"""

from __future__ import annotations

import multiprocessing
import socket
import sys
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from statistics import median

import peer
import yaml

from kgnet.emulate.agent import Agent, Tree
from kgnet.emulate.agent import Agents as Served
from kgnet.export.asked import COUNTERS, DISCONTINUITY, IF_NAME, IF_OPER_STATUS, Job, Port, samples
from kgnet.export.devices import Poller
from kgnet.export.text import text
from kgnet.wire.snmp import SYS_UPTIME, Agents, Credentials

INTERFACES = 8
AUTH, PRIV = "the phrase that proves", "the phrase that hides"
IF_TABLE, IFX_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
TEXTS = {f"{IF_TABLE}.2": "ifDescr", f"{IFX_TABLE}.1": "ifName", f"{IFX_TABLE}.18": "ifAlias"}
COLUMNS = [f"{IF_TABLE}.{n}" for n in range(1, 23)] + [f"{IFX_TABLE}.{n}" for n in range(1, 20)]
ASKED = [IF_NAME, IF_OPER_STATUS, *COUNTERS.values(), DISCONTINUITY]


def lines() -> Iterator[str]:
    """Yield all of IF-MIB's two tables, as a switch has them."""
    yield f"{SYS_UPTIME}|67|424242"
    for column in COLUMNS:
        for index in range(1, INTERFACES + 1):
            if column in TEXTS:
                yield f"{column}.{index}|4|TenGigabitEthernet0/0/{index}"
            else:
                yield f"{column}.{index}|{'70' if column.startswith(IFX_TABLE) else '66'}|{index * 10**9 + 7}"


def serve(port: int, ready: Event) -> None:
    tree = Tree(lines())
    known: dict[str, Agent] = {}

    def whose(address: str) -> Agent:
        return known.setdefault(address, Agent(tree, address, auth=AUTH, priv=PRIV))

    serving = Served(whose, port=port)
    ready.set()
    serving.serve()


def module(columns: list[str], lookups: list[str], walk: list[str]) -> dict[str, object]:
    """Return a module of snmp.yml in the form of version 0.21; every metric is labelled by *lookups*."""
    labels = [
        {"labels": ["ifIndex"], "labelname": TEXTS[oid], "oid": oid, "type": "DisplayString"}
        for oid in lookups
    ]
    metrics = [
        {
            "name": f"object_{column.replace('.', '_')}",
            "oid": column,
            "type": "DisplayString" if column in TEXTS else "gauge",
            "help": column,
            "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
            "lookups": labels,
        }
        for column in columns
    ]
    security = {
        "security_level": "authPriv",
        "username": "watcher",
        "password": AUTH,
        "auth_protocol": "SHA256",
    }
    auth = {**security, "priv_protocol": "AES", "priv_password": PRIV}
    return {"walk": walk, "get": [SYS_UPTIME], "metrics": metrics, "version": 3, "auth": auth}


def modules() -> str:
    """Return snmp.yml with both modules."""
    plain = [column for column in ASKED if column not in TEXTS]
    every = [column for column in COLUMNS if column not in TEXTS]
    written = {
        "same": module(plain, [IF_NAME], ASKED),
        "if_mib": module(every, list(TEXTS), ["1.3.6.1.2.1.2", IFX_TABLE]),
    }
    return str(yaml.safe_dump(written))


def jobs(addresses: list[str]) -> list[Job]:
    names = [f"TenGigabitEthernet0/0/{index}" for index in range(1, INTERFACES + 1)]
    ports = tuple(Port(name, name, name, inner=True) for name in names)
    return [Job(address, address, ports, (), "cisco_ios") for address in addresses]


def polled(poller: Poller, devices: int) -> float:
    """Poll and write; return the seconds of CPU that it took, once it is sure that all have answered."""
    before = peer.own()
    said = [sample for answers in poller.poll(10) for sample in samples(answers)]
    written = text(said)
    taken = peer.own() - before
    counted = written.count("\nkgnet_circuit_receive_bytes_total{")
    if counted != devices * INTERFACES:
        sys.exit(
            f"{counted} of {devices * INTERFACES} interfaces answered: the machine is too busy to measure"
        )
    return taken


def main() -> None:
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    path = sys.argv[3] if len(sys.argv) > 3 else peer.program("prometheus-snmp-exporter")
    port = peer.free_port(socket.SOCK_DGRAM)
    new = multiprocessing.get_context("spawn")
    ready = new.Event()
    agents = new.Process(target=serve, args=(port, ready), daemon=True)
    agents.start()
    addresses = [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(devices)]
    poller = Poller(jobs(addresses), Agents(Credentials.of("watcher", AUTH, PRIV), port=port, timeout_s=3))
    ready.wait(60)
    figures: dict[str, list[float]] = {"ours": [], "same": [], "if_mib": []}
    with peer.exporter(path, modules()) as (pid, web):
        polled(poller, devices)  # indexes are learned, sessions opened
        for _ in range(rounds):
            figures["ours"].append(polled(poller, devices))
            for name in ("same", "if_mib"):
                before = peer.used(pid)
                peer.scraped(web, [f"/snmp?module={name}&target={each}:{port}" for each in addresses])
                figures[name].append(peer.used(pid) - before)
    agents.terminate()
    ours = median(figures["ours"])
    for name, title in (
        ("ours", "kgnet"),
        ("same", "snmp_exporter, same columns"),
        ("if_mib", "…, its if_mib"),
    ):
        mid = median(figures[name])
        print(f"{title:<28} {mid / devices * 1e3:7.2f} ms of CPU a device {mid / ours:6.1f}×")


if __name__ == "__main__":
    main()
