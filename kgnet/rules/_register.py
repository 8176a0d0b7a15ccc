"""What people did and wrote into the register, and whether it is still fresh."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kgnet.model.facts import Snapshot
from kgnet.model.operations import Record, Register
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong


def stale(have: Snapshot, kind: str, what: str, most_days: int) -> Iterator[Wrong]:
    """Yield what is wrong with the newest record of *kind*, which stands for *what*."""
    register = have.get(Register)
    found = max((each for each in register.records if each.kind == kind), key=_day, default=None)
    if found is None:
        yield f"the register has no {what} (kind {kind})"
    elif found.on > register.asked:
        yield f"the {what} of {found.on} lies in the future ({found.proof})"
    elif (register.asked - found.on).days > most_days:
        days = (register.asked - found.on).days
        yield Deviation(
            f"the last {what} is of {found.on}, {days} days ago",
            f"at most {most_days}",
            joint=", ",
            seen=found.proof,
        )


def _day(record: Record) -> date:
    return record.on
