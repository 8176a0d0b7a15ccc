"""What a probe by ICMP costs, against blackbox_exporter: CPU time of whole processes, in one run.

    python benchmarks/icmp.py [ADDRESSES] [ROUNDS]       default: 200 addresses of loopback, 5 rounds

Ours: one scrape's bursts, as the exporter sends them; its peer: one echo an address, over one kept
connection, as Prometheus asks it.  Needs root, or ICMP sockets, and Debian's prometheus-blackbox-exporter.
"""

from __future__ import annotations

import http.client
import sys
from ipaddress import ip_address
from statistics import median

import peer

from kgnet.wire.icmp import burst

CONFIG = "modules: {icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}}\n"


def probed(port: int, targets: list[str]) -> None:
    """Ask for each target; every one has to be up."""
    peer.scraped(port, [f"/probe?module=icmp&target={target}" for target in targets])
    line = http.client.HTTPConnection(peer.HOME, port)
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
    with peer.exporter(peer.program("prometheus-blackbox-exporter"), CONFIG) as (pid, port):
        probed(port, targets)
        for _ in range(rounds):
            for name, echoes in (("ours, 5 echoes", 5), ("ours, 1 echo", 1)):
                before = peer.own()
                found = burst(addresses, count=echoes)
                figures[name].append(peer.own() - before)
                if any(each.loss_ratio for each in found.values()):
                    sys.exit("echoes on loopback were lost: the machine is too busy to measure")
            before = peer.used(pid)
            probed(port, targets)
            figures["blackbox_exporter, 1 echo"].append(peer.used(pid) - before)
    theirs = median(figures["blackbox_exporter, 1 echo"])
    for name, seconds in figures.items():
        mid = median(seconds)
        print(f"{name:<28} {mid / count * 1e6:7.0f} µs of CPU a probe {theirs / mid:6.1f}×")


if __name__ == "__main__":
    main()
