"""`kgnet deploy`: bring devices to what the intent says."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli import ERROR, PENDING, _line
from kgnet.cli._options import (
    DEFAULT_INVENTORY,
    Format,
    Inventory,
    Limit,
    OutputFormat,
    Templates,
    Workers,
)
from kgnet.errors import DeviceError, UsageError

if TYPE_CHECKING:
    from kgnet.deploy import Terms, Wave
    from kgnet.line import Line
    from kgnet.model.fleet import Device
    from kgnet.model.outcome import Outcome, Plan

Planned = Mapping[str, "Plan | DeviceError"]  # by device

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Check = Annotated[bool, typer.Option("--check", help="Show the plan and the waves, change nothing.")]
MaxFailures = Annotated[
    int, typer.Option("--max-failures", min=0, help="Stop before the next wave if more devices failed.")
]
ConfirmTimeout = Annotated[
    int,
    typer.Option(
        "--confirm-timeout",
        min=10,
        max=3600,
        help="A device takes a change back by itself unless it came back well within this time.",
        metavar="SECONDS",
    ),
]
WaveSize = Annotated[int, typer.Option("--wave-size", min=1, help="Offices to change at the same time.")]


def deploy(
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    limit: Limit = "",
    templates: Templates = None,
    yes: Yes = False,
    check: Check = False,
    max_failures: MaxFailures = 0,
    confirm_timeout: ConfirmTimeout = 60,
    wave_size: WaveSize = 8,
    workers: Workers = 16,
    form: Format = OutputFormat.TEXT,
) -> None:
    """Change what differs from the intent, wave after wave, and take back what does not come back well.

    One office goes first, then hubs and border routers one at a time, servers, offices from
    the centre outwards, islands last. A device that fails has its old configuration back, and
    no further wave is begun.

    Exit codes: 0 every device is as wanted; 2 `--check` found something to do, or the answer was no;
    1 a device could not be changed.
    """
    from kgnet.collect import each
    from kgnet.deploy import Terms, Timing, deploy_fleet, waves

    if form is OutputFormat.JSON and not (yes or check):
        raise UsageError("deploy --format json cannot ask — add --yes, or --check to look only")
    fleet, devices = _line.chosen(inventory, limit)
    line = _line.line(templates)
    planned = _planned(line, devices, workers)
    due = waves(fleet, [device for device in devices if planned[device.name]], size=wave_size)
    if form is OutputFormat.TEXT:
        _show(planned, due)
    if check:
        raise typer.Exit(_looked(planned, form))
    if due and not yes and not typer.confirm("Change them?", err=True):
        raise typer.Exit(PENDING)
    outcomes = {outcome.device: outcome for outcome in _unchanged(planned)}
    with _interruptible() as stopped:
        work = _work(line, planned, Terms(Timing(confirm_timeout), stopped=stopped))
        for outcome in deploy_fleet(
            due, work, each=each, max_failures=max_failures, workers=workers, stopped=stopped
        ):
            outcomes[outcome.device] = outcome
            if form is OutputFormat.TEXT:
                _tell(outcome)
    raise typer.Exit(_ended([outcomes[device.name] for device in devices], form))


def _planned(line: Line, devices: Sequence[Device], workers: int) -> dict[str, Plan | DeviceError]:
    """Compare all devices; all is rendered first, so that a missing secret stops us before any change."""
    from kgnet.collect import each

    for device in devices:
        line.true(device)
    found = _line.followed(each(devices, line.plan, workers=workers), len(devices), "comparing")
    return {device.name: todo for device, todo in found}


def _unchanged(planned: Planned) -> Iterator[Outcome]:
    from kgnet.model.outcome import Outcome, Plan, Result

    for name, todo in planned.items():
        if isinstance(todo, Plan) and not todo:
            yield Outcome(name, Result.UNCHANGED, todo)


def _work(line: Line, planned: Planned, terms: Terms) -> Callable[[Device], Outcome]:
    """Return what changes one device, by the plan that was shown and by no other."""
    from kgnet.deploy import deploy

    def work(device: Device) -> Outcome:
        todo = planned[device.name]
        if isinstance(todo, DeviceError):
            raise todo
        return deploy(device, line.tools(), terms=terms, shown=todo)

    return work


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
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


# ── what people and programs see ────────────────────────────────────────────


def _show(planned: Planned, due: Sequence[Wave]) -> None:
    console = _line.console()
    for todo in planned.values():
        if todo and not isinstance(todo, DeviceError):
            _line.shown(console, todo)
    for number, wave in enumerate(due, 1):
        console.print(f"wave {number}, {wave.name}: {', '.join(device.name for device in wave.devices)}")
    console.print(f"{sum(map(bool, planned.values()))} of {len(planned)} devices are not as wanted")
    _line.told(todo for todo in planned.values() if isinstance(todo, DeviceError))


def _looked(planned: Planned, form: OutputFormat) -> int:
    """Say what would be changed; return the exit code."""
    from kgnet.model.outcome import Plan

    if form is OutputFormat.JSON:
        _line.as_json([_line.planned(name, todo) for name, todo in planned.items()])
    if not all(isinstance(todo, Plan) for todo in planned.values()):
        return ERROR
    return PENDING if any(planned.values()) else 0


COLOURS = {"changed": "green", "unchanged": "white", "not tried": "yellow"}


def _tell(outcome: Outcome) -> None:
    add, remove = _line.sums(outcome.plan)
    result = typer.style(f"{outcome.result.value:11}", fg=COLOURS.get(outcome.result.value, "red"))
    reason = (
        f"  {outcome.reason}" if outcome.reason else f"  +{add} −{remove} lines in {outcome.seconds:.1f} s"
    )
    typer.echo(f"{outcome.device:16} {result}{reason}")


def _ended(outcomes: Sequence[Outcome], form: OutputFormat) -> int:
    """Sum up; return the exit code."""
    if form is OutputFormat.JSON:
        _line.as_json([_row(outcome) for outcome in outcomes])
    else:
        counts = Counter(outcome.result.value for outcome in outcomes)
        typer.echo(", ".join(f"{count} {result}" for result, count in counts.items()))
    return 0 if all(outcome.ok for outcome in outcomes) else ERROR


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "device": outcome.device,
        "result": outcome.result.value,
        "reason": outcome.reason or None,
        "seconds": round(outcome.seconds, 2),
        "changes": _line.changes(outcome.plan),
    }
