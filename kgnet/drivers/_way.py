"""host, port → socket: straight, or through the jump hosts that the operator's OpenSSH file names.

OpenSSH itself reads its file (`ssh -G`) and goes through the jump hosts (`ssh -W`), so that everything in
it holds: Include, Match, several hops, an agent, certificates.  The keys and users of the jump hosts are
that file's business; it never asks anybody anything (BatchMode).
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from kgnet.ports import Access

Settings = Mapping[str, Sequence[str]]  # a keyword in small letters → its values, one a line of `ssh -G`

NONE = ("", "none")
ASK_S = 20  # `Match exec` may take a while
QUIET = {"SSH_ASKPASS_REQUIRE": "never"}  # ssh(1): no window for a pass phrase either
STRICT = ("-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes")
TOKEN = re.compile(r"%([%hnpr])")  # ssh_config(5), TOKENS of ProxyCommand


class NoWay(OSError):
    """The way there cannot be gone: the OpenSSH file is wrong, or a jump host is."""


@dataclass
class Way:
    """A connected socket, and the process that keeps it open if there is one."""

    sock: socket.socket
    process: subprocess.Popen[bytes] | None = None
    said: IO[bytes] | None = None

    def close(self) -> None:
        self.sock.close()
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.said:
            self.said.close()

    def trouble(self) -> str:
        """Return the last words of the jump host's client; empty if it said nothing."""
        if self.said is None:
            return ""
        self.said.seek(0)
        lines = [line.strip() for line in self.said.read().decode(errors="replace").splitlines()]
        told = [line for line in lines if line and not line.startswith("Warning:")]
        return told[-1] if told else ""


def way(host: str, port: int, access: Access) -> Way:
    """Connect to *port* of *host*; OSError says why not."""
    command = proxy(host, port, access)
    if not command:
        return Way(socket.create_connection((host, port), access.timeout_s))
    ours, theirs = socket.socketpair()
    said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the way
    try:
        process = subprocess.Popen(
            command,
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=said,
            env={**os.environ, **QUIET},
            start_new_session=True,  # no terminal: it cannot ask for a password
        )
    except OSError as reason:
        ours.close()
        said.close()
        raise NoWay(f"`{command[0]}` cannot be run: {reason.strerror}") from reason
    finally:
        theirs.close()
    ours.settimeout(access.timeout_s)
    return Way(ours, process, said)


def proxy(host: str, port: int, access: Access) -> list[str]:
    """Return the command that leads there, as the operator's file says; empty: one goes straight."""
    if access.ssh_config is None:
        return []
    told = settings(host, port, access)
    jump, command = ("".join(told.get(name, ())) for name in ("proxyjump", "proxycommand"))
    if jump not in NONE:
        *before, last = jump.split(",")
        through = ["-J", ",".join(before)] if before else []
        target = f"[{host}]:{port}"
        return ["ssh", "-F", access.ssh_config, *STRICT, *through, "-W", target, *_hop(last)]
    if command not in NONE:
        values = {"%": "%", "h": host, "n": host, "p": str(port), "r": access.user}
        words = TOKEN.sub(lambda found: _word(found[1], values[found[1]]), command)
        return ["/bin/sh", "-c", f"exec {words}"]
    return []


def _word(token: str, value: str) -> str:
    return value if token == "%" else shlex.quote(value)


def _hop(written: str) -> list[str]:
    """Return a hop as ssh's arguments; ssh(1) takes `ssh://[user@]host[:port]` as such."""
    return [written if written.startswith("ssh://") else f"ssh://{written}"]


def settings(host: str, port: int, access: Access) -> Settings:
    """Return what OpenSSH's file says of *host*; without a file nothing.  NoWay if it is unfit."""
    if access.ssh_config is None:
        return {}
    try:
        changed = Path(access.ssh_config).stat().st_mtime_ns
    except OSError as reason:
        raise NoWay(f"{access.ssh_config}: {reason.strerror} — set KGNET_SSH_CONFIG to the file") from reason
    return _settings(access.ssh_config, changed, host, port, access.user)


@lru_cache(maxsize=4096)
def _settings(file: str, changed: int, host: str, port: int, user: str) -> Settings:
    try:
        told = subprocess.run(
            ["ssh", "-G", "-F", file, "-p", str(port), "-l", user, "--", host],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASK_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError as reason:
        raise NoWay("`ssh` is not installed, and KGNET_SSH_CONFIG needs it") from reason
    except subprocess.TimeoutExpired as reason:
        raise NoWay(f"{file}: `ssh -G` did not end within {ASK_S} s — look at its Match exec") from reason
    if told.returncode != 0:
        raise NoWay((told.stderr.strip().splitlines() or [f"{file}: `ssh -G` fails"])[0])
    found: dict[str, list[str]] = {}
    for line in told.stdout.splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name, []).append(value)
    return found
