"""command → answer on a device with a command line of its own, without echo, pages, questions and prompts."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import paramiko

from kgnet.drivers._speaks import PROMPTS
from kgnet.errors import Refused, Unreachable
from kgnet.model.fleet import Device
from kgnet.ports import Output, Platform

if TYPE_CHECKING:
    from netmiko import BaseConnection

MOST_BYTES = 32 * 1024 * 1024  # the longest configuration known to us has 3 MB
CHUNK_BYTES = 65_536
TAIL_BYTES = 1024
SURE_S = 0.02  # silence after the prompt that was there before
UNSURE_S = 0.3  # silence after what looks like another prompt, or like a question
NO_ECHO_S = 2.0  # silence after a prompt where the command was not echoed
MORE = re.compile(
    r"(?<!-)-+ ?\(?[Mm]ore\b[^\n]{0,20}-+ ?$|^--More-- ?$|\[Q quit\|[^\]\n]*\] ?$", re.MULTILINE
)
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]|\x1b\][^\x07]*\x07|\x00")
LEFT = re.compile(r"\x1b\[(\d*)D")
QUESTION = re.compile(r"[^\n]*[\])?:]\s*")
CONTROL = re.compile(r"[\x00-\x1f]")


class Cli:
    """A session on a device's own command line, over a connection of Netmiko's."""

    def __init__(self, device: Device, platform: Platform, connection: BaseConnection) -> None:
        self.device, self.platform, self.connection = device, platform, connection
        self._prompts = PROMPTS[platform.dialect]
        self._name = ""  # what the prompts hold as long as the device is called so

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        """Type the one command of *argv*; *stdin* holds the answers to what it asks, one a line."""
        command = " ".join(argv)
        said = f"`{self._short(command)}`"
        if "\n" in command or "\r" in command:
            raise Refused(self.device.name, f"{said} holds a line break: it is more than one command")
        try:
            raw = self._answer(command, stdin.splitlines(), time.monotonic() + timeout_s)
        except TimeoutError as reason:
            raise Unreachable(
                self.device.name, f"{said} gave no answer within {timeout_s:g} s{self._asks(reason)}"
            ) from reason
        except (paramiko.SSHException, OSError, EOFError) as reason:
            why = str(reason) or "the far end closed it"
            raise Unreachable(self.device.name, f"the connection broke during {said}: {why}") from reason
        return self._output(_without(self._text(raw, said), command))

    def _short(self, command: str) -> str:
        shown = self.platform.redacted(CONTROL.sub("^", command))
        return shown if len(shown) <= 60 else f"{shown[:59]}…"

    def _asks(self, reason: TimeoutError) -> str:
        """Say what the device is waiting for, if its last line looks like a question."""
        last = _last(str(reason))
        return f": it asks `{self._short(last)}`" if last and QUESTION.fullmatch(last) else ""

    # ── reading ─────────────────────────────────────────────────────────────

    def _answer(self, command: str, answers: list[str], until: float) -> bytes:
        """Type *command* and return what comes until there is a prompt again; TimeoutError: the end of it."""
        channel: Any = self.connection.remote_conn
        while channel.recv_ready():  # what came uncalled for
            channel.recv(CHUNK_BYTES)
        key = len(command) == 1 and command < " "
        channel.sendall((command if key else command + self.connection.RETURN).encode())
        raw, echo = bytearray(), "" if key else _squeezed(command)[:40]
        while True:
            tail = shown(bytes(raw[-TAIL_BYTES:]).decode(errors="replace"))
            last = _last(tail)
            patience = self._patience(last, answers, echoed=echo in _squeezed(shown_head(raw)))
            if MORE.search(last):
                channel.sendall(b" ")
                patience = None
            try:
                raw += _received(channel, until, patience, tail)
            except Silence:
                if self._prompts.fullmatch(last):
                    self.knows(last)  # the device may be called otherwise by now
                    return bytes(raw)
                channel.sendall(f"{answers.pop(0)}{self.connection.RETURN}".encode())
            if len(raw) > MOST_BYTES:
                raise Refused(
                    self.device.name,
                    f"`{self._short(command)}` printed {MOST_BYTES >> 20} MB and did not end"
                    " — look at it by hand",
                )

    def _patience(self, last: str, answers: Sequence[str], *, echoed: bool) -> float | None:
        """Return how many seconds of silence after *last* mean that it is our turn; None: it is not."""
        if self._prompts.fullmatch(last):
            if not echoed:
                return NO_ECHO_S
            return SURE_S if self._name and self._name in last else UNSURE_S
        return UNSURE_S if answers and QUESTION.fullmatch(last) and last.strip() else None

    def knows(self, prompt: str) -> None:
        """Remember the name that is in *prompt*: where it shows again, an answer is at its end."""
        found = re.search(r"[\w.-]+(@[\w.-]+)?", prompt)
        self._name = found[0][:16] if found else ""  # IOS cuts it short in configuration modes

    # ── what came ───────────────────────────────────────────────────────────

    def _text(self, raw: bytes, said: str) -> str:
        try:
            return shown(raw.decode())
        except UnicodeDecodeError as reason:
            line = raw.count(b"\n", 0, reason.start)
            raise Refused(
                self.device.name,
                f"{said} gave a byte that is no UTF-8 (0x{raw[reason.start]:02x}) in line {line}"
                " — write that line anew in plain letters on the device",
            ) from reason

    def _output(self, text: str) -> Output:
        found = (pattern.search(text) for pattern in self.platform.refusals)
        refusal = next((match for match in found if match), None)
        if refusal is None:
            return Output(0, text, "")
        start = text.rfind("\n", 0, refusal.start()) + 1
        end = text.find("\n", refusal.end())
        return Output(1, text, text[start : end if end >= 0 else None].strip())


class Silence(Exception):
    """Nothing came for as long as was waited."""


def _received(channel: Any, until: float, patience_s: float | None, tail: str) -> bytes:
    """Return what comes next; Silence if nothing does within the patience, TimeoutError if time is over."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError(tail)
    channel.settimeout(min(left, patience_s or left))
    try:
        data: bytes = channel.recv(CHUNK_BYTES)
    except TimeoutError:
        if patience_s and left > patience_s:
            raise Silence from None
        raise TimeoutError(tail) from None
    if not data:
        raise EOFError
    return data


def shown_head(raw: bytes | bytearray) -> str:
    return bytes(raw[:TAIL_BYTES]).decode(errors="replace")


def shown(text: str) -> str:
    """Return *text* as it stands on a screen in the end: what is typed over is gone, pages are joined."""
    text = ESCAPE.sub("", LEFT.sub(lambda found: "\b" * int(found[1] or 1), text))
    text = re.sub(r"(?<!\r)\r+\n", "\n", text)
    return "\n".join(_typed_over(line) if "\b" in line or "\r" in line else line for line in text.split("\n"))


def _typed_over(line: str) -> str:
    """Return what is left of a line in which the cursor went back; blanks that wiped something out go too."""
    cells: list[str] = []
    at = wiped = 0
    for character in line:
        if character in "\b\r":
            at = max(at - 1, 0) if character == "\b" else 0
        else:
            wiped = max(wiped, at + 1) if character == " " and at < len(cells) else wiped
            cells[at : at + 1] = [character]
            at += 1
    left = "".join(cells)
    return left.rstrip() if wiped == len(left) > at else left


def _last(text: str) -> str:
    return text.rpartition("\n")[2]


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f]+", "", text)


def _without(text: str, command: str) -> str:
    """Return *text* without the echo of *command* before it and the prompt after it."""
    body, newline, _ = text.rpartition("\n")
    wanted = _squeezed(command)
    first, _, rest = body.partition("\n")
    if wanted and wanted in _squeezed(first):
        body = rest
    return body + newline if body else ""
