"""baresip, the endpoint of the twin's rooms: its `config` and `accounts` (baresip 1.0, docs/examples).

What is not set is off there: media go in clear, calls are answered by hand.  Its programs to steer it
(`ctrl_tcp`, `cons`, `httpd`) ask for no password, so that one that listens to others is an open door.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from kgnet.errors import ReadError
from kgnet.model.conferencing import OFF, OFFERED, REQUIRED, Calls, Firmware, Passwords, Transport
from kgnet.model.services import Service, Services, loopback
from kgnet.ports import Marked, System
from kgnet.rooms._text import password

FOLDER = "/root/.baresip"
ASK = (
    "dpkg-query -W -f='# baresip ${Version}\\n' baresip-core || exit;"
    f" for f in config accounts; do cat {FOLDER}/$f || exit; done"
)
ACCOUNT = re.compile(r'^\s*(?:"[^"]*"\s*)?<(?P<uri>sips?:[^>]*)>(?P<parameters>.*)$')
PARAMETER = re.compile(r';\s*([\w-]+)=("[^"]*"|[^;]*)')
SETTING = re.compile(r"^(?P<name>[a-z][\w]*)\s+(?P<value>\S.*)$")
VERSION = re.compile(r"^# baresip (\S+)$", re.MULTILINE)
MEDIA = {
    **dict.fromkeys(("srtp-mand", "srtp-mandf", "dtls_srtp", "dtls_srtpf", "zrtp"), REQUIRED),
    "srtp": OFFERED,
}
DOORS = {  # module → the setting of its socket, where it listens without one, and what it is
    "ctrl_tcp": ("ctrl_tcp_listen", "0.0.0.0:4444", "api"),
    "cons": ("cons_listen", "0.0.0.0:5555", "terminal"),
    "httpd": ("http_listen", "0.0.0.0:8000", "http"),
}


def read(text: str, asked: date, mark: Marked) -> Iterator[object]:
    """Yield the facts of baresip's own files, one after the other; ReadError if there is no account."""
    settings: list[tuple[str, str, int]] = []
    accounts: list[tuple[str, dict[str, str], int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if found := ACCOUNT.match(line):
            parameters = {key: value.strip().strip('"') for key, value in PARAMETER.findall(line)}
            accounts.append((found["uri"], parameters, number))
        elif found := SETTING.match(line):
            settings.append((found["name"], found["value"].strip(), number))
    if not accounts:
        raise ReadError("baresip has no account, so it is no room's")
    version = VERSION.search(text)
    release = version[1].rpartition(":")[2] if version else ""
    yield Firmware("baresip", "", release, 1 if version else 0, asked)
    yield _calls(accounts)
    yield _passwords(accounts, mark)
    yield Services(tuple(_doors(settings)))


def _user(uri: str) -> str:
    return uri.partition(":")[2].partition("@")[0]


def _transport(uri: str, parameters: dict[str, str]) -> str:
    """Return how an account is reached; sips is TLS (RFC 5630 §3.1.1), an outbound proxy decides over it."""
    way = parameters.get("outbound") or uri
    if way.startswith("sips:"):
        return "tls"
    found = re.search(r"transport=(\w+)", way) or re.search(r"transport=(\w+)", uri)
    return found[1].lower() if found else "udp"


def _calls(accounts: list[tuple[str, dict[str, str], int]]) -> Calls:
    """Return what holds for the weakest account."""
    order = [OFF, OFFERED, REQUIRED]
    media = [(MEDIA.get(given.get("mediaenc", ""), OFF), line) for _, given, line in accounts]
    weakest, line = min(media, key=lambda each: order.index(each[0]))
    answering = [line for _, given, line in accounts if given.get("answermode", "manual") != "manual"]
    transports = tuple(Transport(_user(uri), _transport(uri, given), line) for uri, given, line in accounts)
    return Calls(weakest, line, transports, bool(answering), False, (answering or [0])[0], None)


def _passwords(accounts: list[tuple[str, dict[str, str], int]], mark: Marked) -> Passwords:
    return Passwords(
        tuple(
            password(
                f"the account {_user(uri)}",
                given.get("auth_pass", ""),
                line,
                mark=mark,
                names=(_user(uri), given.get("auth_user", "")),
            )
            for uri, given, line in accounts
        )
    )


def _doors(settings: list[tuple[str, str, int]]) -> Iterator[Service]:
    """Yield what others reach to steer it."""
    values = {name: (value, line) for name, value, line in settings}
    for name, value, line in settings:
        if name not in ("module", "module_app"):
            continue
        module = value.rpartition("/")[2].removesuffix(".so")
        if module not in DOORS:
            continue
        setting, usual, service = DOORS[module]
        where, at = values.get(setting, (usual, line))
        address, _, port = where.rpartition(":")
        if not _own(address):
            told = f"{setting} {where}"
            yield Service(service, told, at, ("tcp", int(port)) if port.isdecimal() else None)


def _own(address: str) -> bool:
    """Return whether nobody else reaches it; of what is no address nobody can say so."""
    try:
        return loopback(address)
    except ValueError:
        return False


SYSTEM = System(
    "baresip",
    read,
    signs=re.compile(r"^module_path\s+\S*baresip|^# baresip ", re.MULTILINE),
    command=("sh", "-c", ASK),
)
