"""The holder's end of `control`: answers until it is told to end."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kgnet.errors import TwinError
from kgnet.twin.control import ANSWER_S, near
from kgnet.twin.state import Folder
from kgnet.twin.wires import Wires


@contextmanager
def listen(folder: Folder) -> Iterator[socket.socket]:
    """Open the twin's socket; only its owner may speak."""
    with near(folder) as path, socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        folder.socket.chmod(0o600)
        server.listen(16)
        yield server


def serve(server: socket.socket, wires: Wires, nodes: dict[str, int]) -> None:
    """Answer until `down`; as PID 1 we also bury the dead."""
    wake, woken = socket.socketpair()
    woken.setblocking(False)
    signal.set_wakeup_fd(woken.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _bury()
    while True:
        ready, _, _ = select.select([server, wake], [], [])
        if wake in ready:
            wake.recv(4096)
            _bury()
        if server in ready and not _answer(server.accept()[0], wires, nodes):
            return


def _bury() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def _answer(line: socket.socket, wires: Wires, nodes: dict[str, int]) -> bool:
    """Answer one question; False: it was `down`."""
    with line, suppress(OSError):  # whoever asked may be gone
        line.settimeout(ANSWER_S)
        asked = json.loads(line.makefile().readline() or "{}")
        if asked.get("verb") == "down":
            line.sendall(b"{}\n")
            return False
        line.sendall(json.dumps(_done(asked, wires, nodes)).encode() + b"\n")
    return True


def _done(asked: dict[str, Any], wires: Wires, nodes: dict[str, int]) -> dict[str, Any]:
    try:
        match asked:
            case {"verb": "status"}:
                return {"nodes": [_node(n, pid) for n, pid in nodes.items()], "links": list(wires.status())}
            case {"verb": "cut", "name": str(name)}:
                wires.cut(name)
            case {"verb": "heal", "name": str(name)}:
                wires.heal(name)
            case {"verb": "heal", "name": None}:
                return {"healed": wires.heal_all()}
            case {"verb": "shape", "name": str(name), "changes": dict(changes)}:
                wires.shape(name, changes)
            case _:
                return {"error": f"it does not understand {asked}"}
    except TwinError as reason:
        return {"error": str(reason)}
    return {}


def _node(name: str, pid: int) -> dict[str, Any]:
    return {"name": name, "pid": pid, "alive": Path(f"/proc/{pid}").exists()}
