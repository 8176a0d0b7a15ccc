"""What a probe by ICMP costs, against blackbox_exporter: CPU time of whole processes, in one run.

    python benchmarks/icmp.py [ADDRESSES] [ROUNDS]       default: 200 addresses of loopback, 5 rounds

Ours: one scrape's bursts, as the exporter sends them; its peer: one echo an address, over one kept
connection, as Prometheus asks it.  Needs root, or ICMP sockets, and Debian's prometheus-blackbox-exporter.
"""

from __future__ import annotations

import http.client
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from statistics import median

from kgnet.wire.icmp import burst

HOME = "127.0.0.1"
CONFIG = "modules: {icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}}\n"


def used(pid: int) -> float:
    """CPU seconds of a process (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def own() -> float:
    now = resource.getrusage(resource.RUSAGE_SELF)
    return now.ru_utime + now.ru_stime


@contextmanager
def blackbox() -> Iterator[tuple[int, int]]:
    """Run blackbox_exporter; yield its process and port."""
    program = shutil.which("prometheus-blackbox-exporter")
    if not program:
        sys.exit("the peer is missing: apt-get install --no-install-recommends prometheus-blackbox-exporter")
    with socket.create_server((HOME, 0)) as chosen:
        port = chosen.getsockname()[1]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as config:
        config.write(CONFIG)
        config.flush()
        command = [program, f"--config.file={config.name}", f"--web.listen-address={HOME}:{port}"]
        peer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            answers(port)
            yield peer.pid, port
        finally:
            peer.terminate()
            peer.wait(10)


def answers(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection((HOME, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("the peer does not start")


def probed(port: int, targets: list[str]) -> None:
    """Ask for each target; every one has to be up."""
    line = http.client.HTTPConnection(HOME, port)
    for target in targets:
        line.request("GET", f"/probe?module=icmp&target={target}", headers={"Accept-Encoding": "gzip"})
        answer = line.getresponse().read()
        if not answer:
            sys.exit(f"{target}: no answer")
    line.request("GET", f"/probe?module=icmp&target={targets[0]}")
    if b"probe_success 1" not in line.getresponse().read():
        sys.exit("the peer's probe failed: it needs root, or CAP_NET_RAW")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    targets = [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(count)]
    addresses = [ip_address(target) for target in targets]
    figures: dict[str, list[float]] = {
        "ours, 5 echoes": [],
        "ours, 1 echo": [],
        "blackbox_exporter, 1 echo": [],
    }
    with blackbox() as (pid, port):
        probed(port, targets)
        for _ in range(rounds):
            for name, echoes in (("ours, 5 echoes", 5), ("ours, 1 echo", 1)):
                before = own()
                found = burst(addresses, count=echoes)
                figures[name].append(own() - before)
                if any(each.loss_ratio for each in found.values()):
                    sys.exit("echoes on loopback were lost: the machine is too busy to measure")
            before = used(pid)
            probed(port, targets)
            figures["blackbox_exporter, 1 echo"].append(used(pid) - before)
    peer = median(figures["blackbox_exporter, 1 echo"])
    for name, seconds in figures.items():
        mid = median(seconds)
        print(f"{name:<28} {mid / count * 1e6:7.0f} µs of CPU a probe {peer / mid:6.1f}×")


if __name__ == "__main__":
    main()
