"""`kgnet plan`: what would a deploy change?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
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
from kgnet.errors import DeviceError, Refused

if TYPE_CHECKING:
    from kgnet.model.fleet import Device
    from kgnet.model.outcome import Plan

Planned = Sequence[tuple["Device", "Plan | DeviceError"]]

NAME = "drift.json"

ConfigDir = Annotated[
    Path | None,
    typer.Option(
        "--config-dir",
        help="Compare with the files `<device>.cfg` in this folder, not with live devices.",
        metavar="DIR",
    ),
]
Record = Annotated[
    Path | None,
    typer.Option(
        "--record",
        help="Keep time and counts for the exporter.  Default, where `KGNET_STATE` is set: "
        "`$KGNET_STATE/drift.json`, after a live plan of the whole fleet.",
        metavar="FILE",
    ),
]


def plan(
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    limit: Limit = "",
    templates: Templates = None,
    config_dir: ConfigDir = None,
    record: Record = None,
    workers: Workers = 16,
    form: Format = OutputFormat.TEXT,
) -> None:
    """Show the lines that a deploy would add and remove, device by device; nothing is changed.

    Exit codes: 0 every device is as wanted; 2 something is to do; 1 a device could not be compared.
    """
    from kgnet.collect import each

    _, devices = _line.chosen(inventory, limit)
    work = _work(_line.line(templates), config_dir)
    planned = list(_line.followed(each(devices, work, workers=workers), len(devices), "comparing"))
    if form is OutputFormat.JSON:
        _line.as_json([_line.planned(device.name, todo) for device, todo in planned])
    else:
        _print(planned)
    record = record or _default(whole=not (limit or config_dir or templates))
    if record:
        _record(planned, record, datetime.now(UTC))
    failed = _line.told(todo for _, todo in planned if isinstance(todo, DeviceError))
    raise typer.Exit(ERROR if failed else PENDING if any(todo for _, todo in planned) else 0)


def _work(line: Any, folder: Path | None) -> Callable[[Device], Plan]:
    """Return what makes the plan of one device: from the device, or from its file in *folder*."""
    from kgnet.collect import SUFFIX, read_file
    from kgnet.plan import plan

    def of_file(device: Device) -> Plan:
        file = (folder or Path()) / f"{device.name}{SUFFIX}"
        if not file.is_file():
            raise Refused(device.name, f"{file} is not there — `kgnet backup -o {folder}` writes it")
        return plan(line.want(device), line.seal(device, read_file(file, device).config))

    return of_file if folder else line.plan


def _print(planned: Planned) -> None:
    console, pending, added, removed = _line.console(), 0, 0, 0
    for _, todo in planned:
        if isinstance(todo, DeviceError) or not todo:
            continue
        _line.shown(console, todo)
        add, remove = _line.sums(todo)
        pending, added, removed = pending + 1, added + add, removed + remove
    unread = sum(isinstance(todo, DeviceError) for _, todo in planned)
    untold = f"; {unread} could not be compared" if unread else ""
    console.print(f"{pending} of {len(planned)} devices would change: +{added} −{removed} lines{untold}")


def _default(*, whole: bool) -> Path | None:
    """Return where the exporter looks: only what was asked in whole may stand for the whole."""
    state = os.environ.get("KGNET_STATE")
    return Path(state) / NAME if state and whole else None


def _record(planned: Planned, path: Path, now: datetime) -> None:
    from kgnet.files import write

    rows = [_counted(device, todo) for device, todo in planned]
    write(path, json.dumps({"time": now.isoformat(timespec="seconds"), "devices": rows}) + "\n")


def _counted(device: Device, todo: Plan | DeviceError) -> dict[str, Any]:
    if isinstance(todo, DeviceError):
        return {"device": device.name, "error": todo.reason}
    added, removed = _line.sums(todo)
    return {"device": device.name, "add": added, "remove": removed}
