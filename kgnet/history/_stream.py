"""what stood, findings → what changed, device by device: on disk but for the device in hand.

Beside the findings, in their database, lie what stood, what changed, and how each open finding stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from kgnet.findings import Findings, kept, read
from kgnet.history import _compare
from kgnet.model.history import Stood
from kgnet.model.outcome import COLLECT, Finding, Severity, Status

OPEN = (Status.FAIL, Status.WAIVED, Status.ERROR)
TABLES = """
    DROP TABLE IF EXISTS stood;
    DROP TABLE IF EXISTS change;
    CREATE TABLE stood (device TEXT, rule TEXT, told TEXT);
    CREATE TABLE change (kind TEXT, fixed INTEGER, told TEXT)
"""
# What passed, or was skipped, matters only where it stood; and any answer, where there was none before.
MATTERS = """
    SELECT * FROM finding WHERE status IN ('fail', 'waived', 'error') OR EXISTS (
        SELECT 1 FROM stood WHERE stood.device = finding.device AND stood.rule IN (finding.rule, ?)
    ) ORDER BY device, number
"""
NEW = """
    SELECT count(*) FROM change
    WHERE kind = 'opened' AND NOT (json_extract(told, ?) = ? AND json_extract(told, ?) != ?)
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What the database is told of an audit; it is read as often as one likes."""

    findings: Findings  # with which it lies

    def of(self, kind: str) -> Iterator[Stood]:
        """Yield what was `opened`, `seen` as it stood, `reworded`, or `ended`."""
        rows = self.findings.database.execute("SELECT told FROM change WHERE kind = ?", (kind,))
        return (_stood(told) for (told,) in rows)

    def many(self, kind: str, *, fixed: bool = False) -> int:
        asked = "SELECT count(*) FROM change WHERE kind = ? AND fixed >= ?"
        return int(self.findings.database.execute(asked, (kind, fixed)).fetchone()[0])

    def new(self, now: datetime) -> int:
        """Return how many opened *now* are new: not what stood, and somebody answers for from now on."""
        known = (f"$[{STATUS}]", Status.WAIVED.value, f"$[{SINCE}]", now.isoformat())
        return int(self.findings.database.execute(NEW, known).fetchone()[0])


@dataclass(frozen=True, slots=True)
class Compared:
    changes: Changes
    findings: Findings  # with their stands
    gone: Findings


def compared(
    findings: Findings, stood: Iterable[Stood], *, number: int, base: int | None, now: datetime
) -> Compared:
    """Hold the findings of the run *number* against what *stood*, and against the run *base*."""
    database = findings.database
    for statement in TABLES.split(";"):
        database.execute(statement)
    database.execute("BEGIN")
    rows = ((each.device, each.rule, _text(each)) for each in stood)
    database.executemany("INSERT INTO stood VALUES (?, ?, ?)", rows)
    database.execute("COMMIT")
    database.execute("CREATE INDEX stood_by_device ON stood (device, rule)")
    gone: list[Finding] = []

    def stands() -> Iterator[tuple[int, Finding]]:
        numbered = ((row[0], read(row[1:])) for row in database.execute(MATTERS, (COLLECT,)))
        for device, pairs in groupby(numbered, key=lambda pair: pair[1].device):
            told = database.execute("SELECT told FROM stood WHERE device = ?", (device,))
            before = [_stood(each) for (each,) in told.fetchall()]
            yield from _device([*pairs], before)

    def _device(pairs: list[tuple[int, Finding]], before: list[Stood]) -> Iterator[tuple[int, Finding]]:
        found = [finding for _, finding in pairs]
        seen = _compare.seen(found, before, number, now)
        changes = _compare.changes([each for each in before if each.until is None], seen, number, now)
        for kind in ("opened", "seen", "reworded", "ended"):
            told = [(kind, each.fixed, _text(each)) for each in getattr(changes, kind)]
            database.executemany("INSERT INTO change VALUES (?, ?, ?)", told)
        then = [each for each in before if base is not None and each.at(base)]
        gone.extend(_compare.fixed(seen, then))
        standing = [*changes.opened, *changes.seen, *changes.reworded]
        yield from zip(map(itemgetter(0), pairs), _compare.annotated(found, standing, then, now), strict=True)

    told = findings.replaced(stands())
    return Compared(Changes(findings), told, kept(gone))


NAMES = tuple(field.name for field in fields(Stood))
TIMES = tuple(NAMES.index(name) for name in ("since", "finding_since", "last_at", "until_at"))
SINCE, STATUS, SEVERITY = NAMES.index("since"), NAMES.index("status"), NAMES.index("severity")


def _text(each: Stood) -> str:
    return json.dumps(astuple(each), default=datetime.isoformat, ensure_ascii=False)


def _stood(text: str) -> Stood:
    told: list[Any] = json.loads(text)
    for place in TIMES:
        told[place] = datetime.fromisoformat(told[place]) if told[place] else None
    told[STATUS], told[SEVERITY] = Status(told[STATUS]), Severity(told[SEVERITY])
    return Stood(*told)
