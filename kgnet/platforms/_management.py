"""What the platforms of small offices share: plain words, and secrets whose stored form nobody can foresee.

VRP, FortiOS and RouterOS keep pass phrases in a form of their own, with a salt or a key of the device in it,
or show none.  Such a value is *blind*: it is compared as `<secret>`, whatever it is.  That a secret was
changed tells its *stamp*, a few digits of a hash that stand in a description or comment on the device: where
the stamps differ, all blind values are sent anew.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kgnet.errors import DesignError, ReadError
from kgnet.model.config import Config, Line
from kgnet.model.fleet import Device
from kgnet.model.managed import RemoteAccess, SnmpAgent
from kgnet.model.outcome import Action, Change
from kgnet.model.services import Service, Services
from kgnet.ports import Path

IDLE_S = 300  # KG-ACC: who walks away is logged out after five minutes
STAMP_DIGITS = 8
SEALED = "<secret"

Patterns = Sequence[re.Pattern[str]]


def plain(text: str) -> str:
    """Return *text* in ASCII: what these devices store of other letters depends on their release."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D").replace("–", "-"))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return kept.encode("ascii", "replace").decode().replace('"', "'")


def stamp(values: Iterable[str]) -> str:
    """Return a few digits that change with the *values*, which have 192 random bits each."""
    listed = tuple(values)
    if any(value.startswith(SEALED) for value in listed):
        return "<secret>"
    return hashlib.sha256("\0".join(("kgnet", *listed)).encode()).hexdigest()[:STAMP_DIGITS]


def prepare(device: Device) -> Mapping[str, Any]:
    """Return what the templates of all three print; DesignError if nobody could log in any more."""
    if not device.accounts:
        raise DesignError(
            f"{device.name}: the intent names no local account, so nobody could log in to it"
            " — name one under management/accounts in province.yml"
        )
    return {
        "plain": plain,
        "idle_s": IDLE_S,
        "idle_min": IDLE_S // 60,
        "admins": [network for network in device.admins if network.version == 4],
        "banner": [plain(line) for line in device.banner],
        "stamp": lambda secret, *names: stamp(map(secret, names)),
        "named": _names(device),
        "tacacs": [str(each) for each in device.aaa.tacacs] if device.aaa else [],
        "radius": [str(each) for each in device.aaa.radius] if device.aaa else [],
    }


def _names(device: Device) -> tuple[str, ...]:
    """Return the names of the secrets whose stored form is not known, in a stable order."""
    asked = (device.aaa.tacacs_secret,) if device.aaa and device.aaa.tacacs else ()
    return (*(account.secret for account in device.accounts), "snmp/auth", "snmp/priv", *asked)


# ── changes ─────────────────────────────────────────────────────────────────


def masked(line: str, blind: Patterns) -> str:
    """Return *line* without the values that cannot be compared."""
    for pattern in blind:
        line = pattern.sub(lambda found: found[0].replace(found[1], "<secret>"), line)
    return line


def settled(
    changes: Iterable[Change],
    want: str,
    *,
    owns: Callable[[Path], bool],
    blind: Patterns,
    stamps: Callable[[str], bool],
) -> tuple[Change, ...]:
    """Return the changes that are some: none where only a blind value differs, unless a stamp does too.

    What the intent does not speak for is never typed, not even to bring it back.

    *stamps* tells a line that holds a stamp; where one is added or removed, every blind line of *want* is
    sent.  A line that the plan shows sealed comes back as *want* has it.
    """
    every = tuple(each for each in changes if owns((*each.path, each.line)))
    hidden = {
        (change.action, change.path, masked(change.line, blind))
        for change in every
        if _blind(change.line, blind)
    }
    renewed = any(stamps(change.line) for change in every)
    true = {(path[:-1], masked(path[-1], blind)): path[-1] for path in paths(want)}
    told: list[Change] = []
    for change in every:
        place = (change.path, masked(change.line, blind))
        other = Action.REMOVE if change.action is Action.ADD else Action.ADD
        if (other, *place) in hidden and (change.action, *place) in hidden and not renewed:
            continue
        if change.action is Action.ADD:
            told.append(replace(change, line=true.get(place, change.line)))
        elif (Action.ADD, *place) not in hidden:
            told.append(change)
    if renewed:
        there = {(change.path, change.line) for change in told if change.action is Action.ADD}
        told += [
            Change(Action.ADD, every[0].part, path, line)
            for (path, mask), line in true.items()
            if _blind(line, blind) and (path, line) not in there and owns((*path, line))
        ]
    return tuple(told)


def _blind(line: str, blind: Patterns) -> bool:
    return any(pattern.search(line) for pattern in blind)


def paths(text: str) -> list[tuple[str, ...]]:
    return [line.path for line in Config("", {"": text}).lines()]


# ── ways in ─────────────────────────────────────────────────────────────────

Ways = RemoteAccess | SnmpAgent | Services


def ways(remote: RemoteAccess, agent: SnmpAgent) -> Iterator[Ways]:
    """Yield both, and what listens by them."""
    yield remote
    yield agent
    found = [Service(name, name, remote.line) for name in remote.protocols]
    if agent.users or agent.communities:
        found.append(Service("snmp", "snmp", agent.line))
    yield Services(tuple(found))


# ── reading ─────────────────────────────────────────────────────────────────


def counted(text: str, part: str) -> list[Line]:
    """Return the lines of *text*, numbered within it; ReadError if there is none."""
    lines = [Line(line.part, line.number - 1, line.path) for line in Config("", {part: text}).lines()]
    if not lines:
        raise ReadError("the configuration is empty — look whether the account may read all of it")
    return lines


def stacked(numbered: Iterable[tuple[int, str]], part: str) -> list[Line]:
    """Return lines that have their numbers already, each with the blocks that it stands in."""
    told: list[Line] = []
    open_: list[tuple[int, str]] = []
    for number, raw in numbered:
        line = raw.strip()
        depth = len(raw) - len(raw.lstrip())
        while open_ and open_[-1][0] >= depth:
            open_.pop()
        open_.append((depth, line))
        told.append(Line(part, number, tuple(each for _, each in open_)))
    return told


def inside(lines: Iterable[Line], *path: str) -> list[Line]:
    """Return the lines that stand in the block *path*, at any depth."""
    return [line for line in lines if len(line.path) > len(path) and line.path[: len(path)] == path]


def within(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Return the lines that stand in each block, at any depth, by the line that opens it."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        if len(line.path) > 1:
            found.setdefault(line.path[0], []).append(line)
    return found


def first(lines: Iterable[Line]) -> int:
    """Return the number of the first of *lines*; 0 if there is none."""
    return next((line.number for line in lines), 0)


def blocks(head: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each place where *head* matches, with the text from there to the next one."""
    heads = list(head.finditer(text))
    for place, found in enumerate(heads):
        end = heads[place + 1].start() if place + 1 < len(heads) else len(text)
        yield found, text[found.start() : end]


def duration_s(text: str) -> float:
    """Return the seconds of `1w2d03:04:05`, `2d03h04m`, `00:04:05`, `5m10s`; ReadError else."""
    found = DURATION.fullmatch(text.strip())
    if found is None or not text.strip():
        raise ReadError(f"{text!r} is no length of time")
    return sum(float(found[name]) * unit for name, unit in UNITS.items() if found[name])


DURATION = re.compile(
    r"(?:(?P<w>\d+)w)?(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+(?:\.\d+)?)s)?"
    r"(?:(?P<hh>\d+):(?P<mm>\d+)(?::(?P<ss>\d+))?)?"
)
UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1, "hh": 3600, "mm": 60, "ss": 1}
