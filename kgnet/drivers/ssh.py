"""SSH by paramiko: commands with exit code and separate stderr, for Linux and FRR."""

from __future__ import annotations

import select
import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import paramiko
from paramiko import SSHClient

from kgnet.drivers._login import login
from kgnet.drivers._why import said
from kgnet.errors import Unreachable
from kgnet.model.fleet import Device
from kgnet.ports import Access, Driver, Output

CHUNK_BYTES = 32_768  # what fits one packet (RFC 4253 §6.1)


class Ssh:
    """A session over one connection; every command has a channel of its own (RFC 4254 §6.5)."""

    def __init__(self, device: str, client: SSHClient) -> None:
        self.device = device
        self.client = client

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        """Run *argv*; SSH carries one string, which the far shell parts again, so each word is quoted."""
        try:
            return self._run(shlex.join(argv), stdin.encode(), time.monotonic() + timeout_s)
        except TimeoutError as reason:
            raise Unreachable(
                self.device, f"`{_short(argv)}` gave no answer within {timeout_s:g} s"
            ) from reason
        except (paramiko.SSHException, OSError, EOFError) as reason:
            raise Unreachable(
                self.device, f"the connection broke during `{_short(argv)}`: {said(reason)}"
            ) from reason

    def _run(self, command: str, stdin: bytes, until: float) -> Output:
        transport = self.client.get_transport()
        if transport is None:
            raise EOFError
        with transport.open_session(timeout=max(until - time.monotonic(), 0.1)) as channel:
            channel.settimeout(max(until - time.monotonic(), 0.1))
            channel.exec_command(command)
            out, err = _talk(channel, stdin, until)
            code = channel.recv_exit_status() if channel.status_event.wait(_left(until)) else -1
        if code == -1:  # RFC 4254 §6.10: no status; the command was killed, or the far end died
            raise EOFError
        return Output(code, out.decode(errors="replace"), err.decode(errors="replace"))


def _talk(channel: paramiko.Channel, stdin: bytes, until: float) -> tuple[bytes, bytes]:
    """Send *stdin* and read both streams until both end; neither waits for another."""
    out, err, rest = bytearray(), bytearray(), memoryview(stdin)
    if not stdin:
        channel.shutdown_write()
    while True:
        while channel.recv_ready():
            out += channel.recv(CHUNK_BYTES)
        while channel.recv_stderr_ready():
            err += channel.recv_stderr(CHUNK_BYTES)
        if rest and not channel.closed and channel.send_ready():
            rest = rest[channel.send(rest[:CHUNK_BYTES].tobytes()) :]
            if not rest:
                channel.shutdown_write()
        elif (
            (channel.eof_received or channel.closed)
            and not channel.recv_ready()
            and not channel.recv_stderr_ready()
        ):
            return bytes(out), bytes(err)
        else:
            select.select([channel], [], [], min(0.05, _left(until)) if rest else _left(until))


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _short(argv: Sequence[str]) -> str:
    line = " ".join(shlex.join(argv).split())  # a script's lines, too
    return line if len(line) <= 60 else line[:57] + "..."


@contextmanager
def open_session(device: Device, access: Access) -> Iterator[Ssh]:
    """Log in to the device's management address; Unreachable says what to do about it."""
    with login(device, access, "ssh", access.port) as client:
        yield Ssh(device.name, client)


DRIVER = Driver("ssh", open_session)
