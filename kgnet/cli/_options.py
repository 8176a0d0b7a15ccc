"""Options that many commands share, so that they are spelled and explained once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class OutputFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


Inventory = Annotated[
    Path,
    typer.Option(
        "-i",
        "--inventory",
        envvar="KGNET_INVENTORY",
        help="Folder that says what the province is.",
        metavar="DIR",
    ),
]
Limit = Annotated[
    str,
    typer.Option(
        "-l",
        "--limit",
        envvar="KGNET_LIMIT",
        help="Only these devices: names or groups in Ansible's patterns, e.g. `wan:!hub1` or `below_902`.",
        metavar="PATTERN",
    ),
]
Format = Annotated[OutputFormat, typer.Option("--format", help="For people, or for programs.")]
OfPack = Annotated[
    str, typer.Option("--pack", help="A pack that comes along, or a file of one.", metavar="NAME|FILE")
]
Templates = Annotated[
    Path | None,
    typer.Option(
        "--templates", help="Folder of templates instead of the one that comes along.", metavar="DIR"
    ),
]
Workers = Annotated[int, typer.Option("-j", "--workers", min=1, max=256, help="Devices to speak to at once.")]

DEFAULT_INVENTORY = Path("inventories/kiengiang")
