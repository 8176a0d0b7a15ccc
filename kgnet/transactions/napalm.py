"""NAPALM: commit-confirm as IOS, EOS and Junos have it of their own; sessions expose NAPALM's `driver`.

ios    a file on flash, `configure terminal revert timer`, `copy FILE running-config`, `configure confirm`
eos    a configuration session, `commit timer`, `commit`
junos  the candidate configuration, locked; `commit confirmed`, `commit`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import ModuleType

from kgnet.ports import Candidate, Ended, Session, Transaction
from kgnet.transactions import _napalm_eos, _napalm_ios, _napalm_junos

WAYS: Mapping[str, ModuleType] = {"ios": _napalm_ios, "eos": _napalm_eos, "junos": _napalm_junos}
PING = {"ios": "ping {} repeat 2 timeout 1", "eos": "ping {} repeat 2", "junos": "ping {} count 2 rapid"}
ANSWERED = re.compile(r"Success rate is [1-9]|\b[1-9]\d*(?: packets)? received")
PING_S = 15.0


def hold(session: Session, candidate: Candidate) -> None:
    WAYS[candidate.platform.dialect].hold(session, candidate)


def load(session: Session, candidate: Candidate, confirm_s: int) -> None:
    """Load; IOS and Junos count in minutes, so that the time is rounded up."""
    WAYS[candidate.platform.dialect].load(session, candidate, confirm_s)


def confirm(session: Session, candidate: Candidate) -> None:
    WAYS[candidate.platform.dialect].confirm(session, candidate)


def restore(session: Session, candidate: Candidate) -> None:
    WAYS[candidate.platform.dialect].restore(session, candidate)


def free(session: Session, candidate: Candidate) -> None:
    WAYS[candidate.platform.dialect].free(session, candidate)


def ended(session: Session, candidate: Candidate) -> Ended:
    found: Ended = WAYS[candidate.platform.dialect].ended(session, candidate)
    return found


def reaches(session: Session, addresses: Iterable[str]) -> frozenset[str]:
    dialect = getattr(session, "driver").platform  # noqa: B009 - every session of the driver napalm has one
    asked = {address: PING[dialect].format(address) for address in addresses}
    answers = ((address, session.run((line,), timeout_s=PING_S)) for address, line in asked.items())
    return frozenset(address for address, output in answers if ANSWERED.search(output.out))


TRANSACTION = Transaction("napalm", hold, load, confirm, restore, free, ended, reaches, least_s=60)
