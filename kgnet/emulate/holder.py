"""The process that holds a fleet of emulated devices, and answers on its socket until it is told to end.

python -m kgnet.emulate.holder FOLDER PROGRESS_FD LOCK_FD
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Device, Spec
from kgnet.emulate.faults import Fault
from kgnet.emulate.fleet import Fleet
from kgnet.emulate.keys import Folder
from kgnet.errors import KgnetError, TwinError

Answer = dict[str, Any]
LINE = 1 << 20


def _status(fleet: Fleet, words: Answer) -> Answer:
    return {
        "devices": [
            {
                "name": name,
                "platform": device.dialect,
                "up": device.up(),
                "sessions": len(device.sessions),
                "unsaved": device.unsaved(),
                "faults": [f"{f.kind} {f.at}".strip() for f in device.faults.ordered if f.pending()],
                "endpoints": fleet.endpoints[name],
            }
            for name, device in fleet.devices.items()
        ]
    }


def _device(fleet: Fleet, words: Answer) -> Device:
    name = words["device"]
    if name not in fleet.devices:
        raise TwinError(f"no device {name!r} is emulated here")
    return fleet.devices[name]


def _fault(fleet: Fleet, words: Answer) -> Answer:
    device = _device(fleet, words)
    if words["kind"] == "none":
        device.faults.clear()
        return {}
    try:
        fault = Fault(words["kind"], words["at"], words["skip"], words["times"], words["value"])
    except ValueError as reason:
        raise TwinError(str(reason)) from reason
    device.note(f"fault ordered: {fault.kind} {fault.at}")
    device.faults.order(fault)
    return {}


def _log(fleet: Fleet, words: Answer) -> Answer:
    return {"lines": _device(fleet, words).log}


def _running(fleet: Fleet, words: Answer) -> Answer:
    return {"text": _device(fleet, words).running()}


def _reboot(fleet: Fleet, words: Answer) -> Answer:
    _device(fleet, words).reboot("by hand")
    return {}


def _step(fleet: Fleet, words: Answer) -> Answer:
    fleet.clock.step(float(words["seconds"]))
    return {}


VERBS: dict[str, Callable[[Fleet, Answer], Answer]] = {
    "status": _status,
    "fault": _fault,
    "log": _log,
    "running": _running,
    "reboot": _reboot,
    "step": _step,
}


async def hold(folder: Folder, say: Callable[[str], object]) -> None:
    """Emulate the devices of a folder until somebody says `down`, or ends the process."""
    plan = json.loads(folder.plan.read_text())
    specs = [Spec(**one | {"ports": tuple(one["ports"]), "services": ()}) for one in plan["devices"]]
    fleet = Fleet(
        specs, folder, clock=Clock(plan["speed"]), seed=plan["seed"], outside=plan["outside"], keep=True
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = json.loads(await reader.readline())
        try:
            said = {} if words["verb"] == "down" else VERBS[words["verb"]](fleet, words)
        except KgnetError as reason:
            said = {"error": str(reason)}
        writer.write(json.dumps(said).encode() + b"\n")
        await writer.drain()
        writer.close()
        if words["verb"] == "down":
            ended.set()

    await fleet.start()
    os.chdir(folder.path)  # a Unix address holds 107 bytes (unix(7))
    server = await asyncio.start_unix_server(answer, folder.control.name, limit=LINE)
    say(f"ready {len(fleet.devices)}\n")
    await ended.wait()
    server.close()
    await fleet.stop()


def main() -> None:
    folder, progress = Folder(Path(sys.argv[1])), int(sys.argv[2])
    for fd in map(int, sys.argv[2:]):
        os.set_inheritable(fd, False)
    try:
        asyncio.run(hold(folder, lambda word: os.write(progress, word.encode())))
    except (KgnetError, OSError) as reason:
        os.write(progress, f"failed {' '.join(str(reason).split())}\n".encode())
        sys.exit(1)


if __name__ == "__main__":
    main()
