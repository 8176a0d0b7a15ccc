"""Queues and marks of the intent in Junos's words: forwarding classes, schedulers, classifiers, rewriting.

Junos has eight queues and keeps queue 3 for what the router itself says, queue 0 for all that has no mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kgnet.model.fleet import Device, Interface, QueueClass
from kgnet.platforms.juniper_junos.ports import place_of

PRIORITIES = ("high", "medium-high", "medium-low", "low")  # by the intent's number
CONTROL, UNMARKED = 3, 0
OTHERS = (5, 4, 2, 1, 6, 7)
NAME = "KGNET"
SIP, MEDIA = "5060-5061", "1024-65535"  # RFC 3261 §19.1.2; RTP takes any port of the upper range
ALIASES = {"cs0": "be"}  # Junos's name for the code point 000000
VIDEO, SIGNALLING, PLAIN = "af41", "cs5", "be"  # RFC 4594 §2.3


@dataclass(frozen=True, slots=True)
class Scheduler:
    name: str
    forwarding_class: str
    rate_kbit: int
    priority: str


@dataclass(frozen=True, slots=True)
class Shaped:
    """A unit that queues: its scheduler map is named for it."""

    port: str
    unit: int
    name: str
    rate_kbit: int
    schedulers: tuple[Scheduler, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A term of the filter that sorts what comes in from an office: conditions, and the class it gets."""

    name: str
    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    forwarding_class: str | None  # None: what is marked already is believed


def classes(device: Device) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Return the forwarding classes: name → queue and code points."""
    every = {queue.number: queue for link in device.interfaces for queue in link.queues}
    free = iter(OTHERS)
    return {
        queue.name: (_queue(queue, free), tuple(ALIASES.get(code, code) for code in queue.dscp))
        for queue in (every[number] for number in sorted(every))
    }


def _queue(queue: QueueClass, free: Iterator[int]) -> int:
    if "cs6" in queue.dscp:
        return CONTROL
    return UNMARKED if "cs0" in queue.dscp else next(free)


def shaped(device: Device) -> list[Shaped]:
    """Return the units that queue, by name; a scheduler's name ends in the queue's number in the intent."""
    found = [_shaped(device, link) for link in device.interfaces if link.queues]
    return sorted(found, key=lambda each: each.name)


def _shaped(device: Device, link: Interface) -> Shaped:
    place = place_of(device, link)
    name = place.name.replace("/", "-")
    schedulers = tuple(
        Scheduler(f"{name}-{queue.number}", queue.name, kbit(queue.rate_mbps), PRIORITIES[queue.priority])
        for queue in sorted(link.queues, key=lambda queue: queue.number)
    )
    rate = kbit(max(queue.ceil_mbps for queue in link.queues))
    return Shaped(place.port, place.unit, name, rate, schedulers)


def kbit(rate_mbps: float) -> int:
    return round(rate_mbps * 1000)


def with_code(device: Device, code: str) -> str | None:
    """Return the class that has the code point *code*, None if no queue has."""
    return next((name for name, (_, codes) in classes(device).items() if code in codes), None)


def marks(device: Device, version: int, *, rooms: bool) -> list[Mark]:
    """Return the filter for what an office sends: rooms may mark, and are sorted; people may not."""
    field, protocol = ("dscp", "protocol") if version == 4 else ("traffic-class", "next-header")
    found: list[Mark] = []
    if rooms:
        believed = tuple(code for code in ("af41", "cs5", "ef") if with_code(device, code))
        sip = ((protocol, ("tcp", "udp")), ("destination-port", (SIP,)))
        media = ((protocol, ("udp",)), ("destination-port", (MEDIA,)))
        found = [
            *([Mark("marked", ((field, believed),), None)] if believed else []),
            *_sorted("signalling", sip, with_code(device, SIGNALLING)),
            *_sorted("media", media, with_code(device, VIDEO)),
        ]
    return [*found, *_sorted("rest", (), with_code(device, PLAIN))]


def _sorted(
    name: str, conditions: Iterable[tuple[str, tuple[str, ...]]], forwarding_class: str | None
) -> Iterator[Mark]:
    if forwarding_class:
        yield Mark(name, tuple(conditions), forwarding_class)


def sorting(device: Device, link: Interface) -> str | None:
    """Return the name of the filter that sorts what comes in through a LAN, without its family."""
    if device.firewall and device.firewall.marks_dscp and link.zone and with_code(device, PLAIN):
        return "SORT-ROOMS" if link.rooms else "SORT-PEOPLE"
    return None
