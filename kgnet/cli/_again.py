"""Runs of the past: what one left undone is taken up, or what it changed is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from kgnet.cli import PENDING, _line
from kgnet.cli._change import Change, mending, towards
from kgnet.errors import UsageError

if TYPE_CHECKING:
    from kgnet.journal import Journal, Run
    from kgnet.model.config import Config

LEFT = ("", "not tried")  # results of devices that a run did not come to


def resume(change: Change, name: str) -> int:
    """Do what the run *name* did not come to, by the plans that were agreed to then; return the exit code."""
    from kgnet import journal

    with journal.opened(_line.store()) as kept:
        run = _run(change, kept, name)
        why = str(run.begun.detail["why"])
        if not why.startswith("deploy"):
            raise UsageError(f"run {name} was `{why}`: give that command once more")
        left = _asked(change, run, [device for device in run.devices if _is_left(run, device)], "left")
        run = _settled(change, kept, run)
        agreed = {device: run.plan(device) for device in left if _is_left(run, device)}
    if not agreed:
        return _nothing_left(run)
    devices = tuple(change.fleet.devices[device] for device in agreed)
    if run.begun.detail.get("fixes"):
        change = mending(change, agreed)
    code = replace(change, devices=devices, agreed=agreed, why=f"deploy, the rest of {name}").run()
    if code != PENDING and not change.manner.check:
        with journal.opened(_line.store()) as kept:
            for device in agreed:
                kept.note(name, device, journal.ENDED, result="resumed", reason="by a later run")
            kept.note(name, journal.WHOLE_RUN, journal.END)
    return code


def undo(change: Change, name: str) -> int:
    """Bring what the run *name* changed of these devices to what it was before; return the exit code."""
    from kgnet import journal

    with journal.opened(_line.store()) as kept:
        run = _settled(change, kept, _run(change, kept, name))
        changed = [device for device in reversed([*run.devices]) if run.result(device) == "changed"]
        changed = _asked(change, run, changed, "changed")
        old = {device: _old(kept, name, device) for device in changed}
    if not changed:
        typer.echo(f"run {name} changed nothing")
        return 0
    devices = tuple(change.fleet.devices[device] for device in changed)
    return towards(replace(change, devices=devices, why=f"undo {name}"), old).run()


def _nothing_left(run: Run) -> int:
    """Say that there is nothing to go on with, and what did not end well then."""
    typer.echo(f"run {run.id} left nothing to do")
    unwell = [name for name in run.devices if run.result(name) in ("failed", "lost", "rolled back")]
    if unwell:
        typer.echo(f"not well then: {', '.join(unwell)} — `kgnet deploy --limit {':'.join(unwell)}`")
    return PENDING if unwell else 0


def _run(change: Change, kept: Journal, name: str) -> Run:
    """Return the run; UsageError if it cannot be taken up as the command stands."""
    run = kept.run(name)
    if run.lives:
        who = f"process {run.begun.detail.get('pid')} of {run.begun.detail['who']}"
        raise UsageError(f"run {name} is under way: {who} — wait for its end, or stop it (Ctrl-C there)")
    gone = [device for device in run.devices if device not in change.fleet.devices]
    if gone:
        raise UsageError(f"{', '.join(gone)}: no longer in the inventory — the run cannot go on without")
    if bool(run.begun.detail.get("whole")) and not change.whole:
        raise UsageError(f"run {name} was made with --replace: give it now, too")
    return run


def _asked(change: Change, run: Run, found: Sequence[str], did: str) -> list[str]:
    """Return those of *found* that the command line speaks of; UsageError if it is none of them."""
    asked = {device.name for device in change.devices}
    ours = [device for device in found if device in asked]
    if found and not ours:
        raise UsageError(f"run {run.id} {did} none of the devices asked for; it {did} {', '.join(found)}")
    return ours


def _is_left(run: Run, device: str) -> bool:
    """Whether the run did not come to the device, or the operator took it back."""
    return run.result(device) in LEFT or run.reason(device).startswith("interrupted")


def _old(kept: Journal, run: str, device: str) -> Config:
    from kgnet.model.config import Config

    return Config.parse(device, kept.kept(run, device), default="", source=f"before run {run}")


def _settled(change: Change, kept: Journal, run: Run) -> Run:
    """See to it that no change of a dead run is pending; return the run as it is then.

    With `--check` nothing is touched. DeviceError if a device cannot be asked.
    """
    from kgnet import journal
    from kgnet.deploy import recover
    from kgnet.ports import Ended

    asked = {device.name for device in change.devices}
    pending = [name for name in run.devices if name in asked and not run.result(name) and run.token(name)]
    for name in pending:
        if change.manner.check:
            typer.echo(f"{name:16} was left in the middle: would be settled first")
            continue
        old = _old(kept, run.id, name)
        ended = recover(change.fleet.devices[name], change.tools, token=run.token(name), old=old)
        typer.echo(f"{name:16} {ended.value}")
        if ended is Ended.CONFIRMED:
            kept.note(run.id, name, journal.ENDED, result="changed", reason="found so after the run died")
        elif ended in (Ended.RESTORED, Ended.TIMED_OUT):
            reason = f"the run died; {ended.value}"
            kept.note(run.id, name, journal.ENDED, result="not tried", reason=reason)
    return kept.run(run.id)
