"""The configuration database of an emulated Junos: candidate, commits, confirmation, rollback, lock."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from kgnet.emulate.clock import Timer
from kgnet.emulate.device import Device, Session
from kgnet.emulate.juniper_junos.check import Fault, faults
from kgnet.emulate.juniper_junos.load import Loader, compare, read
from kgnet.emulate.juniper_junos.tree import Node

ACTIVE, COMMITS, PENDING = "config/juniper.conf", "config/commits", "config/pending"
KEPT = 50  # commits, of which 49 can be gone back to
FULL = "could not write configuration file: No space left on device"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: the text that it made active, and what `show system commit` tells of it."""

    text: str
    at_s: float
    user: str
    client: str
    log: str = ""
    minutes: int = 0  # to confirm it; 0: it is for good

    @property
    def comment(self) -> str:
        return f"commit confirmed, rollback in {self.minutes}mins" if self.minutes else ""


class Declined(Exception):
    """The device does not do it: what it says, and what is wrong where."""

    def __init__(self, message: str, wrong: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.wrong = wrong


class Box:
    """Candidate and active configuration of *device*."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.active = Node(read("system;").schema)
        self.candidate = self.active.copy()
        self.commits: list[Commit] = []
        self.lock: Session | None = None
        self.edits: list[str] = []  # since the last commit
        self.editor = ""
        self._timer: Timer | None = None
        self._base = ""  # text to go back to

    # ── start ───────────────────────────────────────────────────────────────

    def boot(self) -> None:
        """Load what was active; a commit that nobody had confirmed is taken back."""
        files = self.device.files
        if self._timer:
            self._timer.cancel()
        self._timer, self.lock = None, None
        self.commits = [Commit(**each) for each in json.loads(files.get(COMMITS, b"[]"))]
        text = files[ACTIVE].decode() if ACTIVE in files else self.device.first_startup()
        self.active = read(text)
        if not self.commits:
            self.commits = [Commit(self.printed(self.active), self.device.clock.now(), "root", "other")]
        self.discard()
        if PENDING in files:
            self._back(files[PENDING].decode())

    @staticmethod
    def printed(root: Node) -> str:
        return "".join(f"{line}\n" for line in root.text())

    # ── the candidate ───────────────────────────────────────────────────────

    @property
    def dirty(self) -> bool:
        return bool(self.edits)

    def loader(self, session: Session) -> Loader:
        """Return what edits the candidate for *session*; Declined if somebody else holds it."""
        self.free_for(session)
        taken = self.device.faults.take

        def told(line: str) -> str | None:
            if fault := taken("refuse", line):
                return fault.value or "syntax error."
            return "" if taken("ignore", line) else None

        def stored(line: str) -> None:
            self.edits.append(line)
            self.editor = session.user

        return Loader(self.candidate, told, stored)

    def discard(self) -> None:
        self.candidate = self.active.copy()
        self.edits.clear()

    def rollback(self, session: Session, number: int) -> None:
        """Make the candidate what was active *number* commits ago."""
        self.free_for(session)
        if number >= len(self.commits):
            raise Declined(
                f"could not open configuration file: juniper.conf.{number}: No such file or directory"
            )
        self.candidate = read(self.commits[number].text)
        self.edits[:] = [f"rollback {number}"] if number else []

    def compare(self, number: int = 0) -> str:
        old = read(self.commits[number].text) if number else self.active
        return compare(old, self.candidate)

    # ── the lock ────────────────────────────────────────────────────────────

    def free_for(self, session: Session) -> None:
        """Declined if somebody else holds the configuration."""
        if fault := self.device.faults.take("locked", session.user):
            raise Declined(
                self._held(fault.value or "another", self.device.clock.moment().isoformat(" ", "seconds"))
            )
        if self.lock is not None and self.lock is not session:
            raise Declined(self._held(self.lock.user, self.device.clock.moment().isoformat(" ", "seconds")))

    def take(self, session: Session) -> None:
        """Lock it for *session*."""
        self.free_for(session)
        if self.dirty:
            raise Declined("configuration database modified")
        self.lock = session

    def give(self, session: Session) -> None:
        """Unlock it, if *session* holds it; what was not committed is gone."""
        if self.lock is session:
            self.lock = None
            self.discard()

    def _held(self, user: str, since: str) -> str:
        line = f"  {user} terminal pts/0 (pid {4000 + len(user)}) on since {since}"
        return f"configuration database locked by:\n{line}\n      exclusive [edit]"

    # ── commit ──────────────────────────────────────────────────────────────

    def check(self) -> None:
        """Declined if the candidate cannot be active."""
        wrong = tuple(faults(self.candidate))
        if wrong:
            raise Declined("configuration check-out failed", wrong)

    def commit_check(self) -> None:
        """Declined if the candidate cannot be active; else, as Junos has it, what waits is confirmed, too."""
        self.check()
        if self.pending:
            self.confirm()
            self.device.save_files()

    def commit(self, session: Session, client: str, *, log: str = "", minutes: int = 0) -> None:
        """Make the candidate active; with *minutes*, until then or for good if it is confirmed."""
        self.free_for(session)
        self.check()
        if self.device.faults.take("full", ACTIVE):
            raise Declined(FULL)
        base = self._base if self._timer else self.printed(self.active)
        self.confirm()
        self._activate(self.candidate.copy(), session.user, client, log, minutes)
        if minutes:
            self._base = base
            self._timer = self.device.clock.later(minutes * 60, lambda: self._back(base))
            self.device.files[PENDING] = base.encode()
        self._save()

    def confirm(self) -> None:
        """Nothing will be taken back any more."""
        if self._timer:
            self._timer.cancel()
        self._timer = None
        self.device.files.pop(PENDING, None)

    @property
    def pending(self) -> bool:
        return self._timer is not None

    def _back(self, text: str) -> None:
        """Nobody confirmed: what was active before is active again."""
        self.confirm()
        self.device.note("commit was not confirmed; automatic rollback complete")
        self._activate(read(text), "root", "other", "", 0)
        self.discard()
        self._save()

    def _activate(self, root: Node, user: str, client: str, log: str, minutes: int) -> None:
        self.active = root
        moment = self.device.clock.now()
        self.commits.insert(0, Commit(self.printed(root), moment, user, client, log, minutes))
        del self.commits[KEPT:]
        self.device.trace.extend(self.edits)
        self.edits.clear()
        self.device.changed("commit")

    def _save(self) -> None:
        files = self.device.files
        files[ACTIVE] = self.commits[0].text.encode()
        files[COMMITS] = json.dumps([asdict(each) for each in self.commits]).encode()
        self.device.save_files()
