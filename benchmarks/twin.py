"""How long a twin takes to come up provisioned, to converge and to go, and what memory it takes.

    python benchmarks/twin.py [INVENTORY]        default: inventories/lab; the province: inventories/kiengiang

Where the inventory has devices of vendors, a copy of it is measured in which every router runs FRR, and the
switches, which a twin has itself, are left out.
Converged: every BGP session of every hub, border and district router is established.
Bar: the lab up and converged under 45 s on a 2-core machine.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ
from pathlib import Path

from kgnet import inventory
from kgnet.design import design
from kgnet.model.fleet import Fleet
from kgnet.model.province import ROUTERS, SWITCHES, Role

KGNET = str(Path(sys.executable).with_name("kgnet"))
LAB = Path(__file__).resolve().parent.parent / "inventories" / "lab"
NAME = "benchmark"
PATIENCE_S = 900.0


def kgnet(*words: str) -> str:
    done = subprocess.run([KGNET, *words], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2):
        sys.exit(done.stderr)
    return done.stdout


def sessions(router: str) -> tuple[int, int]:
    """Return how many of a router's sessions are established, and how many it has."""
    told = kgnet("twin", "exec", "--name", NAME, router, "--", "vtysh", "-c", "show bgp summary json")
    states = [
        peer["state"] for family in json.loads(told).values() for peer in family.get("peers", {}).values()
    ]
    return states.count("Established"), len(states)


def watched(fleet: Fleet) -> list[str]:
    """Return the routers that between them have an end of every session."""
    heads = {site.parent for site in fleet.sites.values()}
    return [
        device.name for device in fleet.with_role(Role.HUB, Role.BORDER, Role.BRANCH) if device.site in heads
    ]


def converge(routers: list[str]) -> None:
    left, end = list(routers), time.monotonic() + PATIENCE_S
    while left:
        if time.monotonic() > end:
            sys.exit(f"not converged within {PATIENCE_S:.0f} s: {', '.join(left)}")
        left = [router for router in left if (state := sessions(router))[0] < state[1] or not state[1]]


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{what:<12}{time.monotonic() - started:8.1f} s", flush=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else LAB
    with tempfile.TemporaryDirectory(prefix="kgnet-benchmark-") as twins:
        environ["KGNET_TWIN_DIR"] = str(Path(twins) / "twins")
        measure(of_frr(folder, Path(twins)))


def of_frr(folder: Path, where: Path) -> Path:
    """Return a copy of the inventory *folder* below *where* whose network runs on FRR alone."""
    copy = Path(shutil.copytree(folder, where / folder.name))
    settings = copy / "province.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^branch_platform: *\w+", "branch_platform: frr", text), encoding="utf-8")
    with (copy / "devices.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if Role(row["role"]) not in SWITCHES]
    for row in kept:
        row["platform"] = "frr" if Role(row["role"]) in ROUTERS else row["platform"]
    with (copy / "devices.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)
    return copy


def measure(folder: Path) -> None:
    fleet = design(inventory.load(folder))
    print(f"{folder.name}: {len(fleet.devices)} devices, {len(fleet.circuits)} circuits")
    try:
        with timed("all"):
            with timed("up"):
                kgnet("twin", "up", "-i", str(folder), "--name", NAME, "--provisioned", "--no-computers")
            with timed("converged"):
                converge(watched(fleet))
        status = json.loads(kgnet("twin", "status", "--name", NAME, "--format", "json"))
        memory = sum(node.get("pss_bytes", 0) for node in status["nodes"])
        print(f"{'memory':<12}{memory / 2**30:8.2f} GiB (proportional set size)")
    finally:
        with timed("down"):
            kgnet("twin", "down", "--name", NAME)


if __name__ == "__main__":
    main()
