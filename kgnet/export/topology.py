"""fleet, evidence → what is up, and what is only cut off because of something nearer to the centre.

Evidence has three values: yes, no, and None for "could not be asked"; None never becomes a yes or a no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from kgnet.model.fleet import Address, BuiltCircuit, Device, End, Fleet, InterfaceKind
from kgnet.model.outcome import Sample
from kgnet.model.province import Role, SiteKind

Truth = bool | None
ROUTERS = (Role.HUB, Role.BORDER, Role.BRANCH)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a scrape found; whatever is not in here could not be asked."""

    echoes: Mapping[Address, bool] = field(default_factory=dict)  # did it answer at all?
    scraped: Mapping[str, bool] = field(default_factory=dict)  # device → answered SNMP
    oper: Mapping[End, bool] = field(default_factory=dict)  # interface → ifOperStatus is up
    sessions: Mapping[str, bool] = field(default_factory=dict)  # circuit → its routing session is established


def some(truths: Iterable[Truth]) -> Truth:
    """Return yes if one is, no if all are, else None (Kleene's or)."""
    seen = set(truths)
    return True if True in seen else None if None in seen or not seen else False


def every(truths: Iterable[Truth]) -> Truth:
    """Return no if one is, yes if all are, else None (Kleene's and)."""
    seen = set(truths)
    return False if False in seen else None if None in seen or not seen else True


def judged(fleet: Fleet, evidence: Evidence) -> Iterator[Sample]:
    """Yield what is up and what it hangs on; nothing for what is not known."""
    judge = Judge(fleet, evidence)
    for circuit in fleet.circuits.values():
        labels = {"circuit": circuit.id}
        yield from _told("circuit_up", judge.circuit(circuit), labels)
        yield from _told("circuit_upstream_up", judge.upstream(circuit), labels)
    for code in fleet.sites:
        yield from _told("site_reachable", judge.site(code), {"site": code})
        if judge.circuits_of(code):
            yield from _told("site_upstream_reachable", judge.parent(code), {"site": code})
    for device in fleet.devices.values():
        yield from _told("device_up", judge.device(device.name), {"device": device.name})


def _told(name: str, truth: Truth, labels: Mapping[str, str]) -> Iterator[Sample]:
    if truth is not None:
        yield Sample(name, float(truth), labels)


class Judge:
    """Judges one scrape's evidence by the topology; every answer is worked out once."""

    def __init__(self, fleet: Fleet, evidence: Evidence) -> None:
        self._fleet, self._evidence = fleet, evidence
        self._circuits = _by_site(fleet)
        self._routers = _routers(fleet)
        self.site: Callable[[str], Truth] = cache(self._site)
        self.device: Callable[[str], Truth] = cache(self._device)

    def circuits_of(self, code: str) -> tuple[BuiltCircuit, ...]:
        return self._circuits.get(code, ())

    def circuit(self, circuit: BuiltCircuit) -> Truth:
        """Does it carry?  A far end that is silent may have lost its way back: its session vouches for it."""
        echo = self._evidence.echoes.get(circuit.outer_ipv4)
        session = self._evidence.sessions.get(circuit.id)
        oper = self._evidence.oper.get(circuit.inner)
        carries = some(truth for truth in (echo, session) if truth is not None)
        if oper is False or carries is not None:
            return False if oper is False else carries
        tunnel = self._fleet.devices[circuit.inner.device].interface(circuit.inner.interface).tunnel
        return None if tunnel else oper  # a tunnel's interface is up as soon as it is there

    def upstream(self, circuit: BuiltCircuit) -> Truth:
        """Does what it hangs on work?"""
        device = circuit.inner.device
        return every((self.device(device), self.site(self._fleet.devices[device].site)))

    def parent(self, code: str) -> Truth:
        """Does at least one circuit of the site hang on something that works?"""
        return some(self.upstream(circuit) for circuit in self.circuits_of(code))

    def _device(self, name: str) -> Truth:
        echo = self._evidence.echoes.get(self._fleet.devices[name].address)
        scraped = self._evidence.scraped.get(name)
        return some(truth for truth in (echo, scraped) if truth is not None)

    def _site(self, code: str) -> Truth:
        echoes = (self._evidence.echoes.get(router.address) for router in self._routers.get(code, ()))
        by_echo = some(echoes)
        if by_echo is not None:
            return by_echo
        if self._fleet.sites[code].kind is SiteKind.DATACENTER:
            return some(self._evidence.scraped.get(router.name) for router in self._routers.get(code, ()))
        return some(every((self.circuit(one), self.upstream(one))) for one in self.circuits_of(code))


def _by_site(fleet: Fleet) -> dict[str, tuple[BuiltCircuit, ...]]:
    """Return the circuits of each site, the primary one first."""
    found: dict[str, list[BuiltCircuit]] = {}
    for circuit in sorted(fleet.circuits.values(), key=lambda one: (one.row.site, one.row.order)):
        found.setdefault(circuit.row.site, []).append(circuit)
    return {code: tuple(circuits) for code, circuits in found.items()}


def _routers(fleet: Fleet) -> dict[str, tuple[Device, ...]]:
    found: dict[str, list[Device]] = {}
    for device in fleet.with_role(*ROUTERS):
        if any(device.of_kind(InterfaceKind.LOOPBACK)):
            found.setdefault(device.site, []).append(device)
    return {code: tuple(devices) for code, devices in found.items()}
