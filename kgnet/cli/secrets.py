"""`kgnet secrets`: make and list the secrets that an inventory names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgnet.cli._options import DEFAULT_INVENTORY, Inventory
from kgnet.secrets import ENVIRONMENT, Secrets

app = typer.Typer(
    no_args_is_help=True,
    help="Make and list the secrets that an inventory names; values are never shown.",
)
Folder = Annotated[
    Path,
    typer.Option("--secrets", envvar=ENVIRONMENT, help="Private folder, one file a secret.", metavar="DIR"),
]


@app.command()
def init(folder: Folder, inventory: Inventory = DEFAULT_INVENTORY) -> None:
    """Create what the inventory names and the folder lacks; what is there is never touched."""
    made = Secrets(folder).make(_named(inventory))
    typer.echo(f"{len(made)} secrets made in {folder}" if made else f"{folder}: nothing is missing")


@app.command("list")
def list_(folder: Folder, inventory: Inventory = DEFAULT_INVENTORY) -> None:
    """Say which of the secrets that the inventory names are there.  Exit 0: all; 2: some are missing.

    One that is there and not fit for use (empty, open to others) is an error.
    """
    store, missing = Secrets(folder), 0
    for name in _named(inventory):
        there = bool(store.path(name).exists() and store.get(name))
        missing += not there
        typer.echo(f"{'there  ' if there else 'missing'}  {name}")
    raise typer.Exit(2 if missing else 0)


def _named(folder: Path) -> list[str]:
    from kgnet.design import design
    from kgnet.inventory import load

    return design(load(folder)).secrets()
