"""A toy of a device for session tests: an SSH server that says exactly what a test wants it to say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from kgnet.ports import Access

USER, PASSWORD = "operator", "correct horse"


@dataclass
class Toy:
    """How the toy behaves; *answers*: command → what it prints, bytes as they are."""

    prompt: str = "r1#"
    answers: Mapping[str, bytes | Callable[[Any], Any]] = field(default_factory=dict)
    otherwise: bytes = b"% Invalid input detected at '^' marker.\r\n"
    greeting: str = ""
    prompts: Sequence[str] = ()  # keyboard-interactive; empty: the password method
    open_door: bool = False  # anybody is let in, and asked afterwards
    door: Sequence[tuple[str, str]] = ()  # (question, right answer) in the terminal
    version: str = "Cisco-1.25"
    netconf: bool = False
    silent: bool = False
    logins: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    login_s: float = 0.0


class Door(asyncssh.SSHServer):
    def __init__(self, toy: Toy) -> None:
        self.toy = toy

    async def begin_auth(self, username: str) -> bool:
        self.toy.at_once += 1
        self.toy.most_at_once = max(self.toy.most_at_once, self.toy.at_once)
        await asyncio.sleep(self.toy.login_s)
        self.toy.at_once -= 1
        self.toy.logins.append(username)
        return not self.toy.open_door

    def password_auth_supported(self) -> bool:
        return not self.toy.prompts

    def validate_password(self, username: str, password: str) -> bool:
        return (username.partition("+")[0], password) == (USER, PASSWORD)

    def kbdint_auth_supported(self) -> bool:
        return bool(self.toy.prompts)

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "", [(prompt, False) for prompt in self.toy.prompts]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        wanted = [USER if "ser" in prompt else PASSWORD for prompt in self.toy.prompts]
        return list(responses) == wanted


async def _serve(toy: Toy, process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Be a terminal that echoes, answers and prompts."""
    if toy.silent:
        await asyncio.sleep(3600)
    try:
        process.stdout.write(toy.greeting.encode())
        for question, answer in toy.door:
            process.stdout.write(question.encode())
            if (await _line(process, echo=False)) != answer:
                process.stdout.write(b"\r\n% Login invalid\r\n")
                await process.stdout.drain()
                process.close()
                return
            process.stdout.write(b"\r\n")
        while True:
            process.stdout.write(toy.prompt.encode())
            command = await _line(process, echo=True)
            said = toy.answers.get(command, toy.otherwise if command else b"")
            if callable(said):
                await said(process)
            else:
                process.stdout.write(said)
    except (asyncssh.Error, ConnectionError, EOFError, asyncio.IncompleteReadError):
        process.close()


async def _line(process: asyncssh.SSHServerProcess[bytes], *, echo: bool) -> str:
    typed = bytearray()
    while True:
        key = await process.stdin.read(1)
        if not key:
            raise EOFError
        if key == b"\n" and not typed and process.get_extra_info("returned"):
            process.channel.set_extra_info(returned=False)
            continue
        process.channel.set_extra_info(returned=key == b"\r")
        if key in b"\r\n":
            if echo:
                process.stdout.write(bytes(typed) + b"\r\n")
            return typed.decode()
        typed += key


@contextmanager
def toy_device(toy: Toy, folder: Path, *, known: bool = True) -> Iterator[Access]:
    """Serve *toy* on the loopback; the way in to it, its host key known."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def start() -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: Door(toy),
            server_host_keys=[key],
            process_factory=lambda process: _serve(toy, process),
            encoding=None,
            line_editor=False,
            server_version=toy.version,
        )

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    port = server.sockets[0].getsockname()[1]
    secret = folder / "password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    secret.chmod(0o600)
    hosts = folder / "known_hosts"
    line = f"[127.0.0.1]:{port} {key.export_public_key().decode()}" if known else ""
    hosts.write_text(line, encoding="utf-8")
    try:
        yield Access(USER, None, str(hosts), port, 2.0, password_file=str(secret))
    finally:

        async def stop() -> None:
            server.close()
            await server.wait_closed()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
