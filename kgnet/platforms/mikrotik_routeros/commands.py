"""RouterOS: what the intent speaks for, and changes → commands.

Every command stands for itself, with its section's path: nothing depends on where a session is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.blurted import EVERYWHERE
from kgnet.model.fleet import Device
from kgnet.model.outcome import Action, Change
from kgnet.platforms import _management
from kgnet.platforms._snmp import WELL_KNOWN
from kgnet.platforms.mikrotik_routeros.text import Entry, parse, quoted
from kgnet.ports import Path

Texts = tuple[str, str]  # have, want

GROUPS = {"admin": "full", "operator": "read"}  # RouterOS' own

# Section → the setting that names an entry of it; sections where an entry's place is meant.
KEYS = {
    "/user": "name",
    "/radius": "address",
    "/snmp community": "name",
    "/system logging action": "name",
    "/system ntp client servers": "address",
    "/ip address": "address",
}
ORDERED = re.compile(r"/radius|/ip(v6)? firewall \S+|/queue simple|/routing filter rule")

# What is put back where the intent wants nothing: RouterOS' defaults (its manual, each menu's properties).
DEFAULTS = {
    "/system identity": {"name": "MikroTik"},
    "/ip service": {"disabled": "no", "address": ""},
    "/ip ssh": {"strong-crypto": "no", "forwarding-enabled": "no", "always-allow-password-login": "no"},
    "/ip neighbor discovery-settings": {"protocol": "cdp,lldp,mndp"},
    "/system note": {"note": ""},
    "/user aaa": {"use-radius": "no"},
    "/system ntp client": {"enabled": "no", "servers": ""},
    "/snmp": {"contact": "", "enabled": "no", "location": ""},
    "/snmp community": {"disabled": "no"},
    "/user": {
        "address": "",
        "comment": "",
        "inactivity-policy": "none",
        "inactivity-timeout": "10m",
        "disabled": "no",
    },
}
OWNED = (*DEFAULTS, "/radius", "/system logging action", "/system logging", "/system ntp client servers")
CREATION = ("/system logging action", "/system logging", "/radius", "/user aaa", "/user")

_WRAP = r"(?:\\\n *)?"  # an export breaks its lines behind an equals sign, or within quotation marks
_VALUE = rf"{_WRAP}(\"(?:[^\"\\]|\\[\s\S])*\"|[^\s\"<\\]\S*)"
SECRETS = (
    re.compile(
        r"\b(?:(?:[a-z0-9-]+-)?(?:password|secret|passphrase|pre-shared-key|preshared-key|private-key|auth-key"
        rf"|authentication-key|md5-key)|static-key-\d|trap-community)={_VALUE}"
    ),
    re.compile(r"\bcomment=kgnet-([0-9a-f]{8})\b"),
    *EVERYWHERE,
)
_SECTION = r"\b.*(?:\n(?!/).*)*"  # the lines of one, or the one that has its section before it
_ENTRY = r"^(?:/snmp[ /]community[ /])? *(?:add|set)\b"
_REST = r"(?:[^\n\\]|\\[\s\S])*"  # of an entry, with the lines that it goes on in
WITHIN = (  # a community is called by its name, but for those of SNMPv3, whose names are users'
    (
        re.compile(rf"^/snmp[ /]community{_SECTION}", re.MULTILINE),
        re.compile(
            rf"{_ENTRY}(?!{_REST}security=(?:authorized|private))(?!{_REST}-password=)(?:{_REST}\s)?name="
            rf"{WELL_KNOWN}{_VALUE}",
            re.MULTILINE,
        ),
    ),
    (
        re.compile(rf"^/(?:system[ /]ntp[ /]key|routing[ /]rip[ /]keys){_SECTION}", re.MULTILINE),
        re.compile(rf"\bkey={_VALUE}"),
    ),
    (re.compile(rf"^/container[ /]envs{_SECTION}", re.MULTILINE), re.compile(rf"\bvalue={_VALUE}")),
)
BLIND = (re.compile(r"^ ?add (?:.* )?group=.* password=(\S+)", re.MULTILINE),)  # an account's: never shown


def prepare(device: Device) -> Mapping[str, Any]:
    return {**_management.prepare(device), "quoted": quoted, "groups": GROUPS}


def ordered(path: Path) -> bool:
    return len(path) == 1 and bool(ORDERED.fullmatch(path[0]))


def owns(path: Path) -> bool:
    """Tell whether the intent speaks for this line: the management plane only."""
    if len(path) == 1:
        return path[0] in OWNED  # for what stands in it
    section, line = path[0], path[1]
    entry = parse(line)
    if entry.verb == "set":
        return bool(DEFAULTS.get(section, {}).keys() & entry.values)
    if section == "/system logging":
        return entry.values.get("action", "").startswith("kgnet")
    if section == "/system logging action":
        return entry.values.get("name", "").startswith("kgnet")
    return section in ("/user", "/radius", "/snmp community", "/system ntp client servers")


# ── commands ────────────────────────────────────────────────────────────────


def commands(changes: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return what one types for *changes*."""
    told = _management.settled(changes, want, owns=owns, blind=BLIND, stamps=stamps)
    return spelled(told, have, want)


def spelled(told: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return the commands: first what comes or is set, then what goes: nobody is locked out between."""
    named = [change for change in told if change.path]
    sections = sorted(dict.fromkeys(change.path[0] for change in named), key=_rank)
    coming: list[str] = []
    going: list[list[str]] = []
    for section in sections:
        inside = [change for change in named if change.path[0] == section]
        come, go = _section(section, inside, (have, want))
        coming += come
        going.insert(0, go)
    return (*coming, *(command for each in going for command in each))


def stamps(line: str) -> bool:
    return False  # an account's stamp stands in its own line: the change of that line sends its pass phrase


def _rank(section: str) -> int:
    return CREATION.index(section) if section in CREATION else -1


def _section(section: str, changes: list[Change], texts: Texts) -> tuple[list[str], list[str]]:
    added = [(change, parse(change.line)) for change in changes if change.action is Action.ADD]
    removed = [parse(change.line) for change in changes if change.action is Action.REMOVE]
    coming = list(_settings(section, [entry for _, entry in added], removed))
    left = [entry for entry in removed if entry.verb == "add"]
    for change, entry in added:
        if entry.verb != "add":
            continue
        old = next((each for each in left if _find(section, each) == _find(section, entry)), None)
        if old is None:
            coming.append(_added(section, change, entry, texts))
            continue
        left.remove(old)
        coming += _changed(section, old, entry, change, texts)
    return coming, [f"{section} remove {_find(section, entry)}" for entry in left]


def _settings(section: str, added: list[Entry], removed: list[Entry]) -> Iterator[str]:
    """Yield one `set` an item: all its new values together, and the defaults of those that went."""
    values: dict[str, dict[str, str]] = {}
    for entry in removed:
        if entry.verb == "set":
            known = DEFAULTS.get(section, {})
            for name in entry.values:
                if name not in known:
                    raise ReadError(f"{section}: nobody knows the default of {name} — change it by hand")
                values.setdefault(entry.item, {})[name] = known[name]
    for entry in added:
        if entry.verb == "set":
            values.setdefault(entry.item, {}).update(entry.values)
    for item, told in values.items():
        yield " ".join(filter(None, (section, "set", item, _told(told))))


def _told(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quoted(value)}" for name, value in values.items())


def _find(section: str, entry: Entry) -> str:
    """Return how the entry is found: by what names it, else by all that it says."""
    key = KEYS.get(section, "")
    known = {key: entry.values[key]} if key in entry.values else entry.values
    return (
        f"[find {_told({name: value for name, value in known.items() if not value.startswith('<secret')})}]"
    )


def _added(section: str, change: Change, entry: Entry, texts: Texts) -> str:
    """Return the command that adds an entry, at its place where that is meant."""
    command = f"{section} add {_told(entry.values)}"
    after = _next(section, change.line, texts) if ordered((section,)) else None
    return f"{command} place-before={_find(section, after)}" if after else command


def _next(section: str, line: str, texts: Texts) -> Entry | None:
    """Return the entry that shall stand after *line* and is there already; None: it comes last."""
    have, want = (
        [p[1] for p in _management.paths(text) if p[0] == section and len(p) == 2] for text in texts
    )
    there = {_find(section, parse(each)) for each in have}
    behind = map(parse, want[want.index(line) + 1 :] if line in want else ())
    return next((entry for entry in behind if _find(section, entry) in there), None)


def _changed(section: str, old: Entry, new: Entry, change: Change, texts: Texts) -> Iterable[str]:
    """Yield what makes *new* of *old*, which has the same name: it stays the same entry."""
    values = {name: value for name, value in new.values.items() if old.values.get(name) != value}
    gone = old.values.keys() - new.values.keys()
    known = DEFAULTS.get(section, {})
    if gone - known.keys():
        yield f"{section} remove {_find(section, old)}"
        yield _added(section, change, new, texts)
        return
    told = {**{name: known[name] for name in sorted(gone)}, **values}
    if told:
        yield f"{section} set {_find(section, old)} {_told(told)}"
    after = _next(section, change.line, texts) if ordered((section,)) else None
    if after:
        yield f"{section} move {_find(section, old)} destination={_find(section, after)}"
