"""The shapes a plug-in may have: read this page first.

A plug-in is one file in the folder of its kind, and one value in it; the folder is the list.

design      PASS: Pass                  Province, Fleet → Fleet
platforms   PLATFORM: Platform          how a device's text is asked for, read, written and undone
drivers     DRIVER: Driver              how one talks to a device
rules       a function under @rule      want, have → what is wrong
probes      a function under @probe     target → samples
reports     REPORT: Report              findings → text
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from kgnet.model.config import Config
from kgnet.model.fleet import Device, Fleet
from kgnet.model.outcome import Evidence, Finding, Sample, Severity
from kgnet.model.province import Province, Role

# ── design ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Pass:
    """One concern of the design; runs after the passes named in *after*."""

    name: str
    run: Callable[[Province, Fleet], Fleet]
    after: tuple[str, ...] = ()


# ── drivers ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Output:
    """What a command gave: *code* 0 is success."""

    code: int
    out: str
    err: str


class Session(Protocol):
    """A live conversation with one device."""

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        """Run *argv* on the device, without a shell of ours; Unreachable if the line breaks."""


@dataclass(frozen=True, slots=True)
class Access:
    """How the operator gets in: files and names, never the secrets themselves."""

    user: str = "root"
    key_file: str | None = None
    known_hosts: str | None = None
    port: int = 22
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Driver:
    """Opens sessions: `with driver.open(device, access) as session`."""

    name: str
    open: Callable[[Device, Access], AbstractContextManager[Session]]


# ── platforms ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes the one fact *fact* of what a command printed; raises ReadError on what it does not know.

    Where the command fails, *fact* is missing. *roles* are the devices to ask it of (empty: all).
    """

    fact: type
    read: Callable[[str], object]
    roles: tuple[Role, ...] = ()

    def __call__(self, text: str) -> tuple[object, ...]:
        return (self.read(text),)


def _nothing(device: Device) -> Mapping[str, Any]:
    return {}


def _never(path: tuple[str, ...]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a configuration, and what the device wants done with it.

    *show* prints the running text; *canonical* strips from it what is not configuration;
    *check* judges a candidate file without loading it; *load* makes it the running configuration;
    *save* makes the running configuration survive a restart. ``{file}`` stands for the candidate's path
    on the device, ``{folder}`` for the private folder that holds it; in *save* too: it is what was loaded.
    """

    name: str
    template: str
    show: tuple[str, ...]
    read: Callable[[str, str], Iterable[object]]  # text, part → facts with lines counted in that text
    check: tuple[str, ...]
    load: tuple[str, ...]
    save: tuple[tuple[str, ...], ...]
    canonical: Callable[[str], str] = str
    prepare: Callable[[Device], Mapping[str, Any]] = _nothing  # names for the template, beside `device`
    closers: tuple[str, ...] = ()  # lines that do not count, e.g. "exit", which only closes a block
    ordered: Callable[[tuple[str, ...]], bool] = _never  # is the order of this block's lines meant?
    silent_check: bool = False  # anything on stderr of the check is a refusal, whatever the exit code


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system of devices."""

    name: str
    driver: str
    parts: tuple[Part, ...]
    state: Mapping[tuple[str, ...], Reader] = field(default_factory=dict)  # command → reader of live facts
    secrets: tuple[re.Pattern[str], ...] = ()  # group 1 is the secret itself

    def redacted(self, text: str, mark: Callable[[str], str] | None = None) -> str:
        """Return *text* with `<secret>` in place of every secret, or `<secret MARK>` of its value."""

        def hidden(found: re.Match[str]) -> str:
            value = found[1]
            told = value if value.startswith("<secret") else f"<secret {mark(value)}>" if mark else "<secret>"
            start, end = (place - found.start() for place in found.span(1))
            return found[0][:start] + told + found[0][end:]

        for pattern in self.secrets:
            text = pattern.sub(hidden, text)
        return text


# ── rules ───────────────────────────────────────────────────────────────────

Wrong = str | Evidence
Judge = Callable[..., Iterator[Wrong]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Judges facts; yields what is wrong, in words an operator can act on; silence is a pass.

    *roles* and *platforms* say whom it is for (empty: all); elsewhere it is skipped, with the reason.
    *needs* are the facts that it judges: where one is missing the finding is an error.
    """

    id: str
    title: str
    severity: Severity
    judge: Judge
    needs: tuple[type, ...]
    references: tuple[str, ...]
    roles: tuple[Role, ...] = ()
    platforms: tuple[str, ...] = ()
    why: str = ""
    live: bool = False  # judges running state; skipped over files


def rule(
    *,
    id: str,
    title: str,
    severity: Severity,
    needs: Sequence[type],
    references: Sequence[str] = (),
    roles: Sequence[Role] = (),
    platforms: Sequence[str] = (),
    live: bool = False,
) -> Callable[[Judge], Rule]:
    """Make a rule of a generator `(want: Device, have: Snapshot, **parameters)`; its docstring says why."""

    def wrap(judge: Judge) -> Rule:
        return Rule(
            id=id,
            title=title,
            severity=severity,
            judge=judge,
            needs=tuple(needs),
            references=tuple(references),
            roles=tuple(roles),
            platforms=tuple(platforms),
            why=inspect.cleandoc(judge.__doc__ or ""),
            live=live,
        )

    return wrap


# ── probes ──────────────────────────────────────────────────────────────────

Measure = Callable[..., Iterator[Sample]]


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks a target; yields samples or raises ProbeError; success and duration are the engine's to say."""

    name: str
    measure: Measure
    options: Mapping[str, Any]  # keyword → default


def probe(measure: Measure) -> Probe:
    """Make a probe of a generator `(target, *, option=default …)`; it is named for the function."""
    parameters = inspect.signature(measure).parameters.values()
    options = {
        parameter.name: parameter.default
        for parameter in parameters
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    return Probe(measure.__name__, measure, options)


# ── reports ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Report:
    """One output format of the audit."""

    name: str
    write: Callable[[Iterable[Finding], Mapping[str, Rule]], str]


__all__ = [
    "Access",
    "Config",
    "Driver",
    "Output",
    "Part",
    "Pass",
    "Platform",
    "Probe",
    "Report",
    "Rule",
    "Session",
    "Wrong",
    "probe",
    "rule",
]
