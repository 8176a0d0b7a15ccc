"""SSH as a device speaks it: logins, the shell, single commands, SCP and the NETCONF subsystem."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from kgnet.emulate import scp
from kgnet.emulate.device import Device, Dropped
from kgnet.emulate.shell import Line, Shell
from kgnet.emulate.terminal import Terminal

Find = Callable[[], Device]  # who answers now: a fault may put a device of another platform in its place
LOGIN_S = 60.0
KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256")
CIPHERS = ("aes128-gcm@openssh.com", "aes128-ctr", "aes256-ctr", "chacha20-poly1305@openssh.com")
GONE = (asyncssh.Error, ConnectionError, BrokenPipeError, asyncio.IncompleteReadError)


@dataclass(slots=True)
class Held:
    """What goes on at the doors of a fleet, so that it can be ended."""

    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def end(self) -> None:
        """Break all connections, and wait until nobody is served any more."""
        for connection in tuple(self.connections):
            connection.abort()
        for task in tuple(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


class Server(asyncssh.SSHServer):
    """One connection's door."""

    def __init__(self, find: Find, held: Held) -> None:
        self._held = held
        self.device = find()
        self.privilege = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._conn = conn
        self._held.connections.add(conn)
        if not self.device.up():
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._held.connections.discard(self._conn)

    def begin_auth(self, username: str) -> bool:
        if banner := self.device.banner():
            self._conn.send_auth_banner(banner)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        if self.device.faults.take("login", username):
            self.device.note(f"declines {username}")
            return False
        privilege = self.device.login(username, password)
        if privilege is None:
            self.device.note(f"declines {username}: wrong password")
            return False
        self.privilege = privilege
        self._conn.set_extra_info(privilege=privilege)
        return True

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Any) -> bool:
        return len(responses) == 1 and self.validate_password(username, responses[0])


async def listen(
    find: Find,
    host: str,
    key: asyncssh.SSHKey,
    held: Held,
    *,
    netconf: bool = False,
) -> Any:
    """Listen at *host*, any port, for a device; *netconf* ports speak nothing but that subsystem.

    *held* knows of what goes on there.
    """

    async def handle(process: asyncssh.SSHServerProcess[bytes]) -> None:
        task = asyncio.current_task()
        if task:
            held.tasks.add(task)
            task.add_done_callback(held.tasks.discard)
        await _serve(find(), process, only_netconf=netconf)

    return await asyncssh.listen(
        host, 0, server_factory=lambda: Server(find, held), server_host_keys=[key], process_factory=handle,
        encoding=None, line_editor=False, kex_algs=[*KEX, *find().kex], encryption_algs=CIPHERS,
        compression_algs=["none"], login_timeout=LOGIN_S, allow_scp=False, x11_forwarding=False,
        agent_forwarding=False, server_version=find().ssh_version, config=None,
    )  # fmt: skip


async def _serve(device: Device, process: asyncssh.SSHServerProcess[bytes], *, only_netconf: bool) -> None:
    """Serve one channel, and break the connection where a fault says so."""
    connection = process.channel.get_connection()
    user = process.get_extra_info("username")
    try:
        if device.faults.take("deaf", user):
            await process.channel.wait_closed()
        if process.subsystem or only_netconf:
            code = await _subsystem(device, user, process)
        elif process.command is not None:
            code = await _exec(device, user, process)
        else:
            code = await _shell(device, user, process)
        process.exit(code)
    except Dropped:
        connection.abort()
    except GONE:
        process.close()


async def _shell(device: Device, user: str, process: asyncssh.SSHServerProcess[bytes]) -> int:
    terminal = _terminal(device, user, process)
    columns, rows, *_ = process.term_size or (80, 24)
    if process.term_type and columns and rows:
        terminal.session.width, terminal.session.length = columns, rows
    try:
        await Shell(terminal, _line(process)).run()
    finally:
        terminal.close()
    return 0


async def _exec(device: Device, user: str, process: asyncssh.SSHServerProcess[bytes]) -> int:
    """One command: scp's, or one of the device's own, which is answered without prompt."""
    assert process.command is not None
    if found := scp.wanted(process.command):
        return await scp.serve(device, user, *found, _line(process))
    terminal = _terminal(device, user, process)
    try:
        if device.faults.take("hang", process.command):
            await process.channel.wait_closed()
            raise Dropped(process.command)
        for line in process.command.splitlines():
            said = terminal.type(line)
            process.stdout.write(f"{said}\n".replace("\n", device.newline).encode())
        await process.stdout.drain()
    finally:
        terminal.close()
    return 0


async def _subsystem(device: Device, user: str, process: asyncssh.SSHServerProcess[bytes]) -> int:
    serve: Callable[[Any, Any], Awaitable[None]] | None = device.netconf(user)
    if serve is None or process.subsystem not in ("netconf", None):
        return 1
    await serve(process.stdin, process.stdout)
    return 0


def _terminal(device: Device, user: str, process: asyncssh.SSHServerProcess[bytes]) -> Terminal:
    privilege = process.get_extra_info("privilege")
    remote = process.get_extra_info("peername")[0]
    terminal = Terminal(device, user, privilege=privilege, remote=remote)
    terminal.session.drop = process.channel.get_connection().abort
    return terminal


def _line(process: asyncssh.SSHServerProcess[bytes]) -> Line:
    return Line(process.stdin, process.stdout.write, process.stdout.drain)
