"""`kgnet collect`: what do devices say of themselves?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli import ERROR, _line
from kgnet.cli._options import DEFAULT_INVENTORY, Format, Inventory, Limit, OutputFormat, Workers
from kgnet.errors import DeviceError

if TYPE_CHECKING:
    from kgnet.model.facts import Snapshot
    from kgnet.model.fleet import Device

Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Write one file `<device>.cfg` each there.", metavar="DIR"),
]


def collect(
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    limit: Limit = "",
    output: Output = None,
    workers: Workers = 16,
    form: Format = OutputFormat.TEXT,
) -> None:
    """Show what devices run, without secrets; as JSON also the facts that audits judge.

    Exit codes: 0 every device answered; 1 one did not.
    """
    from kgnet.collect import each, in_order

    _, devices = _line.chosen(inventory, limit)
    line = _line.line(None)
    answers = _line.followed(each(devices, line.snapshot, workers=workers), len(devices), "collecting")
    results = in_order(devices, answers)
    found = [have for _, have in results if not isinstance(have, DeviceError)]
    if output:
        _write(found, output)
    elif form is OutputFormat.JSON:
        _line.as_json([_row(device, have) for device, have in results])
    else:
        for have in found:
            typer.echo(f"# {have.device}\n{have.config}", nl=False)
    failed = _line.told(reason for _, reason in results if isinstance(reason, DeviceError))
    raise typer.Exit(ERROR if failed else 0)


def _write(found: Sequence[Snapshot], folder: Path) -> None:
    from kgnet.collect import SUFFIX
    from kgnet.files import write

    for have in found:
        write(folder / f"{have.device}{SUFFIX}", str(have.config))
    typer.echo(f"{len(found)} files in {folder}")


def _row(device: Device, have: Snapshot | DeviceError) -> dict[str, Any]:
    if isinstance(have, DeviceError):
        return {"device": device.name, "error": have.reason}
    return {
        "device": device.name,
        "config": dict(have.config.parts),
        "facts": {kind.__name__: _plain(fact) for kind, fact in have.facts.items()},
        "missing": {kind.__name__: reason for kind, reason in have.missing.items()},
        "error": None,
    }


def _plain(value: Any) -> Any:
    """Return *value* as JSON can tell it: addresses and times as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
