"""`kgnet render`: what should the devices' configurations be?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgnet.cli import _line
from kgnet.cli._options import DEFAULT_INVENTORY, Inventory, Limit, Templates

MOST_NAMED = 5
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Folder for one file `<device>.cfg` a device.", metavar="DIR"),
]


def render(
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    limit: Limit = "",
    templates: Templates = None,
    output: Output = None,
) -> None:
    """Print the configurations that follow from the intent; where a secret belongs stands `<secret>`.

    Without `-o`, the configuration of one device is printed.
    """
    from kgnet import paths
    from kgnet.errors import UsageError
    from kgnet.render import leftovers, write
    from kgnet.render import render as rendered

    fleet, devices = _line.chosen(inventory, limit)
    folder = templates or paths.templates()
    if output is None:
        if len(devices) != 1:
            raise UsageError(f"{len(devices)} devices: name a folder with -o, or one device with --limit")
        typer.echo(str(rendered(devices[0], folder)), nl=False)
        return
    configs = [rendered(device, folder) for device in devices]
    write(configs, output)
    if others := [file.name for file in leftovers(output, fleet.devices)]:
        named = ", ".join(others[:MOST_NAMED]) + (", …" if len(others) > MOST_NAMED else "")
        typer.echo(f"{output}: {len(others)} files of no device of {inventory}: {named}", err=True)
    typer.echo(f"{len(configs)} configurations in {output}", err=True)
