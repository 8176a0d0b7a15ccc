"""What devices log, as it comes over the wire: RFC 5424, RFC 3164 and what vendors make of it; RFC 6587.

Nothing is refused: a text without a readable head is a message all the same (RFC 3164 §4.3.3), only less is
known of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LARGEST_BYTES = 64 << 10  # of a message; RFC 5424 §6.1 asks for 2 KiB at least
MOST_COUNTED = 5  # digits of an octet count (RFC 6587 §3.4.1) that LARGEST_BYTES needs
USER_NOTICE = 13  # what a message without a priority counts as (RFC 3164 §4.3.3)

PRIORITY = re.compile(r"<(\d{1,3})>")
HEAD_5424 = re.compile(
    r"1 (?P<time>\S+) (?P<host>\S+) (?P<app>\S+) \S+ (?P<name>\S+) "
    r'(?:-|(?:\[[^\]"\\]*(?:(?:"(?:[^"\\]|\\.)*"|\\.)[^\]"\\]*)*\])+)(?: |$)(?:\ufeff)?(?P<text>.*)',
    re.DOTALL,
)
STAMP = r"[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [A-Z]{2,5})?"
HEAD_3164 = re.compile(
    rf"(?:{STAMP}|(?P<time>\d{{4}}-\d\d-\d\dT\S+)) (?P<host>[\w.:%-]+) (?P<rest>.*)", re.DOTALL
)
TAG = re.compile(r"(?P<app>[\w./-]{1,48})(?:\[[^\]]*\])?: ?(?P<text>.*)", re.DOTALL)
CISCO = re.compile(
    rf"(?:\d+: )?(?:(?P<host>[\w.-]+): )?(?:\d+: )?[*.]?{STAMP}: (?P<text>%(?P<app>[A-Z0-9_]+)-\d-.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: *facility* 0 to 23, *severity* 0 (emergency) to 7 (debug); "" and None: it does not say.

    *time* is set only where the message says it with its zone.
    """

    facility: int
    severity: int
    text: str
    host: str = ""
    app: str = ""
    time: datetime | None = None
    name: str = ""  # MSGID (RFC 5424 §6.2.7): what kind of message the sender calls it


def read(data: bytes) -> Message:
    """Read one message, as it stood in a datagram or a frame."""
    whole = data[:LARGEST_BYTES].decode("utf-8", "replace").rstrip("\r\n\0")
    priority = PRIORITY.match(whole)
    number = int(priority[1]) if priority and int(priority[1]) < 192 else USER_NOTICE
    rest = whole[priority.end() :] if priority else whole
    facility, severity = divmod(number, 8)
    host, app, time, text, name = _head(rest)
    return Message(facility, severity, text, host, app, time, name)


def _head(rest: str) -> tuple[str, str, datetime | None, str, str]:
    """Return host, program, time, text and the name of the message."""
    if found := HEAD_5424.fullmatch(rest):
        return (
            _told(found["host"]),
            _told(found["app"]),
            _time(found["time"]),
            found["text"],
            _told(found["name"]),
        )
    if found := CISCO.fullmatch(rest):
        return found["host"] or "", found["app"], None, found["text"], ""
    if found := HEAD_3164.fullmatch(rest):
        tag = TAG.fullmatch(found["rest"])
        app, text = (tag["app"], tag["text"]) if tag else ("", found["rest"])
        return found["host"], app, _time(found["time"] or ""), text, ""
    return "", "", None, rest, ""


def _told(word: str) -> str:
    return "" if word == "-" else word


def _time(written: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(written)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else None


class Frames:
    """Cuts a stream into messages: counted, or each on a line (RFC 6587 §3.4); a sender may mix them."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take in *data*; yield the messages that are whole now.  ValueError: this is no stream of them."""
        self._held += data
        while (found := self._next()) is not None:
            if found.strip(b"\r\n\0 "):
                yield found

    def _next(self) -> bytes | None:
        held = self._held
        if held[:1].isdigit():
            count, space, _ = held[: MOST_COUNTED + 1].partition(b" ")
            if space and count.isdigit():
                return self._cut(len(count) + 1, int(count))
            if len(held) > MOST_COUNTED:
                raise ValueError("a count of octets that does not end")
            return None
        end = held.find(b"\n")
        if end < 0:
            if len(held) > LARGEST_BYTES:
                raise ValueError("a line that does not end")
            return None
        return self._cut(0, end + 1)

    def _cut(self, start: int, length: int) -> bytes | None:
        if length > LARGEST_BYTES:
            raise ValueError(f"a message of {length} octets, {LARGEST_BYTES} at most")
        if len(self._held) < start + length:
            return None
        message = bytes(self._held[start : start + length])
        del self._held[: start + length]
        return message
