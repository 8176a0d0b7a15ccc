"""Rows of the history → its nouns, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, or_, select, update

from kgnet.history._stream import Changes
from kgnet.history._tables import FINDING, RUN, SUBJECT
from kgnet.model.history import Asked, Run, Stood
from kgnet.model.outcome import Severity, Status

CHUNK = 500  # ids in one statement: databases take only so many; and rows that are in hand
WORST = tuple(reversed(Severity))
OPEN = (Status.FAIL, Status.ERROR, Status.WAIVED)


def subject(connection: Connection, name: str) -> int:
    """Return the number of a subject; a new one is written down."""
    number = known(connection, name)
    if number is None:
        number = connection.execute(insert(SUBJECT).values(name=name).returning(SUBJECT.c.id)).scalar_one()
    return int(number)


def known(connection: Connection, name: str) -> int | None:
    """Return the number of a subject, None if nothing is recorded of it."""
    found: int | None = connection.execute(
        select(SUBJECT.c.id).where(SUBJECT.c.name == name)
    ).scalar_one_or_none()
    return found


def next_number(connection: Connection) -> int:
    """Return the number of the next run: nobody else writes, and the latest is never pruned."""
    return int(connection.execute(select(func.coalesce(func.max(RUN.c.number), 0))).scalar_one()) + 1


def runs(connection: Connection, *, subject: str = "", last: int | None = None) -> list[Run]:
    """Return the *last* runs, those of one *subject* if it is told, the latest first."""
    asked = select(RUN, SUBJECT.c.name).join(SUBJECT).order_by(RUN.c.number.desc()).limit(last)
    if subject:
        asked = asked.where(SUBJECT.c.name == subject)
    return [_run(row) for row in connection.execute(asked)]


def stood(connection: Connection, subject: int, *, since: int) -> Iterator[Stood]:
    """Yield what stands, and what ended after the run *since*."""
    until = FINDING.c.until_run
    asked = select(FINDING).where(FINDING.c.subject == subject, or_(until.is_(None), until > since))
    streamed = asked.execution_options(yield_per=CHUNK)
    return (_stood(row) for row in connection.execute(streamed))


def record(connection: Connection, subject: int, run: Run, changes: Changes) -> None:
    """Write down a run and what it changed."""
    asked = run.asked
    connection.execute(
        insert(RUN).values(
            number=run.number,
            id=run.id,
            subject=subject,
            began=asked.when,
            inventory=asked.inventory,
            pack=asked.pack,
            source=asked.source,
            scope=asked.limit,
            version=asked.version,
            devices=run.devices,
            opened=run.opened,
            fixed=run.fixed,
            **{status.value: run.counts.get(status, 0) for status in Status},
        )
    )
    here = {"last_run": run.number, "last_at": asked.when}
    for some in _chunks(changes.of("seen")):
        ids = [each.id for each in some]
        connection.execute(update(FINDING).where(FINDING.c.id.in_(ids)).values(**here))
    for some in _chunks(changes.of("reworded")):
        _each(connection, [_said(each) | here for each in some])
    ends = ("until_run", "until_at", "fixed")
    for some in _chunks(changes.of("ended")):
        _each(connection, [{"row": each.id, **_only(_columns(each), ends)} for each in some])
    for some in _chunks(changes.of("opened")):
        connection.execute(insert(FINDING), [{"subject": subject, **_columns(each)} for each in some])


def _chunks(every: Iterable[Stood]) -> Iterator[list[Stood]]:
    left = iter(every)
    while some := [*islice(left, CHUNK)]:
        yield some


def prune(connection: Connection, before: datetime) -> tuple[int, int]:
    """Take out what is older; return how many runs and findings."""
    latest = select(func.max(RUN.c.number)).group_by(RUN.c.subject)
    newest = (
        select(func.max(RUN.c.number))
        .where(RUN.c.subject == FINDING.c.subject)
        .correlate(FINDING)
        .scalar_subquery()
    )
    unseen = and_(FINDING.c.last_at < before, FINDING.c.last_run < newest)
    gone = connection.execute(
        delete(FINDING).where(or_(FINDING.c.until_at < before, and_(FINDING.c.until_run.is_(None), unseen)))
    )
    old = connection.execute(delete(RUN).where(RUN.c.began < before, RUN.c.number.not_in(latest)))
    return old.rowcount, gone.rowcount


def identity(each: Stood) -> tuple[str, str, str]:
    """Return what makes it the same in another run; to be waived makes no other finding of it."""
    return each.rule, each.device, each.fingerprint


def worst_first(every: Iterable[Stood]) -> list[Stood]:
    return sorted(
        every,
        key=lambda each: (
            WORST.index(each.severity),
            OPEN.index(each.status),
            each.rule,
            each.device,
            each.what,
        ),
    )


def _each(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Update rows of findings, one by one; "row" is the id of each."""
    columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row"}
    statement = update(FINDING).where(FINDING.c.id == bindparam("row")).values(**columns)
    connection.execute(statement, list(rows))


def _columns(each: Stood) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "device": each.device,
        "site": each.site,
        "fingerprint": each.fingerprint,
        "status": each.status.value,
        "severity": each.severity.value,
        "what": each.what,
        "place": each.where,
        "since": each.since,
        "finding_since": each.finding_since,
        "first_run": each.first,
        "last_run": each.last,
        "last_at": each.last_at,
        "until_run": each.until,
        "until_at": each.until_at,
        "fixed": each.fixed,
    }


def _said(each: Stood) -> dict[str, Any]:
    """Return what may change of a finding that stands."""
    return {"row": each.id, **_only(_columns(each), ("site", "severity", "what", "place"))}


def _only(columns: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: columns[name] for name in names}


def _stood(row: Row[Any]) -> Stood:
    return Stood(
        rule=row.rule,
        device=row.device,
        site=row.site,
        fingerprint=row.fingerprint,
        status=Status(row.status),
        severity=Severity(row.severity),
        what=row.what,
        where=row.place,
        since=row.since,
        finding_since=row.finding_since,
        first=row.first_run,
        last=row.last_run,
        last_at=row.last_at,
        until=row.until_run,
        until_at=row.until_at,
        fixed=row.fixed,
        id=row.id,
    )


def _run(row: Row[Any]) -> Run:
    asked = Asked(
        subject=row.name,
        when=row.began,
        inventory=row.inventory,
        pack=row.pack,
        source=row.source,
        limit=row.scope,
        version=row.version,
    )
    counts = {status: getattr(row, status.value) for status in Status}
    return Run(row.id, row.number, asked, row.devices, counts, row.opened, row.fixed)
