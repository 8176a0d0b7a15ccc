"""Queues of IOS: a shaper at the circuit's rate, in it two strict queues and shares by weight.

IOS has two strict queues, one a level (QoS: Congestion Management, Multi-Level Priority Queues): voice takes
the first, video the second, each no faster than its share.  All else is served by weight, which is why what
is read back of it has no priority.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.facts import Queue
from kgnet.model.fleet import Device, Interface, QueueClass
from kgnet.platforms.cisco_ios.lines import Block

STRICT = {"voice": 1, "video": 2}
DSCP = {  # RFC 4594 §2.3, by value: the order in which IOS prints them
    **{f"cs{number}": 8 * number for number in range(1, 8)},
    **{f"af{row}{drop}": 8 * row + 2 * drop for row in range(1, 5) for drop in range(1, 4)},
    "ef": 46,
    "default": 0,
}
REST = re.compile(r"description class-default is queue (\d+)")
NUMBERED = re.compile(r"class Q(\d+)-\S+")


@dataclass(frozen=True, slots=True)
class Shaped:
    """One link: its shaper and the queues inside."""

    link: str
    name: str  # names both policies
    rate_bps: int
    rest: QueueClass  # what has no class of its own
    queues: tuple[tuple[str, int | None, str], ...]  # class, strict level, what it is promised

    @property
    def rest_kbps(self) -> int:
        return round(self.rest.rate_mbps * 1000)


def prepare(device: Device) -> Mapping[str, Any]:
    """Return the classes of all queues, and each link that queues."""
    shaped = {link.name: _shaped(link) for link in device.interfaces if link.queues}
    classes = {
        _class(queue): " ".join(sorted((_dscp(each) for each in queue.dscp), key=DSCP.__getitem__))
        for link in device.interfaces
        for queue in link.queues
        if not _is_rest(queue)
    }
    return {"classes": classes, "shaped": shaped}


def _shaped(link: Interface) -> Shaped:
    rest = next((queue for queue in link.queues if _is_rest(queue)), link.queues[-1])
    rate = max(queue.ceil_mbps for queue in link.queues)
    return Shaped(
        link=link.name,
        name=link.circuit or link.name.upper(),
        rate_bps=round(rate * 1_000_000),
        rest=rest,
        queues=tuple(
            (_class(queue), STRICT.get(queue.name), _promise(queue))
            for queue in link.queues
            if queue is not rest
        ),
    )


def _promise(queue: QueueClass) -> str:
    kbps = round(queue.rate_mbps * 1000)
    return f"police cir {kbps * 1000}" if queue.name in STRICT else f"bandwidth {kbps}"


def _class(queue: QueueClass) -> str:
    return f"Q{queue.number}-{queue.name.upper()}"


def _is_rest(queue: QueueClass) -> bool:
    return "cs0" in queue.dscp


def _dscp(name: str) -> str:
    return "default" if name == "cs0" else name


# ── text → facts ────────────────────────────────────────────────────────────


def queues(root: Block) -> Iterator[Queue]:
    """Yield the queues of every interface that a shaper of ours is on; other policies are nobody's intent."""
    policies = {block.line.removeprefix("policy-map "): block for block in root.starting("policy-map ")}
    for interface in root.starting("interface "):
        name = interface.rest("service-policy output ")
        if name is None:
            continue
        if name not in policies:
            raise ReadError(
                f"line {interface.number}: there is no policy-map {name}, which the interface names"
            )
        top = next(policies[name].starting("class class-default"), None)
        rate, child = (top.rest("shape average "), top.rest("service-policy ")) if top else (None, None)
        if rate and child and child in policies:
            yield from _of_link(interface.line.split()[1], int(rate.split()[0]), policies[child])


def _of_link(interface: str, rate_bps: int, policy: Block) -> Iterator[Queue]:
    rest = next((found[1] for each in policy.inside if (found := REST.fullmatch(each.line))), None)
    for block in policy.starting("class "):
        number = NUMBERED.fullmatch(block.line)
        told = number[1] if number else rest if block.line == "class class-default" else None
        rate, level = _promised_kbps(block), block.rest("priority level ")
        if told and rate is not None:
            priority = int(level) - 1 if level else None
            yield Queue(interface, int(told), rate / 1000, rate_bps / 1_000_000, priority)


def _promised_kbps(block: Block) -> float | None:
    police, bandwidth = block.rest("police cir "), block.rest("bandwidth ")
    if police:
        return int(police) / 1000
    return float(bandwidth) if bandwidth and bandwidth.isdecimal() else None
