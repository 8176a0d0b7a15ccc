"""How long 300 emulated devices take to start, what memory they take, and how many logins a second they bear.

    python benchmarks/emulate.py [DEVICES]       default: 300

The devices run in a process of their own; the logins come from this one, so that they share the machine.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import asyncssh

from kgnet.emulate import launch
from kgnet.emulate.device import Spec
from kgnet.emulate.keys import Folder

LOGINS = 100
AT_ONCE = 16


def used(pid: int) -> tuple[float, float]:
    """Resident memory in MB and CPU seconds of a process (proc(5))."""
    memory = next(
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(memory.split()[1]) / 1000, (int(fields[11]) + int(fields[12])) / 100


async def logins(folder: Folder) -> float:
    """Log in to as many devices, ask each for the time, and return how many seconds that took."""
    places = [services["ssh"] for services in json.loads(folder.endpoints.read_text()).values()]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(host: str, port: int) -> None:
        known = str(folder.known_hosts)
        async with (
            gate,
            asyncssh.connect(
                host,
                port,
                username="admin",
                password="admin",
                known_hosts=known,
                config=None,
                client_keys=None,
            ) as line,
        ):
            answer = await line.run("show clock")
            if "UTC" not in str(answer.stdout):
                sys.exit(f"no time from {host}:{port}: {answer.stdout!r}")

    started = time.perf_counter()
    await asyncio.gather(*(one(*places[n % len(places)]) for n in range(LOGINS)))
    return time.perf_counter() - started


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    specs = [Spec(f"r{n}", "cisco_ios", management=f"10.0.{n // 250}.{n % 250 + 1}/16") for n in range(count)]
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place) / "emulated")
        started = time.perf_counter()
        launch.up(folder, specs, outside={})
        took_s = time.perf_counter() - started
        pid = int(folder.pid.read_text())
        memory_mb, before_s = used(pid)
        print(f"{count} devices: up in {took_s:.1f} s, {memory_mb:.0f} MB, {memory_mb / count:.2f} MB each")
        login_s = asyncio.run(logins(folder))
        cpu_ms = 1000 * (used(pid)[1] - before_s) / LOGINS
        print(f"{LOGINS} logins: {LOGINS / login_s:.0f} a second, {cpu_ms:.1f} ms of CPU each")
        launch.down(folder)


if __name__ == "__main__":
    main()
