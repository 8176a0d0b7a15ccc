"""findings → the same on disk: read as often as one likes, counted and chosen there, never all in memory.

They lie in a database of SQLite's without a name: a file of the folder for temporary ones (`SQLITE_TMPDIR`,
`TMPDIR`, /var/tmp, /tmp) that nobody else can open and that is gone with this process, however that ends.
"""

from __future__ import annotations

import errno
import json
import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from kgnet.model.identity import fingerprints
from kgnet.model.outcome import (
    LIVE,
    NO_REMEDY,
    Evidence,
    Finding,
    Remedy,
    Replacement,
    Severity,
    Stand,
    State,
    Status,
)
from kgnet.model.subject import Kind

# What a terminal obeys, a parser refuses or a reader does not see: control characters but for tab and
# line feed, surrogates, marks that turn the direction of a text (Unicode TR 36, 3.2), U+FFFE and U+FFFF.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
NAMES = 1_000  # that are remembered: the same few are in every finding of a device
SAID = 1_000  # pieces of evidence that are remembered: most of what is skipped is so for the same few reasons
CACHE_KIB = 1024  # of the database
TABLE = """
    CREATE TABLE finding (
        number INTEGER PRIMARY KEY, rule TEXT, device TEXT, site TEXT, kind TEXT, status TEXT, severity TEXT,
        source TEXT, as_of TEXT, state TEXT, said TEXT
    )
"""
INSERT = "INSERT INTO finding VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # in the order of COLUMNS
INSTEAD = (  # of findings: how they stand, and their evidence
    "DROP VIEW IF EXISTS replaced",
    "DROP TABLE IF EXISTS other",
    "CREATE TABLE other (number INTEGER PRIMARY KEY, state TEXT, said TEXT)",
    """
    CREATE VIEW replaced AS SELECT finding.number, rule, device, site, kind, status, severity, source, as_of,
        coalesce(other.state, finding.state) AS state, coalesce(other.said, finding.said) AS said
    FROM finding LEFT JOIN other ON other.number = finding.number
    """,
)


class Row(NamedTuple):
    """A finding as it lies there, and as it travels: of its texts alone, which pickle at little cost."""

    rule: str
    device: str
    site: str
    kind: str
    status: str
    severity: str
    source: str
    as_of: str | None
    state: str
    said: str  # evidence and remedy; "": there is neither


COLUMNS = Row._fields
Said = tuple[tuple[Evidence, ...], Remedy, datetime | None]


@dataclass(frozen=True, slots=True)
class Findings(Collection[Finding]):
    """Findings in their order, or those of them that were chosen; `kept` makes them.

    What a terminal would obey is spelled out in them, and each piece of evidence has its fingerprint.
    """

    database: sqlite3.Connection
    table: str = "finding"
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()  # column → the values that are meant
    tell: Callable[[Finding], Finding] | None = None  # is asked of each that is read

    def __iter__(self) -> Iterator[Finding]:
        found = map(read, self._asked(f"SELECT {', '.join(COLUMNS)}", "ORDER BY number"))
        return map(self.tell, found) if self.tell else found

    def __len__(self) -> int:
        ((many,),) = self._asked("SELECT count(*)")
        return int(many)

    def __bool__(self) -> bool:
        return any(True for _ in self._asked("SELECT 1", "LIMIT 1"))

    def __contains__(self, finding: object) -> bool:
        return any(each == finding for each in self)

    def where(self, **columns: str | Collection[str]) -> Findings:
        """Return those of whose *columns* each has the value that is named, or one of them."""
        named = {name: (told,) if isinstance(told, str) else tuple(told) for name, told in columns.items()}
        with _translated():
            for name in named.keys() - {"status", "state"}:
                self.database.execute(f"CREATE INDEX IF NOT EXISTS by_{name} ON finding ({name}, status)")
        return replace(self, chosen=(*self.chosen, *named.items()))

    def told(self, tell: Callable[[Finding], Finding]) -> Findings:
        """Return the same as *tell* words them; their rule, device, site and status stay as they are."""
        return replace(self, tell=tell)

    def tally(self, *columns: str) -> Counter[tuple[str, ...]]:
        """Return how many there are of each that differs in *columns*, in the order of the first of each."""
        names = ", ".join(columns)
        rows = self._asked(f"SELECT {names}, count(*)", f"GROUP BY {names} ORDER BY min(number)")
        return Counter({tuple(values): many for *values, many in rows})

    @property
    def there(self) -> Findings:
        """Return those that are there; the others were there at the earlier audit, and are fixed."""
        return self.where(state=("", State.NEW, State.STANDING))

    @property
    def gone(self) -> Findings:
        return self.where(state=State.FIXED)

    def statuses(self) -> Counter[Status]:
        return Counter({Status(status): many for (status,), many in self.tally("status").items()})

    def oldest(self) -> datetime | None:
        """Return the time of the oldest file that was judged, None if none has one."""
        ((told,),) = self._asked(f"SELECT min(CASE WHEN source != '{LIVE}' THEN as_of END)")
        return datetime.fromisoformat(told) if told else None

    def replaced(self, others: Iterable[tuple[int, Finding]]) -> Findings:
        """Return the same with *others* in the place of those that have their numbers."""
        with _translated():
            for statement in INSTEAD:
                self.database.execute(statement)
            self.database.execute("BEGIN")
            self.database.executemany(
                "INSERT INTO other VALUES (?, ?, ?)",
                ((number, *row(other)[-2:]) for number, other in others),
            )
            self.database.execute("COMMIT")
        return replace(self, table="replaced")

    def _asked(self, what: str, order: str = "") -> Iterator[tuple[Any, ...]]:
        held = " AND ".join(f"{name} IN ({', '.join('?' * len(values))})" for name, values in self.chosen)
        values = [value for _, values in self.chosen for value in values]
        with _translated():
            yield from self.database.execute(
                f"{what} FROM {self.table} {f'WHERE {held}' if held else ''} {order}", values
            )


def kept(findings: Iterable[Finding | Row]) -> Findings:
    """Put the findings on disk, one after the other as they come; they are gone when nobody holds them."""
    if isinstance(findings, Findings):
        return findings
    with _translated():
        database = sqlite3.connect("", isolation_level=None)
        for setting in ("journal_mode = OFF", "temp_store = FILE", f"cache_size = -{CACHE_KIB}"):
            database.execute(f"PRAGMA {setting}")
        database.execute(TABLE)
        database.execute("BEGIN")
        database.executemany(INSERT, (each if isinstance(each, Row) else row(each) for each in findings))
        database.execute("COMMIT")
    return Findings(database)


def visible(text: str) -> str:
    """Return *text* with every character that one does not see spelled out: an escape as `\\x1b`."""
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


_name = lru_cache(NAMES)(visible)


def rows(findings: Iterable[Finding], source: str, as_of: datetime | None) -> Iterator[Row]:
    """Yield the findings as rows, all of one *source*."""
    when = _time(as_of)
    return (row(finding, source, when) for finding in findings)


def row(finding: Finding, source: str = "", as_of: str | None = None) -> Row:
    """Return the row of a finding; *source* and *as_of* where it does not tell its own."""
    stand = finding.stand
    said = ""
    if finding.evidence or finding.remedy or stand:
        said = _written(finding.evidence, finding.remedy, stand.since if stand else None)
    return Row(
        _name(finding.rule),
        _name(finding.device),
        _name(finding.site),
        finding.kind.value,
        finding.status.value,
        finding.severity.value,
        _name(finding.source or source),
        _time(finding.as_of) or as_of,
        stand.state.value if stand else "",
        said,
    )


def _time(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat() if when else None


@lru_cache(SAID)
def _written(evidence: tuple[Evidence, ...], remedy: Remedy, since: datetime | None) -> str:
    prints = fingerprints([each for each in evidence if _unmarked(each)])
    pieces = [
        (
            visible(each.what),
            visible(each.where),
            each.note,
            next(prints) if _unmarked(each) else each.fingerprint,
            visible(each.found),
            _name(each.wanted),
            *((each.stand.state.value, each.stand.since.isoformat()) if each.stand else ()),
        )
        for each in evidence
    ]
    commands, notes = ([*map(visible, texts)] for texts in (remedy.commands, remedy.notes))
    patch = [(first, many, [*map(visible, lines)]) for first, many, lines in remedy.patch]
    told = (pieces, commands, notes, patch, since.isoformat() if since else None)
    return json.dumps(told, ensure_ascii=False)


def _unmarked(each: Evidence) -> bool:
    """Whether it has to be given its mark; what the history says is fixed keeps its own, be it none."""
    return not (each.note or each.fingerprint or (each.stand and each.stand.state is State.FIXED))


def read(told: tuple[Any, ...]) -> Finding:
    """Return the finding that a row of the table is, without its number."""
    rule, device, site, kind, status, severity, source, as_of, state, said = told
    evidence, remedy, since = _read(said) if said else ((), NO_REMEDY, None)
    return Finding(
        rule,
        device,
        site,
        STATUSES[status],
        SEVERITIES[severity],
        evidence,
        Stand(State(state), since) if state and since else None,
        source,
        _instant(as_of) if as_of else None,
        remedy,
        KINDS[kind],
    )


@lru_cache(SAID)
def _read(said: str) -> Said:
    pieces, commands, notes, patch, since = json.loads(said)
    evidence = tuple(
        Evidence(
            what, where, note, Stand(State(told[0]), _instant(told[1])) if told else None, mark, found, wanted
        )
        for what, where, note, mark, found, wanted, *told in pieces
    )
    replacements = tuple(Replacement(first, many, tuple(lines)) for first, many, lines in patch)
    remedy = Remedy(tuple(commands), tuple(notes), replacements) if commands or notes else NO_REMEDY
    return evidence, remedy, _instant(since) if since else None


_instant = lru_cache(SAID)(datetime.fromisoformat)

# An enumeration looks its values up ten times more slowly than a mapping does.
STATUSES = {each.value: each for each in Status}
SEVERITIES = {each.value: each for each in Severity}
KINDS = {each.value: each for each in Kind}


@contextmanager
def _translated() -> Iterator[None]:
    """A full disk is the usual reason: say which folder has to have room."""
    try:
        yield
    except sqlite3.OperationalError as reason:
        folder = f"{tempfile.gettempdir()} (TMPDIR)"
        raise OSError(errno.ENOSPC, f"the findings have no room on the disk: {reason}", folder) from reason
