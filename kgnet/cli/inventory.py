"""`kgnet inventory`: is it right, and what does it say?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from kgnet.cli import ERROR, PENDING
from kgnet.cli._options import DEFAULT_INVENTORY, Format, Inventory, Limit, OutputFormat

JUDGING = ("addressing", "wan", "qos")  # passes that refuse what rows say together: room for it, and its load

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Check the province's files, and list what they say.",
)


@app.command()
def check(
    inventory: Inventory = DEFAULT_INVENTORY,
    build: Annotated[bool, typer.Option("--build", help="Design the fleet from it, too.")] = False,
    format_: Format = OutputFormat.TEXT,
) -> None:
    """Tell everything that is wrong with the inventory, with file and line.

    Exit codes: 0 it is right; 1 it is wrong; 2 it is right, and a flow in it has run out.
    """
    from kgnet.errors import InventoryError
    from kgnet.inventory import checked, expired

    try:
        draft = checked(inventory)
    except InventoryError as reason:
        if format_ is OutputFormat.TEXT:
            raise
        _print_json({"problems": [_problem(each) for each in reason.problems], "expired": [], "counts": {}})
        raise typer.Exit(ERROR) from reason
    from kgnet.design import design

    design(draft.province(), only=None if build else JUDGING)
    late = list(expired(draft, datetime.now(UTC).date()))
    counts = {Path(table.file).stem: len(table.entries) for table in draft.tables}
    counts["devices"] = len(draft.all_devices)  # with the routers that offices have without a row
    if format_ is OutputFormat.JSON:
        _print_json({"problems": [], "expired": [_problem(each) for each in late], "counts": counts})
    else:
        for each in late:
            typer.echo(str(each), err=True)
        typer.echo(f"{inventory}: right; {', '.join(f'{count} {name}' for name, count in counts.items())}")
    raise typer.Exit(PENDING if late else 0)


@app.command()
def sites(inventory: Inventory = DEFAULT_INVENTORY, format_: Format = OutputFormat.TEXT) -> None:
    """List the sites."""
    from kgnet.inventory import load

    rows = [
        {"code": site.code, "name": site.name, "kind": site.kind.value, "parent": site.parent}
        for site in load(inventory).sites.values()
    ]
    _print(rows, format_)


@app.command()
def devices(
    inventory: Inventory = DEFAULT_INVENTORY, limit: Limit = "", format_: Format = OutputFormat.TEXT
) -> None:
    """List the devices, also the routers that offices have without a row of their own."""
    from kgnet.design import design
    from kgnet.inventory import load
    from kgnet.limit import select

    rows = [
        {
            "name": device.name,
            "site": device.site,
            "role": device.role.value,
            "platform": device.platform,
            "management": str(device.management),
        }
        for device in select(design(load(inventory)), limit)
    ]
    _print(rows, format_)


@app.command()
def show(
    site: Annotated[str, typer.Argument(help="Code of the site, e.g. 911.", metavar="SITE")],
    inventory: Inventory = DEFAULT_INVENTORY,
    format_: Format = OutputFormat.TEXT,
) -> None:
    """Show all that a site has: its row, routers, circuits, networks, rooms and the sites behind it."""
    from kgnet.design import design
    from kgnet.inventory import load

    province = load(inventory)
    shown = _site(province, design(province), site)
    if format_ is OutputFormat.JSON:
        _print_json(shown)
    else:
        typer.echo("\n".join(_lines(shown)))


@app.command()
def schema(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write one file each into this folder.", metavar="DIR"),
    ] = None,
) -> None:
    """Print the JSON Schemas of the files, by which editors complete and check."""
    from kgnet.files import write
    from kgnet.inventory.schema import schemas

    if output is None:
        _print_json(schemas())
        return
    for name, each in schemas().items():
        text = json.dumps(each, indent=2, ensure_ascii=False)
        write(output / f"{name}.json", f"{text}\n")


def _print(rows: Sequence[Mapping[str, Any]], format_: OutputFormat) -> None:
    if format_ is OutputFormat.JSON:
        _print_json(rows)
    else:
        typer.echo("\n".join(_table(rows)))


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _problem(problem: Any) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "what": problem.what, "remedy": problem.remedy}


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    cells = [list(rows[0]), *([str(value or "") for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def _site(province: Any, fleet: Any, code: str) -> dict[str, Any]:
    from kgnet.errors import UsageError
    from kgnet.inventory.words import did_you_mean

    if code not in province.sites:
        raise UsageError(f"no site has the code {code!r} — {did_you_mean(code, province.sites)}")
    here = [device for device in fleet.devices.values() if device.site == code]
    return {
        **province.sites[code].model_dump(mode="json"),
        "devices": {device.name: _device(device) for device in here},
        "circuits": {
            circuit.id: circuit.row.model_dump(mode="json", exclude={"id", "site"})
            for circuit in fleet.circuits.values()
            if circuit.row.site == code
        },
        "rooms": {room.row.id: str(room.address) for room in fleet.rooms.values() if room.row.site == code},
        "behind": [site.code for site in province.children(code)],
    }


def _device(device: Any) -> dict[str, Any]:
    networks = {each.name: [str(address) for address in each.addresses] for each in device.interfaces}
    return {"role": device.role.value, "platform": device.platform, "interfaces": networks}


def _lines(value: Mapping[str, Any], indent: str = "") -> Iterable[str]:
    for name, each in value.items():
        if isinstance(each, Mapping):
            yield f"{indent}{name}:"
            yield from _lines(each, f"{indent}  ")
        else:
            text = ", ".join(map(str, each)) if isinstance(each, list) else each
            yield f"{indent}{name}: {'' if text is None else text}"
