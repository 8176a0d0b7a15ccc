"""VRP: the old configuration is saved beside the usual one and started from, unless the change is confirmed.

Held: a directory on the flash names who holds the device. Loaded: the next start would be from the old
configuration, and a restart is scheduled before the first line is typed; a power cut ends the same way.
Confirmed: saved to the usual file, started from it again, no restart; the old file stays as
`kgnet-last-…` until the next change.

Verified against the emulated VRP 5; Huawei's command reference: save, startup saved-configuration,
schedule reboot (to the minute), dir, mkdir, rename.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from kgnet.errors import DeviceError, Refused, Unreachable
from kgnet.ports import Candidate, Ended, Session, Transaction
from kgnet.transactions._held import Lock, held_by, others, short, waits
from kgnet.transactions._typed import TOO_LATE, Typist

YES = "y\ny\n"
ENTRY = re.compile(r"^\s*\d+\s+[d-]\S*\s.*\s(?P<name>\S+)\s*$", re.MULTILINE)
LOCK = re.compile(r"kgnet-(?P<token>[0-9a-f]{16})-(?P<owner>[A-Za-z]\S*)")
NEXT = re.compile(r"Next startup saved-configuration file:\s*(?:flash:/)?(?P<name>\S+)")
USED = re.compile(r"^\s*Startup saved-configuration file:\s*(?:flash:/)?(?P<name>\S+)", re.MULTILINE)
REPLIED = re.compile(r"Reply from|bytes from")
NAME_LENGTH = 63  # characters of a name on the flash
SLOW_S = 180.0  # a save takes minutes on small devices


@dataclass(frozen=True, slots=True)
class Vrp(Typist):
    """One change on one device, and the files that belong to it."""

    @property
    def token(self) -> str:
        return self.candidate.token

    # ── what is there ───────────────────────────────────────────────────────

    def names(self) -> list[str]:
        return [found["name"] for found in ENTRY.finditer(self.say("dir"))]

    def locks(self, names: Iterable[str]) -> list[Lock]:
        found = filter(None, map(LOCK.fullmatch, names))
        return [Lock(each["token"], each["owner"]) for each in found if not _is_file(each[0])]

    def ours(self, names: Iterable[str]) -> str | None:
        """Return the directory that is our lock."""
        return next(
            (name for name in names if name.startswith(f"kgnet-{self.token}-") and not _is_file(name)), None
        )

    def backup(self, names: Iterable[str]) -> str | None:
        """Return the file that holds the old configuration; its name ends in that of the usual one."""
        return next(
            (name for name in names if name.startswith(f"kgnet-{self.token}-") and _is_file(name)), None
        )

    def usual(self, backup: str) -> str:
        return backup.removeprefix(f"kgnet-{self.token}-")

    def next_start(self) -> str:
        found = NEXT.search(self.say("display startup"))
        if found is None:
            raise Refused(self.device, "does not tell which file it starts from — look at `display startup`")
        return found["name"]

    def restarts(self) -> bool:
        """Tell whether a restart is scheduled: only then the answer has numbers in it."""
        return re.search(r"\d", self.ask("display schedule reboot").out) is not None

    # ── steps ───────────────────────────────────────────────────────────────

    def lock(self) -> None:
        for dead in (lock for lock in others(self.locks(self.names()), self.token) if lock.dead):
            if not self.restarts():
                self.remove(f"kgnet-{dead.token}-")
        self.say(f"mkdir {_lock_name(self.candidate)}")
        held = others(self.locks(self.names()), self.token)
        restarts = self.restarts()
        if held or restarts:
            self.remove(f"kgnet-{self.token}-")
            if held:
                raise Refused(self.device, (waits if restarts else held_by)(held[0].owner))
            raise Refused(
                self.device, "somebody has scheduled a restart — `undo schedule reboot`, or wait for it"
            )

    def remove(self, start: str) -> None:
        """Remove the files and directories whose names begin with *start*."""
        for name in [name for name in self.names() if name.startswith(start)]:
            self.ask(f"delete /unreserved {name}" if _is_file(name) else f"rmdir {name}", YES)

    def unlock(self) -> None:
        self.remove(f"kgnet-{self.token}-")


def _is_file(name: str) -> bool:
    return name.endswith((".cfg", ".zip"))


def _lock_name(candidate: Candidate) -> str:
    """Return a directory's name that says who, and since when in UTC."""
    moment = re.sub(r"[^0-9]", "", candidate.owner.partition(" since ")[2])[:14]
    return f"kgnet-{candidate.token}-by-{short(candidate.owner)}-{moment}"[:NAME_LENGTH].rstrip("-")


def hold(session: Session, candidate: Candidate) -> None:
    vrp = Vrp(session, candidate)
    vrp.say("system-view")  # somebody who has locked the system is told before anything is done
    vrp.say("return")
    vrp.lock()
    vrp.say(f"save kgnet-{candidate.token}-{vrp.next_start()}", YES, SLOW_S)


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    vrp = Vrp(session, candidate)
    backup = vrp.backup(vrp.names())
    if backup is None:
        raise Refused(vrp.device, "its old configuration is no longer on its flash — try again")
    vrp.say(f"startup saved-configuration {backup}", YES)
    vrp.say(f"schedule reboot delay {-(-confirm_s // 60)}", YES)
    if not vrp.restarts():
        raise Refused(
            vrp.device, "did not schedule the restart that would take the change back — nothing was typed"
        )
    vrp.say("system-view")
    try:
        vrp.load(candidate.commands)
    finally:
        with suppress(Unreachable):
            vrp.ask("return")


def confirm(session: Session, candidate: Candidate) -> None:
    vrp = Vrp(session, candidate)
    names = vrp.names()
    backup = vrp.backup(names)
    if backup is None or vrp.ours(names) is None or not vrp.restarts():
        raise Refused(vrp.device, TOO_LATE)
    if candidate.save:
        vrp.say(f"save {vrp.usual(backup)}", YES, SLOW_S)
    vrp.say(f"startup saved-configuration {vrp.usual(backup)}", YES)
    vrp.say("undo schedule reboot", YES)
    vrp.remove("kgnet-last-")
    vrp.say(f"rename {backup} kgnet-last-{candidate.token}-{vrp.usual(backup)}", YES)
    vrp.unlock()


def restore(session: Session, candidate: Candidate) -> None:
    """Type the way back; where that does not lead to the old text, restart from the old configuration."""
    vrp = Vrp(session, candidate)
    backup = vrp.backup(vrp.names())
    if backup is None:
        return
    vrp.say("system-view")
    typed = vrp.taken_back()
    vrp.say("return")
    if typed and vrp.reads_as_before():
        vrp.say(f"save {vrp.usual(backup)}", YES, SLOW_S)
        vrp.say(f"startup saved-configuration {vrp.usual(backup)}", YES)
        vrp.ask("undo schedule reboot", YES)
        vrp.unlock()
        return
    vrp.say(f"startup saved-configuration {backup}", YES)
    with suppress(Unreachable):  # it restarts
        vrp.ask("reboot fast", YES)


def free(session: Session, candidate: Candidate) -> None:
    """Unlock; what the loading had begun before its first line is taken back."""
    vrp = Vrp(session, candidate)
    names = vrp.names()
    backup = vrp.backup(names)
    if vrp.ours(names) is None:
        return
    if backup is not None and vrp.next_start() == backup:
        vrp.say(f"startup saved-configuration {vrp.usual(backup)}", YES)
        vrp.ask("undo schedule reboot", YES)
    vrp.unlock()


def ended(session: Session, candidate: Candidate) -> Ended:
    vrp = Vrp(session, candidate)
    names = vrp.names()
    if any(name.startswith(f"kgnet-last-{candidate.token}-") for name in names):
        vrp.unlock()
        return Ended.CONFIRMED
    backup = vrp.backup(names)
    if backup is None:
        vrp.unlock()
        return Ended.RESTORED
    if vrp.restarts():
        return Ended.PENDING
    used = USED.search(vrp.say("display startup"))
    return _started_from(vrp, backup) if used and used["name"] == backup else Ended.UNKNOWN


def _started_from(vrp: Vrp, backup: str) -> Ended:
    """Tidy up a device that has restarted from the old configuration."""
    try:
        vrp.say(f"save {vrp.usual(backup)}", YES, SLOW_S)
        vrp.say(f"startup saved-configuration {vrp.usual(backup)}", YES)
    except Unreachable:
        raise
    except DeviceError:
        return Ended.BROKEN
    vrp.unlock()
    return Ended.TIMED_OUT


def reaches(session: Session, addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(
        address for address in addresses if REPLIED.search(session.run((f"ping -c 1 -t 1000 {address}",)).out)
    )


TRANSACTION = Transaction("vrp", hold, load, confirm, restore, free, ended, reaches, least_s=120)
