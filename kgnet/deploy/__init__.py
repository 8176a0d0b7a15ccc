"""want, device → Outcome: a device runs what is wanted, or what it ran before; nothing between.

While a change is not confirmed, the old configuration comes back by itself: a timer on the device sees to
that, whatever becomes of us, of the network or of the device's power. How the device does it is its
platform's transaction (`kgnet.transactions`).
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace

from kgnet.deploy.candidate import candidate
from kgnet.deploy.fleet import Wave, deploy_fleet, samples, waves
from kgnet.deploy.recover import recover
from kgnet.deploy.tools import Health, Job, Note, Terms, Timing, Tools, never
from kgnet.deploy.verify import Watched, difference, verify, watch
from kgnet.errors import DeviceError, Refused
from kgnet.model.fleet import Device
from kgnet.model.outcome import Outcome, Plan, Result
from kgnet.plugins import one
from kgnet.ports import Candidate, Ended, Session, Transaction

__all__ = [
    "Health",
    "Note",
    "Terms",
    "Timing",
    "Tools",
    "Wave",
    "deploy",
    "deploy_fleet",
    "never",
    "recover",
    "samples",
    "waves",
]

RUNS = "it runs its old configuration"  # e.g. after a restart, when nothing else is known
RESTORED = {
    Ended.RESTORED: "it has its old configuration back",
    Ended.TIMED_OUT: "it has its old configuration back by its own timer",
    Ended.BROKEN: "it runs its old configuration, but look whether a restart would bring the same",
}
OVER = (Ended.CONFIRMED, *RESTORED)


def deploy(device: Device, tools: Tools, *, terms: Terms | None = None, shown: Plan | None = None) -> Outcome:
    """Bring *device* to what *tools* render for it; a device that is as wanted is only read.

    *shown* is the plan that somebody agreed to: if another one is due by now, nothing is done.
    """
    started = time.monotonic()
    outcome = _deploy(device, tools, terms or Terms(), shown)
    return replace(outcome, seconds=time.monotonic() - started)


def _deploy(device: Device, tools: Tools, terms: Terms, shown: Plan | None) -> Outcome:
    todo = shown or Plan(device.name, ())
    try:
        with tools.open(device) as session:
            have = tools.read(device, session)
            want = tools.aim(tools.render(device), have)
            sealed = tools.seal(device, have)
            todo = tools.compare(tools.seal(device, want), sealed)
            if not todo:
                return Outcome(device.name, Result.UNCHANGED, todo)
            if not terms.approved(sealed):
                raise Refused(device.name, "has changed since the plan was made — make a new one")
            if shown not in (None, todo):
                raise Refused(device.name, "has changed since its plan was shown — look at the plan again")
            job = _job(tools, terms, todo, candidate(device, tools, want, have, save=terms.timing.save))
            watched = _held(job, session)
            due = time.monotonic() + job.confirm_s
            trouble = _loaded(job, session)
    except DeviceError as reason:
        return Outcome(device.name, Result.FAILED, todo, reason.reason)
    return _changed(job, watched, trouble, due)


def _job(tools: Tools, terms: Terms, todo: Plan, whole: Candidate) -> Job:
    parts = tuple(part for part in whole.parts if part.name in todo.parts)
    transaction = one(Transaction, whole.platform.transaction)
    return Job(whole.device, transaction, replace(whole, parts=parts), tools, terms, todo)


def _held(job: Job, session: Session) -> Watched:
    """Lock the device and let it judge the new text; DeviceError: nothing was changed."""
    job.terms.keep(job.candidate.have)
    job.terms.note("hold", job.candidate.token)
    try:
        job.transaction.hold(session, job.candidate)
        watched = watch(job, session)
        if job.terms.stopped():
            raise Refused(job.device.name, "interrupted")
    except DeviceError:
        _free(job, session)
        raise
    return watched


def _free(job: Job, session: Session) -> None:
    """Unlock, over a new session if that one broke; if both fail, the lock falls by its own lease."""
    try:
        job.transaction.free(session, job.candidate)
    except DeviceError:
        with suppress(DeviceError), job.tools.open(job.device) as another:
            job.transaction.free(another, job.candidate)


def _loaded(job: Job, session: Session) -> str:
    """Load; return what went wrong on the way. Refused: nothing was changed."""
    job.terms.note("load", job.candidate.token)
    try:
        job.transaction.load(session, job.candidate, job.confirm_s)
    except Refused:
        _free(job, session)
        raise
    except DeviceError as reason:
        return reason.reason
    return ""


def _changed(job: Job, watched: Watched, trouble: str, due: float) -> Outcome:
    """Verify and confirm a device that was loaded; whatever fails, the old configuration comes back."""
    try:
        if not trouble:
            trouble = verify(job, watched, until=due - max(job.confirm_s / 6, 3))
        if not trouble:
            job.terms.note("confirm", job.candidate.token)
            with job.tools.open(job.device) as session:
                job.transaction.confirm(session, job.candidate)
            return Outcome(job.device.name, Result.CHANGED, job.plan)
    except DeviceError as reason:
        trouble = reason.reason
    job.terms.note("restore", trouble)
    return _back(job, trouble, until=max(due, time.monotonic()) + job.timing.patience_s)


def _back(job: Job, trouble: str, *, until: float) -> Outcome:
    """See to it that the old configuration is back, by us or by the device's timer; *until* is monotonic."""
    state = "it has not been reached since"
    while True:
        try:
            with job.tools.open(job.device) as session:
                ended = _end(job, session)
                if ended is Ended.CONFIRMED:  # only its answer was lost
                    return Outcome(job.device.name, Result.CHANGED, job.plan)
                todo = job.differs(job.candidate.have, job.tools.read(job.device, session))
            if not todo:
                told = f"{trouble}; {RESTORED.get(ended, RUNS)}"
                return Outcome(job.device.name, Result.ROLLED_BACK, job.plan, told)
            state = f"its old configuration is not back: {difference(todo)}"
            until = min(until, time.monotonic() + job.timing.patience_s / 10) if ended in OVER else until
        except DeviceError as reason:
            state = reason.reason
        if time.monotonic() >= until:
            told = f"{trouble}; then {state} — look at it by its console"
            return Outcome(job.device.name, Result.LOST, job.plan, told)
        time.sleep(job.timing.retry_s)


def _end(job: Job, session: Session) -> Ended:
    """Return how the change ended on the device; one that has not is taken back first."""
    ended = job.transaction.ended(session, job.candidate)
    if ended in OVER:
        return ended
    job.transaction.restore(session, job.candidate)
    return job.transaction.ended(session, job.candidate)
