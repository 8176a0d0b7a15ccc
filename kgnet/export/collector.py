"""fleet → samples, afresh for every scrape: echoes, devices, targets and records, all at the same time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from threading import Lock
from time import perf_counter

from kgnet.export import rooms
from kgnet.export.asked import Answers, samples
from kgnet.export.devices import Poller, jobs
from kgnet.export.expected import expected
from kgnet.export.intent import intent
from kgnet.export.records import records
from kgnet.export.seldom import Measure, Seldom
from kgnet.export.topology import Evidence, judged
from kgnet.model.fleet import Address, End, Fleet, Target
from kgnet.model.outcome import Sample
from kgnet.wire.icmp import Echoes, burst
from kgnet.wire.snmp import Agents

LOG = logging.getLogger(__name__)

SHOWS = "shows"  # label of a target that names the metric its success is told as
RENAMED = {("room_answering", "sip_answer_seconds"): "room_answer_seconds"}
SHOWN = (  # by a port of a server, under the name that it was asked for
    "certificate_chain_expiry_timestamp_seconds",
    "certificate_expiry_timestamp_seconds",
    "certificate_verified",
    "smtp_relays",
    "target_measured_timestamp_seconds",
    "tls_version_accepted",
    "tls_weak_cipher_accepted",
)
TARGETS_AT_ONCE = 48


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the scrape found, and whether it could do its work."""

    name: str
    samples: tuple[Sample, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    success: bool = True
    seconds: float = 0.0

    def own(self) -> Iterator[Sample]:
        """Yield what it says of itself."""
        labels = {"collector": self.name}
        yield Sample("collector_success", float(self.success), labels)
        yield Sample("collector_duration_seconds", self.seconds, labels)


class Collector:
    """Collects a fleet.  It remembers sessions, indexes, counts of echoes, and what is asked seldom."""

    def __init__(
        self,
        fleet: Fleet,
        measure: Measure,
        *,
        agents: Agents | None = None,
        state: Path | None = None,
        told: Callable[[], Iterable[Sample]] = tuple,
    ) -> None:
        """*agents* None: no keys for SNMP; *state*: the folder of the records, if there is one.

        *told*: what devices told without being asked.
        """
        self.fleet = fleet
        self._seldom = Seldom(measure)
        self._poller = Poller(jobs(fleet), agents) if agents else None
        self._rooms = Poller(rooms.jobs(fleet), agents) if agents else None
        self._state, self._told = state, told
        self._intent = tuple(intent(fleet))
        self._echo_counts: dict[Address, tuple[int, int]] = {}
        self._lock = Lock()

    def collect(self, timeout_s: float) -> list[Sample]:
        """Return every sample of one scrape; what has not answered within *timeout_s* has not answered."""
        work = (self._echoes, self._devices, self._services, self._records, self._conference)
        with ThreadPoolExecutor(len(work), thread_name_prefix="part") as pool:
            parts = list(pool.map(lambda part: _timed(part, timeout_s), work))
        evidence = Evidence(
            echoes=parts[0].evidence.echoes,
            scraped=parts[1].evidence.scraped,
            oper=parts[1].evidence.oper,
            sessions=parts[1].evidence.sessions,
        )
        found = [*self._intent, *expected(self.fleet, datetime.now(UTC)), *judged(self.fleet, evidence)]
        for part in parts:
            found += [*part.samples, *part.own()]
        return [*found, *self._told()]

    def indexes(self, device: str) -> Mapping[str, int]:
        """Return interface → ifIndex, as the device said when it was last asked; empty: not known."""
        return self._poller.indexes(device) if self._poller else {}

    def _echoes(self, timeout_s: float) -> Part:
        """Burst at every circuit's far end and every device, through the network itself."""
        far_ends = {circuit.id: circuit.outer_ipv4 for circuit in self.fleet.circuits.values()}
        devices = {name: device.address for name, device in self.fleet.devices.items()}
        try:
            echoes = burst((*far_ends.values(), *devices.values()), timeout_s=min(1.0, timeout_s / 2))
        except OSError as reason:
            LOG.warning("ICMP: %s — needs CAP_NET_RAW, or a group within net.ipv4.ping_group_range", reason)
            return Part("echo", success=False)
        self._count(echoes)
        told = [sample for circuit, far in far_ends.items() for sample in self._circuit(circuit, far, echoes)]
        told += [sample for name, own in devices.items() for sample in self._device(name, own, echoes)]
        evidence = Evidence(echoes={address: bool(found.answered_s) for address, found in echoes.items()})
        return Part("echo", tuple(told), evidence)

    def _count(self, echoes: Mapping[Address, Echoes]) -> None:
        with self._lock:
            for address, found in echoes.items():
                sent, answered = self._echo_counts.get(address, (0, 0))
                more = (len(found.round_trips_s), len(found.answered_s))
                self._echo_counts[address] = (sent + more[0], answered + more[1])

    def _device(self, device: str, address: Address, echoes: Mapping[Address, Echoes]) -> Iterator[Sample]:
        labels, found = {"device": device}, echoes[address]
        sent, answered = self._echo_counts[address]
        yield Sample("device_echo_requests_total", sent, labels)
        yield Sample("device_echo_replies_total", answered, labels)
        if found.rtt_s is not None:
            yield Sample("device_rtt_seconds", found.rtt_s, labels)

    def _circuit(self, circuit: str, address: Address, echoes: Mapping[Address, Echoes]) -> Iterator[Sample]:
        labels, found = {"circuit": circuit}, echoes[address]
        sent, answered = self._echo_counts[address]
        yield Sample("circuit_echo_requests_total", sent, labels)
        yield Sample("circuit_echo_replies_total", answered, labels)
        yield Sample("circuit_loss_ratio", found.loss_ratio, labels)
        if found.rtt_s is not None:
            yield Sample("circuit_rtt_seconds", found.rtt_s, labels)
        if found.jitter_s is not None:
            yield Sample("circuit_jitter_seconds", found.jitter_s, labels)

    def _devices(self, timeout_s: float) -> Part:
        if self._poller is None:
            return Part("snmp", success=False)
        answers = self._poller.poll(timeout_s)
        found = tuple(sample for answer in answers for sample in samples(answer))
        return Part("snmp", found, _evidence(answers))

    def _conference(self, timeout_s: float) -> Part:
        """Ask the rooms' own systems, those that speak SNMP."""
        if self._rooms is None:
            return Part("room", success=not rooms.jobs(self.fleet))
        return Part("room", tuple(chain.from_iterable(map(rooms.told, self._rooms.poll(timeout_s)))))

    def _services(self, timeout_s: float) -> Part:
        """Measure every target, in threads that end: those that stay would keep memory (memory.py)."""
        targets = sorted(self.fleet.targets, key=lambda each: each.every_s)  # the fresh ones go first
        pool = ThreadPoolExecutor(TARGETS_AT_ONCE, thread_name_prefix="target")
        futures = {pool.submit(self._seldom.measure, target): target for target in targets}
        wait(futures, timeout_s)
        pool.shutdown(wait=False, cancel_futures=True)
        found: dict[tuple[str, frozenset[tuple[str, str]]], Sample] = {}
        for future, target in futures.items():
            told = tuple(future.result()) if future.done() else self._seldom.last(target)
            for sample in _target(target, told):
                found.setdefault((sample.name, frozenset(sample.labels.items())), sample)
        return Part("target", tuple(found.values()))

    def _records(self, timeout_s: float) -> Part:
        del timeout_s  # two files: nothing to wait for
        found = tuple(records(self.fleet, self._state)) if self._state else ()
        return Part("record", found, success=self._state is not None)


def _timed(part: Callable[[float], Part], timeout_s: float) -> Part:
    started = perf_counter()
    found = part(timeout_s)
    return Part(found.name, found.samples, found.evidence, found.success, perf_counter() - started)


def _evidence(answers: Iterable[Answers]) -> Evidence:
    scraped: dict[str, bool] = {}
    oper: dict[End, bool] = {}
    sessions: dict[str, bool] = {}
    for answer in answers:
        scraped[answer.job.device] = answer.objects is not None
        for port, up, _ in answer.ends():
            oper[End(answer.job.device, port.interface)] = up
        for session, established in answer.sessions():
            if session.circuit:
                sessions[session.circuit] = established
    return Evidence(scraped=scraped, oper=oper, sessions=sessions)


def _target(target: Target, measured: tuple[Sample, ...]) -> Iterator[Sample]:
    """Yield what a target's samples mean: its success under the name it shows, and its certificate."""
    labels = dict(target.labels)
    shows = labels.pop(SHOWS)
    if target.every_s and not measured:
        return  # nobody has asked it yet: that is no failure
    success = [sample.value for sample in measured if sample.name == "probe_success"]
    yield Sample(shows, success[0] if success else 0.0, labels)
    options = dict(target.options)
    about = {"name": options.get("name", target.target), "port": options.get("port", "443")}
    about["device"] = labels.get("device", "")
    for sample in measured:
        if sample.name in SHOWN:
            yield Sample(sample.name, sample.value, {**about, **sample.labels})
        elif renamed := RENAMED.get((shows, sample.name)):
            yield Sample(renamed, sample.value, labels)
