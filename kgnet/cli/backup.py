"""`kgnet backup`: keep what devices run, and when it changed; put it back."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.cli import ERROR, _line
from kgnet.cli._options import DEFAULT_INVENTORY, Inventory, Limit, Workers
from kgnet.errors import DeviceError, UsageError

if TYPE_CHECKING:
    from kgnet.backup import Kept
    from kgnet.box import Box
    from kgnet.line import Line
    from kgnet.model.config import Config
    from kgnet.model.fleet import Fleet

NAME = "backup.json"

app = typer.Typer(rich_markup_mode="markdown", invoke_without_command=True, no_args_is_help=True)

Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="A Git repository of its own; made if it is not there.", metavar="DIR"
    ),
]
Sealed = Annotated[
    bool,
    typer.Option("--sealed", help="Keep the true text too, sealed by the secret `backup/key`."),
]
Digest = Annotated[
    Path | None,
    typer.Option("--digest", help="Write what changed there, if anything did.", metavar="FILE"),
]
Mail = Annotated[
    str,
    typer.Option(
        "--mail", help="Send what changed there, by the server that `KGNET_SMTP` names.", metavar="ADDRESS"
    ),
]
Shorter = Annotated[
    list[str] | None,
    typer.Option("--shorter", help="Keep this device's text although it is much shorter.", metavar="DEVICE"),
]


@app.callback()
def backup(
    context: typer.Context,
    *,
    output: Output = None,
    inventory: Inventory = DEFAULT_INVENTORY,
    limit: Limit = "",
    sealed: Sealed = False,
    digest: Digest = None,
    mail: Mail = "",
    shorter: Shorter = None,
    workers: Workers = 16,
) -> None:
    """Write what every device runs into a Git repository, without secrets, in one commit.

    A device that does not give its whole configuration, or a suddenly much shorter one, keeps the file that
    it has. What `kgnet backup` writes `kgnet plan` and `kgnet audit` read with `--config-dir`.

    Exit codes: 0 every device is kept; 1 one is not.
    """
    if context.invoked_subcommand:
        return
    if output is None:
        raise UsageError("backup needs a folder: `kgnet backup -o DIR`")
    from kgnet.backup import Origin, Taken, somebody
    from kgnet.backup import backup as keep
    from kgnet.backup import digest as news
    from kgnet.collect import each, in_order

    now = datetime.now(UTC)
    fleet, devices = _line.chosen(inventory, limit)
    line = _line.line(None)
    box = _box() if sealed else None
    found = _line.followed(each(devices, line.taken, workers=workers), len(devices), "collecting")
    results = in_order(devices, found)
    missed = {reason.device: reason.reason for _, reason in results if isinstance(reason, DeviceError)}
    kept = keep(
        [taken for _, taken in results if isinstance(taken, Taken)],
        output,
        missed=missed,
        origin=(origin := Origin(somebody(), f"backup of {now:%Y-%m-%d %H:%M:%S} UTC")),
        devices=tuple(fleet.devices),
        box=box,
        shorter=shorter or (),
    )
    _record([device.name for device in devices if device.name not in kept.missed], now)
    _tell(kept, output, len(devices))
    _spread(news(kept, output, origin), digest, mail, fleet.domain)
    failed = _line.told(DeviceError(device, reason) for device, reason in kept.missed.items())
    raise typer.Exit(ERROR if failed else 0)


def _box() -> Box:
    """Return the box of sealed backups; SecretError if the store has no key for it."""
    from kgnet.backup import KEY
    from kgnet.box import Box

    return Box(KEY, _line.store().get(KEY))


def _tell(kept: Kept, output: Path, asked: int) -> None:
    for stranger in kept.strangers:
        typer.echo(
            f"{output / stranger}: no device has this name any more; git rm it when you like", err=True
        )
    for device, said in kept.unsaved.items():
        typer.echo(f"{device}: has unsaved changes: {said}", err=True)
    what = f"{len(kept.changed)} changed, commit {kept.commit}" if kept.commit else "nothing changed"
    typer.echo(f"{asked - len(kept.missed)} of {asked} devices in {output}: {what}")


def _spread(text: str, file: Path | None, address: str, domain: str) -> None:
    """Write and send the digest, if there is something to tell."""
    from kgnet.files import write

    if file and text:
        write(file, text, mode=0o640)
    if address and text:
        _send(text, address, domain)


def _send(text: str, address: str, domain: str) -> None:
    """Send the digest by the mailbox that KGNET_SMTP names; its password is the secret `mailbox/<user>`."""
    import smtplib
    from urllib.parse import urlsplit

    from kgnet.wire.letter import send

    server, store = os.environ.get("KGNET_SMTP", ""), _line.store()
    user = urlsplit(server).username
    authority = store.path("tls/ca.crt")
    try:
        send(
            text,
            to=address,
            sender=f"{user or 'kgnet'}@{domain}",
            subject=f"kgnet backup: {text.partition(chr(10))[0]}",
            server=server,
            password=store.get(f"mailbox/{user}") if user else None,
            ca_file=str(authority) if authority.exists() else None,
        )
    except ValueError as reason:
        raise UsageError(f"KGNET_SMTP: {reason}") from reason
    except smtplib.SMTPException as reason:
        raise UsageError(f"the digest was not sent to {address}: {server} said {reason}") from reason


def _record(devices: Sequence[str], now: datetime) -> None:
    """Keep for the exporter when each device was last kept, beside what earlier runs kept."""
    from kgnet.files import write

    state = os.environ.get("KGNET_STATE")
    if not state:
        return
    path = Path(state) / NAME
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["devices"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        known = {}
    when = now.isoformat(timespec="seconds")
    write(path, json.dumps({"devices": {**known, **dict.fromkeys(devices, when)}}) + "\n")


# ── the way back ────────────────────────────────────────────────────────────

Folder = Annotated[Path, typer.Option("--from", help="The repository of backups.", metavar="DIR")]
At = Annotated[
    str,
    typer.Option("--at", help="A commit, or a time: the last backup before it.", metavar="COMMIT|TIME"),
]
Device = Annotated[str, typer.Argument(help="The device to put back.", metavar="DEVICE")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Check = Annotated[bool, typer.Option("--check", help="Show what would change, change nothing.")]
Despite = Annotated[
    bool, typer.Option("--despite-freeze", help="Put it back although the calendar says not now.")
]


@app.command()
def restore(
    device: Device,
    *,
    folder: Folder,
    at: At = "HEAD",
    inventory: Inventory = DEFAULT_INVENTORY,
    yes: Yes = False,
    check: Check = False,
    despite_freeze: Despite = False,
) -> None:
    """Bring a device to what a backup kept of it, by the same transaction as a deploy.

    Secrets are found by their fingerprints in the device's own text and in the intent, or, where the backup
    is `--sealed`, in the backup itself.

    Exit codes: 0 the device runs it; 2 `--check` found something to do, or the answer was no; 1 it failed.
    """
    from kgnet.cli._change import Change, Manner, towards

    province, fleet, _ = _line.loaded(inventory, "")
    if device not in fleet.devices:
        raise UsageError(f"{device!r} is no device of {inventory} — restore takes one, by its name")
    chosen, line = fleet.devices[device], _line.line(None)
    want = _true(fleet, line, device, folder, at)
    manner = Manner(yes=yes, check=check, despite_freeze=despite_freeze)
    change = Change(province, fleet, (chosen,), line.tools(), f"restore {device} {at}", manner)
    raise typer.Exit(towards(change, {device: want}).run())


def _true(fleet: Fleet, line: Line, name: str, folder: Path, at: str) -> Config:
    """Return the kept text with the true secrets in it."""
    from kgnet import collect, plugins
    from kgnet.backup import KEY, kept_text
    from kgnet.backup.restore import unmarked
    from kgnet.box import Box
    from kgnet.model.config import Config
    from kgnet.ports import Platform

    device, store = fleet.devices[name], _line.store()
    platform = plugins.one(Platform, device.platform)
    box = Box(KEY, store.get(KEY)) if store.path(KEY).exists() else None
    text, true = kept_text(folder, name, revision=at, box=box)
    kept = Config.parse(name, text, default=platform.parts[0].name, source=f"{folder}, {at}")
    if true:
        return kept
    with line.open(device) as session:
        running = collect.configuration(device, session)
    return unmarked(kept, platform, (line.true(device), running), store.mark)
