"""What every command does that changes devices: show, ask, change wave after wave, keep the journal, tell."""

from __future__ import annotations

import getpass
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from kgnet.cli import ERROR, PENDING, _line
from kgnet.cli._options import OutputFormat
from kgnet.errors import DeviceError, UsageError

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
            have = tools.read(device, session)
        return tools.compare(tools.seal(device, wanted[device.name]), tools.seal(device, have))

    def run(self, planned: Planned | None = None) -> int:
        """Bring the devices there, by the plans that were *planned* and no others; return the exit code."""
        from kgnet.deploy import waves

        manner = self.manner
        if manner.form is OutputFormat.JSON and not (manner.yes or manner.check):
            raise UsageError("--format json cannot ask — add --yes, or --check to look only")
        planned = planned or self.planned()
        due = waves(self.fleet, [each for each in self.devices if planned[each.name]], size=manner.wave_size)
        if manner.form is OutputFormat.TEXT:
            self._show(planned, due)
        if manner.check:
            return self._looked(planned)
        if due and not manner.yes and not _agreed():
            return PENDING
        outcomes = self._changed(planned, due) if due else {}
        unchanged = _unchanged(planned)
        return self._ended([{**unchanged, **outcomes}[device.name] for device in self.devices])

    def _changed(self, planned: Planned, due: Sequence[Wave]) -> dict[str, Outcome]:
        from kgnet import journal
        from kgnet.collect import each
        from kgnet.deploy import deploy_fleet

        manner, outcomes = self.manner, {}
        with journal.opened(_line.store()) as kept, interruptible() as stopped:
            run = kept.begin(who=getpass.getuser(), why=self.why, whole=self.whole)
            for todo in planned.values():
                if todo and not isinstance(todo, DeviceError):
                    kept.planned(run, todo)
            self._say(f"run {run}")
            work = self._work(kept, run, planned, stopped)
            for outcome in deploy_fleet(
                due,
                work,
                each=each,
                max_failures=manner.max_failures,
                workers=manner.workers,
                stopped=stopped,
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
        from kgnet.line import must_be_open, terms

        timing = Timing(self.manner.confirm_s)

        def work(device: Device) -> Outcome:
            todo = planned[device.name]
            if isinstance(todo, DeviceError):
                raise todo
            if not self.manner.despite_freeze:
                must_be_open(self.fleet, device, otherwise="--despite-freeze")
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

    def _show(self, planned: Planned, due: Sequence[Wave]) -> None:
        console = _line.console()
        for todo in planned.values():
            if todo and not isinstance(todo, DeviceError):
                _line.shown(console, todo)
        for line in _line.blast(self.province, self.fleet, [name for name, todo in planned.items() if todo]):
            console.print(line)
        for number, wave in enumerate(due, 1):
            names = ", ".join(device.name for device in wave.devices)
            console.print(f"wave {number}, {wave.name}: {names}")
            for device in wave.devices:
                for reason in _line.closed(self.fleet, device):
                    console.print(f"  {device.name}: no change now: {reason}")
        console.print(f"{sum(map(bool, planned.values()))} of {len(planned)} devices are not as wanted")
        _line.told(todo for todo in planned.values() if isinstance(todo, DeviceError))

    def _looked(self, planned: Planned) -> int:
        """Say what would be changed; return the exit code."""
        if self.manner.form is OutputFormat.JSON:
            _line.as_json([_line.planned(name, todo) for name, todo in planned.items()])
        if any(isinstance(todo, DeviceError) for todo in planned.values()):
            return ERROR
        return PENDING if any(planned.values()) else 0

    def _ended(self, outcomes: Sequence[Outcome]) -> int:
        """Sum up; return the exit code."""
        if self.manner.form is OutputFormat.JSON:
            _line.as_json([_row(outcome) for outcome in outcomes])
        else:
            counts = Counter(outcome.result.value for outcome in outcomes)
            typer.echo(", ".join(f"{count} {result}" for result, count in counts.items()))
        return 0 if all(outcome.ok for outcome in outcomes) else ERROR


def towards(change: Change, wanted: Mapping[str, Any]) -> Change:
    """Return *change* towards the texts *wanted* by device, true ones, instead of towards the intent."""
    from kgnet.line import back

    return replace(change, tools=back(change.tools, wanted), intended=False)


def _agreed() -> bool:
    """Ask whether to change what was shown; UsageError where nobody is there to answer."""
    try:
        return typer.confirm("Change them?", err=True)
    except typer.Abort as end:
        if isinstance(end.__context__, EOFError):
            typer.echo(err=True)
            raise UsageError("nobody answers here — add --yes to change without being asked") from end
        raise


def _unchanged(planned: Planned) -> dict[str, Outcome]:
    from kgnet.model.outcome import Outcome, Plan, Result

    return {
        name: Outcome(name, Result.UNCHANGED, todo)
        for name, todo in planned.items()
        if isinstance(todo, Plan) and not todo
    }


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Take the first Ctrl-C as the wish to have back what is under way; the second ends us at once."""
    asked = threading.Event()

    def ask(*_: object) -> None:
        if asked.is_set():
            os._exit(130)  # the timers on the devices do the rest
        asked.set()
        typer.echo(
            "stopping: what is under way is taken back; once more leaves that to the devices", err=True
        )

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


COLOURS = {"changed": "green", "unchanged": "white", "not tried": "yellow"}


def told(outcome: Outcome) -> str:
    add, remove = _line.sums(outcome.plan)
    result = typer.style(f"{outcome.result.value:11}", fg=COLOURS.get(outcome.result.value, "red"))
    reason = (
        f"  {outcome.reason}" if outcome.reason else f"  +{add} −{remove} lines in {outcome.seconds:.1f} s"
    )
    return f"{outcome.device:16} {result}{reason}"


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "device": outcome.device,
        "result": outcome.result.value,
        "reason": outcome.reason or None,
        "seconds": round(outcome.seconds, 2),
        "changes": _line.changes(outcome.plan),
    }
