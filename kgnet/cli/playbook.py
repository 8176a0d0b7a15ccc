"""`kgnet playbook`: ansible-playbook with our playbooks, roles and plug-ins, from any folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kgnet import paths
from kgnet.cli._options import DEFAULT_INVENTORY, Inventory
from kgnet.errors import UsageError

app = typer.Typer()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def playbook(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A playbook of ours, e.g. `wan`, or a path to one.")],
    inventory: Inventory = DEFAULT_INVENTORY,
) -> None:
    """Run a playbook; everything after its name goes to ansible-playbook.

    Examples: `kgnet playbook site --check --diff`, `kgnet playbook wan --limit below_902`.
    """
    found = _playbook(name)
    if not inventory.is_dir():
        raise UsageError(f"{inventory}: no such inventory — name one with -i DIR")
    limit = ["--limit", only] if (only := os.environ.get("KGNET_LIMIT")) else []  # a later one counts
    _become_ansible(["-i", str(inventory), *limit, *context.args, str(found)])


def _playbook(name: str) -> Path:
    named = Path(name)
    if named.suffix in (".yml", ".yaml") and named.is_file():
        return named
    ours = {path.stem: path for path in paths.playbooks().glob("*.yml")}
    if named.stem not in ours:
        raise UsageError(f"no playbook is named {name!r} — ours are: {', '.join(sorted(ours))}")
    return ours[named.stem]


def _become_ansible(arguments: list[str]) -> NoReturn:
    program = Path(sys.executable).with_name("ansible-playbook")
    command = str(program) if program.exists() else "ansible-playbook"
    os.execvpe(command, [command, *arguments], os.environ | paths.ansible_environment())  # noqa: S606
