"""The shapes a plug-in may have: read this page first.

A plug-in is one file in the folder of its kind, and one value in it; the folder is the list.

design      PASS: Pass                  Province, Fleet → Fleet
platforms   PLATFORM: Platform          how a device's text is asked for, read, written and undone
drivers     DRIVER: Driver              how one talks to a device
transactions TRANSACTION: Transaction   how one changes a device so that it cannot stay half changed
rooms       SYSTEM: System              how a conference room's system is asked and read
rules       a function under @rule      want, have → what is wrong with a device, a room, a building
probes      a function under @probe     target → samples
reports     REPORT: Report              findings → text or bytes
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kgnet.findings import Findings
from kgnet.model.fleet import Device, Fleet
from kgnet.model.history import Baseline
from kgnet.model.language import ENGLISH, Language
from kgnet.model.outcome import Evidence, Sample, Severity, Told
from kgnet.model.province import Province, Role
from kgnet.ports.device import (
    Access,
    Candidate,
    Driver,
    Ended,
    Endpoint,
    Output,
    Part,
    Path,
    Platform,
    Reader,
    Session,
    Transaction,
    Typed,
)
from kgnet.ports.reading import Questioned, Readers, Reading, gives

# ── design ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Pass:
    """One concern of the design; runs after the passes named in *after*."""

    name: str
    run: Callable[[Province, Fleet], Fleet]
    after: tuple[str, ...] = ()


# ── rooms ───────────────────────────────────────────────────────────────────

Marked = Callable[[str], str]  # a secret → what changes with it and gives nothing away


@dataclass(frozen=True, slots=True)
class System:
    """A make of conference rooms' systems.

    *read* takes what one says, as asked by *command* or exported to a file, with its secrets; the day; and
    what to make of a secret.  It yields facts, none of which holds one, nor does its ReadError.
    """

    name: str
    read: Callable[[str, date, Marked], Iterator[object]]
    signs: re.Pattern[str]  # finds what only its text has
    command: tuple[str, ...] = ()  # by SSH; empty: only its exported files are read


# ── rules ───────────────────────────────────────────────────────────────────

Wrong = Told | Evidence
Judge = Callable[..., Iterator[Wrong]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Judges facts; yields what is wrong, in words an operator can act on; silence is a pass.

    *of* is what it judges: a Device, or another Subject of the audit; of others it is not asked.
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
    asks: Mapping[str, str] = field(default_factory=dict)  # platform → what its control asks, in its words
    of: type = Device


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
    asks: Mapping[str, str] | None = None,
    of: type = Device,
) -> Callable[[Judge], Rule]:
    """Make a rule of a generator `(want, have: Snapshot, **parameters)`; its docstring says why.

    *want* is what the intent says of the subject, a Device or what *of* names.
    """

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
            asks=asks or {},
            of=of,
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
class About:
    """What a report may say of the audit beside its findings."""

    language: Language = ENGLISH
    when: datetime | None = None
    pack: str = ""  # its title
    sites: Mapping[str, str] = field(default_factory=dict)  # code → name
    network: str = ""  # the province's name
    authority: tuple[str, ...] = ()  # that answers for it: the higher body first
    source: str = ""  # the folder that was read; empty: the running devices
    limit: str = ""  # as it was asked for; empty: all
    digest: str = ""  # SHA-256 of the findings as JSON in English, in hexadecimal
    notes: tuple[str, ...] = ()  # what somebody should know of it, e.g. which waiver covers nothing
    colour: bool = False  # the terminal that shows it has colours
    baseline: Baseline | None = None  # the report is of what is new and fixed since then


@dataclass(frozen=True, slots=True)
class Report:
    """One output format of the audit: a text piece by piece, or bytes that are none.

    `kgnet.reports.pieces` calls *write*: by then findings and rules are in the language asked for, and
    hold no character that a terminal or a parser would obey.  The findings are read from disk, each time
    anew: who writes one after the other needs no more memory for a country than for a village.
    """

    name: str
    suffix: str  # of a file that holds it, without the dot
    write: Callable[[Findings, Mapping[str, Rule], About], Iterator[str] | bytes]
    binary: bool = False  # not for a terminal
    signed: bool = False  # tells the digest of the findings
    patched: bool = False  # tells where in the file that was judged a remedy goes


__all__ = [
    "About",
    "Access",
    "Candidate",
    "Driver",
    "Ended",
    "Endpoint",
    "Marked",
    "Output",
    "Part",
    "Pass",
    "Path",
    "Platform",
    "Probe",
    "Questioned",
    "Reader",
    "Readers",
    "Reading",
    "Report",
    "Rule",
    "Session",
    "System",
    "Transaction",
    "Typed",
    "Wrong",
    "gives",
    "probe",
    "rule",
]
