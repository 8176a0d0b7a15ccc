"""`kgnet audit --list-commands`: what an account has to be allowed so that these devices can be audited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kgnet.cli import _line
from kgnet.cli._options import OutputFormat
from kgnet.errors import UsageError

if TYPE_CHECKING:
    from kgnet.collect.commands import Command
    from kgnet.model.fleet import BuiltRoom, Device


LISTING = ("list_commands", "inventory", "limit", "format_")  # what such a list hears


def listed(context: typer.Context, inventory: Path, limit: str, form: str) -> None:
    """Print the commands that collecting needs, a platform of devices or make of rooms after the other.

    UsageError if the command line of *context* has an option that says nothing to it.
    """
    from kgnet.cli._subjects import Scope
    from kgnet.design import design
    from kgnet.inventory import load
    from kgnet.limit import select

    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if source and source.name == "COMMANDLINE" and option.name not in LISTING:
            deaf = f"{option.opts[0]} says nothing to --list-commands, which asks nobody"
            raise UsageError(f"{deaf}: leave it out")
    if form not in (OutputFormat.TEXT, OutputFormat.JSON):
        raise UsageError(f"--list-commands knows the formats text and json, not {form}")
    province = load(inventory)
    fleet = design(province)
    devices = select(fleet, limit)
    platforms = dict.fromkeys(device.platform for device in devices)
    rooms = Scope(inventory, province, fleet, devices, devices).rooms
    rows = [row for name in platforms for row in _rows(name, devices)]
    rows += _of_rooms(rooms)
    if form == OutputFormat.JSON:
        _line.as_json(rows)
        return
    for name, told in groupby(rows, key=lambda row: row["platform"]):
        mine = list(told)
        kind = "devices" if name in platforms else "rooms"
        typer.echo(f"# {name}: {mine[0]['devices']} {kind}, {len(mine)} commands")
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
    yield from (_row(name, len(mine), each) for each in asked)


def _of_rooms(rooms: Sequence[BuiltRoom]) -> Iterator[dict[str, Any]]:
    """Yield the commands that the systems of *rooms* are asked; most are known by their exports alone."""
    from kgnet.collect.commands import Command, Purpose
    from kgnet.plugins import one
    from kgnet.ports import System

    for name, many in sorted(Counter(room.row.system for room in rooms if room.row.system).items()):
        if argv := one(System, name).command:
            yield _row(name, many, Command(argv, Purpose.CONFIGURATION))


def _row(name: str, many: int, command: Command) -> dict[str, Any]:
    return {
        "platform": name,
        "devices": many,
        "command": str(command),
        "argv": list(command.argv),
        "purpose": command.purpose.value,
        "facts": [fact.__name__ for fact in command.facts],
        "roles": [role.value for role in command.roles],
    }
