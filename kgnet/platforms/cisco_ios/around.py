"""IOS's running state → facts: the box, its neighbours, who uses it, what is unsaved."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.errors import ReadError
from kgnet.model.access import HostKey, HostKeys
from kgnet.model.managed import (
    Hardware,
    Inventory,
    LldpNeighbor,
    LldpNeighbors,
    Login,
    Logins,
    Module,
    SnmpUser,
    SnmpUsers,
    Unsaved,
)

DIFFERENCES = "show archive config differences nvram:startup-config system:running-config"
VERSION = re.compile(r"Version (\S+?)(?:,|\s|$)")
UPTIME = re.compile(r"^(\S+) uptime is (.+)$", re.MULTILINE)
MODEL = re.compile(r"^cisco (\S+) .*(?:memory|processor)", re.MULTILINE | re.IGNORECASE)
MODEL_NUMBER = re.compile(r"^Model [Nn]umber\s*:\s*(\S+)", re.MULTILINE)
BOARD = re.compile(r"^Processor board ID (\S+)", re.MULTILINE)
SYSTEM_SERIAL = re.compile(r"^System [Ss]erial [Nn]umber\s*:\s*(\S+)", re.MULTILINE)
SPAN = re.compile(r"\b(\d+) (year|week|day|hour|minute|second)s?")
UNITS_S = {"year": 31_536_000, "week": 604_800, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}
MODULE = re.compile(r'NAME: "([^"]*)".*\n\s*PID:([^,\n]*),.*?SN: *(\S*)')
NAMES = {
    **{"Gi": "GigabitEthernet", "Te": "TenGigabitEthernet", "Fa": "FastEthernet", "Lo": "Loopback"},
    **{"Tu": "Tunnel", "Vl": "Vlan", "Po": "Port-channel", "Fo": "FortyGigabitEthernet", "Et": "Ethernet"},
    **{"Hu": "HundredGigE", "Twe": "TwentyFiveGigE", "Tw": "TwoGigabitEthernet", "Se": "Serial"},
}
SHORTENED = re.compile(r"([A-Z][a-z]+) ?(\d\S*)")
LOGIN = re.compile(r"^[* ]? *\d+ (?:vty|con|aux|tty) +\d+( +)(.*)$", re.MULTILINE)
COLUMN = 9  # blanks, at least, where a name would stand
KEY = re.compile(r"IOS Keys in SECSH format\(([\w-]+)")
MODULUS = re.compile(r"Modulus Size : (\d+) bits")
KEY_KINDS = {"ssh-rsa": "rsa", "ssh-dss": "dsa", "ssh-ed25519": "ed25519"}
AUTHS = {"256": "sha256", "384": "sha384", "512": "sha512", "224": "sha224", "md5": "md5", "sha": "sha1"}


def full(name: str) -> str:
    """Return the whole name of an interface that is told in short: Gi0/0/1."""
    found = SHORTENED.fullmatch(name)
    return f"{NAMES.get(found[1], found[1])}{found[2]}" if found else name


def hardware(text: str) -> Hardware:
    """Read `show version`."""
    version, uptime = VERSION.search(text), UPTIME.search(text)
    model = MODEL_NUMBER.search(text) or MODEL.search(text)
    serial = SYSTEM_SERIAL.search(text) or BOARD.search(text)
    if not (version and uptime and model and serial):
        raise ReadError(f"no version, uptime, model and serial number in it: {text.strip()[:80]!r}")
    spans = SPAN.findall(uptime[2])
    return Hardware(
        vendor="Cisco",
        model=model[1],
        serial=serial[1],
        version=version[1],
        uptime_s=float(sum(int(count) * UNITS_S[unit] for count, unit in spans)),
    )


def inventory(text: str) -> Inventory:
    """Read `show inventory`; what has no serial number is part of something else."""
    modules = tuple(Module(name, pid.strip(), serial) for name, pid, serial in MODULE.findall(text) if serial)
    if not modules:
        raise ReadError(f"no part with a serial number in it: {text.strip()[:80]!r}")
    return Inventory(modules)


# ── neighbours ──────────────────────────────────────────────────────────────


def lldp_neighbors(text: str) -> LldpNeighbors:
    """Read `show lldp neighbors detail`; a router without a neighbour says so."""
    if "Total entries displayed" not in text:
        raise ReadError(f"the list of neighbours is cut off or none: {text.strip()[:80]!r}")
    return LldpNeighbors(tuple(_neighbors(text)))


def _neighbors(text: str) -> Iterator[LldpNeighbor]:
    for chunk in re.split(r"^-{10,}\s*$", text, flags=re.MULTILINE)[1:]:
        rows = re.findall(r"^(Local Intf|Port id|Chassis id|System Name):(.*)$", chunk, re.MULTILINE)
        told = {name: value.strip() for name, value in rows}
        if "Local Intf" not in told or "Port id" not in told:
            raise ReadError(f"a neighbour without its port: {chunk.strip()[:80]!r}")
        name = told.get("System Name") or told.get("Chassis id", "")
        yield LldpNeighbor(full(told["Local Intf"]), name, full(told["Port id"]))


# ── people and configurations ───────────────────────────────────────────────


def snmp_users(text: str) -> SnmpUsers:
    """Read `show snmp user`; an agent without users prints nothing."""
    users = []
    for chunk in re.split(r"^User name: ", text, flags=re.MULTILINE)[1:]:
        auth = re.search(r"^Authentication Protocol:(.*)$", chunk, re.MULTILINE)
        priv = re.search(r"^Privacy Protocol:(.*)$", chunk, re.MULTILINE)
        if not auth or not priv:
            raise ReadError(f"a user of SNMP without protocols: {chunk.strip()[:80]!r}")
        users.append(SnmpUser(chunk.split()[0], _protocol(auth[1].strip()), _cipher(priv[1].strip())))
    if text.strip() and not users:
        raise ReadError(f"no list of SNMP users: {text.strip()[:80]!r}")
    return SnmpUsers(tuple(users))


def _protocol(told: str) -> str:
    """Return an authentication in short: releases write SHA-2 256, SHA256, SHA …"""
    plain = told.lower().replace("-", "")
    return next((name for word, name in AUTHS.items() if word in plain), "")


def _cipher(told: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", told.lower())
    return "" if plain == "none" else "aes128" if plain == "aes" else plain


def logins(text: str) -> Logins:
    """Read `show users`: whoever asks is among them."""
    if not re.search(r"(?m)^[ \t]*Line +User .*Location", text):
        raise ReadError(f"no list of logins: {text.strip()[:80]!r}")
    return Logins(tuple(_login(*found.groups()) for found in LOGIN.finditer(text)))


def _login(gap: str, rest: str) -> Login:
    """Return who is on a line, nobody if the *gap* is a whole column; hosts, idle time, from where."""
    words = rest.split()
    user = words.pop(0) if len(gap) < COLUMN and words else ""
    return Login(user, " ".join(words[2:]))


def unsaved(text: str) -> Unsaved:
    """Read the differences between the startup and the running configuration, which IOS computes itself."""
    if "No changes were found" in text:
        return Unsaved(unsaved=False, since="")
    if "Contextual Config Diffs" not in text:
        raise ReadError(f"no comparison of configurations: {text.strip()[:80]!r}")
    lines = (line.strip() for line in text.splitlines())
    changed = [line for line in lines if line[:1] in ("+", "-") and "ntp clock-period" not in line]
    return Unsaved(unsaved=bool(changed), since="")


# ── keys ────────────────────────────────────────────────────────────────────


def host_keys(text: str) -> HostKeys:
    """Read `show ip ssh`: the one key that IOS uses; none where SSH is off."""
    if not text.lstrip().startswith("SSH "):
        raise ReadError(f"`show ip ssh` is not as expected: {text.strip()[:80]!r}")
    kind, size = KEY.search(text), MODULUS.search(text)
    if kind is None:
        return HostKeys(())
    return HostKeys(
        (HostKey(KEY_KINDS.get(kind[1], kind[1].partition("-")[0]), int(size[1]) if size else 0),)
    )
