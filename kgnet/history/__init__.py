"""findings → the same with since when they stand, and what is new and fixed; kept in SQLite or PostgreSQL.

`remember` records an audit whole or not at all, in one transaction; who comes second of two waits. Runs are
counted, so that their order needs no clock. No secret comes in: evidence is redacted where it is read.
"""

from __future__ import annotations

import secrets as random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from kgnet.errors import HistoryError
from kgnet.history import _compare, _rows, since
from kgnet.history._place import Place, compact, opened, place
from kgnet.model.history import Asked, Baseline, Run, Stood
from kgnet.model.outcome import Finding, State

__all__ = ["History", "Pruned", "Told", "place"]

SLACK = timedelta(hours=1)  # so much earlier an audit may have begun than the one that was recorded before it


@dataclass(frozen=True, slots=True)
class Told:
    """What an audit comes to beside what was recorded before it."""

    run: Run
    findings: tuple[Finding, ...]  # every one, with its stand against the baseline
    gone: tuple[Finding, ...]  # fixed since the baseline
    baseline: Baseline

    @property
    def news(self) -> list[Finding]:
        """Return what is new, what is fixed, and all that could not be judged."""
        return [*_compare.news(self.findings), *self.gone]


@dataclass(frozen=True, slots=True)
class Pruned:
    runs: int
    findings: int


@dataclass(frozen=True, slots=True)
class History:
    """The history at one place; every method opens, does one thing in one transaction, and closes."""

    where: Place

    def remember(self, findings: Sequence[Finding], asked: Asked, *, against: str = since.LAST) -> Told:
        """Record the audit, and hold it against the run that *against* means (`since.FORMS`)."""
        now = asked.when.replace(microsecond=0)
        asked = replace(asked, when=now)
        with opened(self.where, writes=True) as connection:
            subject = _rows.subject(connection, asked.subject)
            earlier = _rows.runs(connection, subject=asked.subject)
            base = since.baseline(against, earlier, now)
            number = _rows.next_number(connection)
            stood = _rows.stood(connection, subject, since=base.number if base else number)
            before = [each for each in stood if each.until is None]
            seen = _compare.seen(findings, stood, number, now)
            changes = _compare.changes(before, seen, number, now)
            run = _run(asked, number, findings, changes)
            _rows.record(connection, subject, run, changes)
        then = [each for each in stood if base and each.at(base.number)]
        standing = [*changes.opened, *changes.seen, *changes.reworded]
        told = tuple(_compare.annotated(findings, standing, then, now))
        gone = tuple(_compare.fixed(seen, then))
        known = Baseline(
            asked=against,
            run=base.id if base else "",
            when=base.asked.when if base else None,
            notes=_notes(base, earlier, now),
        )
        return Told(run, told, gone, _compare.against(known, told, gone))

    def check(self, subject: str, against: str, now: datetime) -> None:
        """Raise UsageError or HistoryError if *against* cannot be answered: before any device is asked."""
        since.moment(against, now)
        with opened(self.where, writes=True) as connection:
            since.baseline(against, _rows.runs(connection, subject=subject), now)

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
            every = _rows.stood(connection, subject, since=min(first.number, second.number))
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


def _run(asked: Asked, number: int, findings: Iterable[Finding], changes: _compare.Changes) -> Run:
    held = list(findings)
    return Run(
        id=f"{asked.when:%Y%m%d-%H%M%S}-{random.token_hex(2)}",
        number=number,
        asked=asked,
        devices=len({finding.device for finding in held}),
        counts=Counter(finding.status for finding in held),
        opened=len(changes.opened),
        fixed=sum(1 for each in changes.ended if each.fixed),
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
