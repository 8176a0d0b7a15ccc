"""`kgnet audit --list-commands`: what an account has to be allowed so that these devices can be audited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kgnet.cli import _line
from kgnet.cli._options import OutputFormat
from kgnet.errors import UsageError

if TYPE_CHECKING:
    from kgnet.model.fleet import Device


def listed(inventory: Path, limit: str, form: str) -> None:
    """Print the commands that collecting needs on the devices, a platform after the other."""
    from kgnet.design import design
    from kgnet.inventory import load
    from kgnet.limit import select

    if form not in (OutputFormat.TEXT, OutputFormat.JSON):
        raise UsageError(f"--list-commands knows the formats text and json, not {form}")
    devices = select(design(load(inventory)), limit)
    platforms = dict.fromkeys(device.platform for device in devices)
    rows = [row for name in platforms for row in _rows(name, devices)]
    if form == OutputFormat.JSON:
        _line.as_json(rows)
        return
    for name in platforms:
        mine = [row for row in rows if row["platform"] == name]
        typer.echo(f"# {name}: {mine[0]['devices']} devices, {len(mine)} commands")
        for row in mine:
            only = f"  # {', '.join(row['roles'])} only" if row["roles"] else ""
            typer.echo(f"{row['command']}{only}")


def _rows(name: str, devices: Sequence[Device]) -> Iterator[dict[str, Any]]:
    from kgnet.audit.observe import questions
    from kgnet.collect.commands import Command, Purpose, commands
    from kgnet.plugins import one
    from kgnet.ports import Platform

    mine = [device for device in devices if device.platform == name]
    asked = list(commands(one(Platform, name), {device.role for device in mine}))
    for device in mine:
        told = (Command(argv, Purpose.STATE, roles=(device.role,)) for argv in questions(device))
        asked += told
    for each in asked:
        yield {
            "platform": name,
            "devices": len(mine),
            "command": str(each),
            "argv": list(each.argv),
            "purpose": each.purpose.value,
            "facts": [fact.__name__ for fact in each.facts],
            "roles": [role.value for role in each.roles],
        }
