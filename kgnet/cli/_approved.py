"""A plan that somebody approved: exactly this is done, on devices that are still as they were, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kgnet.cli._change import Change
from kgnet.errors import Refused, UsageError

if TYPE_CHECKING:
    from kgnet.deploy import Tools
    from kgnet.model.config import Config
    from kgnet.model.fleet import Device
    from kgnet.plan.file import PlanFile
    from kgnet.ports import Session


def approved(path: Path) -> PlanFile:
    """Return what *path* holds; UsageError if it was changed since, or lacks a device that was asked for."""
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
    exact = replace(change, devices=devices, tools=_exact(change.tools, plan))
    return exact.run({device.name: due[device.name] for device in devices})


def _exact(tools: Tools, plan: PlanFile) -> Tools:
    """Return *tools* that refuse, before the change, a device whose text is not what was looked at."""
    from kgnet.plan.file import digest

    looked: set[str] = set()

    def read(device: Device, session: Session) -> Config:
        have = tools.read(device, session)
        then, sealed = plan.of(device.name), tools.seal(device, have)
        other = device.name not in looked and then and digest(sealed) != then.running
        if other and tools.compare(tools.seal(device, tools.render(device)), sealed):  # else it is done
            raise Refused(device.name, "has changed since the plan was made — make a new one")
        looked.add(device.name)
        return have

    return replace(tools, read=read)
