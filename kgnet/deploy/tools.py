"""What a deploy works with: the other verbs, handed in, since neighbours never import each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.outcome import Plan
from kgnet.ports import Candidate, Session, Transaction

Typed = tuple[str, ...]  # commands, in order


@dataclass(frozen=True, slots=True)
class Health:
    """How a device is doing: neighbours that are up, e.g. "BGP 10.96.0.1"; errors counted, by interface."""

    neighbors: frozenset[str]
    errors: Mapping[str, int] = field(default_factory=dict)


def as_wanted(want: Config, have: Config) -> Config:
    return want


@dataclass(frozen=True, slots=True)
class Tools:
    """The verbs that bring one device from have to want."""

    open: Callable[[Device], AbstractContextManager[Session]]
    render: Callable[[Device], Config]  # with the true secrets
    read: Callable[[Device, Session], Config]  # running and true; Refused unless whole
    seal: Callable[[Device, Config], Config]  # the same without secrets: to show and to compare
    compare: Callable[[Config, Config], Plan]  # want, have
    typed: Callable[[Config, Config], tuple[Typed, Typed]]  # want, have: what one would type, and type back
    health: Callable[[Device, Session], Health]
    aim: Callable[[Config, Config], Config] = as_wanted  # want, have, both true: what the device shall be


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a change may take before the device takes it back by itself."""

    confirm_s: int = 60  # from loading to confirming
    settle_s: float = 3.0  # before neighbours are judged: what dies of the change needs time to be seen dead
    save: bool = True  # survive a restart
    retry_s: float = 1.0  # between two attempts to reach a device
    patience_s: float = 150.0  # past the device's timer: what it may need to put its old configuration back


Note = Callable[[str, str], None]  # step, detail: what the journal keeps, before the step is done


def unnoted(step: str, detail: str) -> None:
    """Keep no journal."""


def unkept(config: Config) -> None:
    """Keep no old configuration."""


def never() -> bool:
    return False


def always(config: Config) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a change: its times, its journal, and whether the operator wants it all back."""

    timing: Timing = Timing()
    note: Note = unnoted
    keep: Callable[[Config], None] = unkept  # the old configuration, true, before anything is changed
    stopped: Callable[[], bool] = never
    approved: Callable[[Config], bool] = always  # is this sealed text the one that was looked at?
    intended: bool = True  # the change is towards the intent; else towards some text of the past


@dataclass(frozen=True, slots=True)
class Job:
    """One device that is to change."""

    device: Device
    transaction: Transaction
    candidate: Candidate
    tools: Tools
    terms: Terms
    plan: Plan

    @property
    def timing(self) -> Timing:
        return self.terms.timing

    @property
    def confirm_s(self) -> int:
        return max(self.timing.confirm_s, self.transaction.least_s)

    def differs(self, target: Config, have: Config) -> Plan:
        """Return what is still between *have* and *target*, without secrets."""
        seal, device = self.tools.seal, self.device
        return self.tools.compare(seal(device, target), seal(device, have))
