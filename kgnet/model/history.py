"""What is remembered of audits: when they were, what stood, and how one stands against an earlier one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kgnet.model.outcome import Finding, Severity, Status


@dataclass(frozen=True, slots=True)
class Asked:
    """What an audit was asked; audits of one *subject* are compared with each other."""

    subject: str  # province, pack, and live or the folder of files
    when: datetime  # it began
    inventory: str
    pack: str
    source: str  # "live", or the folder
    limit: str = ""
    version: str = ""  # of kgnet


@dataclass(frozen=True, slots=True)
class Run:
    """An audit that is recorded; *number* counts the records, so that order needs no clock."""

    id: str
    number: int
    asked: Asked
    devices: int
    counts: Mapping[Status, int]
    opened: int  # pieces of evidence that were new
    fixed: int


@dataclass(frozen=True, slots=True)
class Stood:
    """A piece of evidence while it stood in one status: FAIL, WAIVED, or ERROR for the whole rule."""

    rule: str
    device: str
    site: str
    fingerprint: str  # "" for ERROR
    status: Status
    severity: Severity
    what: str
    where: str
    since: datetime  # this piece, whether waived or not
    finding_since: datetime  # the rule on this device, whatever the evidence was
    first: int  # number of the run
    last: int
    last_at: datetime
    until: int | None = None  # the run that found it gone or in another status; None: it stands
    until_at: datetime | None = None
    fixed: bool = False  # gone by *until*
    id: int | None = None  # of the row

    def at(self, run: int) -> bool:
        """Return whether it stood after the run with this number."""
        return self.first <= run and (self.until is None or self.until > run)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The earlier audit that a report is held against; *run* is "" where there is none so old."""

    asked: str  # as told: last, 7d, 2026-11-01, a run
    run: str = ""
    when: datetime | None = None
    new: int = 0
    fixed: int = 0
    standing: Collection[Finding] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()  # what somebody should know of the comparison
