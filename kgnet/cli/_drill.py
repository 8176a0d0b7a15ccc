"""The demo without a twin: vendor devices of the province, emulated; no root, nothing leaves loopback."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import typer

from kgnet import paths
from kgnet.cli._page import KGNET, Page, pending, run, tally
from kgnet.emulate import launch
from kgnet.emulate.keys import Folder
from kgnet.errors import TwinError

# A hub, a firewall, a spine and a leaf of the data center, and an office of each vendor.
DEVICES = "hub1:fw1:spine1:leaf1:r-31114:r-910:r-911:r-31064:r-31069:r-31072"
LEAF = "leaf1"
MISTAKE = "\ninterface Management1\n   shutdown\n"  # somebody adds this to a template
BEHIND = re.compile(r"\b\d+ (?:sites|rooms|services|mailboxes)")
QUICK_S = "15"  # until the leaf takes the mistake back


@dataclass(frozen=True)
class Net:
    """Emulated devices, driven by the commands that a person would type; *desk* is for what these leave."""

    folder: Folder
    inventory: Path
    desk: Path

    def kgnet(self, *words: str, fine: tuple[int, ...] = (0,)) -> str:
        """Run `kgnet` where it finds the devices."""
        return self.own("exec", "--", KGNET, *words, fine=fine)

    def own(self, *words: str, fine: tuple[int, ...] = (0,)) -> str:
        """Run `kgnet emulate …`."""
        environ = {"KGNET_EMULATED": str(self.folder.path), "KGNET_STATE": str(self.desk / "state")}
        return run([KGNET, "emulate", *words], fine=fine, environ=environ)


def drill(page: Page, *, keep: bool) -> None:
    """Provision devices out of the box, make a mistake that cuts one off, look at what became of it."""
    folder = Folder(launch.root() / "demo")
    with tempfile.TemporaryDirectory(prefix="kgnet-demo-") as desk:
        net = Net(folder, paths.inventories() / "kiengiang", Path(desk))
        try:
            _provisioned(net, page)
            _cut_off(net, page)
            _looked_at(net, page)
        finally:
            if keep:
                _look_around(folder)
            else:
                with page.step("tear down"):
                    net.own("down", "--state", str(folder.path))
            page.show()


def _provisioned(net: Net, page: Page) -> None:
    plan = str(net.desk / "demo.plan")
    with page.step("emulate a few of the province's devices, as out of the box") as said:
        up = net.own("up", "-i", str(net.inventory), "--only", DEVICES)
        said.append(up.partition(" in ")[0])
    with page.step("plan, and keep the plan for who approves it") as said:
        planned = net.kgnet("plan", "--limit", DEVICES, "-o", plan, fine=(2,))
        said.append(planned.splitlines()[-1])
    with page.step("deploy what was approved, in waves") as said:
        told = net.kgnet("deploy", plan, "--yes", "--despite-freeze").splitlines()
        behind = next(line for line in told if line.startswith("behind it: "))
        said.append(f"behind them: {', '.join(BEHIND.findall(behind))}")
        said += [f"{sum(line.startswith('wave ') for line in told)} waves", told[-1]]
    with page.step("plan again") as said:
        left = net.kgnet("plan", "--limit", DEVICES, "--format", "json")
        said.append(pending(json.loads(left)))


def _cut_off(net: Net, page: Page) -> None:
    """Deploy a template with a mistake in it, which cuts the leaf's own management."""
    templates = net.desk / "templates"
    shutil.copytree(paths.templates(), templates)
    with (templates / "arista_eos" / "interfaces.j2").open("a", encoding="utf-8") as file:
        file.write(MISTAKE)
    with page.step(f"a mistake that cuts {LEAF} off its management") as said:
        words = ("deploy", "--limit", LEAF, "--templates", str(templates), "--confirm-timeout", QUICK_S)
        told = net.kgnet(*words, "--yes", "--despite-freeze", fine=(1,))
        found = re.search(rf"^{LEAF} +(rolled back +.*)$", told, re.MULTILINE)
        if found is None:
            raise TwinError(f"{LEAF} did not take the mistake back by itself:\n{told}")
        said.append(found[1])


def _looked_at(net: Net, page: Page) -> None:
    with page.step("what the journal holds of it") as said:
        net.kgnet("journal", "--verify")
        said.append(f"{len(net.kgnet('journal').splitlines())} runs, the chain of hashes is whole")
    with page.step("backup into Git") as said:
        kept = net.kgnet("backup", "--limit", DEVICES, "-o", str(net.desk / "backups"))
        said.append(kept.strip().rpartition(": ")[2])
    with page.step("audit") as said:
        found = net.kgnet("audit", "--limit", DEVICES, "--format", "json", fine=(0, 2))
        said.append(tally(json.loads(found)))


def _look_around(folder: Folder) -> None:
    here = f"--state {folder.path}"
    typer.echo(
        f"""
The devices are still running.  Look around:
  kgnet emulate status {here}
  kgnet emulate exec {here} -- kgnet plan --limit {LEAF}
  kgnet emulate fault hub1 drop-after --at '^commit' {here}      order a fault; see `kgnet emulate faults`
  kgnet emulate down {here}"""
    )
