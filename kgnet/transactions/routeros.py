"""RouterOS: a backup that the device's own scheduler loads again, unless the change is confirmed.

Held: a scheduler entry that is switched off names who holds the device. Loaded: two more entries load the
backup, one after the time to confirm, one at a start; while the lines are typed, safe mode takes them back
at once if the session breaks. Confirmed: renaming the backup to `kgnet-last-…` is the very moment, since
the entries then find nothing to load; it stays until the next change.

Verified against the emulated RouterOS 7; MikroTik's manual: Configuration Management (safe mode, its limit of
100 actions), Backup, Scheduler.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from kgnet.errors import Refused, Unreachable
from kgnet.ports import Candidate, Ended, Session, Transaction
from kgnet.transactions._held import NOBODY, Lock, held_by, others, waits
from kgnet.transactions._typed import TOO_LATE, Typist

CTRL_X = "\x18"
SAVED = " saved"  # said of the lock once there is a backup: the one in the backup does not say so
MOST_ACTIONS = 80  # of the 100 that safe mode can take back, its own and other people's among them
ENTRY = re.compile(
    r"^[ \t]*\d+ +(?P<flags>(?:[A-Z]+ +)*)(?=\S*=)(?P<rest>.*?\bname=(?P<name>kgnet-\S+).*)$", re.MULTILINE
)
OWNER = re.compile(r"\bcomment=(?P<owner>\S*(?:[ \t]+(?![a-z-]+=)\S*)*)")
TOKEN = re.compile(r"kgnet-(?P<token>[0-9a-f]{16})")
FILE = re.compile(r"\bname=(?P<name>kgnet-\S+\.backup)\b")
RECEIVED = re.compile(r"\breceived=[1-9]")


@dataclass(frozen=True, slots=True)
class RouterOs(Typist):
    """One change on one device, its entries and its backup."""

    @property
    def name(self) -> str:
        return f"kgnet-{self.candidate.token}"

    @property
    def owner(self) -> str:
        return re.sub(r"[^\w .:@-]", "-", self.candidate.owner)

    @property
    def timers(self) -> tuple[str, str]:
        return f"{self.name}-timer", f"{self.name}-boot"

    # ── what is there ───────────────────────────────────────────────────────

    def entries(self) -> dict[str, str]:
        """Return our and others' entries of the scheduler in the order in which they came: name → who."""
        told = self.say('/system scheduler print terse where name~"^kgnet-"')
        owners = ((found["name"], OWNER.search(found["rest"])) for found in ENTRY.finditer(told))
        return {name: owner["owner"].strip() if owner else NOBODY for name, owner in owners}

    def locks(self) -> list[Lock]:
        found = ((TOKEN.fullmatch(name), owner) for name, owner in self.entries().items())
        return [Lock(name["token"], owner.removesuffix(SAVED)) for name, owner in found if name]

    def armed(self, token: str) -> bool:
        return any(name.startswith(f"kgnet-{token}-") for name in self.entries())

    def files(self) -> list[str]:
        told = self.say('/file print terse where name~"^kgnet-"')
        return [found["name"] for found in FILE.finditer(told)]

    # ── steps ───────────────────────────────────────────────────────────────

    def lock(self) -> None:
        for dead in (lock for lock in others(self.locks(), self.candidate.token) if lock.dead):
            if not self.armed(dead.token):
                self.forget(f"kgnet-{dead.token}")
        self.say(f'/system scheduler add comment="{self.owner}" disabled=yes name={self.name}')
        first = next(iter(self.locks()), None)  # of two that came at the same time, the first has it
        if first and first.token != self.candidate.token:
            self.forget(self.name)
            told = waits if self.armed(first.token) else held_by
            raise Refused(self.device, told(first.owner))

    def arm(self, confirm_s: int) -> None:
        script = f'on-event="/system backup load name={self.name}.backup password=\\"\\""'
        timer, boot = self.timers
        self.say(f"/system scheduler add interval={confirm_s}s name={timer} {script}")
        self.say(f"/system scheduler add name={boot} {script} start-time=startup")

    def disarm(self) -> None:
        self.say(f'/system scheduler remove [find name~"^{self.name}-"]')

    def forget(self, name: str) -> None:
        """Remove the entries and the backup of a change."""
        self.ask(f'/system scheduler remove [find name~"^{name}"]')
        self.ask(f'/file remove [find name="{name}.backup"]')

    def safe_mode(self) -> None:
        if "Safe Mode taken" not in self.ask(CTRL_X, "d\n").out:
            raise Refused(
                self.device,
                "somebody else works in safe mode — wait until they leave it (Ctrl-X); "
                "`/user active print` shows who is logged in",
            )

    def leave_safe_mode(self) -> None:
        if "released" not in self.ask(CTRL_X, "d\n").out:
            raise Refused(self.device, "safe mode was lost on the way: too much was done at once — try again")


def hold(session: Session, candidate: Candidate) -> None:
    router = RouterOs(session, candidate)
    router.lock()
    router.say(f"/system backup save dont-encrypt=yes name={router.name}")
    if f"{router.name}.backup" not in router.files():
        raise Refused(router.device, "saved no backup — free its flash")
    router.say(f'/system scheduler set [find name="{router.name}"] comment="{router.owner}{SAVED}"')


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    router = RouterOs(session, candidate)
    safe = len(candidate.commands) <= MOST_ACTIONS
    if safe:
        router.safe_mode()
    try:
        router.arm(confirm_s)
        router.load(candidate.commands)
    except Refused:
        if safe:  # else the end of this session would undo what is taken back from here on
            router.ask(CTRL_X, "d\n")
        raise
    if safe:
        try:
            router.leave_safe_mode()
        except Refused as reason:
            raise Unreachable(router.device, reason.reason) from reason


def confirm(session: Session, candidate: Candidate) -> None:
    router = RouterOs(session, candidate)
    if not router.armed(candidate.token) or f"{router.name}.backup" not in router.files():
        raise Refused(router.device, TOO_LATE)
    router.ask('/file remove [find name~"^kgnet-last-"]')
    router.say(f'/file set [find name="{router.name}.backup"] name=kgnet-last-{candidate.token}.backup')
    router.disarm()
    router.forget(router.name)


def restore(session: Session, candidate: Candidate) -> None:
    """Type the way back; where that does not lead to the old text, load the backup: the device restarts."""
    router = RouterOs(session, candidate)
    if f"{router.name}.backup" not in router.files():
        return
    hidden = any(" password=" in command for command in candidate.commands)
    if not hidden and router.taken_back() and router.reads_as_before():
        router.disarm()
        router.forget(router.name)
        return
    with suppress(Unreachable):  # it restarts
        router.ask(f'/system backup load name={router.name}.backup password=""', "y\n")


def free(session: Session, candidate: Candidate) -> None:
    router = RouterOs(session, candidate)
    router.forget(router.name)


def ended(session: Session, candidate: Candidate) -> Ended:
    router = RouterOs(session, candidate)
    if f"kgnet-last-{candidate.token}.backup" in router.files():
        router.forget(router.name)
        return Ended.CONFIRMED
    entries = router.entries()
    if any(timer in entries for timer in router.timers):
        return Ended.PENDING
    loaded = router.name in entries and not entries[router.name].endswith(SAVED)
    router.forget(router.name)
    return Ended.TIMED_OUT if loaded else Ended.RESTORED


def reaches(session: Session, addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(
        address for address in addresses if RECEIVED.search(session.run((f"/ping {address} count=2",)).out)
    )


TRANSACTION = Transaction("routeros", hold, load, confirm, restore, free, ended, reaches)
