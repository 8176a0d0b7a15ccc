"""The SCP protocol at the device's end: what a client's `scp` runs over an exec channel, for single files."""

from __future__ import annotations

import re
import shlex

from kgnet.emulate.device import Device, Dropped
from kgnet.emulate.shell import Line
from kgnet.emulate.terminal import after, before

OK = b"\0"
CHUNK = 65536


def wanted(command: str) -> tuple[str, str] | None:
    """Return direction (`to`, `from` the device) and path, if the command is scp's."""
    words = shlex.split(command)
    if not words or words[0].rpartition("/")[2] != "scp":
        return None
    flags = "".join(word for word in words[1:-1] if word.startswith("-"))
    return ("to" if "t" in flags else "from"), words[-1]


async def serve(device: Device, user: str, direction: str, path: str, line: Line) -> int:
    """Receive or send one file; returns the exit code of the device's `scp`."""
    words = f"scp {direction} {path}"
    device.note(f"{user}: {words}")
    before(device, words)
    stream = _Stream(line)
    if direction == "to":
        await stream.say()
        wrong = await _received(device, user, path, stream)
    else:
        wrong = await _sent(device, user, path, stream)
    after(device, words)
    if wrong:
        await stream.say(b"\x01scp: " + f"{path}: {wrong}\n".encode())
    return 1 if wrong else 0


class _Stream:
    """Exact reads from a channel."""

    def __init__(self, line: Line) -> None:
        self._reader = line.reader
        self._line = line
        self._held = b""

    async def say(self, data: bytes = OK) -> None:
        self._line.write(data)
        await self._line.drain()

    async def line(self) -> bytes:
        while b"\n" not in self._held:
            if not (more := await self._reader.read(CHUNK)):
                return b""
            self._held += more
        line, _, self._held = self._held.partition(b"\n")
        return line

    async def exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            if not (more := await self._reader.read(CHUNK)):
                raise Dropped("the client left in the middle of a file")
            self._held += more
        data, self._held = self._held[:size], self._held[size:]
        return data


async def _received(device: Device, user: str, path: str, stream: _Stream) -> str:
    while header := await stream.line():
        if header.startswith(b"T"):  # times of the file, which follow its name
            await stream.say()
            continue
        found = re.fullmatch(rb"C\d{4} (\d+) (.+)", header)
        if not found:
            return "protocol error"
        await stream.say()
        if device.faults.take("drop-output", f"scp to {path}"):
            await stream.exactly(int(found[1]) // 2)
            raise Dropped(path)
        data = await stream.exactly(int(found[1]))
        await stream.exactly(1)
        where = path + found[2].decode() if path.endswith(("/", ":")) else path
        if wrong := device.put(user, where, data):
            return wrong
        await stream.say()
    return ""


async def _sent(device: Device, user: str, path: str, stream: _Stream) -> str:
    data = device.get(user, path)
    await stream.exactly(1)
    if data is None:
        return "No such file or directory"
    name = re.split(r"[/:]", path)[-1]
    await stream.say(f"C0644 {len(data)} {name}\n".encode())
    await stream.exactly(1)
    await stream.say(data + OK)
    await stream.exactly(1)
    return ""
