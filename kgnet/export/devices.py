"""fleet → what each device is asked by SNMP, by name of object; and the asking, of all at once."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic, perf_counter

from kgnet.export.asked import IF_DESCR, IF_NAME, Answers, Asked, Job, Port
from kgnet.export.health import Pin, learn
from kgnet.model.fleet import BgpNeighbor, Device, End, Fleet
from kgnet.plugins import one
from kgnet.ports import Platform
from kgnet.wire.snmp import SYS_UPTIME, Agents, Objects

LOG = logging.getLogger(__name__)

AT_ONCE = 500  # devices; more at the same moment, and our own queues lose their answers
LEARN_S = 1.5  # of a scrape, at most: a far device has its parts learned over several
RELEARN_S = 300.0  # at the soonest, where a part is missing that once was there
SHORT_NAMES = ("cisco_ios",)  # ifName is `Te0/0/0.81` there, ifDescr the name that the configuration has


def jobs(fleet: Fleet) -> tuple[Job, ...]:
    """Return what to ask: every circuit at both ends, every IPv4 routing session once, at its inner end."""
    sessions: defaultdict[str, list[BgpNeighbor]] = defaultdict(list)
    for device, neighbor in _sessions(fleet):
        sessions[device].append(neighbor)
    return tuple(
        Job(
            device.name,
            str(device.management),
            tuple(_ports(fleet, device)),
            tuple(sessions[device.name]),
            device.platform,
        )
        for device in fleet.devices.values()
    )


def _sessions(fleet: Fleet) -> Iterable[tuple[str, BgpNeighbor]]:
    """Return each session of the fleet once; BGP4-MIB knows IPv4 only (RFC 4273 §4)."""
    found: dict[tuple[frozenset[str], str | None], tuple[str, BgpNeighbor]] = {}
    for device in fleet.devices.values():
        for neighbor in device.routing.neighbors if device.routing else ():
            key = (frozenset((device.name, neighbor.device)), neighbor.circuit)
            if neighbor.address.version == 4 and (key not in found or _is_inner(fleet, device, neighbor)):
                found[key] = (device.name, neighbor)
    return found.values()


def _is_inner(fleet: Fleet, device: Device, neighbor: BgpNeighbor) -> bool:
    return neighbor.circuit is not None and fleet.circuits[neighbor.circuit].inner.device == device.name


def _ports(fleet: Fleet, device: Device) -> Iterator[Port]:
    ports = one(Platform, device.platform).ports(device)
    named = IF_DESCR if device.platform in SHORT_NAMES else IF_NAME
    for interface in device.interfaces:
        if interface.circuit is not None:
            inner = fleet.circuits[interface.circuit].inner == End(device.name, interface.name)
            name = ports.get(interface.name, interface.name)
            yield Port(interface.name, name, interface.circuit, inner, named)


@dataclass(slots=True)
class Known:
    """What was learned of a device, and how long it had run when it was last asked."""

    asked: Asked
    uptime: int  # hundredths of a second
    learned_s: float  # on the monotonic clock
    whole: bool  # all parts were learned

    def has_all(self, objects: Objects) -> bool:
        """Are the indexes those of all interfaces, still?  They have the names that they were found by."""
        names = self.asked.names
        known = len(names) == len(self.asked.job.ports)
        return known and not self.restarted(objects) and all(objects.get(oid) == name for oid, name in names)

    def restarted(self, objects: Objects) -> bool:
        """Is it another run of the device than the one that was learned?  Indexes may differ (RFC 2863)."""
        return int(objects.get(SYS_UPTIME, 0)) < self.uptime

    def has_parts(self, objects: Objects) -> bool:
        """Are the parts those of the device, as far as it is time to ask?"""
        fresh = monotonic() - self.learned_s < RELEARN_S
        return (
            self.whole
            and not self.restarted(objects)
            and (fresh or all(pin.oid in objects for pin in self.asked.pins))
        )


class Poller:
    """Asks all devices at once; knows from one scrape to the next which index each interface and part has."""

    def __init__(self, asked: Iterable[Job], agents: Agents) -> None:
        self._jobs, self._agents = tuple(asked), agents
        self._known: dict[str, Known] = {}
        self._walked: defaultdict[str, dict[str, Objects]] = defaultdict(dict)

    def poll(self, timeout_s: float) -> list[Answers]:
        """Ask every device; none takes longer than *timeout_s*, and none of AT_ONCE waits for another."""
        return asyncio.run(self._poll(timeout_s))

    def indexes(self, device: str) -> Mapping[str, int]:
        """Return interface → ifIndex, as last walked; empty if the device was not reached yet."""
        known = self._known.get(device)
        return known.asked.indexes if known else {}

    async def _poll(self, timeout_s: float) -> list[Answers]:
        turns = asyncio.Semaphore(AT_ONCE)
        return list(await asyncio.gather(*(self._device(job, timeout_s, turns) for job in self._jobs)))

    async def _device(self, job: Job, timeout_s: float, turns: asyncio.Semaphore) -> Answers:
        started = perf_counter()
        objects, reason = None, ""
        try:
            async with asyncio.timeout(timeout_s), turns:
                objects = await self._asked(job)
        except OSError as failure:  # among them TimeoutError
            reason = str(failure) or f"no answer by SNMP within {timeout_s:g} s"
            LOG.info("%s: %s: %s", job.device, job.address, reason)
        seconds, known = perf_counter() - started, self._known.get(job.device)
        return Answers(known.asked if known else Asked(job, {}), objects, seconds)

    async def _asked(self, job: Job) -> Objects:
        """Ask by the indexes that we know; learn them where they are not known, or not right any more."""
        known, kept = self._known.get(job.device), False
        if known:
            objects = await self._agents.get(job.address, known.asked.objects)
            kept = known.has_parts(objects)
            if known.restarted(objects):
                self._walked.pop(job.device, None)
            if kept and known.has_all(objects):
                known.uptime = int(objects.get(SYS_UPTIME, 0))
                return objects
        named = next((port.named for port in job.ports), IF_NAME)
        walked = await self._agents.walk(job.address, named)
        indexes = {name.decode("latin-1"): int(oid.rpartition(".")[2]) for oid, name in walked.items()}
        pins = known.asked.pins if known and kept else await self._parts(job)
        learned_s = known.learned_s if known and kept else monotonic()
        asked = Asked(job, indexes, pins or ())
        objects = await self._agents.get(job.address, asked.objects)
        uptime = int(objects.get(SYS_UPTIME, 0))
        self._known[job.device] = Known(asked, uptime, learned_s, whole=pins is not None)
        return objects

    async def _parts(self, job: Job) -> tuple[Pin, ...] | None:
        """Learn the parts; None if it takes longer than a scrape can wait: the next one goes on."""
        walked = self._walked[job.device]
        try:
            async with asyncio.timeout(LEARN_S):
                pins = await learn(self._agents, job.address, job.device, job.platform, walked)
        except TimeoutError:
            return None
        self._walked.pop(job.device, None)
        return pins
