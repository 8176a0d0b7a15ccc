"""Whether a device came back well: managed, as wanted, neighbours up, addresses answering, no new errors."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from kgnet.deploy.tools import Health, Job
from kgnet.errors import DeviceError
from kgnet.model.fleet import Device
from kgnet.model.outcome import Action, Plan
from kgnet.ports import Session

POLL_S = 0.5
READ_BACK_S = 5.0  # daemons take a moment to show what they were told; after that a difference is one


@dataclass(frozen=True, slots=True)
class Watched:
    """What worked before the change and is still wanted after it."""

    neighbors: frozenset[str]
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a device showed: what is wrong, and whether that may pass by itself."""

    trouble: str
    passing: bool
    errors: Mapping[str, int]


def watch(job: Job, session: Session) -> Watched:
    """Look, before anything is loaded, at what has to work afterwards.

    A text of the past need not speak of all that the intent wants: then it counts what it names itself.
    """
    wanted, others = neighbors(job.device), services(job.device)
    if not job.terms.intended:
        wanted, others = ({name for name in names if _named(job, name)} for names in (wanted, others))
    up = job.tools.health(job.device, session).neighbors
    kept = frozenset(name for name in up if name.rpartition(" ")[2] in wanted)
    asked = sorted(wanted | others)
    return Watched(kept, job.transaction.reaches(session, asked))


def _named(job: Job, address: str) -> bool:
    return bool(re.search(rf"(?<![\w.:]){re.escape(address)}(?![\w.:])", str(job.candidate.want)))


def neighbors(device: Device) -> set[str]:
    """Return the addresses of the routers that the intent wants beside *device*."""
    return {str(neighbor.address) for neighbor in device.routing.neighbors} if device.routing else set()


def services(device: Device) -> set[str]:
    """Return the other addresses that *device* cannot do without."""
    return {*map(str, device.gateways), *device.ntp, *device.syslog}


def verify(job: Job, watched: Watched, *, until: float) -> str:
    """Return what is wrong with the device at the monotonic time *until*; "" as soon as nothing is."""
    patience = time.monotonic() + READ_BACK_S
    if watched.neighbors:
        time.sleep(job.timing.settle_s)
    errors: Mapping[str, int] | None = None
    while not job.terms.stopped():
        look = _look(job, watched, errors)
        if not look.trouble or time.monotonic() >= (until if look.passing else min(until, patience)):
            return look.trouble
        errors = look.errors
        time.sleep(POLL_S)
    return "interrupted"


def _look(job: Job, watched: Watched, errors: Mapping[str, int] | None) -> Look:
    """Look once, over a new session since the way in has to work, too.

    *errors* are those of the look before: a change may cost a frame, but not one after the other.
    """
    try:
        with job.tools.open(job.device) as session:
            todo = job.differs(job.candidate.want, job.tools.read(job.device, session))
            if todo:
                return Look(difference(todo), False, errors or {})
            health = job.tools.health(job.device, session)
            gone = watched.neighbors - health.neighbors
            silent = watched.addresses - job.transaction.reaches(session, sorted(watched.addresses))
            rising = _rising(errors if errors is not None else health.errors, health)
            return Look(_told(gone, silent, rising), True, health.errors)
    except DeviceError as reason:
        return Look(f"cannot be managed any more: {reason.reason}", True, errors or {})


def _rising(before: Mapping[str, int], health: Health) -> list[str]:
    return [
        f"errors on {name} rise" for name, count in health.errors.items() if count > before.get(name, count)
    ]


def difference(todo: Plan) -> str:
    """Tell the first line that is not as it should be."""
    first = todo.changes[0]
    lacks = "lacks" if first.action is Action.ADD else "has"
    more = f" and {len(todo.changes) - 1} more" if len(todo.changes) > 1 else ""
    return f"reads back differently: {first.part} {lacks} `{' / '.join((*first.path, first.line))}`{more}"


def _told(neighbors: frozenset[str], addresses: frozenset[str], rising: list[str]) -> str:
    lost = [f"{name} did not come back" for name in sorted(neighbors)]
    lost += [f"{address} answers it no more" for address in sorted(addresses)]
    lost += rising
    return "; ".join(lost[:4]) + (f" and {len(lost) - 4} more" if len(lost) > 4 else "")
