"""`kgnet twin`: the fleet as real daemons in namespaces of this machine; nothing of it touches the host."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli._options import DEFAULT_INVENTORY, Format, Inventory, OutputFormat
from kgnet.errors import TwinError, UsageError
from kgnet.twin import control, state
from kgnet.twin.state import Folder

if TYPE_CHECKING:  # `exec` is called often and should not wait for what only `up` needs
    from kgnet.twin.blueprint import Blueprint
    from kgnet.twin.launch import Step

app = typer.Typer(no_args_is_help=True, help="Run the fleet as real daemons in namespaces of this machine.")
Name = Annotated[
    str,
    typer.Option(
        "--name", "-n", envvar="KGNET_TWIN", help="Which twin; the only one that runs if not given."
    ),
]
Node = Annotated[str, typer.Option("--node", help="On which node.", metavar="NODE")]
DESK = "operator"
MOST = {
    "rate_mbps_down": 400_000.0,
    "rate_mbps_up": 400_000.0,
    "delay_ms": 10_000.0,
    "jitter_ms": 10_000.0,
    "loss_ratio": 1.0,
}
PASS_ALL = {"allow_interspersed_args": False, "ignore_unknown_options": True}


@app.command()
def up(
    inventory: Inventory = DEFAULT_INVENTORY,
    name: Annotated[str, typer.Option("--name", "-n", help="The twin's name, if not the inventory's.")] = "",
    provisioned: Annotated[
        bool, typer.Option("--provisioned", help="Start with the rendered configurations in place.")
    ] = False,
    computers: Annotated[
        bool, typer.Option(help="Give every office a computer, pc-SITE, to look at the network from.")
    ] = True,
    plan: Annotated[
        Path | None,
        typer.Option("--blueprint", help="A blueprint (JSON) instead of an inventory.", metavar="FILE"),
    ] = None,
) -> None:
    """Build a twin and leave it running."""
    from kgnet.twin import blueprint, launch

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of the clean-up, as Ctrl-C
    started = time.monotonic()
    wanted = (
        blueprint.load(plan)
        if plan
        else _wanted(inventory, name, provisioned=provisioned, computers=computers)
    )
    wanted = blueprint.renamed(wanted, name or wanted.name)
    with closing(launch.up(wanted, "" if plan else str(inventory.resolve()))) as steps:
        for step in steps:
            _show(step)
    took_s = time.monotonic() - started
    typer.echo(
        f"twin {wanted.name}: {len(wanted.nodes)} nodes, {len(wanted.links)} circuits up in {took_s:.1f} s"
    )


@app.command()
def down(name: Name = "", every: Annotated[bool, typer.Option("--all", help="Every twin.")] = False) -> None:
    """End a twin and all that belongs to it."""
    from kgnet.twin import launch

    for place in list(state.folders()) if every else [_place(name, dead=True)]:
        typer.echo(f"twin {place.name}: {'down' if launch.down(place) else 'there is none'}")


@app.command()
def check() -> None:
    """Say whether this machine can run a twin, and what would enable it.  Exit 0: it can; 2: it cannot."""
    from kgnet.twin import can

    lacks = list(can.lacking())
    typer.echo("\n".join(map(str, lacks)) or "a twin can run here")
    raise typer.Exit(2 if lacks else 0)


@app.command()
def status(name: Name = "", form: Format = OutputFormat.TEXT) -> None:
    """Show nodes with their memory, and circuits.  Exit 2: a node is gone or a circuit is cut."""
    from kgnet.twin import memory

    place = _place(name)
    now = control.ask(place, "status")
    used = memory.by_node({node["name"]: node["pid"] for node in now["nodes"]})
    now = {"name": place.name, **now, "nodes": [node | used[node["name"]] for node in now["nodes"]]}
    typer.echo(json.dumps(now, indent=1) if form is OutputFormat.JSON else _told(now))
    wrong = any(not node["alive"] for node in now["nodes"]) or any(link["cut"] for link in now["links"])
    raise typer.Exit(2 if wrong else 0)


@app.command("exec", context_settings=PASS_ALL)
def exec_(
    command: Annotated[list[str], typer.Argument(metavar="[NODE] -- COMMAND...")], name: Name = ""
) -> None:
    """Run a command on a node (`operator` if none is named); its exit code is ours."""
    from kgnet.twin import enter

    node, command = (DESK, command) if _dashed_first() else (command[0], command[1:])
    command = command[1:] if command[:1] == ["--"] else command
    if not command:
        raise UsageError("twin exec: no command; kgnet twin exec NODE -- COMMAND...")
    sys.exit(enter.enter(_place(name), node, command))


@app.command()
def shell(node: Annotated[str, typer.Argument(help="On which node.")] = DESK, name: Name = "") -> None:
    """Open a shell on a node."""
    from kgnet.twin import enter

    shell = os.environ.get("SHELL", "/bin/bash") if node == DESK else "/bin/bash"
    sys.exit(enter.enter(_place(name), node, [shell, "-i"]))


@app.command()
def cut(circuit: Annotated[str, typer.Argument(help="Its id.")], name: Name = "") -> None:
    """Cut a circuit: both ends lose their carrier."""
    control.ask(_place(name), "cut", name=circuit)
    typer.echo(f"{circuit}: cut")


@app.command()
def heal(
    circuit: Annotated[str, typer.Argument(help="Its id.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every circuit that is cut.")] = False,
    name: Name = "",
) -> None:
    """Mend a circuit that was cut."""
    if bool(circuit) == every:
        raise UsageError("twin heal: name a circuit, or --all")
    answer = control.ask(_place(name), "heal", name=circuit or None)
    healed = answer.get("healed", [circuit])
    typer.echo("\n".join(f"{one}: healed" for one in healed) or "nothing was cut")


@app.command()
def shape(
    circuit: Annotated[str, typer.Argument(help="Its id.")],
    changes: Annotated[
        list[str],
        typer.Argument(help=f"One or more of {', '.join(MOST)}.", metavar="PROPERTY=NUMBER..."),
    ],
    name: Name = "",
) -> None:
    """Change a circuit while it runs, e.g. `kgnet twin shape 902-1 loss_ratio=0.05 delay_ms=80`."""
    control.ask(_place(name), "shape", name=circuit, changes=dict(map(_change, changes)))
    typer.echo(f"{circuit}: {', '.join(changes)}")


def _change(text: str) -> tuple[str, float]:
    key, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if key not in MOST or not 0 <= value <= MOST[key]:
        wanted = ", ".join(f"{name}=0…{most:g}" for name, most in MOST.items())
        raise UsageError(f"{text!r}: write one of {wanted}")
    return key, value


def _wanted(inventory: Path, name: str, *, provisioned: bool, computers: bool) -> Blueprint:
    """Design the inventory's fleet, make the secrets that it names, and lay out its twin."""
    from kgnet import paths
    from kgnet.design import design
    from kgnet.inventory import load
    from kgnet.render import render
    from kgnet.secrets import Secrets
    from kgnet.twin import launch
    from kgnet.twin.fleet import blueprint_of, refuse_vendors

    fleet = design(load(inventory))
    refuse_vendors(fleet)
    place = state.folder(name or inventory.resolve().name)
    launch.refuse_running(place)
    store = Secrets(place.secrets)
    store.make(fleet.secrets())
    devices = fleet.devices.values() if provisioned else ()
    configs = {d.name: render(d, paths.templates(), secret=store.get) for d in devices}
    return blueprint_of(fleet, place.name, secret=store.get, configs=configs or None, computers=computers)


def _dashed_first() -> bool:
    """Whether the command follows `--` at once, as in `exec --name X -- CMD`; click does not tell."""
    words = sys.argv[sys.argv.index("exec") + 1 :] if "exec" in sys.argv else []
    while words and words[0].startswith("-") and words[0] != "--":
        words = words[2:] if words[0] in ("--name", "-n") else words[1:]
    return bool(words) and words[0] == "--"


def _place(name: str, *, dead: bool = False) -> Folder:
    """The twin of that name, or the only one there is."""
    if name:
        return state.folder(name)
    there = [place for place in state.folders() if dead or place.alive()]
    if len(there) != 1:
        names = ", ".join(place.name for place in there)
        raise TwinError(
            f"several twins run: say --name, one of {names}" if there else "no twin runs: kgnet twin up"
        )
    return there[0]


def _show(step: Step) -> None:
    """A line for what people may wonder about; on a terminal, a counter that overwrites itself."""
    if step.what == "cleaned":
        typer.echo(f"twin {step.who}: cleaned up what a dead twin had left")
    elif sys.stderr.isatty():
        words = f"{step.what} {step.who}".ljust(60)
        typer.echo(f"\r{words}\r" if step.what != "ready" else f"\r{'':60}\r", nl=False, err=True)


def _told(now: dict[str, Any]) -> str:
    lines = [f"twin {now['name']}: {len(now['nodes'])} nodes"]
    for node in now["nodes"]:
        how = (
            f"{node['processes']:3} processes {node['pss_bytes'] / 1e6:7.1f} MB" if node["alive"] else "gone"
        )
        lines.append(f"  {node['name']:24} pid {node['pid']:<8} {how}")
    total = sum(node["pss_bytes"] for node in now["nodes"])
    lines.append(
        f"  {'all':24} {'':12} {sum(n['processes'] for n in now['nodes']):3} processes {total / 1e6:7.1f} MB"
    )
    for link in now["links"]:
        ends = " — ".join(f"{node}:{face}" for node, face in link["ends"][:2])
        more = f" and {len(link['ends']) - 2} more" if len(link["ends"]) > 2 else ""
        lines.append(f"  {link['name']:24} {'CUT' if link['cut'] else 'up':4} {ends}{more}")
    return "\n".join(lines)


if __name__ == "__main__":
    from kgnet.cli import main

    sys.argv.insert(1, "twin")
    main()
