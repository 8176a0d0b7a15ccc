"""Cisco's room systems (CE and RoomOS): what `xConfiguration` and `xStatus` print, one after the other.

Written after Cisco's API reference guides; no real system was asked.  Passwords are printed as `***`.  What a
text leaves out is as Cisco delivers it: HTTP with HTTPS up to CE 9, best effort, no answering by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from kgnet.errors import ReadError
from kgnet.model.conferencing import OFF, OFFERED, REQUIRED, Calls, Firmware, Passwords, Transport
from kgnet.model.services import Service, Services
from kgnet.ports import Marked, System

LINE = re.compile(r'^\*?[cs]?\s*(?:xConfiguration |xStatus )?(?P<path>[A-Z][\w ]*): "?(?P<value>[^"]*)"?\s*$')
RELEASE = re.compile(r"\d+(?:\.\d+)*")
MEDIA = {"on": REQUIRED, "besteffort": OFFERED, "off": OFF}
Told = Mapping[str, tuple[str, int]]  # path → value and line


def read(text: str, asked: date, mark: Marked) -> Iterator[object]:
    """Yield the facts; ReadError if the text is neither of the two."""
    told: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if found := LINE.match(line.strip()):
            told[found["path"].strip()] = found["value"].strip(), number
    if not any(path.startswith("NetworkServices ") for path in told):
        raise ReadError("no line of `xConfiguration NetworkServices` is in it")
    version, at = told.get("SystemUnit Software Version", ("", 0))
    release = RELEASE.search(version)
    model = told.get("SystemUnit ProductId", told.get("SystemUnit ProductPlatform", ("", 0)))[0]
    yield Firmware("cisco_roomos", model, release[0] if release else "", at, asked)
    yield _calls(told)
    yield Passwords((), hidden=("the administrator admin", "the SIP account"))
    yield Services(tuple(_doors(told)))


def _is(told: Told, path: str, usual: str) -> tuple[str, int]:
    value, line = told.get(path, (usual, 0))
    return value.lower(), line


def _calls(told: Told) -> Calls:
    media, media_line = _is(told, "Conference Encryption Mode", "BestEffort")
    answers, answers_line = _is(told, "Conference AutoAnswer Mode", "Off")
    muted, _ = _is(told, "Conference AutoAnswer Mute", "Off")
    states = [
        value for path, (value, _) in told.items() if re.fullmatch(r"SIP Registration \d+ Status", path)
    ]
    return Calls(
        MEDIA.get(media, OFF),
        media_line,
        tuple(_transports(told)),
        answers == "on",
        muted == "on",
        answers_line,
        any(state == "Registered" for state in states) if states else None,
    )


def _transports(told: Told) -> Iterator[Transport]:
    on, _ = _is(told, "NetworkServices SIP Mode", "On")
    name, line = _is(told, "SIP DefaultTransport", "Auto")
    if on == "on":
        yield Transport("SIP", name, line)
    h323, line = _is(told, "NetworkServices H323 Mode", "Off")
    if h323 == "on":
        yield Transport("H.323", "h323", line)


def _doors(told: Told) -> Iterator[Service]:
    for path, usual, names in (
        ("NetworkServices HTTP Mode", "HTTP+HTTPS", {"http+https": ("http", "https"), "https": ("https",)}),
        ("NetworkServices Telnet Mode", "Off", {"on": ("telnet",)}),
        ("NetworkServices SSH Mode", "On", {"on": ("ssh",)}),
    ):
        value, line = _is(told, path, usual)
        shown = told.get(path, (f"{usual}, as delivered", 0))[0]
        yield from (Service(name, f"{path}: {shown}", line) for name in names.get(value, ()))


SYSTEM = System(
    "cisco_roomos",
    read,
    signs=re.compile(r"^\s*(?:\*c )?xConfiguration \w|^\*c? ?NetworkServices ", re.MULTILINE),
)
