"""How long a deploy that finds nothing to do takes over 200 emulated devices, against Ansible's ios_config.

    python benchmarks/deploy.py [ROUNDS] [--ansible ANSIBLE_PLAYBOOK]

The province is copied with IOS in every office, and its first 200 routers and switches are emulated in a
process of their own, which is not counted.  Ours is the whole command `kgnet deploy --yes`: it reads and
designs the province, renders 200 devices, logs in to each and compares.  Theirs, ANSIBLE_PLAYBOOK of an
environment with `pip install ansible paramiko`, is handed the very text that each device shows.  Both check
host keys, work on 16 devices at a time, and have to end with nothing changed; they take turns.  CPU is that
of a command and of all that it started, Ansible's connections in the background too; wall time ends with
the command.

Bars: five times faster, five times less CPU.  Last comes `kgnet plan` of the province as it is, on emulators.
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from kgnet.emulate import launch
from kgnet.emulate.keys import Folder

KGNET = str(Path(sys.executable).with_name("kgnet"))
PROVINCE = Path(__file__).resolve().parent.parent / "inventories" / "kiengiang"
DEVICES, AT_ONCE = 200, 16
LIMIT = f"platform_cisco_ios[0:{DEVICES - 1}]"
BAR = 5
PENDING = 2  # `kgnet plan`: something would change; ansible-playbook: a host failed, and is missed below
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, prctl(2): orphans below us become our children
PATIENCE_S = "120"  # for a command on a busy machine; Ansible's own is 30
PLAY = [
    {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {
                "name": "As wanted",
                "cisco.ios.ios_config": {"src": "{{ playbook_dir }}/{{ inventory_hostname }}.cfg"},
            }
        ],
    }
]


class Spent(NamedTuple):
    """What a command took, in seconds, and what it said."""

    wall_s: float
    cpu_s: float
    said: str


class Run(NamedTuple):
    """A command in its surroundings, and what it says of a device that it left as it was."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    place: Path

    def spent(self) -> Spent:
        with tempfile.TemporaryFile("w+") as said:
            started = time.monotonic()
            process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.place,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            with adopting():
                ended, cpu_s = reaped(process)
            said.seek(0)
            text = said.read()
        if process.returncode not in (0, PENDING):
            sys.exit(f"{self.name}: exit code {process.returncode}\n{text}")
        return Spent(ended - started, cpu_s, text)


@contextmanager
def adopting() -> Iterator[None]:
    """Be the parent of what is left of our children, so that its CPU can be counted."""
    system = ctypes.CDLL(None)
    system.prctl(SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        system.prctl(SUBREAPER, 0, 0, 0, 0)


def reaped(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """Wait until nothing is left; return when *process* ended, and the CPU seconds of it all."""
    ended = cpu_s = 0.0
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return ended, cpu_s
        cpu_s += usage.ru_utime + usage.ru_stime
        if pid == process.pid:
            ended, process.returncode = time.monotonic(), os.waitstatus_to_exitcode(status)


# ── devices ─────────────────────────────────────────────────────────────────


def of_ios(place: Path) -> Path:
    """Return a copy of the province in which every office has IOS."""
    copy = place / "province"
    shutil.copytree(PROVINCE, copy)
    file = copy / "devices.csv"
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    with file.open("w", newline="", encoding="utf-8") as lines:
        table = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow(row | ({"platform": "cisco_ios"} if row["role"] == "branch" else {}))
    return copy


@contextmanager
def emulated(province: Path, limit: str, place: Path) -> Iterator[tuple[Folder, dict[str, str]]]:
    """Emulate devices that hold what is rendered for them; yield their folder and how they are found."""
    folder = Folder(place / "emulated")
    up = ("up", "-i", str(province), "--only", limit, "--provisioned", "--state", str(folder.path))
    print(subprocess.run([KGNET, "emulate", *up], check=True, capture_output=True, text=True).stdout.strip())
    try:
        found = json.loads((folder.path / "access.json").read_text())
        yield folder, os.environ | found | {"KGNET_STATE": str(place / "state")}  # not the operator's journal
    finally:
        launch.down(folder)


def ours(province: Path, environment: Mapping[str, str]) -> Run:
    options = ("--yes", "--workers", str(AT_ONCE), "-i", str(province), "--limit", LIMIT)
    return Run("kgnet", (KGNET, "deploy", *options), environment, province.parent)


def theirs(playbook: str, folder: Folder, environment: Mapping[str, str], place: Path) -> Run:
    """Lay out what Ansible needs: hosts, a playbook, and the text that each device shows."""
    places = json.loads(folder.endpoints.read_text())
    for name in places:
        (place / f"{name}.cfg").write_text(launch.ask(folder, "running", device=name)["text"])
    ways = {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_os": "cisco.ios.ios",
        "ansible_user": environment["KGNET_SSH_USER"],
        "ansible_password": folder.password_file.read_text().strip(),
        "ansible_command_timeout": int(PATIENCE_S),
    }
    hosts = {
        name: {"ansible_host": host, "ansible_port": port}
        for name, (host, port) in ((name, services["ssh"]) for name, services in places.items())
    }
    (place / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts, "vars": ways}}))
    (place / "play.json").write_text(json.dumps(PLAY))
    (place / ".ssh").mkdir()
    shutil.copy(folder.known_hosts, place / ".ssh")
    theirs = {
        "HOME": str(place),  # its host keys are looked up there
        "PATH": f"{Path(playbook).parent}:{os.defpath}",
        "LANG": "C.UTF-8",
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_NETWORK_CLI_SSH_TYPE": "paramiko",  # libssh takes as long, and knows but passwd's home
        "ANSIBLE_PERSISTENT_CONNECT_TIMEOUT": PATIENCE_S,
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
    }
    return Run("ansible", (playbook, "-i", "hosts.json", "-f", str(AT_ONCE), "play.json"), theirs, place)


# ── figures ─────────────────────────────────────────────────────────────────


def untouched(run: Run, spent: Spent) -> int:
    """Return how many devices were looked at and left as they were."""
    if run.name == "kgnet":
        return DEVICES if spent.said.rstrip().endswith(f"\n{DEVICES} unchanged") else 0
    lines = [line.split() for line in spent.said.splitlines()]
    return sum({"ok=1", "changed=0", "unreachable=0", "failed=0"} <= set(line) for line in lines)


def compare(runs: Sequence[Run], rounds: int) -> None:
    found: dict[str, list[Spent]] = {run.name: [] for run in runs}
    for _ in range(rounds):
        for run in runs:
            spent = run.spent()
            if untouched(run, spent) != DEVICES:
                sys.exit(f"{run.name}: not all of {DEVICES} devices were found as wanted\n{spent.said}")
            found[run.name].append(spent)
            print(f"    {run.name:8}{spent.wall_s:6.1f} s wall {spent.cpu_s:6.1f} s CPU", flush=True)
    print(f"{DEVICES} devices, {AT_ONCE} at a time, nothing to do, median of {rounds} rounds:")
    mine_wall_s, mine_cpu_s = medians(found[runs[0].name])
    for name, turns in found.items():
        wall_s, cpu_s = medians(turns)
        each_ms = 1000 * cpu_s / DEVICES
        print(f"  {name:8}{wall_s:8.1f} s wall {cpu_s:8.1f} s CPU, {each_ms:.0f} ms a device")
        if name != runs[0].name:
            faster, less = wall_s / mine_wall_s, cpu_s / mine_cpu_s
            print(f"  ratio   {faster:8.1f} × faster {less:6.1f} × less CPU (bar: {BAR} each)")


def medians(found: Sequence[Spent]) -> tuple[float, float]:
    """Return wall time and CPU, in seconds."""
    return statistics.median(each.wall_s for each in found), statistics.median(each.cpu_s for each in found)


def province(place: Path, rounds: int) -> None:
    """Measure the plan of all vendor devices of the province."""
    with emulated(PROVINCE, "vendors", place) as (_, environment):
        command = (KGNET, "plan", "--workers", str(AT_ONCE), "-i", str(PROVINCE), "--limit", "vendors")
        run = Run("kgnet", command, environment, place)
        found = [run.spent() for _ in range(rounds)]
        wall_s, cpu_s = medians(found)
        summary = found[-1].said.rstrip().splitlines()[-1]
        print(f"  kgnet plan: {wall_s:.1f} s wall, {cpu_s:.1f} s CPU; {summary}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    parser.add_argument("--ansible", metavar="ANSIBLE_PLAYBOOK", default="")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kgnet-benchmark-") as name:
        place = Path(name)
        offices = of_ios(place)
        with emulated(offices, LIMIT, place) as (folder, environment):
            runs = [ours(offices, environment)]
            if wanted.ansible:
                (place / "ansible").mkdir()
                runs.append(theirs(wanted.ansible, folder, environment, place / "ansible"))
            compare(runs, wanted.rounds)
        province(place, wanted.rounds)


if __name__ == "__main__":
    main()
