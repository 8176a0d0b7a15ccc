"""Poly's rooms and conference telephones on UC Software (Trio): the configuration that one exports.

Written after Poly's administrator guides; no real system was asked.  The export has `parameter="value"`
only for what differs from how Poly delivers it; passwords are in it only if somebody put them there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from html import unescape

from kgnet.errors import ReadError
from kgnet.model.conferencing import OFF, OFFERED, REQUIRED, Calls, Firmware, Passwords, Transport
from kgnet.model.services import Service, Services
from kgnet.ports import Marked, System
from kgnet.rooms._text import password

APPLICATION = re.compile(r"<!--\s*Application SIP (?P<model>\S+) (?P<release>\d[\d.]*)")
PARAMETER = re.compile(r'(?<![\w.])([A-Za-z][\w.-]*)\s*=\s*"([^"\n]*)"')
ADMINISTRATOR = "device.auth.localAdminPassword"
TRANSPORTS = {"tls": "tls", "tcponly": "tcp", "udponly": "udp"}
Told = Mapping[str, tuple[str, int]]  # parameter → value and line


def read(text: str, asked: date, mark: Marked) -> Iterator[object]:
    """Yield the facts; ReadError if no parameter is in the text."""
    told = {
        name: (unescape(value), number)
        for number, line in enumerate(text.splitlines(), 1)
        for name, value in PARAMETER.findall(line)
        if "." in name
    }
    if not told:
        raise ReadError("no parameter of UC Software is in it")
    application = APPLICATION.search(text)
    line = text.count("\n", 0, application.start()) + 1 if application else 0
    model, release = (application["model"], application["release"]) if application else ("", "")
    yield Firmware("poly_ucs", model, release, line, asked)
    yield _calls(told)
    yield _passwords(told, mark)
    yield Services(tuple(_doors(told)))


def _on(told: Told, name: str, usual: str) -> bool:
    return told.get(name, (usual, 0))[0].lower() in ("1", "true", "yes")


def _accounts(told: Told) -> Iterator[str]:
    """Yield the numbers of the lines that are registered somewhere."""
    found = (re.fullmatch(r"reg\.(\d+)\.address", name) for name in told)
    yield from (each[1] for each in found if each and told[each[0]][0])


def _calls(told: Told) -> Calls:
    name = next((each for each in ("sec.srtp.require", "sec.srtp.offer") if _on(told, each, "0")), "")
    media = {"sec.srtp.require": REQUIRED, "sec.srtp.offer": OFFERED}.get(name, OFF)
    transports = []
    for number in _accounts(told):
        value, line = told.get(f"reg.{number}.server.1.transport", ("DNSnaptr", 0))
        of = told[f"reg.{number}.address"][0]
        transports.append(Transport(of, TRANSPORTS.get(value.lower(), "auto"), line))
    answering = told.get("call.autoAnswer.SIP", ("0", 0))
    return Calls(
        media,
        told.get(name, ("", 0))[1],
        tuple(transports),
        _on(told, "call.autoAnswer.SIP", "0"),
        _on(told, "call.autoAnswer.micMute", "1"),
        answering[1],
        None,
    )


def _passwords(told: Told, mark: Marked) -> Passwords:
    wanted: dict[str, tuple[str, tuple[str, ...]]] = {ADMINISTRATOR: ("the administrator", ())}
    for number in _accounts(told):
        address = told[f"reg.{number}.address"][0]
        names = (address, told.get(f"reg.{number}.auth.userId", ("", 0))[0])
        wanted[f"reg.{number}.auth.password"] = (f"the account {address}", names)
    return Passwords(
        tuple(
            password(of, told[name][0], told[name][1], mark=mark, names=names)
            for name, (of, names) in wanted.items()
            if name in told
        ),
        tuple(of for name, (of, _) in wanted.items() if name not in told),
    )


def _doors(told: Told) -> Iterator[Service]:
    """Yield its web pages: on, and for HTTPS only, as delivered."""
    if _on(told, "httpd.enabled", "1") and _on(told, "httpd.cfg.enabled", "1"):
        yield Service("https", "httpd.cfg.enabled", told.get("httpd.cfg.enabled", ("", 0))[1])
        if not _on(told, "httpd.cfg.secureTunnelRequired", "1"):
            line = told["httpd.cfg.secureTunnelRequired"][1]
            yield Service("http", "httpd.cfg.secureTunnelRequired: 0", line)


SYSTEM = System("poly_ucs", read, signs=re.compile(r"<PHONE_CONFIG\b|<polycomConfig\b"))
