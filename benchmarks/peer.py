"""The peers of benchmarks: a Prometheus exporter, or Prometheus itself; and what a process has used."""

from __future__ import annotations

import http.client
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = "127.0.0.1"


def program(name: str) -> str:
    """Return where *name* is; ends the benchmark if it is not to be had."""
    found = shutil.which(name)
    return found or sys.exit(f"{name} is missing: apt-get install --no-install-recommends {name}")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as chosen:
        chosen.bind((HOME, 0))
        return int(chosen.getsockname()[1])


@contextmanager
def running(*command: str, port: int) -> Iterator[int]:
    """Run a daemon until the block ends, from when it listens on *port* on; yield its process."""
    peer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        listening(peer, port)
        yield peer.pid
    finally:
        peer.terminate()
        peer.wait(30)


@contextmanager
def exporter(path: str, config: str) -> Iterator[tuple[int, int]]:
    """Run a Prometheus exporter by its configuration; yield its process and port."""
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write(config)
        file.flush()
        command = (path, f"--config.file={file.name}", f"--web.listen-address={HOME}:{port}")
        with running(*command, port=port) as pid:
            yield pid, port


def listening(peer: subprocess.Popen[bytes], port: int, patience_s: float = 30) -> None:
    until = time.monotonic() + patience_s
    while time.monotonic() < until and peer.poll() is None:
        try:
            socket.create_connection((HOME, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"{peer.args[0]} does not start")  # type: ignore[index]  # as it was given


def scraped(port: int, paths: list[str]) -> None:
    """Get each of *paths* over one connection that is kept, as Prometheus does."""
    line = http.client.HTTPConnection(HOME, port)
    for path in paths:
        line.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = line.getresponse()
        if answer.status != 200 or not answer.read():
            sys.exit(f"{path}: the peer could not ask it")


def used(pid: int) -> float:
    """CPU seconds of a process (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def own() -> float:
    """CPU seconds of this process, to the microsecond."""
    now = resource.getrusage(resource.RUSAGE_SELF)
    return now.ru_utime + now.ru_stime


def resident_mib(pid: int | str = "self") -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
