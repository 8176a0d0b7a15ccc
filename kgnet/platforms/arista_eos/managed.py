"""How an EOS device is managed, from its running configuration → facts in neutral words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.model.managed import (
    Aaa,
    Account,
    Accounts,
    LogHosts,
    LoginBanner,
    RemoteAccess,
    SnmpAgent,
    SnmpUser,
    TimeServers,
)
from kgnet.platforms.arista_eos.block import Block, rest

Facts = Aaa | Accounts | LoginBanner | LogHosts | RemoteAccess | SnmpAgent | TimeServers
HASHES = {"0": "plain", "5": "md5", "sha512": "sha512", "7": "type 7", "8a": "type 8a"}
SECRET = re.compile(r" secret (?:(0|5|7|8a|sha512) )?(?:<secret[^>]*>|\S+)")
USER = re.compile(r"snmp-server user (\S+) \S+ v3(?: localized \S+)?(?: auth (\S+) (?:<[^>]*>|\S+))?(.*)")
PRIVATE = re.compile(r" priv (\S+)")
COMMUNITY = re.compile(r"snmp-server community (?:<[^>]*>|\S+)(.*)")
LOGIN = "aaa authentication login default "
COMMANDS = "aaa authorization commands all default "
DEFAULT_TRAP = "informational"  # what EOS sends where nothing is said (User Manual, logging trap)
PRIVATE_KINDS = {"aes": "aes128"}


def read(top: list[Block]) -> Iterator[Facts]:
    """Yield every fact; what is not configured is told as such, since the whole configuration was read."""
    yield Accounts(tuple(_accounts(top)))
    yield _time_servers(top)
    yield _log_hosts(top)
    yield _snmp(top)
    yield _remote_access(top)
    yield _aaa(top)
    yield _banner(top)


def _with(top: list[Block], start: str) -> list[Block]:
    return [block for block in top if block.text.startswith(start)]


def _first(found: list[Block]) -> int:
    return found[0].number if found else 0


def _accounts(top: list[Block]) -> Iterator[Account]:
    keys = [block.words[1] for block in _with(top, "username ") if " ssh-key " in block.text]
    for block in _with(top, "username "):
        if block.words[2] == "ssh-key":
            continue
        secret = SECRET.search(block.text)
        privilege = re.search(r"privilege (\d+)", block.text)
        role = re.search(r"role (\S+)", block.text)
        kind = HASHES[secret[1] or "0"] if secret else "none"
        said = role[1] if role else privilege[1] if privilege else "1"
        yield Account(block.words[1], said, kind, keys.count(block.words[1]), block.number)


def _time_servers(top: list[Block]) -> TimeServers:
    found = _with(top, "ntp server ")
    servers = tuple(block.words[4] if block.words[2] == "vrf" else block.words[2] for block in found)
    keyed = bool(found) and all(" key " in block.text for block in found)
    trusted = any(block.text.startswith("ntp authenticate") for block in top)
    return TimeServers(servers, keyed and trusted, _first(found))


def _log_hosts(top: list[Block]) -> LogHosts:
    found = [block for block in top if re.match(r"logging (?:vrf \S+ )?host ", block.text)]
    hosts = tuple(block.words[block.words.index("host") + 1] for block in found)
    sources = [
        block.words[-1] for block in top if re.match(r"logging (?:vrf \S+ )?source-interface ", block.text)
    ]
    trap = [block.words[-1] for block in _with(top, "logging trap ")]
    return LogHosts(hosts, trap[0] if trap else DEFAULT_TRAP, sources[0] if sources else None, _first(found))


def _snmp(top: list[Block]) -> SnmpAgent:
    users = [found for block in top if (found := USER.fullmatch(block.text))]
    communities = [found for block in top if (found := COMMUNITY.fullmatch(block.text))]
    groups = [block.text for block in _with(top, "snmp-server group ")]
    lists = [block.words[3] for block in _with(top, "snmp-server ipv4 access-list ")]
    return SnmpAgent(
        users=tuple(SnmpUser(found[1], found[2] or "", _private(found[3])) for found in users),
        communities=len(communities),
        writable=any(" rw" in found[1] for found in communities) or any(" write " in text for text in groups),
        access_list=lists[0] if lists else None,
        line=_first(_with(top, "snmp-server ")),
    )


def _private(text: str) -> str:
    found = PRIVATE.match(text)
    return PRIVATE_KINDS.get(found[1], found[1]) if found else ""


# ── who gets in ─────────────────────────────────────────────────────────────


def _remote_access(top: list[Block]) -> RemoteAccess:
    """SSH listens unless it is shut in every VRF, the API only if it is opened, Telnet likewise."""
    kinds = {block.text: block for block in _with(top, "management ")}
    ssh = kinds.get("management ssh")
    limit = next(ssh.starting("ip access-group "), None) if ssh else None
    minutes = rest(ssh, "idle-timeout ") if ssh else None
    return RemoteAccess(
        protocols=tuple(_listening(kinds)),
        ssh_version=2,  # EOS has had no other (User Manual, Managing Switch Access)
        access_list=limit.words[2] if limit else None,
        idle_timeout_s=int(minutes) * 60 or None if minutes else None,
        line=ssh.number if ssh else 0,
    )


def _listening(kinds: dict[str, Block]) -> Iterator[str]:
    ssh, telnet = kinds.get("management ssh"), kinds.get("management telnet")
    if ssh is None or not ssh.holds("shutdown") or _open_in_vrf(ssh):
        yield "ssh"
    if telnet and telnet.holds("no shutdown"):
        yield "telnet"
    api = kinds.get("management api http-commands")
    if api and api.holds("no shutdown"):
        if not api.holds("no protocol https"):
            yield "https"
        if any(line.words[:2] == ["protocol", "http"] for line in api.inside):
            yield "http"
    for name, word in (("management api gnmi", "gnmi"), ("management api netconf", "netconf")):
        if name in kinds and any(kinds[name].starting("transport ")):
            yield word


def _open_in_vrf(block: Block) -> bool:
    return any(vrf.holds("no shutdown") for vrf in block.starting("vrf "))


def _aaa(top: list[Block]) -> Aaa:
    """Methods in order: `group X` by the kind of its servers, else EOS's own words; by default local."""
    kinds = {block.words[4]: block.words[3] for block in _with(top, "aaa group server ")}
    login = [block.text.removeprefix(LOGIN) for block in _with(top, LOGIN)]
    commands = [block.text.removeprefix(COMMANDS) for block in _with(top, COMMANDS)]
    servers = [block.words[2] for block in top if re.match(r"(?:tacacs|radius)-server host ", block.text)]
    accounting = [block for block in _with(top, "aaa accounting ") if not block.text.endswith(" none")]
    return Aaa(
        login=_methods(login[0], kinds) if login else ("local",),
        commands=_methods(commands[0], kinds) if commands else (),
        accounting=bool(accounting),
        servers=tuple(servers),
        line=_first(_with(top, "aaa ")),
    )


def _methods(text: str, kinds: dict[str, str]) -> tuple[str, ...]:
    words = iter(text.split())
    return tuple(_group(next(words, ""), kinds) if word == "group" else word for word in words)


def _group(name: str, kinds: dict[str, str]) -> str:
    return kinds.get(name, name)


def _banner(top: list[Block]) -> LoginBanner:
    for block in top:
        if block.text == "banner login":
            return LoginBanner("\n".join(_texts(block)), block.number)
    return LoginBanner("", 0)


def _texts(block: Block) -> Iterator[str]:
    for line in block.inside:
        yield line.text
        yield from _texts(line)
