"""`kgnet emulate`: the fleet's vendor devices, emulated on this machine; no root, nothing leaves loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli._options import DEFAULT_INVENTORY, Format, Inventory, OutputFormat
from kgnet.emulate import launch
from kgnet.emulate.keys import Folder
from kgnet.errors import TwinError, UsageError

if TYPE_CHECKING:
    from kgnet.emulate.device import Spec
    from kgnet.model.fleet import Device
    from kgnet.secrets import Secrets

app = typer.Typer(no_args_is_help=True, help="Emulate the fleet's vendor devices on this machine.")
State = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar="KGNET_EMULATED",
        help="Folder of the emulation; the only one that runs if not given.",
        metavar="DIR",
    ),
]
Name = Annotated[str, typer.Argument(help="Which device.", metavar="DEVICE")]
PASS_ALL = {"allow_interspersed_args": False, "ignore_unknown_options": True}


@app.command()
def up(
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    only: Annotated[
        str, typer.Option("--only", help="Only these devices, as --limit has it.", metavar="PATTERN")
    ] = "",
    state: State = None,
    configs: Annotated[
        Path | None,
        typer.Option(
            "--configs",
            help="Start with these configurations, `<device>.cfg`, e.g. backups; "
            "else as out of the box: hostname, management address, one login.",
            metavar="DIR",
        ),
    ] = None,
    provisioned: Annotated[
        bool, typer.Option("--provisioned", help="Start with the rendered configurations in place.")
    ] = False,
    speed: Annotated[
        float, typer.Option(min=0, help="How fast the devices' clock runs; 0: by `step` only.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Of all that is drawn by lot.")] = 0,
) -> None:
    """Emulate devices and leave them running."""
    from kgnet.design import design
    from kgnet.emulate import specs
    from kgnet.inventory import load
    from kgnet.limit import select
    from kgnet.secrets import Secrets

    started = time.monotonic()
    fleet = design(load(inventory))
    selected = select(fleet, only)
    devices = specs.emulated(selected)
    folder = Folder((state or launch.root() / inventory.resolve().name).absolute())
    if launch.alive(folder):
        raise TwinError(f"{folder.path}: already emulated: kgnet emulate down")
    wanted = _specs(devices, Secrets(folder.secrets), configs, provisioned=provisioned)
    count = launch.up(folder, wanted, outside=specs.outside(fleet, devices), speed=speed, seed=seed)
    _access(folder, devices, inventory, Secrets(folder.secrets))
    left = len(selected) - len(devices)
    others = f"; {left} of other platforms are taken to be there and well" if left else ""
    typer.echo(f"{count} devices emulated in {time.monotonic() - started:.1f} s, {folder.path}{others}")


@app.command()
def down(
    *, state: State = None, every: Annotated[bool, typer.Option("--all", help="Every emulation.")] = False
) -> None:
    """End an emulation and all that belongs to it."""
    for folder in list(launch.folders()) if every else [_folder(state, dead=True)]:
        typer.echo(f"{folder.path}: {'down' if launch.down(folder) else 'there is none'}")


@app.command()
def status(*, state: State = None, form: Format = OutputFormat.TEXT) -> None:
    """Show the devices, who is logged in, what is not saved, faults to come.  Exit 2: one is down."""
    now = launch.ask(_folder(state), "status")["devices"]
    typer.echo(json.dumps(now, indent=1) if form is OutputFormat.JSON else "\n".join(map(_told, now)))
    raise typer.Exit(0 if all(device["up"] for device in now) else 2)


@app.command("exec", context_settings=PASS_ALL)
def exec_(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...")], *, state: State = None
) -> None:
    """Run a command that finds the emulated devices, e.g. `kgnet plan`; its exit code is ours."""
    folder = _folder(state)
    command = command[1:] if command[:1] == ["--"] else command
    if not command:
        raise UsageError("emulate exec: no command; kgnet emulate exec -- COMMAND...")
    launch.ask(folder, "status")
    ours = json.loads((folder.path / "access.json").read_text())
    sys.exit(subprocess.run(command, env=os.environ | ours, check=False).returncode)


@app.command()
def fault(
    device: Name,
    kind: Annotated[str, typer.Argument(help="What goes wrong, or `none` to take all faults away.")],
    *,
    at: Annotated[
        str, typer.Option(help="At commands (lines, files, users) that match.", metavar="REGEX")
    ] = "",
    skip: Annotated[int, typer.Option(min=0, help="Let so many of them pass.")] = 0,
    times: Annotated[int, typer.Option(min=0, help="How often; 0: until taken away.")] = 1,
    value: Annotated[str, typer.Option(help="Seconds, name or words, as the kind needs.")] = "",
    state: State = None,
) -> None:
    """Order a fault; `kgnet emulate faults` lists the kinds."""
    launch.ask(_folder(state), "fault", device=device, kind=kind, at=at, skip=skip, times=times, value=value)
    typer.echo(f"{device}: {kind}")


@app.command()
def faults() -> None:
    """List the kinds of faults that can be ordered."""
    from kgnet.emulate.faults import KINDS

    typer.echo("\n".join(f"{kind:14} {what.removeprefix('(d) ')}" for kind, what in KINDS.items()))


@app.command()
def log(device: Name, *, state: State = None) -> None:
    """Show what happened on a device."""
    typer.echo("\n".join(launch.ask(_folder(state), "log", device=device)["lines"]))


@app.command()
def show(device: Name, *, state: State = None) -> None:
    """Show the running configuration of a device."""
    typer.echo(launch.ask(_folder(state), "running", device=device)["text"], nl=False)


@app.command()
def reboot(device: Name, *, state: State = None) -> None:
    """Restart a device: what was not saved is lost."""
    launch.ask(_folder(state), "reboot", device=device)
    typer.echo(f"{device}: restarted")


@app.command()
def step(seconds: Annotated[float, typer.Argument(min=0)], *, state: State = None) -> None:
    """Move the devices' clock on."""
    launch.ask(_folder(state), "step", seconds=seconds)
    typer.echo(f"{seconds:g} s on")


def _specs(devices: list[Device], store: Secrets, configs: Path | None, *, provisioned: bool) -> list[Spec]:
    """Lay out the devices, and make the secrets that the intent names for them."""
    from kgnet import paths, plugins
    from kgnet.emulate import specs
    from kgnet.ports import Platform
    from kgnet.render import render

    store.make({name for device in devices for name in (*device.secrets, specs.login(device)[1])})
    texts = {device.name: _text(configs, device) for device in devices} if configs else {}
    ports = lambda device: plugins.one(Platform, device.platform).ports(device)  # noqa: E731
    laid = specs.specs_of(devices, secret=store.get, ports=ports, configs=texts)
    if not provisioned:
        return laid
    rendered = (render(device, paths.templates(), secret=store.get).parts for device in devices)
    return [specs.started(spec, "".join(parts.values())) for spec, parts in zip(laid, rendered, strict=True)]


def _text(configs: Path, device: Device) -> str:
    """Return the configuration of a device from a folder, as `kgnet render -o` and `kgnet backup` write."""
    from kgnet.model.config import Config

    file = configs / f"{device.name}.cfg"
    if not file.is_file():
        raise TwinError(f"{file}: no configuration for {device.name} there")
    held = Config.parse(device.name, file.read_text(encoding="utf-8"), default=device.platform)
    return "".join(held.parts.values())


def _access(folder: Folder, devices: list[Device], inventory: Path, store: Secrets) -> None:
    """Write down how the devices are found and entered, for `exec`."""
    from kgnet.emulate import specs
    from kgnet.emulate.keys import private

    user, name = specs.login(devices[0])
    private(folder.password_file, store.get(name) + "\n")
    ours = {
        "KGNET_EMULATED": folder.path,
        "KGNET_INVENTORY": inventory.resolve(),
        "KGNET_LIMIT": ":".join(device.name for device in devices),
        "KGNET_ENDPOINTS": folder.endpoints,
        "KGNET_KNOWN_HOSTS": folder.known_hosts,
        "KGNET_SSH_USER": user,
        "KGNET_SSH_PASSWORD_FILE": folder.password_file,
        "KGNET_CA_FILE": folder.ca_file,
        "KGNET_SECRETS": folder.secrets,
    }
    private(folder.path / "access.json", json.dumps({key: str(value) for key, value in ours.items()}))


def _folder(state: Path | None, *, dead: bool = False) -> Folder:
    """The folder that was named, or the only one there is."""
    if state:
        return Folder(state.absolute())
    there = [folder for folder in launch.folders() if dead or launch.alive(folder)]
    if len(there) != 1:
        names = ", ".join(str(folder.path) for folder in there)
        raise TwinError(
            f"several are emulated: say --state, one of {names}"
            if there
            else "nothing is emulated: kgnet emulate up"
        )
    return there[0]


def _told(device: dict[str, Any]) -> str:
    places = " ".join(f"{service} {host}:{port}" for service, (host, port) in device["endpoints"].items())
    notes = ["" if device["up"] else "DOWN", "unsaved" if device["unsaved"] else "", *device["faults"]]
    notes.append(f"{device['sessions']} logged in" if device["sessions"] else "")
    return (
        f"{device['name']:20} {device['platform']:18} {places:40} {', '.join(filter(None, notes))}".rstrip()
    )
