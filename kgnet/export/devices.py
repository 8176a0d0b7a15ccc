"""fleet → what each device is asked by SNMP, by name of object; and its answers → samples and evidence."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from time import monotonic, perf_counter

from kgnet.export import health
from kgnet.export.health import Pin, learn
from kgnet.model.fleet import BgpNeighbor, Device, End, Fleet
from kgnet.model.outcome import Sample
from kgnet.plugins import one
from kgnet.ports import Platform
from kgnet.wire.snmp import SYS_UPTIME, Agents, Objects

LOG = logging.getLogger(__name__)

DISCONTINUITY = "1.3.6.1.2.1.31.1.1.1.19"  # RFC 2863: sysUpTime when a counter last began anew
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"  # RFC 2863
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"  # RFC 2863
IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"  # RFC 2863: 1 up
PEER_STATE = "1.3.6.1.2.1.15.3.1.2"  # RFC 4273: 6 established, by the neighbour's IPv4 address
OPER_UP, OPER_UNKNOWN, ESTABLISHED = 1, 4, 6  # a tunnel has no carrier: its state is unknown
TICKS_PER_S = 100
TICKS = 2**32  # TimeTicks begin anew after 497 days (RFC 2578 §7.1.8)
AT_ONCE = 500  # devices; more at the same moment, and our own queues lose their answers
LEARN_S = 1.5  # of a scrape, at most: a far device has its parts learned over several
RELEARN_S = 300.0  # at the soonest, where a part is missing that once was there
SHORT_NAMES = ("cisco_ios",)  # ifName is `Te0/0/0.81` there, ifDescr the name that the configuration has

COUNTERS = {  # RFC 2863; 64 bits for the octets, so that a fast circuit does not wrap between two scrapes
    "circuit_receive_bytes_total": "1.3.6.1.2.1.31.1.1.1.6",
    "circuit_transmit_bytes_total": "1.3.6.1.2.1.31.1.1.1.10",
    "circuit_receive_errors_total": "1.3.6.1.2.1.2.2.1.14",
    "circuit_transmit_errors_total": "1.3.6.1.2.1.2.2.1.20",
    "circuit_receive_discards_total": "1.3.6.1.2.1.2.2.1.13",
    "circuit_transmit_discards_total": "1.3.6.1.2.1.2.2.1.19",
}


@dataclass(frozen=True, slots=True)
class Port:
    """An interface to ask about: an end of a circuit; only the inner one counts the traffic."""

    interface: str  # as the design names it
    name: str  # as the device does
    circuit: str
    inner: bool
    named: str = IF_NAME  # the column that holds the name

    def columns(self) -> tuple[str, ...]:
        counters = tuple(COUNTERS.values()) if self.inner else ()
        return (self.named, IF_OPER_STATUS, *counters)


@dataclass(frozen=True, slots=True)
class Job:
    """All that one device is asked."""

    device: str
    address: str
    ports: tuple[Port, ...]
    sessions: tuple[BgpNeighbor, ...]
    platform: str

    def objects(self, indexes: Mapping[str, int]) -> tuple[str, ...]:
        """Return the OIDs, given the ifIndex of each interface; one that the device has not is left out."""
        breaks = (
            f"{DISCONTINUITY}.{indexes[port.name]}"
            for port in self.ports
            if port.inner and port.name in indexes
        )
        return (*self.required(indexes), *breaks)

    def required(self, indexes: Mapping[str, int]) -> tuple[str, ...]:
        """Return those that every device should have."""
        of_ports = (
            f"{column}.{indexes[port.name]}"
            for port in self.ports
            if port.name in indexes
            for column in port.columns()
        )
        of_sessions = (f"{PEER_STATE}.{session.address}" for session in self.sessions)
        return (SYS_UPTIME, *of_ports, *of_sessions)


@dataclass(frozen=True, slots=True)
class Answers:
    """What one device gave; *objects* None: it did not answer, or refused; the log says how."""

    job: Job
    indexes: Mapping[str, int]
    objects: Objects | None
    seconds: float
    pins: tuple[Pin, ...] = ()

    @property
    def missing(self) -> int:
        """Return how many objects we want and the device does not have."""
        wanted = 1 + len(self.job.sessions) + sum(len(port.columns()) for port in self.job.ports)
        given = self.objects or {}
        return wanted - sum(oid in given for oid in self.job.required(self.indexes))

    def column(self, port: Port, column: str) -> int | None:
        """Return the value of *column* for the interface; None if the device did not give it."""
        found = (self.objects or {}).get(f"{column}.{self.indexes.get(port.name)}")
        return found if isinstance(found, int) else None

    def oper(self, port: Port) -> bool | None:
        status = self.column(port, IF_OPER_STATUS)
        return None if status in (None, OPER_UNKNOWN) else status == OPER_UP

    def session(self, neighbor: BgpNeighbor) -> bool | None:
        state = (self.objects or {}).get(f"{PEER_STATE}.{neighbor.address}")
        return None if state is None else state == ESTABLISHED


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


@dataclass(frozen=True, slots=True)
class Known:
    """What was learned of a device: the index of each interface, and which parts it has."""

    indexes: Mapping[str, int]
    pins: tuple[Pin, ...]
    uptime: int  # in the last answer, hundredths of a second
    learned_s: float  # on the monotonic clock
    oids: tuple[str, ...]  # all that it is asked
    whole: bool  # all parts were learned

    def has_all(self, job: Job, objects: Objects) -> bool:
        """Are the indexes those of all interfaces, still?"""
        known = all(port.name in self.indexes for port in job.ports)
        return known and not self.restarted(objects) and _still(job, self.indexes, objects)

    def restarted(self, objects: Objects) -> bool:
        """Is it another run of the device than the one that was learned?  Indexes may differ (RFC 2863)."""
        return int(objects.get(SYS_UPTIME, 0)) < self.uptime

    def has_parts(self, objects: Objects) -> bool:
        """Are the parts those of the device, as far as it is time to ask?"""
        fresh = monotonic() - self.learned_s < RELEARN_S
        return (
            self.whole
            and not self.restarted(objects)
            and (fresh or all(pin.oid in objects for pin in self.pins))
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
        return known.indexes if known else {}

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
        return Answers(
            job, known.indexes if known else {}, objects, seconds, pins=known.pins if known else ()
        )

    async def _asked(self, job: Job) -> Objects:
        """Ask by the indexes that we know; learn them where they are not known, or not right any more."""
        known, kept = self._known.get(job.device), False
        if known:
            objects = await self._agents.get(job.address, known.oids)
            kept = known.has_parts(objects)
            if known.restarted(objects):
                self._walked.pop(job.device, None)
            if kept and known.has_all(job, objects):
                self._known[job.device] = replace(known, uptime=int(objects.get(SYS_UPTIME, 0)))
                return objects
        named = next((port.named for port in job.ports), IF_NAME)
        walked = await self._agents.walk(job.address, named)
        indexes = {name.decode("latin-1"): int(oid.rpartition(".")[2]) for oid, name in walked.items()}
        pins = known.pins if known and kept else await self._parts(job)
        learned_s = known.learned_s if known and kept else monotonic()
        oids = (*job.objects(indexes), *(pin.oid for pin in pins or ()))
        objects = await self._agents.get(job.address, oids)
        uptime = int(objects.get(SYS_UPTIME, 0))
        self._known[job.device] = Known(indexes, pins or (), uptime, learned_s, oids, whole=pins is not None)
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


def _still(job: Job, indexes: Mapping[str, int], objects: Objects) -> bool:
    """Do the interfaces still have the names that they were found by?"""
    names = ((port.name, objects.get(f"{port.named}.{indexes[port.name]}")) for port in job.ports)
    return all(found == name.encode() for name, found in names)


def samples(answers: Answers) -> Iterator[Sample]:
    """Yield what one device's answers say."""
    job, labels = answers.job, {"device": answers.job.device}
    yield Sample("device_scrape_success", float(answers.objects is not None), labels)
    yield Sample("device_scrape_duration_seconds", answers.seconds, labels)
    if answers.objects is None:
        return
    yield Sample("device_objects_missing", answers.missing, labels)
    if (uptime := answers.objects.get(SYS_UPTIME)) is not None:
        yield Sample("device_agent_uptime_seconds", uptime / TICKS_PER_S, labels)
    yield from health.told(answers.pins, answers.objects)
    for port in job.ports:
        yield from _port(answers, port)
    for session in job.sessions:
        if (up := answers.session(session)) is not None:
            told = {"device": job.device, "peer": session.device, "circuit": session.circuit or ""}
            yield Sample("bgp_session_up", float(up), told)


def _port(answers: Answers, port: Port) -> Iterator[Sample]:
    if (up := answers.oper(port)) is not None:
        end = "inner" if port.inner else "outer"
        yield Sample("circuit_oper_up", float(up), {"circuit": port.circuit, "end": end})
    if not port.inner or answers.objects is None:
        return
    objects, index, labels = answers.objects, answers.indexes.get(port.name), {"circuit": port.circuit}
    uptime, began = objects.get(SYS_UPTIME), objects.get(f"{DISCONTINUITY}.{index}")
    if uptime is not None and began is not None:
        yield Sample("circuit_counters_age_seconds", (uptime - began) % TICKS / TICKS_PER_S, labels)
    for name, column in COUNTERS.items():
        if (value := objects.get(f"{column}.{index}")) is not None:
            yield Sample(name, value, labels)
