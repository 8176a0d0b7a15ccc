"""What the commands that speak to devices share: which devices, and how."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from kgnet.cli import red
from kgnet.errors import DeviceError

if TYPE_CHECKING:
    from rich.console import Console

    from kgnet.line import Line
    from kgnet.model.fleet import Device, Fleet
    from kgnet.model.outcome import Plan
    from kgnet.model.province import Province
    from kgnet.secrets import Secrets

T = TypeVar("T")
MARKS = {"+": "green", "-": "red", " ": "dim"}


def chosen(inventory: Path, limit: str) -> tuple[Fleet, tuple[Device, ...]]:
    """Return the fleet, and those of its devices that *limit* names."""
    _, fleet, devices = loaded(inventory, limit)
    return fleet, devices


def loaded(inventory: Path, limit: str) -> tuple[Province, Fleet, tuple[Device, ...]]:
    """Return the province as written and as designed, and those of its devices that *limit* names."""
    from kgnet.design import design
    from kgnet.inventory import load
    from kgnet.limit import select

    province = load(inventory)
    fleet = design(province)
    return province, fleet, select(fleet, limit)


def line(templates: Path | None) -> Line:
    """Return the line as options and environment say."""
    from kgnet import collect, paths, secrets
    from kgnet.line import Line

    return Line(templates or paths.templates(), secrets.from_environment(), collect.access(os.environ))


def store() -> Secrets:
    """Return the store of secrets; SecretError if there is none."""
    from kgnet import secrets
    from kgnet.errors import SecretError

    found = secrets.from_environment()
    if found is None:
        raise SecretError(f"{secrets.ENVIRONMENT} is not set — it names the folder of the secrets")
    return found


def console() -> Console:
    """Return where results go: coloured on a terminal unless NO_COLOR is set, never wrapped."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, emoji=False)


def shown(to: Console, todo: Plan) -> None:
    """Print a plan: what goes, what comes, and the blocks that both stand in."""
    from rich.text import Text

    from kgnet.plan import lines

    to.print(Text(f"# {todo.device}", style="bold"))
    for text in lines(todo):
        to.print(Text(text, style=MARKS[text[0]]))


def blast(province: Province, fleet: Fleet, devices: Sequence[str]) -> tuple[str, ...]:
    """Return in plain words what is behind these devices."""
    from kgnet.blast import blast

    return blast(province, fleet, devices).lines if devices else ()


def closed(fleet: Fleet, device: Device) -> tuple[str, ...]:
    """Return why the calendar allows no change of *device* now."""
    from datetime import UTC, datetime

    from kgnet.design.calendar import closed

    return closed(fleet, device, datetime.now(UTC))


def followed(results: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Yield *results* while a bar on a terminal's stderr says how far things are."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        yield from bar.track(results, total=total, description=what)


def told(failures: Iterable[DeviceError]) -> int:
    """Say on stderr which devices could not be spoken to; return how many."""
    count = 0
    for count, reason in enumerate(failures, 1):  # noqa: B007
        typer.echo(f"{red('error:')} {reason}", err=True)
    return count


def as_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def changes(todo: Plan) -> list[dict[str, Any]]:
    """Return a plan's changes as programs read them."""
    return [
        {
            "action": change.action.value,
            "part": change.part,
            "path": list(change.path),
            "line": change.line,
        }
        for change in todo.changes
    ]


def planned(name: str, todo: Plan | DeviceError) -> dict[str, Any]:
    """Return what `--format json` tells of the plan for one device."""
    if isinstance(todo, DeviceError):
        return {"device": name, "changes": [], "error": todo.reason}
    return {"device": name, "changes": changes(todo), "error": None}


def sums(todo: Plan) -> tuple[int, int]:
    """Return how many lines a plan adds and how many it removes."""
    from kgnet.model.outcome import Action

    added = sum(change.action is Action.ADD for change in todo.changes)
    return added, len(todo.changes) - added
