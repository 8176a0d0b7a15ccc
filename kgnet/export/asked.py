"""job, indexes → the objects that a device is asked for by SNMP; and its answers → samples and evidence.

What each object means is worked out once, when the indexes are learned: a scrape only looks answers up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kgnet.export import health
from kgnet.export.health import Pin
from kgnet.model.fleet import BgpNeighbor
from kgnet.model.outcome import Sample
from kgnet.wire.snmp import SYS_UPTIME, Objects

DISCONTINUITY = "1.3.6.1.2.1.31.1.1.1.19"  # RFC 2863: sysUpTime when a counter last began anew
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"  # RFC 2863
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"  # RFC 2863
IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"  # RFC 2863: 1 up
PEER_STATE = "1.3.6.1.2.1.15.3.1.2"  # RFC 4273: 6 established, by the neighbour's IPv4 address
OPER_UP, OPER_UNKNOWN, ESTABLISHED = 1, 4, 6  # a tunnel has no carrier: its state is unknown
TICKS_PER_S = 100
TICKS = 2**32  # TimeTicks begin anew after 497 days (RFC 2578 §7.1.8)

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


Meaning = tuple[str, str, Mapping[str, str]]  # object, the metric that its value is, and its labels


@dataclass(frozen=True)
class Asked:
    """What one device is asked, given the ifIndex of each interface that it has, and its parts."""

    job: Job
    indexes: Mapping[str, int]
    pins: tuple[Pin, ...] = ()

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The objects that every device should have."""
        of_ports = (f"{column}.{index}" for port, index in self._found for column in port.columns())
        return (SYS_UPTIME, *of_ports, *(oid for oid, _ in self.sessions))

    @cached_property
    def objects(self) -> tuple[str, ...]:
        """All objects; those of an interface that the device has not are left out."""
        return (*self.required, *(oid for oid, _ in self.breaks), *(pin.oid for pin in self.pins))

    @cached_property
    def wanted(self) -> int:
        """How many objects every device should have, with all its interfaces."""
        return 1 + len(self.job.sessions) + sum(len(port.columns()) for port in self.job.ports)

    @cached_property
    def names(self) -> tuple[tuple[str, bytes], ...]:
        """The object that holds the name of each interface, and the name."""
        return tuple((f"{port.named}.{index}", port.name.encode()) for port, index in self._found)

    @cached_property
    def ends(self) -> tuple[tuple[str, Port, Mapping[str, str]], ...]:
        """The object that tells whether an interface is up."""
        return tuple(
            (
                f"{IF_OPER_STATUS}.{index}",
                port,
                {"circuit": port.circuit, "end": "inner" if port.inner else "outer"},
            )
            for port, index in self._found
        )

    @cached_property
    def breaks(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """The object that tells when the counters of an interface last began anew."""
        return tuple(
            (f"{DISCONTINUITY}.{index}", {"circuit": port.circuit})
            for port, index in self._found
            if port.inner
        )

    @cached_property
    def counters(self) -> tuple[Meaning, ...]:
        return tuple(
            (f"{column}.{index}", metric, labels)
            for port, index in self._found
            if port.inner
            for labels in ({"circuit": port.circuit},)
            for metric, column in COUNTERS.items()
        )

    @cached_property
    def sessions(self) -> tuple[tuple[str, BgpNeighbor], ...]:
        return tuple((f"{PEER_STATE}.{session.address}", session) for session in self.job.sessions)

    @property
    def _found(self) -> Iterator[tuple[Port, int]]:
        ports = self.job.ports
        return ((port, self.indexes[port.name]) for port in ports if port.name in self.indexes)


@dataclass(frozen=True, slots=True)
class Answers:
    """What one device gave; *objects* None: it did not answer, or refused; the log says how."""

    asked: Asked
    objects: Objects | None
    seconds: float

    @property
    def job(self) -> Job:
        return self.asked.job

    @property
    def missing(self) -> int:
        """Return how many objects we want and the device does not have."""
        return self.asked.wanted - sum(map((self.objects or {}).__contains__, self.asked.required))

    def ends(self) -> Iterator[tuple[Port, bool, Mapping[str, str]]]:
        """Yield each interface that tells whether it is up, and the labels of that."""
        objects = self.objects or {}
        for oid, port, labels in self.asked.ends:
            status = objects.get(oid)
            if isinstance(status, int) and status != OPER_UNKNOWN:
                yield port, status == OPER_UP, labels

    def sessions(self) -> Iterator[tuple[BgpNeighbor, bool]]:
        """Yield each routing session that the device knows, and whether it is established."""
        objects = self.objects or {}
        for oid, session in self.asked.sessions:
            if (state := objects.get(oid)) is not None:
                yield session, state == ESTABLISHED


def samples(answers: Answers) -> Iterator[Sample]:
    """Yield what one device's answers say."""
    asked, objects, labels = answers.asked, answers.objects, {"device": answers.job.device}
    yield Sample("device_scrape_success", float(objects is not None), labels)
    yield Sample("device_scrape_duration_seconds", answers.seconds, labels)
    if objects is None:
        return
    yield Sample("device_objects_missing", answers.missing, labels)
    uptime = objects.get(SYS_UPTIME)
    if uptime is not None:
        yield Sample("device_agent_uptime_seconds", uptime / TICKS_PER_S, labels)
    yield from health.told(asked.pins, objects)
    for _, up, end in answers.ends():
        yield Sample("circuit_oper_up", float(up), end)
    for oid, circuit in asked.breaks:
        began = objects.get(oid)
        if uptime is not None and began is not None:
            yield Sample("circuit_counters_age_seconds", (uptime - began) % TICKS / TICKS_PER_S, circuit)
    for oid, metric, circuit in asked.counters:
        value = objects.get(oid)
        if value is not None:
            yield Sample(metric, value, circuit)
    for session, up in answers.sessions():
        peer = {"device": answers.job.device, "peer": session.device, "circuit": session.circuit or ""}
        yield Sample("bgp_session_up", float(up), peer)
