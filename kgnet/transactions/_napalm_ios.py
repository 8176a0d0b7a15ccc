"""IOS and IOS XE: a file on flash, loaded in one go while the archive's timer waits for a confirmation.

The file is also the lock among ourselves: IOS knows by which user a change is pending, not by which run.
Source: Cisco, "Configuration Replace and Configuration Rollback", section Rollback Confirmed Change.
"""

from __future__ import annotations

import math
import re
import tempfile
from pathlib import Path

import paramiko
import scp
from napalm.base.exceptions import NapalmException
from netmiko.exceptions import NetmikoBaseException

from kgnet.errors import DeviceError, Refused, Unreachable
from kgnet.ports import Candidate, Ended, Output, Session
from kgnet.transactions._driver import driver_of
from kgnet.transactions._held import NOBODY, Lock, held_by, refusal, stranger, waits
from kgnet.transactions._texts import ended as ended_by_texts
from kgnet.transactions._texts import save, settle, words

COPY_S = 180.0
QUESTIONS = "\n" * 60  # Enter takes what is offered: the file's name, each user that goes
NAME = re.compile(r"\bkgnet-([0-9a-f]{16})\.cfg\b")
HEAD = re.compile(r"! kgnet held by ([^\n]*)")
TORN = f"{NOBODY}, since 1970-01-01 00:00:00 UTC"
OWNER = re.compile(r"^(Owner PID|User)\s*:\s*(\S+)", re.MULTILINE)
SYSTEM = re.compile(r"^Directory of (\w+:)", re.MULTILINE)
PENDING = re.compile(r"^User:\s*(\S+)", re.MULTILINE)
DECLINED = re.compile(  # beside what the platform knows; other lines that begin with % only inform
    r"^% ?(Error|Invalid|Incomplete|Ambiguous|Unrecognized)|^%.*(not allowed|not permitted|failed)",
    re.MULTILINE,
)
ARCHIVE = "configure its archive: `archive`, `path flash:kgnet-archive-`"


def _file(candidate: Candidate) -> str:
    return f"kgnet-{candidate.token}.cfg"


# ── who changes it ──────────────────────────────────────────────────────────


def _pending(session: Session) -> str:
    """Return the user whose change waits to be confirmed; empty: nobody's does."""
    found = PENDING.search(session.run(("show archive config rollback timer",)).out)
    return found[1] if found else ""


def _system(session: Session) -> str:
    """Return the file system that the device itself takes, e.g. `flash:` or `bootflash:`."""
    driver = driver_of(session)
    if driver._dest_file_system is None:
        found = SYSTEM.search(session.run(("dir",)).out)
        driver._dest_file_system = found[1] if found else "flash:"
    return str(driver._dest_file_system)


def _files(session: Session) -> list[str]:
    """Return the tokens of the runs that have a file there."""
    return NAME.findall(session.run((f"dir {_system(session)}",)).out)


def _locks(session: Session, candidate: Candidate) -> list[Lock]:
    """Return the other runs that have a file there; one without a head is a torn upload."""
    heads = {
        token: HEAD.search(session.run((f"more {_system(session)}/kgnet-{token}.cfg",)).out)
        for token in _files(session)
        if token != candidate.token
    }
    return [Lock(token, head[1].strip() if head else TORN) for token, head in heads.items()]


def _held(session: Session, candidate: Candidate) -> None:
    """Refused if another run has its file there; a dead one's is taken away."""
    for lock in _locks(session, candidate):
        if not lock.dead:
            raise Refused(candidate.device.name, held_by(lock.owner))
        session.run((f"delete /force {_system(session)}/kgnet-{lock.token}.cfg",))


def _free_to_change(session: Session, candidate: Candidate) -> None:
    """Refused if somebody else changes it, or if it could not take a change back."""
    name = candidate.device.name
    archive = session.run(("show archive",))
    if archive.code != 0 or "not enabled" in archive.out:
        raise Refused(name, f"cannot take a change back by itself — {ARCHIVE}")
    if user := _pending(session):
        ours = _locks(session, candidate)
        foreign = f"a change by {user} waits to be confirmed — wait, or ask them to confirm or revert it"
        raise Refused(name, waits(ours[0].owner) if ours else foreign)
    lock = session.run(("show configuration lock",))
    owner = dict(OWNER.findall(lock.out)) if lock.code == 0 else {}
    if owner.get("Owner PID", "-1") != "-1":
        raise Refused(name, stranger(f"locked by {owner.get('User', 'somebody')}"))


# ── the steps ───────────────────────────────────────────────────────────────


def hold(session: Session, candidate: Candidate) -> None:
    """Bring the commands to flash; Refused: nothing was changed."""
    _free_to_change(session, candidate)
    _held(session, candidate)
    head = f"! kgnet held by {candidate.owner}"
    _bring(session, candidate, "\n".join((head, *candidate.commands, "end", "")))
    try:
        _held(session, candidate)  # two that came at the same time see each other here
    except Refused:
        free(session, candidate)
        raise


def _bring(session: Session, candidate: Candidate, text: str) -> None:
    driver = driver_of(session)
    driver.merge_cfg = _file(candidate)
    with tempfile.TemporaryDirectory(prefix="kgnet-") as folder, _translated(candidate):
        file = Path(folder) / driver.merge_cfg  # the folder is private: secrets stand in the file
        file.write_text(text, encoding="utf-8")
        driver.load_merge_candidate(filename=str(file))


class _translated:  # noqa: N801 - reads as a verb: with _translated(candidate)
    """Translates what NAPALM and Netmiko raise."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, reason: BaseException | None, trace: object) -> None:
        name = self.candidate.device.name
        if isinstance(reason, (NapalmException, NetmikoBaseException, scp.SCPException, ValueError)):
            said = self.candidate.hide(" ".join(str(reason).split()))[:200]
            raise Refused(name, refusal("does not take the file", said or "it said nothing")) from reason
        if isinstance(reason, (paramiko.SSHException, OSError, EOFError)):
            said = str(reason) or "the far end closed it"
            raise Unreachable(name, f"the connection broke during the upload: {said}") from reason


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    """Start the timer, then copy the file into the running configuration."""
    minutes, name = math.ceil(confirm_s / 60), candidate.device.name
    armed = session.run((f"configure terminal revert timer {minutes}",))
    if "Rollback Confirmed Change" not in armed.out or armed.code != 0:
        session.run(("end",))
        raise Refused(name, refusal("does not start its timer", words(candidate, armed)))
    session.run(("end",))
    source = f"{_system(session)}/{_file(candidate)}"
    copied = session.run((f"copy {source} running-config",), stdin=QUESTIONS, timeout_s=COPY_S)
    if copied.code != 0 or DECLINED.search(copied.out):
        raise DeviceError(name, f"refuses a line: {_refused(candidate, copied)}")


def _refused(candidate: Candidate, output: Output) -> str:
    """Return the first line that IOS declined, and its words for it; it prints the line above a caret."""
    lines = [line.strip() for line in output.out.splitlines() if line.strip("^ \t")]
    at = next((n for n, line in enumerate(lines) if line == output.err or DECLINED.search(line)), -1)
    if at < 0:
        return words(candidate, output)
    above = f"`{lines[at - 1]}` — " if at else ""
    return candidate.hide(f"{above}{lines[at]}")


def confirm(session: Session, candidate: Candidate) -> None:
    """Save while it can still be taken back, then confirm."""
    name = candidate.device.name
    if not _ours(session, candidate):
        raise Refused(name, "its timer was faster than the verification")
    if candidate.save:
        save(session, candidate)
    done = session.run(("configure confirm",))
    if done.code != 0 or "No Rollback" in done.out:
        raise Refused(name, f"was not confirmed: {words(candidate, done)}")
    free(session, candidate)


def _ours(session: Session, candidate: Candidate) -> bool:
    """Return whether a change is pending, and is the one that this candidate's file belongs to."""
    return _pending(session) != "" and candidate.token in _files(session)


def restore(session: Session, candidate: Candidate) -> None:
    if _ours(session, candidate):
        back = session.run(("configure revert now",), stdin=QUESTIONS, timeout_s=COPY_S)
        if back.code != 0:
            raise DeviceError(candidate.device.name, f"does not take it back: {words(candidate, back)}")
        settle(session, candidate)
    free(session, candidate)


def free(session: Session, candidate: Candidate) -> None:
    """Take our file away, and with it lock and secrets; not while it tells whose change is pending."""
    if candidate.token in _files(session) and not _pending(session):
        session.run((f"delete /force {_system(session)}/{_file(candidate)}",))


def ended(session: Session, candidate: Candidate) -> Ended:
    if _ours(session, candidate):
        return Ended.PENDING
    found = ended_by_texts(session, candidate)
    free(session, candidate)
    return found
