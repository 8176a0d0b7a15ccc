"""A plan that somebody approved: exactly this is done, on devices that are still as they were, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kgnet.cli._change import Change, mending
from kgnet.errors import UsageError

if TYPE_CHECKING:
    from kgnet.plan.file import PlanFile


def approved(path: Path) -> PlanFile:
    """Return what *path* holds; UsageError if it was changed since, or says nothing of a device."""
    from kgnet.plan.file import read

    try:
        plan = read(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as reason:
        raise UsageError(f"{path}: is no plan: not UTF-8 text at byte {reason.start}") from reason
    if plan.failed:
        names = ", ".join(sorted(plan.failed))
        raise UsageError(f"{path}: was made without {names} — make a plan with `--limit` for the others")
    return plan


def run(change: Change, plan: PlanFile) -> int:
    """Do what the *plan* says for those of the devices that it speaks for; return the exit code."""
    due = {each.plan.device: each.plan for each in plan.devices if each.plan}
    gone = sorted(set(due) - set(change.fleet.devices))
    if gone:
        raise UsageError(f"the inventory has no {', '.join(gone)} any more — make a new plan")
    devices = tuple(device for device in change.devices if device.name in due)
    if not devices:
        typer.echo("the plan changes none of these devices")
        return 0
    looked_at = {each.plan.device: each.running for each in plan.devices}
    if plan.fixes:
        change = mending(change, due)
    return replace(change, devices=devices, agreed=due, approved=looked_at).run()
