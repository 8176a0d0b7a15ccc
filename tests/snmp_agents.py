"""SNMP agents to ask: ours, that can be told what to do, and net-snmp's."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from kgnet.emulate.agent import Agent, Script, Tree
from kgnet.emulate.agent import Agents as Served
from kgnet.wire.snmp import Credentials

HOME = "127.0.0.1"
AUTH, PRIV = "the phrase that proves", "the phrase that hides"
CREDENTIALS = Credentials.of("watcher", AUTH, PRIV)


def an_agent(lines: list[str]) -> Agent:
    return Agent(Tree(lines), "here", auth=AUTH, priv=PRIV, community="open")


@contextmanager
def served(agent: Agent, script: Script | None = None) -> Iterator[int]:
    """Serve *agent* on every address of loopback; yield its port."""
    serving, over = Served(lambda _: agent, script=script), Event()
    thread = Thread(target=serving.serve, args=(lambda: not over.is_set(),))
    thread.start()
    try:
        yield serving.port
    finally:
        over.set()
        thread.join()
        serving.close()


@contextmanager
def net_snmp(folder: Path, digest: str, cipher: str) -> Iterator[int]:
    """A real agent on loopback; yield its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        chosen.bind((HOME, 0))
        port = int(chosen.getsockname()[1])
    (folder / "conf").write_text(
        f'createUser watcher {digest} "{AUTH}" {cipher} "{PRIV}"\nrouser watcher priv\nsysName real\n'
    )
    command = ["snmpd", "-f", "-C", "-c", str(folder / "conf"), "-Lf", str(folder / "log"), "-I", "-smux"]
    env = {
        "MIBS": "",
        "SNMP_PERSISTENT_DIR": str(folder / "state"),
        "PATH": f"{os.environ['PATH']}:/usr/sbin",
    }
    agent = subprocess.Popen([*command, f"udp:{HOME}:{port}"], env=env, stdin=subprocess.DEVNULL)
    try:
        yield port
    finally:
        agent.terminate()
        agent.wait(10)


def until(ask: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Ask until the agent that was just started answers."""
    end = time.monotonic() + 10
    while True:
        try:
            return ask()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
