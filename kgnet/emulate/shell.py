"""A terminal over a byte stream: echo, line editing, paging, prompts, and the faults that a reader sees."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from kgnet.emulate.device import Device, Dropped
from kgnet.emulate.terminal import Terminal

GARBAGE = b"\xff\xfe\xe9\x80"
ERASE = ("\x7f", "\x08")
PAGE = 24


class Reader(Protocol):
    async def read(self, n: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A byte stream in both directions."""

    reader: Reader
    write: Callable[[bytes], object]
    drain: Callable[[], Awaitable[object]]


class Shell:
    """One interactive session; `await run()` returns when it has ended, Dropped if it broke."""

    def __init__(self, terminal: Terminal, line: Line) -> None:
        self.terminal = terminal
        self.device: Device = terminal.device
        self._reader = line.reader
        self._write = line.write
        self._drain = line.drain
        self._waiting = ""  # what has come and was not looked at
        self._last = ""

    async def run(self) -> None:
        session = self.terminal.session
        greeting = self.device.greeting(session)
        if fault := self.device.faults.take("banner", session.user):
            greeting += fault.value or f"\nmaintenance tonight {self.device.prompt(session)}\n"
        self._say(greeting)
        self._say(self.terminal.prompt)
        await self._drain()
        while not session.closed:
            line = await self._line()
            if line is None:
                return
            await self._do(line)
            await self._drain()

    async def _do(self, line: str) -> None:
        """Execute a line, and print its answer and the next prompt."""
        faults = self.device.faults
        if faults.take("hang", line):
            while await self._key():  # until the client has enough
                pass
            raise Dropped(line)
        said = self.terminal.type(line)
        if fault := faults.take("slow", line):
            await asyncio.sleep(fault.seconds)
        if said and not said.endswith("\n"):
            said += "\n"
        if faults.take("garbage", line):
            self._write(GARBAGE)
        if faults.take("drop-output", line):
            self._say(said[: len(said) // 2])
            await self._drain()
            raise Dropped(line)
        await self._paged(said, always=bool(faults.take("more", line)))
        if not self.terminal.closed:
            self._say(self.terminal.prompt)

    async def _paged(self, said: str, *, always: bool) -> None:
        length = self.terminal.session.length or (PAGE if always else 0)
        lines = said.splitlines(keepends=True)
        if not length or len(lines) < length:
            return self._say(said)
        room = length - 1
        while lines:
            self._say("".join(lines[:room]))
            lines = lines[room:]
            if not lines:
                return None
            self._say(self.device.more)
            await self._drain()
            key = await self._key()
            self._say(
                "\b" * len(self.device.more) + " " * len(self.device.more) + "\b" * len(self.device.more)
            )
            if key in ("q", "Q", "\x03", ""):
                return None
            room = 1 if key in ("\r", "\n") else length - 1
        return None

    async def _key(self) -> str:
        """The next character; nothing at the end of the stream."""
        if not self._waiting:
            more = await self._reader.read(65536)
            self._waiting = more.decode("utf-8", "replace")
        key, self._waiting = self._waiting[:1], self._waiting[1:]
        return key

    async def _line(self) -> str | None:
        """The next line, echoed as it is typed; None at the end of the stream."""
        typed: list[str] = []
        echoed: list[str] = []
        while True:
            if not self._waiting and echoed:
                self._echo(echoed)
                await self._drain()
            key = await self._key()
            if not key:
                return None
            ask = self.terminal.ask
            if key == "\n" and self._last == "\r":
                self._last = ""
                continue
            self._last = key
            if key in "\r\n" or (ask and ask.key and key >= " "):
                echoed.append(key if key not in "\r\n" else "")
                self._echo([*echoed, "\n"])
                return "".join(typed) + (key if key not in "\r\n" else "")
            if key in ERASE:
                if typed:
                    typed.pop()
                    echoed.append("\b \b")
            elif key < " ":
                if key == "\x03":
                    self.terminal.abandon()
                if (line := self.device.key(self.terminal.session, key, "".join(typed))) is not None:
                    self._echo([*echoed, "\n"])
                    return line
            else:
                typed.append(key)
                echoed.append(key)

    def _echo(self, echoed: list[str]) -> None:
        """Show what was typed, unless it is hidden; the end of the line shows in any case."""
        hidden = self.terminal.ask is not None and self.terminal.ask.hidden
        if self.device.echo:
            self._say("".join(one for one in echoed if one == "\n" or not hidden))
        echoed.clear()

    def _say(self, text: str) -> None:
        if text:
            self._write(text.replace("\n", self.device.newline).encode())
