"""Runs of the past: what one left undone is taken up, or what it changed is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from kgnet.cli import _line
from kgnet.cli._change import Change, towards
from kgnet.errors import DeviceError, UsageError

if TYPE_CHECKING:
    from kgnet.journal import Journal, Run
    from kgnet.model.config import Config
    from kgnet.model.fleet import Device
    from kgnet.model.outcome import Plan

LEFT = ("", "not tried")  # results of devices that a run did not come to


def resume(change: Change, name: str) -> int:
    """Do what the run *name* did not come to, by the plans that were agreed to then; return the exit code."""
    from kgnet import journal

    with journal.opened(_line.store()) as kept:
        run = _run(change, kept, name)
        why = str(run.begun.detail["why"])
        if not why.startswith("deploy"):
            raise UsageError(f"run {name} was `{why}`: give that command once more")
        run = _settled(change, kept, run)
        left = [device for device in _ours(change, run) if _is_left(run, device)]
        agreed: dict[str, Plan | DeviceError] = {device: run.plan(device) for device in left}
    if not left:
        typer.echo(f"run {name} left nothing to do")
        return 0
    again = replace(change, devices=_devices(change, left), why=f"deploy, the rest of {name}")
    return again.run(agreed)


def undo(change: Change, name: str) -> int:
    """Bring what the run *name* changed of these devices to what it was before; return the exit code."""
    from kgnet import journal

    with journal.opened(_line.store()) as kept:
        run = _settled(change, kept, _run(change, kept, name))
        changed = [device for device in reversed(_ours(change, run)) if run.result(device) == "changed"]
        old = {device: _old(kept, name, device) for device in changed}
    if not changed:
        typer.echo(f"run {name} changed nothing")
        return 0
    back = replace(change, devices=_devices(change, changed), why=f"undo {name}")
    return towards(back, old).run()


def _run(change: Change, kept: Journal, name: str) -> Run:
    """Return the run; UsageError if it cannot be taken up as the command stands."""
    run = kept.run(name)
    gone = [device for device in run.devices if device not in change.fleet.devices]
    if gone:
        raise UsageError(f"{', '.join(gone)}: no longer in the inventory — the run cannot go on without")
    if bool(run.begun.detail.get("whole")) and not change.whole:
        raise UsageError(f"run {name} was made with --replace: give it now, too")
    return run


def _ours(change: Change, run: Run) -> list[str]:
    """Return the devices of the run that the command line speaks of, in the run's order."""
    asked = {device.name for device in change.devices}
    return [device for device in run.devices if device in asked]


def _is_left(run: Run, device: str) -> bool:
    """Whether the run did not come to the device, or the operator took it back."""
    return run.result(device) in LEFT or run.reason(device).startswith("interrupted")


def _old(kept: Journal, run: str, device: str) -> Config:
    from kgnet.model.config import Config

    return Config.parse(device, kept.kept(run, device), default="", source=f"before run {run}")


def _devices(change: Change, names: Sequence[str]) -> tuple[Device, ...]:
    return tuple(change.fleet.devices[name] for name in names)


def _settled(change: Change, kept: Journal, run: Run) -> Run:
    """See to it that no change of a dead run is pending; return the run as it is then.

    With `--check` nothing is touched. DeviceError if a device cannot be asked.
    """
    from kgnet import journal
    from kgnet.deploy import recover
    from kgnet.ports import Ended

    pending = [name for name in _ours(change, run) if run.result(name) in LEFT and run.token(name)]
    for name in pending:
        if change.manner.check:
            typer.echo(f"{name:16} was left in the middle: would be settled first")
            continue
        old = _old(kept, run.id, name)
        ended = recover(change.fleet.devices[name], change.tools, token=run.token(name), old=old)
        typer.echo(f"{name:16} {ended.value}")
        if ended is Ended.CONFIRMED:
            kept.note(run.id, name, journal.ENDED, result="changed", reason="found so after the run died")
    return kept.run(run.id)
