"""steps → a hash-chained SQLite file: what every run did to which device, and what it has to put back.

Each entry holds the SHA-256 of the one before, so that none can be changed or taken out of the middle
unseen; `head` is the hash to keep elsewhere if the end shall be guarded, too. Old configurations are kept
whole, in a box that the secret `journal/key` opens.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets as random
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kgnet import paths
from kgnet.box import Box
from kgnet.errors import JournalError, SecretError
from kgnet.files import is_locked, locked, write
from kgnet.model.outcome import Action, Change, Outcome, Plan
from kgnet.secrets import Secrets

LOG = logging.getLogger(__name__)

KEY = "journal/key"  # the secret whose box holds the old configurations
NAME = "journal.sqlite"
RECORD = "deploy.json"  # beside it: when each device was last worked on, for whoever hears that it changed
REMEMBERED = timedelta(days=1)
START = "0" * 64
BUSY_S = 30.0  # how long one run waits for another that writes
SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY, run TEXT NOT NULL, at TEXT NOT NULL, device TEXT NOT NULL,
    step TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_run ON entry (run, device);
CREATE TABLE IF NOT EXISTS kept (
    run TEXT NOT NULL, device TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (run, device)
);
"""
BEGIN, END = "begin", "end"  # of a run
PLANNED, KEPT, HOLD, ENDED = "planned", "kept", "hold", "ended"  # of a device
ELSEWHERE = "make room there, or name another folder in KGNET_STATE"
NOT_AS_WRITTEN = "is not as it was written — `kgnet journal --verify`"
WHOLE_RUN = ""  # the device of an entry that is about the run


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    run: str
    at: str  # ISO 8601, UTC
    device: str
    step: str
    detail: Mapping[str, object]
    hash: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the journal tells it: *devices* → its entries, in order."""

    id: str
    begun: Entry
    devices: Mapping[str, tuple[Entry, ...]]
    over: bool  # it came to its end, whatever that was
    lives: bool  # its process works on it

    def result(self, device: str) -> str:
        """Return how the device's change ended, e.g. `changed`; "" if the run died before."""
        last = self.devices[device][-1]
        return str(last.detail["result"]) if last.step == ENDED else ""

    def reason(self, device: str) -> str:
        """Return what the run told of the device's end."""
        return str(self.devices[device][-1].detail.get("reason", ""))

    def was_planned(self, device: str) -> bool:
        """Return whether the device could be compared."""
        return any(each.step == PLANNED for each in self.devices[device])

    def plan(self, device: str) -> Plan:
        """Return what was agreed to for *device*; JournalError if it could not be compared then."""
        agreed = (each.detail["changes"] for each in self.devices[device] if each.step == PLANNED)
        rows: Any = next(agreed, None)
        if rows is None:
            raise JournalError(
                f"run {self.id} could not compare {device}, so there is no plan for it"
                f" — `kgnet deploy --limit {device}`"
            )
        return Plan(device, tuple(_change(*row) for row in rows))

    def token(self, device: str) -> str:
        """Return the name of the change on *device*; "" if the run died before it touched it."""
        held = (str(entry.detail["detail"]) for entry in self.devices[device] if entry.step == HOLD)
        return next(held, "")


def default_path() -> Path:
    """Return the journal's place in the folder of what commands remember."""
    return paths.state() / NAME


class Journal:
    """One file; threads and processes may write at the same time."""

    def __init__(self, connection: sqlite3.Connection, path: Path, box: Box | None, signs: ExitStack) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.Lock()
        self._box = box
        self._signs = signs

    def begin(self, *, who: str, why: str, **detail: object) -> str:
        """Open a run; return its id, which sorts by time."""
        run = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{random.token_hex(2)}"
        self._signs.enter_context(locked(self._sign(run)))
        self.note(run, WHOLE_RUN, BEGIN, who=who, why=why, pid=os.getpid(), **detail)
        return run

    def _sign(self, run: str) -> Path:
        """Return the file that is locked for as long as a process works on *run*, and falls with it."""
        return self._path.with_name(f"{run}.lives")

    def note(self, run: str, device: str, step: str, **detail: object) -> None:
        """Add an entry; it is on the disk when this returns."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = json.dumps(detail, sort_keys=True, ensure_ascii=False)
        with self._writing() as connection:
            number, before = _last(connection)
            entry = (number + 1, run, at, device, step, body)
            connection.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", (*entry, _hash(before, *entry))
            )
            if step in (HOLD, ENDED):
                _record(connection, self._path.with_name(RECORD))

    def planned(self, run: str, todo: Plan) -> None:
        """Note what was agreed to for a device; no secret stands in a plan."""
        rows = [(each.action, each.part, each.path, each.line, each.position) for each in todo.changes]
        self.note(run, todo.device, PLANNED, changes=rows)

    def ended(self, run: str, outcome: Outcome) -> None:
        said = {"result": outcome.result, "reason": outcome.reason, "seconds": round(outcome.seconds, 2)}
        self.note(run, outcome.device, ENDED, **said)

    def keep(self, run: str, device: str, text: str) -> None:
        """Keep the old configuration of a device, encrypted; without a key nothing is kept."""
        if self._box is None:
            return
        body = self._box.seal(text)
        self.note(run, device, KEPT, sha256=hashlib.sha256(body).hexdigest())
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (run, device, body))

    def kept(self, run: str, device: str) -> str:
        """Return what `keep` kept; JournalError if there is nothing, or it cannot be decrypted."""
        row = self._connection.execute(
            "SELECT body FROM kept WHERE run = ? AND device = ?", (run, device)
        ).fetchone()
        if row is None or self._box is None:
            raise JournalError(f"{self._path}: run {run} kept no old configuration of {device}")
        noted = (each.detail["sha256"] for each in self.run(run).devices.get(device, ()) if each.step == KEPT)
        if hashlib.sha256(row[0]).hexdigest() not in noted:
            raise JournalError(
                f"{self._path}: the old configuration of {device} is not the one that was kept"
            )
        try:
            return self._box.open(row[0])
        except SecretError as reason:
            raise JournalError(f"{self._path}: the old configuration of {device}: {reason}") from reason

    def runs(self, last: int = -1) -> list[Run]:
        """Return the *last* runs, the latest first; without it all."""
        found = self._connection.execute(
            "SELECT DISTINCT run FROM entry ORDER BY run DESC LIMIT ?", (last,)
        ).fetchall()
        return [self.run(name) for (name,) in found]

    def run(self, name: str) -> Run:
        """Return one run; JournalError names the latest ones if there is none of that name."""
        entries = [
            _entry(row)
            for row in self._connection.execute("SELECT * FROM entry WHERE run = ? ORDER BY number", (name,))
        ]
        if not entries:
            latest = self._connection.execute("SELECT DISTINCT run FROM entry ORDER BY run DESC LIMIT 3")
            known = ", ".join(row[0] for row in latest) or "none yet"
            raise JournalError(f"{self._path}: no run is named {name!r} — the latest: {known}")
        devices: dict[str, tuple[Entry, ...]] = {}
        for entry in entries:
            if entry.device != WHOLE_RUN:
                devices[entry.device] = (*devices.get(entry.device, ()), entry)
        begun = entries[0]
        if begun.step != BEGIN or not {"who", "why"} <= begun.detail.keys():
            raise JournalError(f"{self._path}: run {name} {NOT_AS_WRITTEN}")
        over = any(entry.step == END for entry in entries)
        return Run(name, begun, devices, over, not over and is_locked(self._sign(name)))

    def head(self) -> str:
        """Return the hash of the last entry."""
        return _last(self._connection)[1]

    def verify(self) -> int:
        """Return how many entries there are; JournalError names the first that is not as it was written."""
        before, count = START, 0
        for row in self._connection.execute("SELECT * FROM entry ORDER BY number"):
            *entry, told = row
            count += 1
            if entry[0] != count or _hash(before, *entry) != told:
                raise JournalError(f"{self._path}: entry {count} is not as it was written, or one is missing")
            before = told
        return count

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except sqlite3.Error as reason:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise JournalError(
                    f"{self._path}: {reason} — no change is made without its journal"
                ) from reason


@contextmanager
def journal(path: Path, *, box: Box | None = None) -> Iterator[Journal]:
    """Open the journal at *path*, made if it is not there; without a *box* no old configuration is kept."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    except (sqlite3.Error, OSError) as reason:
        raise JournalError(f"the journal {path}: {reason} — {ELSEWHERE}") from reason
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(SCHEMA)
        with ExitStack() as signs:
            yield Journal(connection, path, box, signs)
    except sqlite3.OperationalError as reason:
        raise JournalError(f"the journal {path}: {reason} — {ELSEWHERE}") from reason
    except sqlite3.DatabaseError as reason:
        raise JournalError(f"{path}: {reason} — is it a journal of kgnet?") from reason
    finally:
        connection.close()


def opened(store: Secrets | None) -> AbstractContextManager[Journal]:
    """Open the journal at its usual place; SecretError if *store* is there and lacks the key."""
    return journal(default_path(), box=Box(KEY, store.get(KEY)) if store else None)


def _last(connection: sqlite3.Connection) -> tuple[int, str]:
    row = connection.execute("SELECT number, hash FROM entry ORDER BY number DESC LIMIT 1").fetchone()
    return row or (0, START)


def _record(connection: sqlite3.Connection, path: Path) -> None:
    """Write down when devices were last worked on: from before the change until it was kept or taken back."""
    rows = connection.execute(
        "SELECT each.device, MAX(each.at) FROM entry AS held JOIN entry AS each USING (run, device)"
        " WHERE held.step = ? AND held.at > ? GROUP BY each.device ORDER BY each.device",
        (HOLD, (datetime.now(UTC) - REMEMBERED).isoformat()),
    )
    try:
        write(path, json.dumps({"devices": dict(rows.fetchall())}) + "\n")
    except OSError as reason:
        LOG.warning("%s: %s: monitoring takes our own changes for somebody else's", path, reason.strerror)


def _entry(row: tuple[int, str, str, str, str, str, str]) -> Entry:
    number, run, at, device, step, detail, told = row
    try:
        said = json.loads(detail)
    except ValueError as reason:
        raise JournalError(f"entry {number} {NOT_AS_WRITTEN}") from reason
    if not isinstance(said, dict):
        raise JournalError(f"entry {number} {NOT_AS_WRITTEN}")
    return Entry(number, run, at, device, step, said, told)


def _change(action: str, part: str, path: Sequence[str], line: str, position: int | None) -> Change:
    return Change(Action(action), part, tuple(path), line, position)


def _hash(before: str, *entry: object) -> str:
    return hashlib.sha256(json.dumps([before, *entry], ensure_ascii=False).encode()).hexdigest()
