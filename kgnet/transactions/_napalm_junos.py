"""Junos: the candidate configuration under its lock, and `commit confirmed`; comments tell whose it was.

Source: Juniper, "Commit the Configuration" in the CLI user guide: a second commit confirms.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jnpr.junos.exception import ConnectClosedError, ConnectError, RpcError, RpcTimeoutError
from napalm.base.exceptions import LockError, NapalmException
from ncclient.transport.errors import TransportError

from kgnet.errors import Refused, Unreachable
from kgnet.ports import Candidate, Ended, Session
from kgnet.transactions._driver import driver_of
from kgnet.transactions._held import refusal, stranger, waits
from kgnet.transactions._texts import running

COMMIT_S = 180
PYEZ = re.compile(r"\w+\(severity: .*?, message: (.*)\)$", re.DOTALL)  # how it prints what Junos said
OURS = re.compile(r"\bkgnet [0-9a-f]{16} by (.*?UTC|\S+)")


def _driver(session: Session) -> Any:
    driver = driver_of(session)
    driver.device.timeout = COMMIT_S
    return driver


@contextmanager
def _translated(candidate: Candidate, doing: str) -> Iterator[None]:
    """Translate what NAPALM, PyEZ and ncclient raise."""
    name = candidate.device.name
    try:
        yield
    except (RpcTimeoutError, ConnectClosedError, ConnectError, TransportError, OSError, EOFError) as reason:
        raise Unreachable(name, f"the connection broke ({doing})") from reason
    except LockError as reason:
        raise Refused(name, stranger(_said(candidate, reason))) from reason
    except (RpcError, NapalmException) as reason:
        raise Refused(name, refusal(doing, _said(candidate, reason))) from reason


def _said(candidate: Candidate, reason: Exception) -> str:
    """Return Junos's words: the errors if PyEZ kept them, each with the line it is about."""
    errors = getattr(reason, "errs", None) or (reason.args[0] if reason.args else None)
    if isinstance(errors, list):
        text = "; ".join(_error(one) for one in errors[:3] if isinstance(one, dict))
    else:
        text = str(getattr(reason, "message", "") or reason)
    wrapped = PYEZ.match(text)
    return candidate.hide(" ".join((wrapped[1] if wrapped else text).split()))[:300] or "it said nothing"


def _error(told: dict[str, Any]) -> str:
    line, message = told.get("bad_element"), told.get("message")
    return f"`{line}`: {message}" if line else str(message)


def _mark(candidate: Candidate) -> str:
    return f"kgnet {candidate.token}"


def _commits(driver: Any) -> list[str]:
    """Return the commits, the newest first: who, how, and the comments, as one text each."""
    history = driver.device.rpc.get_commit_information()
    return [" ".join(" ".join(one.itertext()).split()) for one in history.iter("commit-history")]


def _pending(driver: Any, candidate: Candidate) -> bool:
    """Return whether our commit waits to be confirmed."""
    newest = (*_commits(driver), "")[0]
    return _mark(candidate) in newest and bool(driver.has_pending_commit())


def hold(session: Session, candidate: Candidate) -> None:
    """Lock, load, and let Junos check the candidate; Refused: it is as it was."""
    driver = _driver(session)
    with _translated(candidate, "does not tell its commits"):
        if driver.has_pending_commit():
            newest = (*_commits(driver), "it does not tell whose")[0]
            ours = OURS.search(newest)
            told = waits(ours[1]) if ours else stranger(f"a change waits to be confirmed, {newest}")
            raise Refused(candidate.device.name, told)
    with _translated(candidate, "refuses a line"):
        driver.load_merge_candidate(config="\n".join(candidate.commands))
    with _translated(candidate, "does not accept the whole"):
        driver.device.cu.commit_check()


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    with _translated(candidate, "does not commit"):
        message = f"{_mark(candidate)} by {candidate.owner}".replace('"', "'")
        _driver(session).commit_config(message=message, revert_in=60 * math.ceil(confirm_s / 60))


def confirm(session: Session, candidate: Candidate) -> None:
    """Commit again: that confirms, and survives a restart."""
    driver = _driver(session)
    with _translated(candidate, "was not confirmed"):
        if not _pending(driver, candidate):
            raise Refused(candidate.device.name, "its timer was faster than the verification")
        driver.device.cu.commit(comment=f"{_mark(candidate)} confirmed")


def restore(session: Session, candidate: Candidate) -> None:
    driver = _driver(session)
    with _translated(candidate, "does not take it back"):
        if _pending(driver, candidate):
            driver.device.cu.rollback(rb_id=1)
            driver.device.cu.commit(comment=f"{_mark(candidate)} taken back")


def free(session: Session, candidate: Candidate) -> None:
    """Give the lock back; where another session took it, its end did so."""
    driver = _driver(session)
    if driver.locked:
        with _translated(candidate, "does not give its lock back"):
            driver.discard_config()


def ended(session: Session, candidate: Candidate) -> Ended:
    driver = _driver(session)
    with _translated(candidate, "does not tell its commits"):
        commits = _commits(driver)
        if _pending(driver, candidate):
            return Ended.PENDING
    mark = _mark(candidate)
    newest = next((text for text in commits if mark in text), "")
    if f"{mark} confirmed" in newest:
        return Ended.CONFIRMED
    return Ended.RESTORED if running(session, candidate) == candidate.have.parts else Ended.UNKNOWN
