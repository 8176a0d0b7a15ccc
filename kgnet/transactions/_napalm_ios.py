"""IOS and IOS XE: a file on flash, loaded in one go while the archive's timer waits for a confirmation.

The file is also the lock among ourselves: IOS knows by which user a change is pending, not by which run.
Source: Cisco, "Configuration Replace and Configuration Rollback", section Rollback Confirmed Change.
"""

from __future__ import annotations

import math
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paramiko
import scp
from napalm.base.exceptions import NapalmException
from netmiko.exceptions import NetmikoBaseException

from kgnet.errors import DeviceError, Refused, Unreachable
from kgnet.ports import Candidate, Ended, Output, Session
from kgnet.transactions._texts import ended as ended_by_texts
from kgnet.transactions._texts import save, settle, words

LEASE_S = 300  # an upload takes less; then a dead run's file is no lock any more
COPY_S = 180.0
QUESTIONS = "\n" * 60  # Enter takes what is offered: the file's name, each user that goes
NAME = re.compile(r"\bkgnet-([0-9a-f]{16})\.cfg\b")
HEAD = re.compile(r"! kgnet held at (\S+) by ([^\n]*)")
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


def _driver(session: Session) -> Any:
    return getattr(session, "driver")  # noqa: B009 - NAPALM's, see the driver of that name


# ── who changes it ──────────────────────────────────────────────────────────


def _pending(session: Session) -> str:
    """Return the user whose change waits to be confirmed; empty: nobody's does."""
    found = PENDING.search(session.run(("show archive config rollback timer",)).out)
    return found[1] if found else ""


def _system(session: Session) -> str:
    """Return the file system that the device itself takes, e.g. `flash:` or `bootflash:`."""
    driver = _driver(session)
    if driver._dest_file_system is None:
        found = SYSTEM.search(session.run(("dir",)).out)
        driver._dest_file_system = found[1] if found else "flash:"
    return str(driver._dest_file_system)


def _files(session: Session) -> list[str]:
    """Return the tokens of the runs that have a file there."""
    return NAME.findall(session.run((f"dir {_system(session)}",)).out)


def _held(session: Session, candidate: Candidate) -> None:
    """Refused if another run has its file there; a dead one's is taken away."""
    system = _system(session)
    for token in _files(session):
        if token == candidate.token:
            continue
        name = f"{system}/kgnet-{token}.cfg"
        head = HEAD.search(session.run((f"more {name}",)).out)
        since, owner = (head[1], head[2]) if head else ("", "nobody knows whom")
        if _age_s(since) > LEASE_S:
            session.run((f"delete /force {name}",))
        else:
            raise Refused(
                candidate.device.name,
                f"another deploy holds it: {owner} — wait; should that one be dead, {LEASE_S} s free it",
            )


def _age_s(since: str) -> float:
    try:
        return abs((datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds())
    except ValueError:
        return math.inf


def _free_to_change(session: Session, candidate: Candidate) -> None:
    """Refused if somebody else changes it, or if it could not take a change back."""
    name = candidate.device.name
    archive = session.run(("show archive",))
    if archive.code != 0 or "not enabled" in archive.out:
        raise Refused(name, f"cannot take a change back by itself — {ARCHIVE}")
    if user := _pending(session):
        raise Refused(name, f"a change by {user} waits to be confirmed — wait, or `configure revert now`")
    lock = session.run(("show configuration lock",))
    owner = dict(OWNER.findall(lock.out)) if lock.code == 0 else {}
    if owner.get("Owner PID", "-1") != "-1":
        raise Refused(
            name, f"{owner.get('User', 'somebody')} holds its configuration locked — ask them to leave it"
        )


# ── the steps ───────────────────────────────────────────────────────────────


def hold(session: Session, candidate: Candidate) -> None:
    """Bring the commands to flash; Refused: nothing was changed."""
    _free_to_change(session, candidate)
    _held(session, candidate)
    head = f"! kgnet held at {datetime.now(UTC).isoformat(timespec='seconds')} by {candidate.owner}"
    _bring(session, candidate, "\n".join((head, *candidate.commands, "end", "")))
    try:
        _held(session, candidate)  # two that came at the same time see each other here
    except Refused:
        free(session, candidate)
        raise


def _bring(session: Session, candidate: Candidate, text: str) -> None:
    driver = _driver(session)
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
            raise Refused(name, f"does not take the file: {said or 'it said nothing'}") from reason
        if isinstance(reason, (paramiko.SSHException, OSError, EOFError)):
            said = str(reason) or "the far end closed it"
            raise Unreachable(name, f"the connection broke during the upload: {said}") from reason


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    """Start the timer, then copy the file into the running configuration."""
    minutes, name = math.ceil(confirm_s / 60), candidate.device.name
    armed = session.run((f"configure terminal revert timer {minutes}",))
    if "Rollback Confirmed Change" not in armed.out or armed.code != 0:
        session.run(("end",))
        raise Refused(name, f"does not start its timer: {words(candidate, armed)}")
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
