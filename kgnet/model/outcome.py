"""What the verbs give back: Plan, Outcome, Finding, Sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from kgnet.model.subject import Kind


class Action(StrEnum):
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """One line to add or remove, in the block *path* (outermost first) of the part *part*.

    Where the order of a block's lines is meant, *position* is the line's place among them, from 0:
    in the block as it was for REMOVE, as it will be for ADD.
    """

    action: Action
    part: str
    path: tuple[str, ...]
    line: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change on one device; empty: it is as wanted."""

    device: str
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the parts that change, each once, in order."""
        return tuple(dict.fromkeys(change.part for change in self.changes))


class Result(StrEnum):
    """How a deploy of one device ended."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ROLLED_BACK = "rolled back"  # changed, did not come back well, restored
    FAILED = "failed"  # nothing was changed
    LOST = (
        "lost"  # was being changed, and neither the new nor the old could be verified: somebody has to look
    )
    NOT_TRIED = "not tried"  # the run stopped before its turn


@dataclass(frozen=True, slots=True)
class Outcome:
    device: str
    result: Result
    plan: Plan
    reason: str = ""  # for all but unchanged and changed: what an operator has to know
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.result in (Result.UNCHANGED, Result.CHANGED)


LIVE = "live"  # stands for the file where the device itself was asked
COLLECT = "collect"  # stands for the rule where a device could not be looked at, so that none could be asked


class Status(StrEnum):
    """How a rule ended for a device; ERROR means: could not judge, and is never a pass."""

    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"  # does not apply, with the reason in the evidence
    ERROR = "error"
    WAIVED = "waived"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class State(StrEnum):
    """How a finding stands against an earlier audit."""

    NEW = "new"
    STANDING = "standing"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Stand:
    """What the history knows of a finding: *since* is the audit that saw it first, without a break."""

    state: State
    since: datetime


class Deviation(NamedTuple):
    """What a rule found, and what it wanted instead; people read the one sentence that is made of both."""

    found: str
    wanted: str
    joint: str = ": "  # between the two
    after: str = ""  # what else is said of *wanted*, e.g. who asks for it
    seen: str = ""  # what shows it

    def __str__(self) -> str:
        aside = "," if ", or " in self.wanted else ""
        seen = f" ({self.seen})" if self.seen else ""
        return f"{self.found}{self.joint}{self.wanted}{aside} wanted{self.after}{seen}"


Told = str | Deviation  # a finding in words


def of(prefix: str, told: Told) -> Told:
    """Return what is *told* of something that *prefix* names, with a space at its end."""
    return told._replace(found=f"{prefix}{told.found}") if isinstance(told, Deviation) else f"{prefix}{told}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule saw: *where* is `file:line`, or the command that was asked."""

    what: str
    where: str = ""
    note: bool = False  # said by the audit itself, e.g. who answers for it: no part of what was seen
    stand: Stand | None = None
    fingerprint: str = ""  # the same in the next audit, although lines move and measured values change
    found: str = ""  # of a failure: what of the sentence is so
    wanted: str = ""  # … and what was to be so instead: in the rule's words, else its title

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what

    @property
    def parts(self) -> tuple[str, str]:
        """Return what was found and what was wanted, where the sentence says both; else it, and nothing."""
        both = self.wanted and self.found != self.what
        return (self.found, self.wanted) if both else (self.what, "")


def piece(told: Told, where: str, *, seen: str = "") -> Evidence:
    """Return what is *told* as evidence; *seen* is the text that shows it."""
    if isinstance(told, Deviation):
        told = told._replace(seen=seen or told.seen)
        return Evidence(str(told), where, found=told.found, wanted=f"{told.wanted}{told.after}")
    return Evidence(f"{told} ({seen})" if seen else told, where)


class Replacement(NamedTuple):
    """That *lines* stand in a file instead of the *many* lines from number *first* on; of none: before it."""

    first: int
    many: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What mends a finding: *commands* to type on the device, in order, without any secret.

    *patch* is the same for the file that was judged, where somebody asked for that and nothing is left open.
    *notes* are what else one has to know, a sentence or two each: a danger, or why no line mends it.
    """

    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    patch: tuple[Replacement, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.commands or self.notes)

    @property
    def note(self) -> str:
        return " ".join(self.notes)


NO_REMEDY = Remedy()


class Finding(NamedTuple):
    """What became of one rule at one device; *source* is the file that was judged, or `live`.

    An audit makes a hundred a device: as a tuple one costs a third of what it would as a dataclass.
    """

    rule: str
    device: str
    site: str
    status: Status
    severity: Severity
    evidence: tuple[Evidence, ...]
    stand: Stand | None = None  # of the rule on this device, whatever its evidence; None: nobody asked
    source: str = ""
    as_of: datetime | None = None  # when that file was written, or last changed in Git
    remedy: Remedy = NO_REMEDY
    kind: Kind = Kind.DEVICE  # of what *device* names


class Sample(NamedTuple):
    """One measured value: *name* without the prefix `kgnet_`, in base units.

    A scrape makes tens of thousands: as a tuple one costs a third of what it would as a dataclass.
    """

    name: str
    value: float
    labels: Mapping[str, str] = MappingProxyType({})
