"""Faults to order: what goes wrong on a device, at which command, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

# kind → what happens; those marked (d) a dialect asks for itself, all others the core brings about
KINDS = {
    "drop-before": "the connection breaks at the command, which has no effect",
    "drop-after": "the connection breaks at the command, which has its effect but is not answered",
    "drop-output": "the connection breaks in the middle of the answer",
    "slow": "the answer comes *value* seconds after the command has had its effect",
    "hang": "the command is never answered, and has no effect",
    "reboot-before": "the device restarts at the command, which has no effect; what was not saved is lost",
    "reboot-after": "the device restarts right after the command; what was not saved is lost",
    "garbage": "bytes that are no UTF-8 stand in the answer",
    "more": "the answer is paged whatever the terminal's length",
    "banner": "the login greets with *value*, which looks like a prompt",
    "deaf": "the connection is accepted and nothing is ever said",
    "login": "the login is declined",
    "privilege": "who logs in may look but not change",
    "dialect": "the device answers as one of another platform: *value*",
    "full": "(d) the storage is full: a file cannot be written",
    "refuse": "(d) the configuration line is refused, in the vendor's words or with *value*",
    "ignore": "(d) the configuration line is accepted and not stored",
    "locked": "(d) the configuration is locked by *value*, another person",
}
LONGEST_S = 86400.0  # of one answer
DROPS = ("drop-before", "drop-after", "drop-output", "reboot-before", "reboot-after")


@dataclass(slots=True)
class Fault:
    """One fault: at commands, files or users that match *at*, after *skip* of them, *times* times."""

    kind: str
    at: str = ""  # regular expression, searched
    skip: int = 0
    times: int = 1  # 0: until it is taken away
    value: str = ""
    seen: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind!r}: {', '.join(KINDS)}")
        try:
            re.compile(self.at)
        except re.error as reason:
            raise ValueError(f"{self.at!r} is no regular expression: {reason}") from reason
        if self.kind == "slow" and not self.seconds:
            raise ValueError(f"slow: {self.value!r} is no number of seconds — e.g. --value 5")
        if self.kind == "dialect":
            from kgnet.emulate.dialects import known  # which imports us

            if self.value not in known():
                raise ValueError(f"dialect: {self.value!r} is no platform: {', '.join(known())}")

    @property
    def seconds(self) -> float:
        """How many seconds it takes longer; 0 if *value* is no such number."""
        try:
            seconds = float(self.value)
        except ValueError:
            return 0.0
        return seconds if 0 < seconds <= LONGEST_S else 0.0

    def pending(self) -> bool:
        """Whether it will strike yet."""
        return not self.times or self.done < self.times

    def strikes(self, text: str) -> bool:
        """Whether it strikes now; it counts."""
        if not self.pending() or not re.search(self.at, text):
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        self.done += 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults ordered for one device."""

    ordered: list[Fault] = field(default_factory=list)

    def order(self, fault: Fault) -> Fault:
        self.ordered.append(fault)
        return fault

    def clear(self) -> None:
        self.ordered.clear()

    def take(self, kind: str, text: str = "") -> Fault | None:
        """Return the fault of this kind that strikes at *text*; every one of them counts."""
        if not self.ordered:
            return None
        struck = [fault for fault in self.ordered if fault.kind == kind and fault.strikes(text)]
        return struck[0] if struck else None


def any_fault(random: Random, kinds: Iterable[str] = DROPS, commands: int = 40) -> Fault:
    """Return a fault of one of *kinds* that strikes somewhere in the next *commands* commands."""
    return Fault(random.choice(sorted(kinds)), skip=random.randrange(commands))
