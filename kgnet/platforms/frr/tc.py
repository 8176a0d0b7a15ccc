"""Queues of a Linux router, as lines for `tc -batch`: an HTB class a queue (tc-htb(8)), each with a limit.

nftables writes the class into a packet's priority (`meta priority set 1:20`); HTB takes it from there when
the major number is its own handle, so no filters are needed. Class numbers are hexadecimal to tc and printed
as they are. Verified against iproute2 6.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.facts import Queue, Queues
from kgnet.model.fleet import Device, Interface, QueueClass
from kgnet.platforms._names import natural
from kgnet.ports import Part

ROOTS = "tc qdisc show | sed -n 's/^qdisc htb 1: dev \\([^ ]*\\) root .*/{}/p'"
SHOW = (
    ROOTS.format("\\1")
    + ' | while read -r dev; do tc qdisc show dev "$dev" | sed "s/^/$dev /";'
    + ' tc class show dev "$dev" | sed "s/^/$dev /"; done'
)
# Judged in a network namespace of its own, on links of the same names, so that nothing is touched.
CHECK = (
    'unshare -n sh -ec \'sed -n "s/^qdisc replace dev \\([^ ]*\\) root .*/link add name \\1 type veth/p" "$1"'
    ' | ip -batch - && tc -batch "$1"\' sh "$1"'
)
LOAD = ROOTS.format("qdisc del dev \\1 root") + ' | tc -batch - && tc -batch "$1"'
SAVE = (
    ("install", "-D", "-m", "0644", "{file}", "/etc/kgnet/qos.tc.new"),
    ("mv", "-f", "/etc/kgnet/qos.tc.new", "/etc/kgnet/qos.tc"),
)
UNITS = {"bit": 0.001, "Kbit": 1, "Mbit": 1_000, "Gbit": 1_000_000}
FULL_PACKET_BITS = 1500 * 8
QUEUE_S = 0.1  # how long a full queue may hold a packet back at the link's full rate
LEAST_PACKETS = 20


# ── intent → text ───────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Class:
    number: int
    priority: int
    rate_kbit: int
    ceil_kbit: int
    limit_packets: int


def prepare(device: Device) -> Mapping[str, Any]:
    """Return the links that queue, each with its rate, the class of unmarked traffic, and all classes."""
    links = sorted((link for link in device.interfaces if link.queues), key=lambda link: natural(link.name))
    return {"links": [_link(link) for link in links]}


def _link(link: Interface) -> tuple[str, int, int, list[_Class]]:
    rate = kbit(max(queue.ceil_mbps for queue in link.queues))
    unmarked = next((queue for queue in link.queues if "cs0" in queue.dscp), link.queues[-1])
    classes = sorted((_class(queue) for queue in link.queues), key=lambda each: each.number)
    return link.name, rate, unmarked.number, classes


def _class(queue: QueueClass) -> _Class:
    ceil = kbit(queue.ceil_mbps)
    limit = max(LEAST_PACKETS, int(ceil * 1000 * QUEUE_S / FULL_PACKET_BITS))
    return _Class(queue.number, queue.priority, kbit(queue.rate_mbps), ceil, limit)


def kbit(rate_mbps: float) -> int:
    """Return a rate in kbit/s, such that tc prints it without loss: from 1 Gbit/s in whole Mbit/s."""
    rate = round(rate_mbps * 1000)
    return rate if rate < 1_000_000 else rate // 1000 * 1000


# ── the device's text ───────────────────────────────────────────────────────

ROOT = re.compile(r"(\S+) qdisc htb 1: root .*default 0x(\w+)")
LEAF = re.compile(r"(\S+) qdisc pfifo (\w+): parent 1:([0-9a-f]+) limit (\d+)p")
TOP = re.compile(r"(\S+) class htb 1:1 root rate (\S+) ceil (\S+)")
CLASS = re.compile(r"(\S+) class htb 1:([0-9a-f]+) parent 1:1 .*?prio (\d+) rate (\S+) ceil (\S+)")


def canonical(text: str) -> str:
    """Return what `tc qdisc show` and `tc class show` tell as the lines that make it so."""
    lines = sorted(map(_line, text.splitlines()))
    return "".join(f"{line}\n" for _, line in lines)


def _line(shown: str) -> tuple[tuple[Any, ...], str]:
    """Return where a line belongs (link, class, kind) and how it is written."""
    if found := ROOT.match(shown):
        dev, unmarked = found.groups()
        return _key(dev, 0, 0), f"qdisc replace dev {dev} root handle 1: htb default 0x{unmarked}"
    if found := TOP.match(shown):
        dev, rate, ceil = found.groups()
        rates = f"rate {_kbit(rate)}kbit ceil {_kbit(ceil)}kbit"
        return _key(dev, 1, 0), f"class replace dev {dev} parent 1: classid 1:1 htb {rates}"
    if found := CLASS.match(shown):
        dev, number, priority, rate, ceil = found.groups()
        rates = f"rate {_kbit(rate)}kbit ceil {_kbit(ceil)}kbit"
        line = f"class replace dev {dev} parent 1:1 classid 1:{number} htb prio {priority} {rates}"
        return _key(dev, int(number, 16), 0), line
    if found := LEAF.match(shown):
        dev, handle, number, limit = found.groups()
        line = f"qdisc replace dev {dev} parent 1:{number} handle {handle}: pfifo limit {limit}"
        return _key(dev, int(number, 16), 1), line
    return _key(shown.partition(" ")[0], 0xFFFF, 0), f"# not ours: {shown.strip()}"


def _key(dev: str, number: int, kind: int) -> tuple[Any, ...]:
    return natural(dev), number, kind


def _kbit(shown: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([A-Za-z]+)", shown)
    if not found or found[2] not in UNITS:
        raise ReadError(f"{shown!r} is no rate as tc prints it")
    return round(float(found[1]) * UNITS[found[2]])


# ── text → facts ────────────────────────────────────────────────────────────

WRITTEN = re.compile(
    r"class replace dev (\S+) parent 1:1 classid 1:(\d+) htb prio (\d+) rate (\d+)kbit ceil (\d+)kbit"
)


def read(text: str, part: str) -> Iterator[Queues]:
    """Read the lines that `canonical` writes."""
    queues = []
    for number, line in enumerate(text.splitlines(), 1):
        if found := WRITTEN.fullmatch(line):
            name, minor, priority, rate, ceil = found.groups()
            queues.append(Queue(name, int(minor), int(rate) / 1000, int(ceil) / 1000, int(priority)))
        elif not line.startswith(("qdisc replace ", "class replace ", "# not ours: ")):
            raise ReadError(f"{part}:{number}: {line!r} is no line that tc -batch would get from us")
    yield Queues(tuple(queues))


PART = Part(
    name="qos",
    template="frr/qos.j2",
    show=("sh", "-c", SHOW),
    read=read,
    check=("sh", "-c", CHECK, "sh", "{file}"),
    load=("sh", "-c", LOAD, "sh", "{file}"),
    save=SAVE,
    canonical=canonical,
    prepare=prepare,
)
