"""findings → the same with since when they stand, and what is new and fixed; kept in SQLite or PostgreSQL.

`record` writes an audit whole or not at all, in one transaction; who comes second of two waits. Runs are
counted, so that their order needs no clock. No secret comes in: evidence is redacted where it is read.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Connection

from kgnet.errors import HistoryError, NothingRecorded
from kgnet.findings import Findings, kept
from kgnet.history import _compare, _rows, _stream, since
from kgnet.history._place import Place, compact, opened, place
from kgnet.history._stream import OPEN, Changes
from kgnet.model.history import Asked, Baseline, Run, Stood
from kgnet.model.outcome import Finding, State

__all__ = ["History", "Pruned", "Told", "place"]

SLACK = timedelta(hours=1)  # so much earlier an audit may have begun than the one that was recorded before it


@dataclass(frozen=True, slots=True)
class Told:
    """What an audit comes to beside what was recorded before it."""

    run: Run
    findings: Findings  # every one, with its stand against the baseline
    gone: Findings  # fixed since the baseline
    baseline: Baseline
    changes: Changes = field(repr=False)

    @property
    def news(self) -> Findings:
        """Return what is new, what is fixed, and all that could not be judged."""
        return kept(chain(_compare.news(self.findings.where(status=OPEN)), self.gone))


@dataclass(frozen=True, slots=True)
class Pruned:
    runs: int
    findings: int


@dataclass(frozen=True, slots=True)
class History:
    """The history at one place; every method opens, does one thing in one transaction, and closes."""

    where: Place

    def compare(self, findings: Iterable[Finding], asked: Asked, *, against: str = since.LAST) -> Told:
        """Hold the audit against the run that *against* means (`since.FORMS`); record nothing."""
        try:
            with opened(self.where, writes=False) as connection:
                return _told(connection, kept(findings), asked, against)
        except NothingRecorded:
            return _told(None, kept(findings), asked, against)

    def record(self, told: Told) -> Run:
        """Record an audit that was compared; if another one came between, what changed is found out anew."""
        with opened(self.where, writes=True) as connection:
            if _rows.next_number(connection) != told.run.number:
                told = _told(connection, told.findings, told.run.asked, told.baseline.asked)
            subject = _rows.subject(connection, told.run.asked.subject)
            _rows.record(connection, subject, told.run, told.changes)
        return told.run

    def remember(self, findings: Iterable[Finding], asked: Asked, *, against: str = since.LAST) -> Told:
        """Record the audit, and hold it against the run that *against* means (`since.FORMS`)."""
        with opened(self.where, writes=True) as connection:
            told = _told(connection, kept(findings), asked, against)
            _rows.record(connection, _rows.subject(connection, asked.subject), told.run, told.changes)
        return told

    def check(self, subject: str, against: str, now: datetime) -> None:
        """Raise UsageError or HistoryError if *against* cannot be answered: before any device is asked."""
        since.moment(against, now)
        runs: list[Run] = []
        try:
            with opened(self.where, writes=False) as connection:
                runs = _rows.runs(connection, subject=subject)
        except NothingRecorded:
            pass
        since.baseline(against, runs, now)

    def runs(self, last: int | None = None) -> list[Run]:
        """Return the *last* runs, the latest first; NothingRecorded if there is no history yet."""
        with opened(self.where, writes=False) as connection:
            return _rows.runs(connection, last=last)

    def run(self, name: str = since.LAST) -> Run:
        """Return the run *name*, or the `last` one; HistoryError names the latest ones if there is none."""
        with opened(self.where, writes=False) as connection:
            return self._run(connection, name)

    def standing(self, run: str = since.LAST) -> list[Stood]:
        """Return what stood after the run, worst first: what an exporter counts by age (`since`).

        What was last seen before it (`last`) was not judged by it, and stands until somebody looks again.
        """
        with opened(self.where, writes=False) as connection:
            found = self._run(connection, run)
            subject = _rows.subject(connection, found.asked.subject)
            return _rows.worst_first(each for each in _rows.stood(connection, subject, since=found.number)
                                     if each.at(found.number))  # fmt: skip

    def diff(self, one: str, other: str) -> dict[State, list[Stood]]:
        """Return what came, went and stayed from one run to the other; HistoryError: of another subject."""
        with opened(self.where, writes=False) as connection:
            first, second = self._run(connection, one), self._run(connection, other)
            if first.asked.subject != second.asked.subject:
                raise HistoryError(
                    f"{first.id} is of {first.asked.subject}, {second.id} of {second.asked.subject}: "
                    "they cannot be compared"
                )
            subject = _rows.subject(connection, first.asked.subject)
            every = [*_rows.stood(connection, subject, since=min(first.number, second.number))]
        before = {_rows.identity(each): each for each in every if each.at(first.number)}
        after = {_rows.identity(each): each for each in every if each.at(second.number)}
        return {
            State.NEW: _rows.worst_first(each for key, each in after.items() if key not in before),
            State.FIXED: _rows.worst_first(each for key, each in before.items() if key not in after),
            State.STANDING: _rows.worst_first(each for key, each in after.items() if key in before),
        }

    def prune(self, before: datetime) -> Pruned:
        """Forget runs that began, and findings that ended or were last seen, before then.

        The last run of each subject stays, and so does what stood then: the next audit is held against it.
        """
        with opened(self.where, writes=True) as connection:
            pruned = Pruned(*_rows.prune(connection, before))
        compact(self.where)
        return pruned

    def _run(self, connection: Connection, name: str) -> Run:
        runs = _rows.runs(connection)
        for run in runs:
            if name in (run.id, since.LAST):
                return run
        latest = ", ".join(run.id for run in runs[:3]) or "none yet"
        raise HistoryError(f"{self.where.name}: no audit {name!r} is recorded — the latest: {latest}")


def _told(connection: Connection | None, findings: Findings, asked: Asked, against: str) -> Told:
    """Compare in the transaction of *connection*, None where nothing is recorded yet."""
    now = asked.when.replace(microsecond=0)
    asked = replace(asked, when=now)
    subject = _rows.known(connection, asked.subject) if connection else None
    earlier = _rows.runs(connection, subject=asked.subject) if connection else []
    number = _rows.next_number(connection) if connection else 1
    base = since.baseline(against, earlier, now)
    from_ = base.number if base else number
    stood = _rows.stood(connection, subject, since=from_) if connection and subject else iter(())
    found = _stream.compared(findings, stood, number=number, base=base.number if base else None, now=now)
    known = Baseline(
        asked=against,
        run=base.id if base else "",
        when=base.asked.when if base else None,
        notes=_notes(base, earlier, now),
    )
    baseline = _compare.against(known, found.findings, found.gone)
    return Told(_run(asked, number, found), found.findings, found.gone, baseline, found.changes)


def _run(asked: Asked, number: int, found: _stream.Compared) -> Run:
    return Run(
        id=f"{asked.when:%Y%m%d-%H%M%S}-{random.token_hex(2)}",
        number=number,
        asked=asked,
        devices=len(found.findings.tally("device")),
        counts=found.findings.statuses(),
        opened=found.changes.new(asked.when),
        fixed=found.changes.many("ended", fixed=True),
    )


def _notes(base: Run | None, earlier: Sequence[Run], now: datetime) -> tuple[str, ...]:
    """Return what somebody should know of the comparison; these are in `data/texts.…csv`, too."""
    told = []
    if base is None:
        told.append("no audit is recorded that is so old: everything counts as new")
    if earlier and now < earlier[0].asked.when - SLACK:
        told.append(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, and audit {earlier[0].id} was before: is it right?"
        )
    return tuple(told)
