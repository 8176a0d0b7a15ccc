"""VRP's own text: what `display current-configuration` prints, and how its lines are undone.

Written for VRP 5 (AR routers, V200R010 and later); VRP 8 prints the same sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.blurted import EVERYWHERE
from kgnet.model.fleet import Device
from kgnet.model.outcome import Action, Change
from kgnet.platforms import _management
from kgnet.platforms._indented import Grammar, Literal, Rule
from kgnet.platforms._snmp import WELL_KNOWN
from kgnet.ports import Path

ACCOUNT = ("local-user ", "ssh user ")
SSH_USER = re.compile(r"(ssh user \S+)(?: .*)?")
NAME = "kgnet"  # of what is ours to name: schemes, groups, the SNMP view
ACL, ACL_NUMBER = "kgnet-management", 2998
LEVELS = {"admin": 15, "operator": 1}  # command levels: 15 may all, 1 may look

CLOSERS = ("#", "return", "quit", '"')
BLIND = (
    re.compile(r"^ ?local-user \S+ password (?:irreversible-)?cipher (\S+)", re.MULTILINE),
    re.compile(r"^ ?hwtacacs-server shared-key cipher (\S+)", re.MULTILINE),
    re.compile(r"^ ?snmp-agent usm-user v3 \S+ authentication-mode \S+ cipher (\S+)", re.MULTILINE),
    re.compile(r"^ ?snmp-agent usm-user v3 \S+ privacy-mode \S+ cipher (\S+)", re.MULTILINE),
)
SECRETS = (
    *BLIND,
    re.compile(r"^ description kgnet secrets ([0-9a-f]{8})$", re.MULTILINE),
    re.compile(
        r"(?:password|key|shared-key|pre-shared-key)(?: simple| plain)? (?!cipher|simple|plain)(\S+)$", re.M
    ),
    re.compile(r"\b(?:irreversible-)?cipher (?:\d+\.\d+\.\d+\.\d+ )?(\S+)"),
    re.compile(
        r"\b(?:simple|plain) (?!cipher |plain |authentication-mode )(?:\d+\.\d+\.\d+\.\d+ )?(\S+)$", re.M
    ),
    re.compile(
        r"authentication-mode (?:md5|hmac-sha256|sha\S*) (?!cipher|plain|simple|\d+ )(?!<secret)(\S+)", re.M
    ),
    re.compile(
        r"(?:privacy-mode \S+|pass-phrase|authentication-mode simple|\bpassword sha256) (?!cipher|plain)(\S+)"
    ),
    re.compile(r"\bsecurityname (?:cipher )?(?!cipher )(\S+)(?= v(?:1|2c)\b)", re.M),
    re.compile(r"\btrap-paramsname \S+ v(?:1|2c) securityname (?:cipher )?(?!cipher )(\S+)"),
    *EVERYWHERE,
    re.compile(
        r"^ ?snmp-agent community (?:complexity-check \S+ )?(?:read|write) (?:cipher )?(?!cipher )"
        rf"{WELL_KNOWN}(\S+)",
        re.M,
    ),
    re.compile(r"^ *local-user \S+ password (?:simple )?(?!cipher|irreversible|simple)(\S+)", re.MULTILINE),
)

GRAMMAR = Grammar(
    negation="undo",
    leave="quit",
    closes={r"header .*": '"'},
    indent=" ",
    blocks=r"acl (?:name|number) .*|interface .*|user-interface .*|aaa|bgp .*|hwtacacs-server template .*"
    r"|radius-server template .*|ip vpn-instance .*|route-policy .*",
    permanent=r"aaa|user-interface .*|interface (?:[A-Z]*GigabitEthernet|Ethernet|Serial)[0-9/]+|domain "
    r"default\S*",
    definitions=(r"acl .*", r"hwtacacs-server template .*"),
    last=(r"user-interface .*",),
    rules={
        "": (
            r"(sysname) .+",
            Rule(r"(info-center loghost \S+) .*"),
            r"(snmp-agent sys-info contact) .+",
            r"(snmp-agent sys-info location) .+",
            Rule(r"(snmp-agent sys-info version) .+"),
            Rule(r"(snmp-agent group v3 \S+) .+"),
            Rule(r"snmp-agent (usm-user v3 \S+)", undo=r"snmp-agent \1", takes=r"snmp-agent \1 .*"),
            r"(snmp-agent usm-user v3 \S+ group) .+",
            r"(snmp-agent usm-user v3 \S+ authentication-mode) .+",
            r"(snmp-agent usm-user v3 \S+ privacy-mode) .+",
            Rule(r"(acl name \S+) \d+"),
            Rule(r"(ssh user \S+ authentication-type) .+"),
            Rule(r"(ssh user \S+ service-type) .+"),
        ),
        "aaa": (
            Rule(r"local-user (\S+) (password) .+", undo=r"local-user \1", takes=r"local-user \1 .*"),
            r"(local-user \S+ privilege level) .+",
            r"(local-user \S+ service-type) .+",
        ),
        r"acl .*": (r"(description) .+", r"(rule \d+) .+"),
        r"hwtacacs-server template .*": (
            r"(hwtacacs-server shared-key) .+",
            Rule(
                r"(hwtacacs-server (?:authentication|authorization|accounting)) \S+( secondary)?",
                undo=r"\1\2",
            ),
        ),
        r"\S+-scheme .*": (r"(\S+-mode) .+", r"(accounting start-fail) .+"),
        r"domain .*": (
            r"(authentication-scheme) .+",
            r"(authorization-scheme) .+",
            r"(accounting-scheme) .+",
            r"(hwtacacs-server) .+",
        ),
        r"user-interface .*": (
            Rule(r"(acl) \S+ (inbound|outbound)", undo=r"acl \2"),
            r"(authentication-mode) .+",
            r"(idle-timeout) .+",
            r"(protocol inbound) .+",
            r"(user privilege level) .+",
        ),
        r"interface .*": (r"(description) .+",),
    },
    literals={r"header (login|shell) information .*": Literal(close='"', undo=r"header \1")},
)

# ── what the intent speaks for ──────────────────────────────────────────────

OWNED = re.compile(
    r"aaa|user-interface .*|sysname .*|info-center loghost .*|lldp enable"
    r"|ntp-service (?:unicast-server|server disable).*"
    rf"|acl name {ACL} .*|header (?:login|shell) .*|ssh user .*"
    r"|(?:stelnet|telnet|ftp|sftp|http|http secure-)(?: ipv[46])? ?server enable"
    r"|snmp-agent(?: (?:sys-info|group|usm-user|community).*)?"
    rf"|hwtacacs-server template {NAME}"
)
IN_AAA = re.compile(rf"local-user .*|(?:authentication|authorization|accounting)-scheme {NAME}")
IN_DOMAIN = re.compile(r"(?:authentication|authorization|accounting)-scheme .*|hwtacacs-server .*")
IN_TERMINAL = re.compile(
    r"acl .*|authentication-mode .*|idle-timeout .*|protocol inbound .*|set authentication .*"
)


def owns(path: Path) -> bool:
    """Tell whether the intent speaks for this line: the management plane only."""
    match path:
        case ("aaa", "domain default_admin", line):
            pattern = IN_DOMAIN
        case ("aaa", line, *_):
            pattern = IN_AAA
        case (head, line) if head.startswith("user-interface "):
            pattern = IN_TERMINAL
        case (line, *_):
            pattern = OWNED
    return bool(pattern.fullmatch(line))


def prepare(device: Device) -> Mapping[str, Any]:
    return {
        **_management.prepare(device),
        "name": NAME,
        "acl": ACL,
        "acl_number": ACL_NUMBER,
        "levels": LEVELS,
    }


def commands(changes: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return what one types in the system view for *changes*."""
    told = _management.settled(changes, want, owns=owns, blind=BLIND, stamps=stamps)
    return spelled(told, have, want)


def spelled(told: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return the commands for all that is *told*; accounts go last, one may be the operator's."""
    kept = {_account(path[-1]) for path in _management.paths(want) if path[-1].startswith(ACCOUNT)}
    leaving = tuple(dict.fromkeys(_as_whole(change) for change in told if _leaves(change, kept)))
    staying = tuple(change for change in told if not _leaves(change, kept))
    return (*GRAMMAR.commands(staying, have, want), *GRAMMAR.commands(leaving, have, want))


def _leaves(change: Change, kept: set[str]) -> bool:
    """Tell a line of an account that goes as a whole."""
    removed = change.action is Action.REMOVE and change.line.startswith(ACCOUNT)
    return removed and _account(change.line) not in kept


def _as_whole(change: Change) -> Change:
    """Return the removal of a user of SSH instead of one of its settings: VRP would keep the bare user."""
    user = SSH_USER.fullmatch(change.line)
    return replace(change, line=user[1]) if user else change


def _account(line: str) -> str:
    """Return the name in `local-user NAME …` and `ssh user NAME …`."""
    return line.removeprefix("local-user ").removeprefix("ssh user ").split()[0]


def stamps(line: str) -> bool:
    return line.startswith("description kgnet secrets ")


# ── the device's text ───────────────────────────────────────────────────────

VERSION = re.compile(r"^(?:\[V\d\S*\]|!Software Version .*|!Last configuration was .*)$")
QUOTED = re.compile(r"^(header \S+ information) \"(.*?)\"?$")


Numbered = tuple[int, str]  # a line with its number in the text as it was printed, from 1


def canonical(text: str) -> str:
    """Return the configuration in *text*; ReadError if it is cut short: it ends in `return`."""
    lines = _lines(text)
    if not any(line.strip() == "sysname" or line.strip().startswith("sysname ") for _, line in lines):
        raise ReadError("no `sysname` in it — look whether the account may read the whole configuration")
    end = next((place for place, (_, line) in enumerate(lines) if line == "return"), None)
    if end is None:
        raise ReadError("it does not end in `return`: it was cut short — read it again")
    told = (line for chunk in _chunks(lines[:end]) for line in (*(each for _, each in chunk), "#"))
    return "".join(f"{line}\n" for line in (*told, "return"))


def numbered(text: str) -> Iterator[Numbered]:
    """Yield the lines of the configuration, whoever printed it; none that a later one undoes."""
    told = [each for chunk in _chunks(_lines(text), undone=True) for each in chunk]
    last = {line: place for place, (_, line) in enumerate(told)}
    for place, (number, line) in enumerate(told):
        undone = last.get(f"undo {line}", -1) > place
        if not undone and not line.lstrip().startswith("undo ") and line not in CLOSERS:
            yield number, line


def _lines(text: str) -> list[Numbered]:
    return [(number, line.rstrip()) for number, line in enumerate(text.replace("\r", "").splitlines(), 1)]


def _chunks(lines: list[Numbered], *, undone: bool = False) -> Iterator[list[Numbered]]:
    """Yield what stands between two `#`: global lines without the blank that VRP 5 puts before them.

    With *undone* also what is switched off, which is not there.
    """
    chunk: list[Numbered] = []
    for number, line in [*_banners(lines), (0, "#")]:
        if line == "#":
            if told := _straight(chunk, undone):
                yield told
            chunk = []
        elif line and not VERSION.match(line):
            chunk.append((number, line))


def _straight(chunk: list[Numbered], undone: bool) -> list[Numbered]:
    first = chunk[0][1] if chunk else ""
    shift = len(first) - len(first.lstrip())
    kept = [(number, line[shift:] if line[:shift].isspace() else line) for number, line in chunk]
    users = {found[1] for _, line in kept if (found := SSH_USER.fullmatch(line)) and found[1] != line}
    # Newer releases tell a user with settings once more without any.
    return [each for each in kept if each[1] not in users and (undone or not each[1].startswith("undo "))]


def _banners(lines: list[Numbered]) -> Iterator[Numbered]:
    """Yield the lines, a banner between quotation marks as a header with its text below it."""
    rest = iter(lines)
    for number, line in rest:
        found = QUOTED.match(line.strip())
        if found is None:
            yield number, line
            continue
        body = [(number, found[2])] if found[2] else []
        closed = len(line.strip()) > len(found[1]) + 2 and line.endswith('"')
        while not closed:
            place, more = next(rest, (0, None))
            if more is None:
                raise ReadError(f"`{found[1]}` has no end — read it again")
            closed = more.endswith('"')
            body += [(place, more.removesuffix('"'))] if more != '"' else []
        if all(each.startswith(" ") for _, each in body):
            body = [(place, each[1:]) for place, each in body]  # our own text, read again
        yield number, "#"
        yield number, f'{found[1]} "'
        yield from ((place, f" {each}") for place, each in body)
        yield from ((number, '"'), (number, "#"))
