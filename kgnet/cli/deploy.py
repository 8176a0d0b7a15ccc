"""`kgnet deploy`: bring devices to what the intent says; take up or take back what an earlier run did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.cli import _again, _approved, _line
from kgnet.cli._change import Change, Manner
from kgnet.cli._options import (
    DEFAULT_INVENTORY,
    Format,
    Inventory,
    Limit,
    OutputFormat,
    Templates,
    Workers,
)
from kgnet.errors import UsageError

if TYPE_CHECKING:
    from kgnet.plan.file import PlanFile

Approved = Annotated[
    Path | None,
    typer.Argument(
        help="A plan that `kgnet plan -o` wrote: exactly this is done, or nothing.", metavar="PLAN"
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Check = Annotated[bool, typer.Option("--check", help="Show the plan and the waves, change nothing.")]
Replace = Annotated[
    bool,
    typer.Option("--replace", help="Remove from the devices what the intent does not speak for, too."),
]
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
Despite = Annotated[
    bool, typer.Option("--despite-freeze", help="Change although the calendar says not now, e.g. a meeting.")
]
Resume = Annotated[
    str | None,
    typer.Option("--resume", help="Go on with a run that was killed or stopped.", metavar="RUN"),
]
Undo = Annotated[
    str | None,
    typer.Option("--undo", help="Bring back what a run changed; `kgnet journal` lists runs.", metavar="RUN"),
]


def deploy(
    *,
    approved: Approved = None,
    inventory: Inventory = DEFAULT_INVENTORY,
    limit: Limit = "",
    templates: Templates = None,
    yes: Yes = False,
    check: Check = False,
    replace: Replace = False,
    max_failures: MaxFailures = 0,
    confirm_timeout: ConfirmTimeout = 60,
    wave_size: WaveSize = 8,
    workers: Workers = 16,
    despite_freeze: Despite = False,
    resume: Resume = None,
    undo: Undo = None,
    form: Format = OutputFormat.TEXT,
) -> None:
    """Change what differs from the intent, wave after wave, and take back what does not come back well.

    One office goes first, then one of each kind, hubs and border routers one at a time, servers, offices
    from the centre outwards, islands last. A device that fails has its old configuration back, and
    no further wave is begun. Every run leaves a journal, by which it can be resumed or undone.

    Exit codes: 0 every device is as wanted; 2 something is still to do: `--check` found it, the answer was
    no, or the calendar says not now; 1 a device could not be compared or changed.
    """
    if sum(way is not None for way in (approved, resume, undo)) > 1:
        raise UsageError("a plan, --resume and --undo are three ways: choose one")
    if approved and (replace or templates):
        raise UsageError("a plan says all of it — leave out --replace and --templates")
    manner = Manner(
        yes=yes,
        check=check,
        max_failures=max_failures,
        confirm_s=confirm_timeout,
        wave_size=wave_size,
        workers=workers,
        despite_freeze=despite_freeze,
        form=form,
    )
    plan = _approved.approved(approved) if approved else None
    province, fleet, devices = _line.loaded(inventory, limit)
    whole = plan.whole if plan else replace
    tools = _line.line(templates).tools(whole=whole)
    change = Change(province, fleet, devices, tools, f"deploy {approved or ''}".strip(), manner, whole=whole)
    raise typer.Exit(_run(change, plan, resume, undo))


def _run(change: Change, plan: PlanFile | None, resume: str | None, undo: str | None) -> int:
    """Do what was asked for, in the one way that was; return the exit code."""
    if plan is not None:
        return _approved.run(change, plan)
    if resume is not None:
        return _again.resume(change, resume)
    return change.run() if undo is None else _again.undo(change, undo)
