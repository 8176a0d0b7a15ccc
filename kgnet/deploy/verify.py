"""Whether a device came back well: managed, as wanted, its neighbours up, its addresses answering."""

from __future__ import annotations

import time
from dataclasses import dataclass

from kgnet.deploy.guard import Guard
from kgnet.deploy.tools import Job
from kgnet.errors import DeviceError
from kgnet.model.fleet import Device
from kgnet.model.outcome import Action, Plan

POLL_S = 0.5
READ_BACK_S = 5.0  # daemons take a moment to show what they were told; after that a difference is one


@dataclass(frozen=True, slots=True)
class Watched:
    """What worked before the change and is still wanted after it."""

    neighbors: frozenset[str]
    addresses: frozenset[str]


def watch(job: Job, guard: Guard) -> Watched:
    """Look, before anything is loaded, at what has to work afterwards."""
    wanted = neighbors(job.device)
    up = job.tools.neighbors(job.device, guard.session)
    kept = frozenset(name for name in up if name.rpartition(" ")[2] in wanted)
    return Watched(kept, guard.answering(sorted(wanted | services(job.device))))


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
    while not job.stopped():
        trouble, passing = _trouble(job, watched)
        if not trouble or time.monotonic() >= (until if passing else min(until, patience)):
            return trouble
        time.sleep(POLL_S)
    return "interrupted"


def _trouble(job: Job, watched: Watched) -> tuple[str, bool]:
    """Look once, over a new session since the way in has to work, too.

    Returns what is wrong, and whether it may pass: a text that reads back differently does not.
    """
    try:
        with job.tools.open(job.device) as session:
            todo = job.differs(job.want, job.tools.read(job.device, session))
            if todo:
                return difference(todo), False
            guard = Guard(job.device.name, session, job.hide)
            gone = watched.neighbors - job.tools.neighbors(job.device, session)
            return _missing(gone, watched.addresses - guard.answering(sorted(watched.addresses))), True
    except DeviceError as reason:
        return f"cannot be managed any more: {reason.reason}", True


def difference(todo: Plan) -> str:
    """Tell the first line that is not as it should be."""
    first = todo.changes[0]
    lacks = "lacks" if first.action is Action.ADD else "has"
    more = f" and {len(todo.changes) - 1} more" if len(todo.changes) > 1 else ""
    return f"reads back differently: {first.part} {lacks} `{' / '.join((*first.path, first.line))}`{more}"


def _missing(neighbors: frozenset[str], addresses: frozenset[str]) -> str:
    lost = [f"{name} did not come back" for name in sorted(neighbors)]
    lost += [f"{address} answers it no more" for address in sorted(addresses)]
    return "; ".join(lost[:4]) + (f" and {len(lost) - 4} more" if len(lost) > 4 else "")
