"""VRP's configuration → facts on how it is managed, each with the line that it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from kgnet.model.facts import System
from kgnet.model.managed import (
    Aaa,
    Account,
    Accounts,
    LogHosts,
    LoginBanner,
    RemoteAccess,
    SnmpAgent,
    SnmpGroup,
    SnmpUser,
    TimeServers,
)
from kgnet.model.services import Services
from kgnet.platforms._management import Ways, first, inside, ways
from kgnet.platforms._snmp import LEVELS, unnamed, well_known
from kgnet.platforms.huawei_vrp.lines import Lines, Text, rest, starting
from kgnet.ports import Readers


def _system(told: Text) -> System:
    return System(rest(told.top, "sysname "), _log_hosts(told).hosts)


ADMIN = 3  # the level from which on one may change the configuration (VRP, Command Levels)
FORMS = {"irreversible-cipher": "irreversible", "cipher": "reversible", "simple": "plain"}


def _accounts(told: Text) -> Accounts:
    return Accounts(tuple(_users(told)))


def _users(told: Text) -> Iterator[Account]:
    block = inside(told.lines, "aaa")
    for line in block:
        match line.text.split():
            case ["local-user", name, "password", form, *_]:
                level = rest(block, f"local-user {name} privilege level ") or "0"
                admin = int(level) >= ADMIN
                yield Account(name, f"level {level}", FORMS.get(form, "plain"), 0, line.number, admin)


def _time(told: Text) -> TimeServers:
    asked = starting(told.top, "ntp-service unicast-server ", "ntp-service unicast-peer ")
    authenticated = any(line.text == "ntp-service authentication enable" for line in told.top)
    return TimeServers(tuple(line.text.split()[2] for line in asked), authenticated, first(asked))


def _log_hosts(told: Text) -> LogHosts:
    said = [line for line in starting(told.top, "info-center loghost ") if line.text.split()[2] != "source"]
    level = re.compile(r"info-center source default channel (?:2|loghost) log level (\S+)")
    severity = next((found[1] for line in told.top if (found := level.match(line.text))), "informational")
    hosts = tuple(dict.fromkeys(line.text.split()[2] for line in said))
    return LogHosts(hosts, severity, rest(told.top, "info-center loghost source "), first(said))


def _snmp(told: Text) -> SnmpAgent:
    """Read communities, groups and users; `snmp-agent acl` limits all of them, `acl` in a line that one."""
    said = starting(told.top, "snmp-agent")
    users: dict[str, dict[str, str]] = {}
    for line in said:
        match line.text.split():
            case ["snmp-agent", "usm-user", "v3", name, *words]:
                users.setdefault(name, {}).update(_told_of_user(words))
    found = tuple(
        SnmpUser(name, _sha(user.get("authentication-mode", "")), user.get("privacy-mode", ""))
        for name, user in users.items()
    )
    communities = starting(said, "snmp-agent community ")
    names = [match[1] for line in communities if (match := COMMUNITY.match(line.text))]
    groups = [line.text.split() for line in starting(said, "snmp-agent group ")]
    limits = (re.search(r" acl (\S+)", line.text) for line in said)
    limited = bool(starting(said, "snmp-agent acl "))
    return SnmpAgent(
        users=found,
        communities=len(communities),
        writable=any(" write " in f"{line.text} " for line in communities)
        or any("write-view" in line.text for line in said),
        access_list=next((limit[1] for limit in limits if limit), None),
        line=first(said),
        groups=tuple(_group(words) for words in groups),
        well_known=tuple(filter(well_known, names)),
        unnamed=tuple(unnamed(names)),
        unlimited=() if limited else tuple(_unlimited(communities, groups, users)),
    )


COMMUNITY = re.compile(r"snmp-agent community (?:complexity-check \S+ )?(?:read|write) (?:cipher )?(\S+)")
OF_USER = ("group", "authentication-mode", "privacy-mode", "acl")


def _told_of_user(words: list[str]) -> dict[str, str]:
    """Read a line of `usm-user`: a setting each, or, in older releases, the group and all on one line."""
    found = {word: after for word, after in pairwise(words) if word in OF_USER}
    if words and words[0] not in OF_USER:
        found["group"] = words[0]
    if mode := found.get("privacy-mode"):
        found["privacy-mode"] = mode.replace("-", "").replace("des56", "des")
    return found


def _group(words: list[str]) -> SnmpGroup:
    """Read `snmp-agent group v3 NAME [authentication|privacy] …`, or `… v1`, `… v2c`."""
    version, name, *rest = words[2:]
    level = next((LEVELS[word] for word in rest if word in ("authentication", "privacy")), "noauth")
    return SnmpGroup(name, level if version == "v3" else version)


def _unlimited(
    communities: Lines, groups: list[list[str]], users: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    for number, line in enumerate(communities, 1):
        if " acl " not in line.text:
            yield f"community {number}"
    for words in groups:
        members = [user for user in users.values() if user.get("group") == words[3]]
        if "acl" not in words and not (members and all("acl" in user for user in members)):
            yield f"group {words[3]}"


def _sha(mode: str) -> str:
    known = {"sha": "sha1", "sha2-256": "sha256", "sha2-384": "sha384", "sha2-512": "sha512"}
    return known.get(mode, mode)


DEFAULT_IDLE_S = 600  # VRP's; 0 is never
SERVER = re.compile(
    r"(?P<name>stelnet|telnet|ftp|sftp|http|http secure-|snetconf)(?: ipv[46])? ?server "
    r"enable"
)
PROTOCOLS = {"stelnet": "ssh", "sftp": "ssh", "http secure-": "https", "snetconf": "netconf"}


def _remote(told: Text) -> RemoteAccess:
    servers = [(line, found["name"]) for line in told.top if (found := SERVER.fullmatch(line.text))]
    terminals = [
        line for line in told.lines if line.path[0].startswith("user-interface vty") and len(line.path) == 2
    ]
    idle = [line.text.split()[1:] for line in terminals if line.text.startswith("idle-timeout ")]
    waits = [60 * int(words[0]) + int(words[1] if words[1:] else 0) for words in idle]
    limits = [line.text.split()[1] for line in terminals if re.fullmatch(r"acl \S+ inbound", line.text)]
    return RemoteAccess(
        protocols=tuple(dict.fromkeys(PROTOCOLS.get(name, name) for _, name in servers)),
        ssh_version=1 if any(line.text == "ssh server compatible-ssh1x enable" for line in told.top) else 2,
        access_list=limits[0] if limits else None,
        idle_timeout_s=None if 0 in waits else max(waits, default=DEFAULT_IDLE_S),
        line=first([line for line, _ in servers] or terminals),
    )


METHODS = {"hwtacacs": "tacacs+", "radius": "radius", "local": "local", "none": "none"}


def _aaa(told: Text) -> Aaa:
    block = inside(told.lines, "aaa")
    used = rest([line for line in block if "domain default_admin" in line.path], "authentication-scheme ")
    scheme = inside(block, "aaa", f"authentication-scheme {used or 'default'}")
    rights = [line for line in block if line.path[-2].startswith("authorization-scheme ")]
    login = (rest(scheme, "authentication-mode ") or "local").split()
    commands = rest(rights, "authorization-cmd ") or ""
    asked = [
        line
        for line in told.lines
        if re.match(r"hwtacacs-server authentication |radius-server authentication ", line.text)
    ]
    recorded = any(re.fullmatch(r"accounting-mode (?:hwtacacs|radius)", line.text) for line in block)
    methods = tuple(METHODS.get(word, word) for word in login)
    return Aaa(
        login=methods,
        commands=tuple(METHODS.get(word, word) for word in commands.split()[1:]) or ("local",),
        accounting=("sessions",) if recorded else (),
        enable=methods,
        servers=tuple(line.text.split()[2] for line in asked),
        line=first(block),
    )


def _banner(told: Text) -> LoginBanner:
    for head in starting(told.top, "header login information", "header shell information"):
        return LoginBanner("\n".join(line.text for line in inside(told.lines, head.text)), head.number)
    return LoginBanner("", 0)


def _ways(told: Text) -> Iterator[Ways]:
    yield from ways(_remote(told), _snmp(told))


READERS: Readers = {
    System: _system,
    LogHosts: _log_hosts,
    Accounts: _accounts,
    TimeServers: _time,
    RemoteAccess: _ways,
    Services: _ways,
    SnmpAgent: _ways,
    Aaa: _aaa,
    LoginBanner: _banner,
}
