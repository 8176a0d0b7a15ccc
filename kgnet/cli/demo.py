"""`kgnet demo`: the whole line once, on real daemons: build, provision, audit, break, see, heal.

Where no twin can be had, on emulated vendor devices.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from kgnet import paths
from kgnet.cli._drill import drill
from kgnet.cli._page import KGNET, Page, pending, run, tally
from kgnet.errors import TwinError

T = TypeVar("T")

CIRCUIT, COMPUTER, PORTAL = "902-1", "pc-30787", "lb1"  # a district's primary; who uses it; what for
PATIENCE_S = 90.0
PINGS_A_SECOND = 20


@dataclass(frozen=True)
class Lab:
    """The twin of the demo, driven by the commands that a person would type."""

    name: str
    folder: Path

    def kgnet(self, *words: str) -> str:
        return run([KGNET, *words])

    def at(self, node: str, *command: str) -> str:
        return self.kgnet("twin", "exec", "--name", self.name, node, "--", *command)

    def desk(self, *words: str, fine: Sequence[int] = (0,), follow: bool = False) -> str:
        """Run `kgnet …` at the operator's desk; *follow*: tell which task of a playbook is at work."""
        desk = [KGNET, "twin", "exec", "--name", self.name, "operator", "--", KGNET, *words]
        return run(desk, fine=fine, told=_task if follow else None)

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Ask the lab's own Prometheus; return its instant vector."""
        script = (
            "import sys,urllib.parse,urllib.request as r;"
            "print(r.urlopen('http://127.0.0.1:9090/api/v1/query?query='"
            "+urllib.parse.quote(sys.argv[1]),timeout=5).read().decode())"
        )
        answer = json.loads(self.at("mon1", "python3", "-c", script, query))
        vector: list[dict[str, Any]] = answer["data"]["result"]
        return vector


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the twin running and say how to look around.")
    ] = False,
) -> None:
    """Bring the lab up as real daemons, provision and audit it, cut a circuit, heal it, tear it down.

    Without what that takes (root, the daemons), vendor devices are emulated instead.
    """
    from kgnet.twin.can import lacking

    folder, page = paths.inventories() / "lab", Page()
    if missing := list(lacking(playbooks=True)):
        typer.secho(str(missing[0]), fg="yellow", err=True)
        drill(page, keep=keep)
        return
    lab = Lab("demo", folder)
    try:
        _with_a_twin(lab, page)
    finally:
        if keep:
            _look_around(lab)
        else:
            with page.step("tear down"):
                lab.kgnet("twin", "down", "--name", lab.name)
        page.show()


def _with_a_twin(lab: Lab, page: Page) -> None:
    inventory = ("-i", str(lab.folder))
    with page.step("bring up the lab: routers, servers, rooms and computers") as said:
        lab.kgnet("twin", "up", *inventory, "--name", lab.name)
        nodes = json.loads(lab.kgnet("twin", "status", "--name", lab.name, "--format", "json"))
        said.append(_counted(nodes))
    with page.step("provision everything: playbooks/site.yml") as said:
        recap = lab.desk("playbook", "site", *inventory, follow=True)
        said.append(_recap(recap))
    with page.step("plan again") as said:
        plan = lab.desk("plan", *inventory, "--format", "json", fine=(0, 2))
        said.append(pending(json.loads(plan)))
    with page.step("audit") as said:
        said.append(tally(json.loads(lab.desk("audit", *inventory, "--format", "json", fine=(0, 2)))))
    _break_and_heal(lab, page)


def _break_and_heal(lab: Lab, page: Page) -> None:
    with page.step("Prometheus sees every circuit up") as said:
        ups = _until(lambda: _all_up(lab), "not every circuit came up in Prometheus")
        said.append(f"{len(ups)} circuits")
    with page.step(f"cut circuit {CIRCUIT} while {COMPUTER} talks to the portal") as said:
        said.append(_failover(lab))
    with page.step("the exporter says so") as said:
        _until(lambda: _down(lab) == [CIRCUIT], f"Prometheus does not see {CIRCUIT} down")
        said.append(f'kgnet_circuit_up{{circuit="{CIRCUIT}"}} 0, all others 1')
    with page.step("the alert names the cause") as said:
        said.extend(_until(lambda: _firing(lab), "no alert fired"))
    with page.step("heal it") as said:
        lab.kgnet("twin", "heal", "--name", lab.name, CIRCUIT)
        _until(lambda: not _down(lab) and not _firing(lab), "the circuit or its alert did not clear")
        said.append("up again, no alert left")


def _failover(lab: Lab) -> str:
    """Cut the circuit under a stream of pings; return how long the users were without the portal."""
    address = next(row["address"] for row in _services(lab) if row["name"] == PORTAL)
    count = str(PINGS_A_SECOND * 15)
    command = ["ping", "-n", "-i", str(1 / PINGS_A_SECOND), "-W", "1", "-c", count, address]
    stream = subprocess.Popen(
        [KGNET, "twin", "exec", "--name", lab.name, COMPUTER, "--", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(3)
    lab.kgnet("twin", "cut", "--name", lab.name, CIRCUIT)
    out, _ = stream.communicate(timeout=PATIENCE_S)
    sent, received = _ping_counts(out)
    if not received or sent - received > PINGS_A_SECOND * 10:
        raise TwinError(f"the traffic did not fail over: {received} of {sent} pings came back")
    lost = sent - received
    return f"failed over: {lost} of {sent} pings lost, {lost / PINGS_A_SECOND:.2f} s without the portal"


def _services(lab: Lab) -> list[dict[str, str]]:
    from kgnet.design import design
    from kgnet.inventory import load

    devices = design(load(lab.folder)).devices.values()
    return [{"name": device.name, "address": str(device.address)} for device in devices]


def _ping_counts(text: str) -> tuple[int, int]:
    summary = next((line for line in text.splitlines() if "packets transmitted" in line), "")
    words = summary.split()
    return (int(words[0]), int(words[3])) if words else (0, 0)


def _all_up(lab: Lab) -> list[str]:
    rows = lab.ask("kgnet_circuit_up")
    return [row["metric"]["circuit"] for row in rows] if rows and not _down(lab) else []


def _down(lab: Lab) -> list[str]:
    return sorted(row["metric"]["circuit"] for row in lab.ask("kgnet_circuit_up == 0"))


def _firing(lab: Lab) -> list[str]:
    rows = [row["metric"] for row in lab.ask('ALERTS{alertstate="firing"}')]
    return sorted(f"{row['alertname']} {row.get('circuit', '')}".strip() for row in rows)


def _until(look: Callable[[], T], otherwise: str) -> T:
    """Look until there is something to see; TwinError after a while."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(1)
    raise TwinError(f"{otherwise} within {PATIENCE_S:.0f} s")


# ── words for the page ──────────────────────────────────────────────────────


def _counted(status: dict[str, Any]) -> str:
    return f"{len(status['nodes'])} machines, {len(status['links'])} links"


def _recap(output: str) -> str:
    """Sum up Ansible's own recap: `host : ok=9 changed=3 unreachable=0 failed=0 …`."""
    rows = [line for line in output.splitlines() if " ok=" in line and "failed=" in line]
    changed = sum(int(line.split("changed=")[1].split()[0]) for line in rows)
    return f"{len(rows)} machines, {changed} changes, none failed"


def _look_around(lab: Lab) -> None:
    typer.echo(
        f"""
The lab is still running.  Look around:
  kgnet twin status --name {lab.name}
  kgnet twin shell --name {lab.name}                    the operator's desk: kgnet plan, ssh hub1, …
  kgnet twin exec --name {lab.name} r-902 -- vtysh -c 'show bgp summary'
  kgnet twin cut --name {lab.name} {CIRCUIT}                break something; `heal` mends it
  kgnet twin down --name {lab.name}                     when you are done"""
    )


def _task(line: str) -> str | None:
    """Return the name of the task that a line of ansible-playbook opens."""
    found = re.match(r"TASK \[(.*)\]", line)
    return found[1] if found else None
