"""FortiOS: nothing is saved before the change is confirmed; else the device goes back to what it has saved.

Held: an address object `kgnet-<token>` names who holds the device. Loaded: `cfg-save revert` with its
time-out, so that the device loads its saved configuration again by itself, as it does after a power cut.
Confirmed: saved, `cfg-save automatic` again; `kgnet-last` names the last change that was kept.

Verified against the emulated FortiOS 7; Fortinet's administration guide, "Using configuration save mode";
some releases count the time-out from the last input of the session that changed something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from kgnet.errors import Refused, Unreachable
from kgnet.ports import Candidate, Ended, Output, Session, Transaction
from kgnet.transactions._held import Lock, held_by, others, waits
from kgnet.transactions._texts import said
from kgnet.transactions._typed import TOO_LATE, Typist

MARK = re.compile(
    r'^\s*edit "kgnet-(?P<token>[0-9a-f]{16}|last)"\s*\n\s*set comment "(?P<comment>[^"]*)"', re.MULTILINE
)
MODE = re.compile(r"^cfg-save\s*:\s*(?P<mode>\S+)", re.MULTILINE)
LOADED, CONFIRMING = "loaded: ", "confirming: "
STAGE = re.compile(rf"^(?:{LOADED}|{CONFIRMING})")
LAST = "last"
RECEIVED = re.compile(r"\b[1-9]\d* packets received")
SAVE_S = 120.0
SAVING = re.compile(r"^\s*(set cfg-(?:save|revert-timeout) \S+)\s*$", re.MULTILINE)
AUTOMATIC = "automatic"
USUAL_REVERT_S = 600  # what it does not print
TRIES = 3
UNSAVED = (
    "somebody has a change that is not saved (cfg-save is {}) — ask them to save it or to take it back, "
    "then `set cfg-save automatic`"
)


@dataclass(frozen=True, slots=True)
class FortiOs(Typist):
    """One change on one device, and its mark on it."""

    def marks(self) -> dict[str, str]:
        """Return the marks: token → what is said there."""
        return {
            found["token"]: found["comment"] for found in MARK.finditer(self.say("show firewall address"))
        }

    def mine(self) -> str | None:
        return self.marks().get(self.candidate.token)

    def mode(self) -> str:
        found = MODE.search(self.say("get system global | grep cfg-save"))
        if found is None:
            raise Refused(
                self.device, "does not tell how it saves — look whether the account may read `system global`"
            )
        return found["mode"]

    def locks(self) -> list[Lock]:
        """Return whose marks there are, without how far they have come."""
        owners = ((token, STAGE.sub("", told)) for token, told in self.marks().items())
        return [Lock(token, owner) for token, owner in owners if token != LAST]

    def words(self, output: Output) -> str:
        """Return what it said: FortiOS tells the reason in the lines before the number of an error."""
        return said(self.candidate, Output(output.code, output.out, "")) or "without a word"

    # ── steps ───────────────────────────────────────────────────────────────

    def mark(self, stage: str) -> None:
        owner = re.sub(r"[^\w .:@-]", "-", self.candidate.owner)[:200]
        name, comment = f'edit "kgnet-{self.candidate.token}"', f'set comment "{stage}{owner}"'
        self.say_all("config firewall address", name, comment, "next", "end")

    def unmark(self, token: str, *, confirmed: bool = False) -> None:
        last = ('edit "kgnet-last"', f'set comment "{token}"', "next") if confirmed else ()
        self.say_all("config firewall address", *last, f'delete "kgnet-{token}"', "end")

    def saving(self) -> frozenset[str]:
        """Return the lines on how it saves; none: as it does out of the box."""
        return frozenset(SAVING.findall(self.say("show system global")))

    def saves(self, mode: str, revert_s: int | None = None) -> None:
        """Let the device save in another way; *revert_s* is after how many seconds it goes back.

        What it swallows is typed again: a device that stays in this mode forgets other people's changes.
        """
        timeout = f"set cfg-revert-timeout {revert_s}" if revert_s else "unset cfg-revert-timeout"
        told = {timeout} if revert_s not in (None, USUAL_REVERT_S) else set()
        told |= {f"set cfg-save {mode}"} if mode != AUTOMATIC else set()
        for _ in range(TRIES):
            self.say_all("config system global", timeout, f"set cfg-save {mode}", "end")
            if self.saving() == told:
                return
        raise Refused(self.device, f"does not take `cfg-save {mode}`, however often it is typed")

    def lock(self) -> None:
        mode = self.mode()
        if mode != AUTOMATIC:
            held = others(self.locks(), self.candidate.token)
            raise Refused(self.device, waits(held[0].owner) if held else UNSAVED.format(mode))
        for dead in (lock for lock in others(self.locks(), self.candidate.token) if lock.dead):
            self.unmark(dead.token)
        self.mark("")
        if held := others(self.locks(), self.candidate.token):
            self.unmark(self.candidate.token)
            raise Refused(self.device, held_by(held[0].owner))


def hold(session: Session, candidate: Candidate) -> None:
    FortiOs(session, candidate).lock()


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    fortios = FortiOs(session, candidate)
    fortios.saves("revert", confirm_s)  # before a line is typed
    fortios.mark(LOADED)
    fortios.load(candidate.commands)


def confirm(session: Session, candidate: Candidate) -> None:
    fortios = FortiOs(session, candidate)
    if fortios.mode() != "revert" or not (fortios.mine() or "").startswith(LOADED):
        raise Refused(fortios.device, TOO_LATE)
    if not candidate.save:
        fortios.saves("manual")
    else:
        fortios.mark(CONFIRMING)
        fortios.say("execute cfg save", timeout_s=SAVE_S)
        fortios.saves(AUTOMATIC)
    fortios.unmark(candidate.token, confirmed=True)


def restore(session: Session, candidate: Candidate) -> None:
    """Type the way back; where that does not lead to the old text, load what is saved: it restarts."""
    fortios = FortiOs(session, candidate)
    if fortios.mine() is None:
        return
    if fortios.taken_back() and fortios.reads_as_before():
        fortios.saves(AUTOMATIC)
        fortios.unmark(candidate.token)
        return
    with suppress(Unreachable):  # it restarts
        fortios.ask("execute cfg reload", "y\n")


def free(session: Session, candidate: Candidate) -> None:
    fortios = FortiOs(session, candidate)
    if fortios.mine() is None:
        return
    if fortios.saving():
        fortios.saves(AUTOMATIC)
    fortios.unmark(candidate.token)


def ended(session: Session, candidate: Candidate) -> Ended:
    fortios = FortiOs(session, candidate)
    marks = fortios.marks()
    said = marks.get(candidate.token)
    if marks.get(LAST) == candidate.token:
        return Ended.CONFIRMED
    if said is None:
        return Ended.RESTORED
    if fortios.mode() != AUTOMATIC:
        return Ended.PENDING
    kept = said.startswith(CONFIRMING)  # saved, and then the session broke
    fortios.unmark(candidate.token, confirmed=kept)
    return Ended.CONFIRMED if kept else Ended.TIMED_OUT


def reaches(session: Session, addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(
        address for address in addresses if RECEIVED.search(session.run((f"execute ping {address}",)).out)
    )


TRANSACTION = Transaction("fortios", hold, load, confirm, restore, free, ended, reaches)
