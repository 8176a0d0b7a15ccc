"""FortiOS: what the intent speaks for, and changes → commands: `config`, `edit`, `set`, `unset` …"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kgnet.errors import DesignError
from kgnet.model.blurted import EVERYWHERE
from kgnet.model.fleet import Device
from kgnet.model.outcome import Action, Change
from kgnet.platforms import _management
from kgnet.platforms._snmp import WELL_KNOWN
from kgnet.platforms.fortinet_fortios.text import opaque, quoted
from kgnet.ports import Path

PROFILES = {"admin": "super_admin", "operator": "super_admin_readonly"}  # FortiOS' own

# Blocks in the order in which they need one another.
CREATION = ("config system accprofile", "config user tacacs+", "config user group", "config system admin")
GLOBAL = (
    "admin-telnet",
    "admintimeout",
    "hostname",
    "lldp-reception",
    "lldp-transmission",
    "pre-login-banner",
    "strong-crypto",
)
WHOLE = re.compile(
    r"config (?:system admin|user tacacs\+|system ntp|log syslogd[234]? setting|system snmp "
    r"(?:sysinfo|user|community)"
    r'|system replacemsg admin "pre_admin-disclaimer-text")'
)
ORDERED = re.compile(r"config (?:firewall (?:policy\S*|\S*-policy|shaping-policy)|router policy6?)")

_ENC = r"ENC \S+"
_VALUE = rf"({_ENC}|\"(?:[^\"\\]|\\.)*\"|[^\s\"]\S*)"
BLIND = (
    re.compile(rf"^ *set (?:password|auth-pwd|priv-pwd|key|server-key) {_VALUE}$", re.MULTILINE),
    re.compile(rf"^ *set \S+ ({_ENC})$", re.MULTILINE),
)
SECRETS = (
    re.compile(r"^ *set description \"kgnet secrets ([0-9a-f]{8})\"$", re.MULTILINE),
    re.compile(rf"^ *set (?:\S*(?:passwd|password|secret|psksecret|passphrase|-seed|api-key|token|-pwd)"
               rf"\S*|(?:enc|auth|server)-key|key-string|preshared-key|ddns-key|http-headers|md5-key \d+) "
               rf"(?!enable$|disable$){_VALUE}$", re.MULTILINE),
    *EVERYWHERE,
)  # fmt: skip

WITHIN = (
    (
        re.compile(r"^ *config system snmp community\n(?:(?! *config system |end$).*\n)*", re.MULTILINE),
        re.compile(rf"^ *set name {WELL_KNOWN}{_VALUE}$", re.MULTILINE),
    ),
)


def prepare(device: Device) -> Mapping[str, Any]:
    prepared = _management.prepare(device)
    if len(prepared["admins"]) > 10:
        raise DesignError(
            f"{device.name}: FortiOS trusts ten networks at most, {len(prepared['admins'])} are named"
            " — join some under management/admins in province.yml"
        )
    banner = " ".join(prepared["banner"])  # in one line: what one types has to fit one
    return {**prepared, "banner": banner, "quoted": quoted, "profiles": PROFILES}


def owns(path: Path) -> bool:
    """Tell whether the intent speaks for this line: the management plane only."""
    match path:
        case ("config system global" | "config user group",):
            return True  # for what stands in it
        case ("config system global", line, *_):
            return line.split()[1] in GLOBAL
        case ("config user group", 'edit "kgnet-admins"', *_):
            return True
        case (head, *_):
            return bool(WHOLE.fullmatch(head))
    return False


def permanent(path: Path) -> bool:
    """Tell a table or a group of settings: it is always there, what stands in it comes and goes."""
    return path[-1].startswith("config ")


def ordered(path: Path) -> bool:
    return len(path) == 1 and bool(ORDERED.fullmatch(path[0]))


def close(path: Path) -> str:
    """Return the line that closes the block *path*."""
    line = path[-1]
    return "end" if line.startswith("config ") else "next" if line.startswith("edit ") else ""


def stamps(line: str) -> bool:
    return line.startswith('set description "kgnet secrets ')


# ── commands ────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Block:
    """What is to be done within a `config` or `edit`."""

    said: list[str] = field(default_factory=list)
    blocks: dict[str, _Block] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)

    def at(self, path: Iterable[str]) -> _Block:
        here = self
        for line in path:
            here = here.blocks.setdefault(line, _Block())
        return here

    def typed(self) -> Iterator[str]:
        yield from self.said
        for line, block in self.blocks.items():
            yield line
            yield from block.typed()
            yield close((line,))
        yield from self.moved


def commands(changes: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return what one types for *changes*."""
    told = _management.settled(changes, want, owns=owns, blind=BLIND, stamps=stamps)
    return spelled(told, have, want)


def spelled(told: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return the commands: first what comes or is set, then what goes; each block is entered and left."""
    coming, going = _Block(), _Block()
    added = [change for change in told if change.action is Action.ADD]
    for change in sorted(added, key=_rank):
        _come(coming, change, want)
    set_anew = {(change.path, _key(change.line)) for change in added}
    gone = {(*each.path, each.line) for each in told if each.action is Action.REMOVE and _is_entry(each.line)}
    for change in sorted((each for each in told if each.action is Action.REMOVE), key=_rank, reverse=True):
        within = any(change.path[:depth] in gone for depth in range(len(change.path) + 1))
        if (change.path, _key(change.line)) not in set_anew and not within and not opaque(change.path):
            _go(going, change)
    return (*coming.typed(), *going.typed())


def _is_entry(line: str) -> bool:
    return line.startswith("edit ")


def _rank(change: Change) -> int:
    head = change.path[0] if change.path else change.line
    return CREATION.index(head) if head in CREATION else len(CREATION) if change.path else -1


def _key(line: str) -> str:
    """Return what a line sets, or the line itself."""
    return " ".join(line.split()[:2]) if line.startswith("set ") else line


def _come(todo: _Block, change: Change, want: str) -> None:
    if opaque(change.path):
        return  # it is sent with the line above it
    if change.line.startswith(("edit ", "config ")):
        todo.at((*change.path, change.line))
        if ordered(change.path):
            _moved(todo, change, want)
        return
    here = todo.at(change.path)
    path = (*change.path, change.line)
    if opaque(path):
        body = [each[-1] for each in _management.paths(want) if each[:-1] == path]
        here.said.append(f"{change.line} {quoted(chr(10).join(body))}")
    else:
        here.said.append(change.line)


def _moved(todo: _Block, change: Change, want: str) -> None:
    """Put a new entry before the one that shall follow it."""
    here = [
        path[-1]
        for path in _management.paths(want)
        if path[:-1] == change.path and path[-1].startswith("edit ")
    ]
    behind = here[here.index(change.line) + 1 :] if change.line in here else []
    if behind:
        todo.at(change.path).moved.append(f"move {_name(change.line)} before {_name(behind[0])}")


def _name(line: str) -> str:
    return line.removeprefix("edit ")


def _go(todo: _Block, change: Change) -> None:
    here = todo.at(change.path)
    if change.line.startswith("edit "):
        here.said.append(f"delete {_name(change.line)}")
    elif change.line.startswith("set "):
        here.said.append(f"unset {change.line.split()[1]}")
