"""What every command does that changes devices: show, ask, change wave after wave, keep the journal, tell."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from kgnet.cli import ERROR, PENDING, _line
from kgnet.cli._options import OutputFormat
from kgnet.cli._outcomes import interruptible, summed, told
from kgnet.errors import DeviceError, Refused, UsageError

if TYPE_CHECKING:
    from kgnet.deploy import Tools, Wave
    from kgnet.journal import Journal
    from kgnet.model.config import Config
    from kgnet.model.fleet import Device, Fleet
    from kgnet.model.outcome import Outcome, Plan
    from kgnet.model.province import Province

Planned = Mapping[str, "Plan | DeviceError"]  # by device


@dataclass(frozen=True, slots=True)
class Manner:
    """How a change is to be made, as its options say."""

    yes: bool = False
    check: bool = False
    max_failures: int = 0
    confirm_s: int = 60
    wave_size: int = 8
    workers: int = 16
    despite_freeze: bool = False
    form: OutputFormat = OutputFormat.TEXT


@dataclass(frozen=True, slots=True)
class Change:
    """A change of some devices of a fleet: *tools* say what each shall be, *why* is for the journal."""

    province: Province
    fleet: Fleet
    devices: tuple[Device, ...]
    tools: Tools
    why: str
    manner: Manner
    intended: bool = True  # towards the intent
    whole: bool = False  # what the intent does not speak for goes, too
    fixes: bool = False  # by the plan's own lines alone, whatever else differs
    agreed: Mapping[str, Plan] | None = None  # device → the plan that somebody agreed to, and to no other
    approved: Mapping[str, str] | None = None  # device → digest of the sealed text that was looked at

    def planned(self) -> dict[str, Plan | DeviceError]:
        """Compare all devices; all is rendered first, so that a missing secret stops us before any change."""
        from kgnet.collect import each

        wanted = {device.name: self.tools.render(device) for device in self.devices}
        work = partial(self._compared, wanted)
        found = each(self.devices, work, workers=self.manner.workers)
        told = {device.name: todo for device, todo in _line.followed(found, len(self.devices), "comparing")}
        return {device.name: told[device.name] for device in self.devices}

    def _compared(self, wanted: Mapping[str, Config], device: Device) -> Plan:
        tools = self.tools
        with tools.open(device) as session:
            true = tools.read(device, session)
        have, aim = tools.seal(device, true), tools.aim(wanted[device.name], true)
        todo = tools.compare(tools.seal(device, aim), have)
        if todo and not self._is_approved(have):
            raise Refused(device.name, "has changed since the plan was made — make a new one")
        if todo and self.agreed is not None and todo != self.agreed[device.name]:
            what = "the intent for it" if self.approved else "it, or the intent for it,"
            raise Refused(device.name, f"{what} has changed since the plan was made — make a new one")
        return todo

    def run(self) -> int:
        """Bring the devices there; return the exit code."""
        from kgnet import journal
        from kgnet.deploy import waves

        manner = self.manner
        if manner.form is OutputFormat.JSON and not (manner.yes or manner.check):
            raise UsageError("--format json cannot ask — add --yes, or --check to look only")
        if not manner.check:
            with journal.opened(_line.store()):
                pass  # one that cannot be written is told before anything else is done
        planned = self.planned()
        waiting = self._waiting(planned)
        ready = [each for each in self.devices if _is_due(planned[each.name]) and each.name not in waiting]
        due = waves(self.fleet, ready, size=manner.wave_size)
        if manner.form is OutputFormat.TEXT:
            self._show(planned, due, waiting)
        if manner.check or (self.approved is not None and _failed(planned)):
            return self._looked(planned)
        if due and not manner.yes and not _agreed():
            return PENDING
        outcomes = {**_settled(planned, waiting), **(self._changed(planned, due) if due else {})}
        ended = [outcomes[device.name] for device in self.devices]
        return summed(ended, manner.form, waiting=frozenset(waiting))

    def _waiting(self, planned: Planned) -> dict[str, str]:
        """Return which devices the calendar holds back now, and why."""
        if self.manner.despite_freeze:
            return {}
        due = (self.fleet.devices[name] for name, todo in planned.items() if _is_due(todo))
        closed = {device.name: _line.closed(self.fleet, device) for device in due}
        return {name: reasons[0] for name, reasons in closed.items() if reasons}

    def _changed(self, planned: Planned, due: Sequence[Wave]) -> dict[str, Outcome]:
        from kgnet import journal
        from kgnet.collect import each
        from kgnet.deploy import deploy_fleet

        manner, outcomes = self.manner, {}
        with journal.opened(_line.store()) as kept, interruptible() as stopped:
            run = kept.begin(who=getpass.getuser(), why=self.why, whole=self.whole, fixes=self.fixes)
            unseen = _failed(planned)
            for outcome in unseen.values():
                kept.ended(run, outcome)
            for wave in due:
                for device in wave.devices:
                    kept.planned(run, _plan(planned[device.name]))
            self._say(f"run {run}")
            work = self._work(kept, run, planned, stopped)
            for outcome in deploy_fleet(
                due,
                work,
                each=each,
                max_failures=manner.max_failures,
                workers=manner.workers,
                stopped=stopped,
                unseen=[device for device in self.devices if device.name in unseen],
            ):
                outcomes[outcome.device] = outcome
                kept.ended(run, outcome)
                self._say(told(outcome))
            kept.note(run, journal.WHOLE_RUN, journal.END)
        return outcomes

    def _work(
        self, kept: Journal, run: str, planned: Planned, stopped: Callable[[], bool]
    ) -> Callable[[Device], Outcome]:
        """Return what changes one device, by the plan that was shown and by no other."""
        from kgnet.deploy import Timing, deploy
        from kgnet.line import terms
        from kgnet.model.outcome import Outcome, Result

        timing = Timing(self.manner.confirm_s)

        def work(device: Device) -> Outcome:
            todo = _plan(planned[device.name])
            if reason := self._waiting({device.name: todo}).get(device.name):
                return Outcome(device.name, Result.NOT_TRIED, todo, reason)
            under = terms(kept, run, device, timing=timing, stopped=stopped, intended=self.intended)
            under = replace(under, approved=self._is_approved)
            return deploy(device, self.tools, terms=under, shown=todo)

        return work

    def _is_approved(self, sealed: Config) -> bool:
        """Whether a device runs the very text that somebody approved a plan for."""
        from kgnet.plan.file import digest

        return self.approved is None or self.approved[sealed.device] == digest(sealed)

    # ── what people and programs see ────────────────────────────────────────

    def _say(self, text: str) -> None:
        if self.manner.form is OutputFormat.TEXT:
            typer.echo(text)

    def _show(self, planned: Planned, due: Sequence[Wave], waiting: Mapping[str, str]) -> None:
        console = _line.console()
        changes = {name: todo for name, todo in planned.items() if _is_due(todo)}
        for todo in changes.values():
            _line.shown(console, _plan(todo))
        for line in _line.blast(self.province, self.fleet, list(changes)):
            console.print(line)
        for number, wave in enumerate(due, 1):
            console.print(f"wave {number}, {wave.name}: {', '.join(device.name for device in wave.devices)}")
        for name, reason in waiting.items():
            console.print(f"{name}: no change now: {reason} — later, or with --despite-freeze")
        failed = _failed(planned)
        unseen = f", {len(failed)} could not be compared" if failed else ""
        console.print(f"{len(changes)} of {len(planned)} devices are not as wanted{unseen}")
        _line.told(todo for todo in planned.values() if isinstance(todo, DeviceError))

    def _looked(self, planned: Planned) -> int:
        """Say what would be changed; return the exit code."""
        if self.manner.form is OutputFormat.JSON:
            _line.as_json([_line.planned(name, todo) for name, todo in planned.items()])
        if _failed(planned):
            return ERROR
        return PENDING if any(planned.values()) else 0


def towards(change: Change, wanted: Mapping[str, Any]) -> Change:
    """Return *change* towards the texts *wanted* by device, true ones, instead of towards the intent."""
    from kgnet.line import back

    return replace(change, tools=back(change.tools, wanted), intended=False)


def mending(change: Change, agreed: Mapping[str, Plan]) -> Change:
    """Return *change* by the lines of the plans *agreed* to alone: what mends findings, and nothing else."""
    from kgnet.line import fixing

    return replace(change, tools=fixing(change.tools, change.fleet, agreed), agreed=agreed, fixes=True)


def _agreed() -> bool:
    """Ask whether to change what was shown; UsageError where nobody is there to answer."""
    try:
        return typer.confirm("Change them?", err=True)
    except typer.Abort as end:
        if isinstance(end.__context__, EOFError):
            typer.echo(err=True)
            raise UsageError("nobody answers here — add --yes to change without being asked") from end
        raise


def _is_due(todo: Plan | DeviceError) -> bool:
    return bool(todo) and not isinstance(todo, DeviceError)


def _plan(todo: Plan | DeviceError) -> Plan:
    """Return the plan of a device that could be compared."""
    if isinstance(todo, DeviceError):
        raise todo
    return todo


def _failed(planned: Planned) -> dict[str, Outcome]:
    """Return the outcomes of the devices that could not be compared."""
    from kgnet.model.outcome import Outcome, Plan, Result

    return {
        name: Outcome(name, Result.FAILED, Plan(name, ()), todo.reason)
        for name, todo in planned.items()
        if isinstance(todo, DeviceError)
    }


def _settled(planned: Planned, waiting: Mapping[str, str]) -> dict[str, Outcome]:
    """Return the outcomes of the devices for which there is nothing to do, or nothing now."""
    from kgnet.model.outcome import Outcome, Result

    plans = {name: todo for name, todo in planned.items() if not isinstance(todo, DeviceError)}
    unchanged = {name: Outcome(name, Result.UNCHANGED, todo) for name, todo in plans.items() if not todo}
    held = {name: Outcome(name, Result.NOT_TRIED, plans[name], why) for name, why in waiting.items()
            if name in plans}  # fmt: skip
    return {**unchanged, **held, **_failed(planned)}
