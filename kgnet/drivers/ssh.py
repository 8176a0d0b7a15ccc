"""SSH by paramiko: commands with exit code and separate stderr, for Linux and FRR."""

from __future__ import annotations

import base64
import hashlib
import select
import shlex
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import paramiko
from paramiko import PKey, SSHClient

from kgnet.errors import Unreachable
from kgnet.model.fleet import Device
from kgnet.ports import Access, Driver, Output

KEEPALIVE_S = 5
CHUNK_BYTES = 32_768  # what fits one packet (RFC 4253 §6.1)


class UnknownHostKey(paramiko.SSHException):
    """The host offered a key that nobody vouched for."""


class Strict(paramiko.MissingHostKeyPolicy):
    """Refuses a host whose key is not known, and keeps its fingerprint for the message."""

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        raise UnknownHostKey(f"{key.get_name()} {fingerprint(key)}")


def fingerprint(key: PKey) -> str:
    """Return the fingerprint as OpenSSH prints it."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
    return "SHA256:" + digest.rstrip("=")


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
                self.device, f"the connection broke during `{_short(argv)}`: {_said(reason)}"
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
    line = shlex.join(argv)
    return line if len(line) <= 60 else line[:57] + "..."


def _said(reason: BaseException) -> str:
    return str(reason) or "the far end closed it"


@contextmanager
def open_session(device: Device, access: Access) -> Iterator[Ssh]:
    """Log in to the device's management address; Unreachable says what to do about it."""
    client = SSHClient()
    client.set_missing_host_key_policy(Strict())
    try:
        _know(client, device, access)
        _connect(client, device, access)
        yield Ssh(device.name, client)
    finally:
        client.close()


def _know(client: SSHClient, device: Device, access: Access) -> None:
    """Load the keys of known hosts: *access*'s file, else the user's own."""
    try:
        if access.known_hosts is None:
            client.load_system_host_keys()
        else:
            client.load_system_host_keys(access.known_hosts)
    except OSError as reason:
        raise Unreachable(
            device.name,
            f"{access.known_hosts}: {reason.strerror}; it has to hold the host keys"
            " — set KGNET_KNOWN_HOSTS to the file",
        ) from reason


def _connect(client: SSHClient, device: Device, access: Access) -> None:
    address = str(device.management)
    if access.key_file is not None and not Path(access.key_file).is_file():
        raise Unreachable(
            device.name, f"{access.key_file}: no such key file — set KGNET_SSH_KEY to the operator's key"
        )
    try:
        client.connect(
            address,
            port=access.port,
            username=access.user,
            key_filename=access.key_file,
            allow_agent=access.key_file is None,
            look_for_keys=access.key_file is None,
            timeout=access.timeout_s,
            banner_timeout=access.timeout_s,
            auth_timeout=access.timeout_s,
            channel_timeout=access.timeout_s,
        )
        _keep_alive(client)
    except (paramiko.SSHException, OSError, EOFError) as reason:
        raise Unreachable(device.name, _why(reason, address, access)) from reason


def _keep_alive(client: SSHClient) -> None:
    """Notice a dead path: probes while idle, and an end to retransmitting (RFC 5482)."""
    transport = client.get_transport()
    if transport is not None and isinstance(transport.sock, socket.socket):
        transport.set_keepalive(KEEPALIVE_S)
        transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # small packets, in turn
        transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 3 * KEEPALIVE_S * 1000)


def _why(reason: BaseException, address: str, access: Access) -> str:
    """Say in an operator's words why there is no session, and what to do."""
    place = address if access.port == 22 else f"[{address}]:{access.port}"
    known = access.known_hosts or "~/.ssh/known_hosts"
    what = _what(reason, known, access)
    if isinstance(reason, UnknownHostKey):
        what += f": ssh-keyscan -p {access.port} {address} >> {known}"
    elif isinstance(reason, paramiko.BadHostKeyException):
        what += f": ssh-keygen -R '{place}' -f {known}"
    return f"{place} {what}"


def _what(reason: BaseException, known: str, access: Access) -> str:
    """Say what *reason* means; UnknownHostKey comes first, since it is an SSHException too."""
    meanings: tuple[tuple[type[BaseException], str], ...] = (
        (
            UnknownHostKey,
            f"shows a host key that {known} does not hold ({reason}) — compare it on the device"
            " (ssh-keygen -lf) and add it",
        ),
        (
            paramiko.BadHostKeyException,
            f"shows another host key than {known} holds: a rebuilt device, or somebody in between"
            " — if it was rebuilt",
        ),
        (
            paramiko.PasswordRequiredException,
            f"wants {access.key_file}, which is encrypted — load it into ssh-agent, unset KGNET_SSH_KEY",
        ),
        (
            paramiko.AuthenticationException,
            f"does not let {access.user} in by {access.key_file or 'the keys of ssh-agent'}"
            " — its authorized_keys need the public half",
        ),
        (TimeoutError, f"did not answer within {access.timeout_s:g} s"),
        (OSError, f"does not answer: {_first(reason)}"),
    )
    told = (text for kind, text in meanings if isinstance(reason, kind))
    return next(told, f"does not speak SSH: {_said(reason)}")


def _first(reason: BaseException) -> str:
    """Return the system's words; paramiko wraps one error an address tried."""
    errors = getattr(reason, "errors", None)
    inner = next(iter(errors.values())) if errors else reason
    return getattr(inner, "strerror", None) or str(inner)


DRIVER = Driver("ssh", open_session)
