"""Runs of the past: what one left undone is taken up, or what it changed is taken back."""

from __future__ import annotations

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
        run = kept.run(name)
        left = [device for device in run.devices if run.result(device) in LEFT]
        why = str(run.begun.detail["why"])
        if not why.startswith("deploy"):
            raise UsageError(f"run {name} was `{why}`: give that command once more")
        _settle(change, kept, run, left)
        agreed: dict[str, Plan | DeviceError] = {device: run.plan(device) for device in left}
    if not left:
        typer.echo(f"run {name} left nothing to do")
        return 0
    again = replace(change, devices=_devices(change, left), why=f"deploy, the rest of {name}")
    return again.run(agreed)


def undo(change: Change, name: str) -> int:
    """Bring every device that the run *name* changed to its configuration of before; return the exit code."""
    from kgnet import journal

    with journal.opened(_line.store()) as kept:
        run = kept.run(name)
        _settle(change, kept, run, [device for device in run.devices if run.result(device) in LEFT])
        changed = [device for device in reversed(tuple(run.devices)) if run.result(device) == "changed"]
        old = {device: _old(change, kept, name, device) for device in changed}
    if not changed:
        typer.echo(f"run {name} changed nothing")
        return 0
    back = replace(change, devices=_devices(change, changed), why=f"undo {name}")
    return towards(back, old).run()


def _old(change: Change, kept: Journal, run: str, device: str) -> Config:
    from kgnet.model.config import Config

    return Config.parse(device, kept.kept(run, device), default="", source=f"before run {run}")


def _devices(change: Change, names: list[str]) -> tuple[Device, ...]:
    gone = [name for name in names if name not in change.fleet.devices]
    if gone:
        raise UsageError(f"{', '.join(gone)}: no longer in the inventory — the run cannot go on without")
    return tuple(change.fleet.devices[name] for name in names)


def _settle(change: Change, kept: Journal, run: Run, devices: list[str]) -> None:
    """See to it that no change of a dead run is pending; DeviceError if a device cannot be asked."""
    from kgnet import journal
    from kgnet.deploy import recover
    from kgnet.ports import Ended

    for name in devices:
        token = run.token(name)
        if not token:
            continue  # the run died before it touched the device
        device = change.fleet.devices[name]
        ended = recover(device, change.tools, token=token, old=_old(change, kept, run.id, name))
        typer.echo(f"{name:16} {ended.value}")
        if ended is Ended.CONFIRMED:
            kept.note(run.id, name, journal.ENDED, result="changed", reason="found so after the run died")
