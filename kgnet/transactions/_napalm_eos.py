"""Arista EOS: a configuration session of a name of our own, committed under a timer.

Source: Arista EOS user manual, Configure Sessions; the timer came with 4.23.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from napalm.base.exceptions import NapalmException
from pyeapi.eapilib import CommandError, ConnectionError

from kgnet.errors import Refused, Unreachable
from kgnet.ports import Candidate, Ended, Session
from kgnet.transactions._driver import driver_of
from kgnet.transactions._held import NOBODY, Lock, held_by, refusal, short, stranger, waits
from kgnet.transactions._texts import ended as ended_by_texts
from kgnet.transactions._texts import save, settle, words

COMMIT_S = 120
NAME = re.compile(r"kgnet-([0-9a-f]{16})-([0-9a-f]+)(?:-(\S+))?")  # token, Unix time, who


def _driver(session: Session) -> Any:
    driver = driver_of(session)
    driver.device.connection.transport.timeout = COMMIT_S
    return driver


@contextmanager
def _translated(candidate: Candidate, doing: str) -> Iterator[None]:
    """Translate what NAPALM and pyeapi raise."""
    name = candidate.device.name
    try:
        yield
    except (NapalmException, CommandError) as reason:
        before = reason.__context__  # NAPALM's tidying up fails, too, where there is nothing to tidy up
        first = before if isinstance(before, CommandError) else reason
        said = candidate.hide(" ".join(str(first).split()))[:300]
        raise Refused(name, refusal(doing, said)) from reason
    except ConnectionError as reason:
        raise Unreachable(name, f"the connection broke ({doing})") from reason


def _sessions(session: Session, candidate: Candidate) -> dict[str, str]:
    """Return the configuration sessions by name: pending, pendingCommitTimer, completed …"""
    with _translated(candidate, "does not tell its configuration sessions"):
        (told,) = _driver(session).device.run_commands(["show configuration sessions detail"])
    found = {name: str(one.get("state", "")) for name, one in told.get("sessions", {}).items()}
    timed = told.get("commitTimerSessionName")  # since 4.32
    return {**found, timed: "pendingCommitTimer"} if timed else found


def _ours(session: Session, candidate: Candidate) -> tuple[str, str]:
    """Return name and state of this candidate's session; empty if there is none."""
    for name, state in _sessions(session, candidate).items():
        found = NAME.fullmatch(name)
        if found and found[1] == candidate.token:
            return name, state
    return "", ""


def _lock(name: str) -> Lock | None:
    """Return who a session of ours is by its name; None: it is somebody else's."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    since = datetime.fromtimestamp(int(found[2], 16), UTC)
    return Lock(found[1], f"{found[3] or NOBODY} since {since:%Y-%m-%d %H:%M:%S} UTC")


def _held(session: Session, candidate: Candidate) -> None:
    """Refused if somebody else changes it; what a dead run of ours left is taken away."""
    for name, state in _sessions(session, candidate).items():
        lock = _lock(name)
        if (lock and lock.token == candidate.token) or not state.startswith("pending"):
            continue
        if lock and lock.dead and "ommitTimer" not in state:
            session.run((f"configure session {name} abort",))
            continue
        raise Refused(candidate.device.name, _whose(name, state, lock))


def _whose(name: str, state: str, lock: Lock | None) -> str:
    waiting = "ommitTimer" in state
    if lock:
        return (waits if waiting else held_by)(lock.owner)
    foreign = f"configuration session {name} {'waits to be confirmed' if waiting else 'is open'}"
    return stranger(f"{foreign} (`show configuration sessions` tells by whom)")


def hold(session: Session, candidate: Candidate) -> None:
    """Type the commands into a session of our own, where EOS judges each line."""
    _held(session, candidate)
    driver = _driver(session)
    driver.lock_disable = True  # we look ourselves, and say who
    driver.config_session = f"kgnet-{candidate.token}-{int(time.time()):x}-{short(candidate.owner)}"
    with _translated(candidate, "refuses a line"):
        driver.load_merge_candidate(config="\n".join(candidate.commands))
    try:
        _held(session, candidate)  # two that came at the same time see each other here
    except Refused:
        free(session, candidate)
        raise


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    name, _ = _ours(session, candidate)
    if not name:
        raise Refused(candidate.device.name, "has lost the configuration session — try again")
    clock = time.strftime("%H:%M:%S", time.gmtime(confirm_s))
    done = session.run((f"configure session {name} commit timer {clock}",), timeout_s=COMMIT_S)
    if done.code != 0:
        raise Refused(candidate.device.name, f"does not commit: {words(candidate, done)}")
    _driver(session).config_session = None  # else NAPALM takes it for its own, and aborts it


def confirm(session: Session, candidate: Candidate) -> None:
    """Save while it can still be taken back, then confirm."""
    name, state = _ours(session, candidate)
    if "ommitTimer" not in state:
        raise Refused(candidate.device.name, "its timer was faster than the verification")
    if candidate.save:
        save(session, candidate)
    done = session.run((f"configure session {name} commit",), timeout_s=COMMIT_S)
    if done.code != 0:
        raise Refused(candidate.device.name, f"was not confirmed: {words(candidate, done)}")


def restore(session: Session, candidate: Candidate) -> None:
    name, state = _ours(session, candidate)
    if not state.startswith("pending"):
        return
    back = session.run((f"configure session {name} abort",), timeout_s=COMMIT_S)
    if back.code != 0:
        raise Refused(candidate.device.name, f"does not take it back: {words(candidate, back)}")
    if "ommitTimer" in state:
        settle(session, candidate)


def free(session: Session, candidate: Candidate) -> None:
    name, state = _ours(session, candidate)
    if state == "pending":
        session.run((f"configure session {name} abort",))
    _driver(session).config_session = None


def ended(session: Session, candidate: Candidate) -> Ended:
    name, state = _ours(session, candidate)
    if "ommitTimer" in state:
        return Ended.PENDING
    if state == "pending":  # loaded by nobody yet
        session.run((f"configure session {name} abort",))
    return ended_by_texts(session, candidate)
