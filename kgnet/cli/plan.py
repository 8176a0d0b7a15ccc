"""`kgnet plan`: what would a deploy change?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
    from rich.console import Console

    from kgnet.model.config import Config
    from kgnet.model.fleet import Device
    from kgnet.model.outcome import Plan
    from kgnet.plan import Ways


@dataclass(frozen=True, slots=True)
class Look:
    """One device, looked at: what is to do, for which text, and how one would do it and take it back."""

    todo: Plan
    have: Config
    ways: Ways


Planned = Sequence[tuple["Device", "Look | DeviceError"]]

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
Commands = Annotated[bool, typer.Option("--commands", help="Show what one would type on the device, too.")]
Predicted = Annotated[
    bool, typer.Option("--predicted", help="Show the whole configuration after the change, too.")
]
Reverse = Annotated[bool, typer.Option("--reverse", help="Show the way back, too.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Remove what the intent does not speak for, too, such as old lines.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="Keep the plan; `kgnet deploy FILE` does exactly this.", metavar="FILE"
    ),
]


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a plan is told to people; programs are told all of it."""

    commands: bool
    predicted: bool
    reverse: bool


def plan(
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    limit: Limit = "",
    templates: Templates = None,
    config_dir: ConfigDir = None,
    commands: Commands = False,
    predicted: Predicted = False,
    reverse: Reverse = False,
    replace: Replace = False,
    output: Output = None,
    record: Record = None,
    workers: Workers = 16,
    form: Format = OutputFormat.TEXT,
) -> None:
    """Show the lines that a deploy would add and remove, device by device; nothing is changed.

    Exit codes: 0 every device is as wanted; 2 something is to do; 1 a device could not be compared.
    """
    from kgnet.collect import each, in_order

    province, fleet, devices = _line.loaded(inventory, limit)
    look = _look(_line.line(templates), config_dir, whole=replace)
    found = each(devices, look, workers=workers)
    looked = in_order(devices, _line.followed(found, len(devices), "comparing"))
    due = [device.name for device, seen in looked if not isinstance(seen, DeviceError) and seen.todo]
    if output:
        blast = _line.blast(province, fleet, due)
        _keep(output, looked, inventory, limit, blast, whole=replace)
    if form is OutputFormat.JSON:
        _line.as_json([_row(device.name, seen) for device, seen in looked])
    else:
        _print(looked, Shown(commands, predicted, reverse))
    record = record or _default(whole=not (limit or config_dir or templates or replace))
    if record:
        _record(looked, record, datetime.now(UTC))
    failed = _line.told(seen for _, seen in looked if isinstance(seen, DeviceError))
    raise typer.Exit(ERROR if failed else PENDING if due else 0)


def _look(line: Any, folder: Path | None, *, whole: bool) -> Callable[[Device], Look]:
    """Return what looks at one device: at the device itself, or at its file in *folder*."""
    from kgnet.collect import SUFFIX, read_file
    from kgnet.plan import plan, ways

    def of_file(device: Device) -> Config:
        file = (folder or Path()) / f"{device.name}{SUFFIX}"
        if not file.is_file():
            raise Refused(device.name, f"{file} is not there — `kgnet backup -o {folder}` writes it")
        sealed: Config = line.seal(device, read_file(file, device).config)
        return sealed

    def look(device: Device) -> Look:
        have = of_file(device) if folder else line.have(device)
        todo = plan(line.want(device), have, whole=whole)
        return Look(todo, have, ways(todo, have))

    return look


def _row(name: str, seen: Look | DeviceError) -> dict[str, Any]:
    """Return all of a plan, as programs read it."""
    if isinstance(seen, DeviceError):
        return _line.planned(name, seen)
    told = _line.planned(name, seen.todo)
    if seen.todo:
        told |= {
            "commands": seen.ways.there,
            "reverse": seen.ways.back,
            "predicted": str(seen.ways.predicted),
        }
    return told


def _print(looked: Planned, also: Shown) -> None:
    console, pending, added, removed = _line.console(), 0, 0, 0
    for _, seen in looked:
        if isinstance(seen, DeviceError) or not seen.todo:
            continue
        _line.shown(console, seen.todo)
        for text in _more(seen, also):
            console.print(text, markup=False)
        add, remove = _line.sums(seen.todo)
        pending, added, removed = pending + 1, added + add, removed + remove
    _sum_up(console, looked, pending, f"+{added} −{removed} lines")


def _sum_up(console: Console, looked: Planned, pending: int, lines: str) -> None:
    unread = sum(isinstance(seen, DeviceError) for _, seen in looked)
    untold = f"; {unread} could not be compared" if unread else ""
    console.print(f"{pending} of {len(looked)} devices would change: {lines}{untold}")


def _more(seen: Look, also: Shown) -> Iterator[str]:
    """Yield what was asked for beside the lines."""
    from kgnet.plan import lines, reverse

    name = seen.todo.device
    if also.commands:
        yield f"# {name}: to type"
        yield from seen.ways.there or ("# nothing: its parts are loaded as whole texts",)
    if also.reverse:
        yield f"# {name}: the way back"
        yield from seen.ways.back or lines(reverse(seen.todo))
    if also.predicted:
        yield from (f"# {name}: its configuration then", str(seen.ways.predicted).rstrip("\n"))


def _keep(
    path: Path, looked: Planned, inventory: Path, limit: str, blast: tuple[str, ...], *, whole: bool
) -> None:
    """Write the plan as a file."""
    from kgnet.files import digest, write
    from kgnet.plan import file

    kept = file.PlanFile(
        created=datetime.now(UTC),
        inventory=digest(inventory),
        whole=whole,
        devices=tuple(_kept(seen) for _, seen in looked if not isinstance(seen, DeviceError)),
        failed={device.name: seen.reason for device, seen in looked if isinstance(seen, DeviceError)},
        blast=blast,
        limit=limit,
    )
    write(path, file.written(kept), mode=0o640)


def _kept(seen: Look) -> Any:
    from kgnet.plan import file

    ways = seen.ways
    running, predicted = file.digest(seen.have), file.digest(ways.predicted)
    return file.Planned(seen.todo, running, predicted, ways.there, ways.back)


def _default(*, whole: bool) -> Path | None:
    """Return where the exporter looks: only what was asked in whole may stand for the whole."""
    state = os.environ.get("KGNET_STATE")
    return Path(state) / NAME if state and whole else None


def _record(looked: Planned, path: Path, now: datetime) -> None:
    from kgnet.files import write

    before, time = _since(path), now.isoformat(timespec="seconds")
    rows = [_counted(device, seen) | _dated(before.get(device.name), seen, time) for device, seen in looked]
    write(path, json.dumps({"time": time, "devices": rows}) + "\n")


def _since(path: Path) -> dict[str, str]:
    """Return since when each device had drifted, as the record before told; none that reads: nobody knows."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return {row["device"]: str(row["since"]) for row in record["devices"] if row.get("since")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _dated(before: str | None, seen: Look | DeviceError, now: str) -> dict[str, str]:
    """Return *since*, where there is one; a device that cannot be read has not been mended by that."""
    if isinstance(seen, DeviceError):
        return {"since": before} if before else {}
    return {"since": before or now} if seen.todo else {}


def _counted(device: Device, seen: Look | DeviceError) -> dict[str, Any]:
    if isinstance(seen, DeviceError):
        return {"device": device.name, "error": seen.reason}
    added, removed = _line.sums(seen.todo)
    return {"device": device.name, "add": added, "remove": removed}
