"""`kgnet backup`: keep what devices run, and when it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgnet.cli import ERROR, _line
from kgnet.cli._options import DEFAULT_INVENTORY, Inventory, Limit, Workers
from kgnet.errors import DeviceError

Output = Annotated[
    Path,
    typer.Option(
        "-o", "--output", help="A Git repository of its own; made if it is not there.", metavar="DIR"
    ),
]


def backup(
    *, output: Output, inventory: Inventory = DEFAULT_INVENTORY, limit: Limit = "", workers: Workers = 16
) -> None:
    """Write what every device runs into a Git repository, without secrets, in one commit.

    A device that does not give its whole configuration keeps the file that it has. What `kgnet backup` writes
    `kgnet plan` and `kgnet audit` read with `--config-dir`.

    Exit codes: 0 every device is kept; 1 one is not.
    """
    from kgnet.backup import backup
    from kgnet.collect import each
    from kgnet.model.config import Config

    fleet, devices = _line.chosen(inventory, limit)
    line = _line.line(None)
    results = list(_line.followed(each(devices, line.have, workers=workers), len(devices), "collecting"))
    missed = [reason for _, reason in results if isinstance(reason, DeviceError)]
    kept = backup(
        [config for _, config in results if isinstance(config, Config)],
        output,
        missed={reason.device: reason.reason for reason in missed},
        devices=tuple(fleet.devices),
    )
    for stranger in kept.strangers:
        typer.echo(
            f"{output / stranger}: no device has this name any more; git rm it when you like", err=True
        )
    what = f"{len(kept.changed)} changed, commit {kept.commit}" if kept.commit else "nothing changed"
    typer.echo(f"{len(results) - len(missed)} of {len(results)} devices in {output}: {what}")
    raise typer.Exit(ERROR if _line.told(missed) else 0)
