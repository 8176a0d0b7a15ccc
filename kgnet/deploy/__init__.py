"""want, device → Outcome: a device runs what is wanted, or what it ran before; nothing between.

While a change is not confirmed, the old configuration comes back by itself: a timer on the device sees to
that (guard.sh), whatever becomes of us, of the network or of the device's power.
"""

from __future__ import annotations

import getpass
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from kgnet.deploy.fleet import Wave, deploy_fleet, waves
from kgnet.deploy.guard import TOO_LATE, Guard, check, prepare
from kgnet.deploy.tools import Job, Timing, Tools
from kgnet.deploy.verify import Watched, difference, verify, watch
from kgnet.errors import DeviceError, Refused
from kgnet.model.fleet import Device
from kgnet.model.outcome import Outcome, Plan, Result
from kgnet.plugins import one
from kgnet.ports import Platform, Session

__all__ = ["Timing", "Tools", "Wave", "deploy", "deploy_fleet", "waves"]

RETRY_S = 1.0
RUNS = "it runs its old configuration"  # e.g. after a restart, when the guard is gone
RESTORED = {
    "restored": "it has its old configuration back",
    "restored by its own timer": "it has its old configuration back by its own timer",
    "restore failed": "it runs its old configuration, but look whether a restart would bring the same",
}
LEASE_S = 300  # uploads and checks take less; then a dead deployer's lock falls
RESTORE_S = 150.0  # what the guard may need to put things back: a command's longest time and some


def never() -> bool:
    return False


def deploy(
    device: Device,
    tools: Tools,
    *,
    timing: Timing | None = None,
    shown: Plan | None = None,
    stopped: Callable[[], bool] = never,
) -> Outcome:
    """Bring *device* to what *tools* render for it; a device that is as wanted is only read.

    *shown* is the plan that somebody agreed to: if another one is due by now, nothing is done.
    """
    started = time.monotonic()
    outcome = _deploy(device, tools, timing or Timing(), shown, stopped)
    return replace(outcome, seconds=time.monotonic() - started)


def _deploy(
    device: Device, tools: Tools, timing: Timing, shown: Plan | None, stopped: Callable[[], bool]
) -> Outcome:
    todo = shown or Plan(device.name, ())
    try:
        with tools.open(device) as session:
            job = _job(device, tools, session, timing, stopped)
            todo = job.plan
            if not todo:
                return Outcome(device.name, Result.UNCHANGED, todo)
            if shown not in (None, todo):
                raise Refused(device.name, "has changed since its plan was shown — look at the plan again")
            watched = _armed(job, session)
    except DeviceError as reason:
        return Outcome(device.name, Result.FAILED, todo, reason.reason)
    return _changed(job, watched)


def _job(device: Device, tools: Tools, session: Session, timing: Timing, stopped: Callable[[], bool]) -> Job:
    want, old = tools.render(device), tools.read(device, session)
    todo = tools.compare(tools.seal(device, want), tools.seal(device, old))
    platform = one(Platform, device.platform)
    return Job(device, platform, tools, timing, want, old, todo, secrets.token_hex(8), stopped)


def _guard(job: Job, session: Session) -> Guard:
    return Guard(job.device.name, session, job.hide)


def _armed(job: Job, session: Session) -> Watched:
    """Lock the device, let it judge the new texts, arm its timer; DeviceError: nothing was changed."""
    guard = _guard(job, session)
    guard.hold(job.token, _owner(), LEASE_S)
    try:
        prepare(guard, job.parts, job.want, job.old, save=job.timing.save)
        check(guard, job.parts)
        watched = watch(job, guard)
        if job.stopped():
            raise Refused(job.device.name, "interrupted")
        guard.arm(job.timing.confirm_s)
    except DeviceError:
        with suppress(DeviceError):  # the timer frees it otherwise
            guard.free()
        raise
    return watched


def _owner() -> str:
    """Say who we are to whom finds the device locked."""
    return f"{getpass.getuser()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _changed(job: Job, watched: Watched) -> Outcome:
    """Load, verify, confirm on an armed device; whatever fails, the old configuration comes back."""
    due = time.monotonic() + job.timing.confirm_s
    try:
        with job.tools.open(job.device) as session:
            _guard(job, session).load(job.timing.confirm_s)
        trouble = verify(job, watched, until=due - max(job.timing.confirm_s / 6, 3))
        if not trouble:
            return _confirmed(job)
    except DeviceError as reason:
        trouble = reason.reason
    return _back(job, trouble, until=max(due, time.monotonic()) + RESTORE_S)


def _confirmed(job: Job) -> Outcome:
    with job.tools.open(job.device) as session:
        guard = _guard(job, session)
        answer = guard.confirm(RESTORE_S)
        if answer.code == TOO_LATE:
            raise Refused(job.device.name, "its timer was faster than the verification")
        if answer.code != 0:
            raise Refused(job.device.name, f"could not save its configuration: {guard.words(answer)}")
    return Outcome(job.device.name, Result.CHANGED, job.plan)


def _back(job: Job, trouble: str, *, until: float) -> Outcome:
    """See to it that the old configuration is back, by us or by the device's timer; *until* is monotonic."""
    state = "it has not been reached since"
    while True:
        try:
            with job.tools.open(job.device) as session:
                guard = _guard(job, session)
                ended = guard.ended(job.token)
                if not ended:
                    guard.restore(RESTORE_S)
                    ended = guard.ended(job.token)
                if ended == "confirmed":  # only its answer was lost
                    return Outcome(job.device.name, Result.CHANGED, job.plan)
                todo = job.differs(job.old, job.tools.read(job.device, session))
            if not todo:
                return _ended(job, Result.ROLLED_BACK, f"{trouble}; {RESTORED.get(ended, RUNS)}")
            state = f"its old configuration is not back: {difference(todo)}"
            until = min(until, time.monotonic() + RESTORE_S / 10) if ended else until
        except DeviceError as reason:
            state = reason.reason
        if time.monotonic() >= until:
            return _ended(job, Result.LOST, f"{trouble}; then {state} — look at it by its console")
        time.sleep(RETRY_S)


def _ended(job: Job, result: Result, reason: str) -> Outcome:
    return Outcome(job.device.name, result, job.plan, reason)
