"""IOS's canonical configuration → facts on how the device is managed."""

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
    Vrfs,
)
from kgnet.platforms.cisco_ios.lines import Block

Managed = Accounts | TimeServers | LogHosts | SnmpAgent | RemoteAccess | Aaa | LoginBanner | Vrfs
ACCOUNT = re.compile(r"username (\S+)(?: privilege (\d+))?(.*)")
HASHED = re.compile(r" (?:secret|password) (?:(\d) )?\S+")
HASHES = {"0": "plain", "4": "sha256", "5": "md5", "6": "aes", "7": "type 7", "8": "pbkdf2", "9": "scrypt"}
DEFAULT_PRIVILEGE = "1"
DEFAULT_IDLE_S = 600  # exec-timeout, where none is written
EVERYTHING = ("ssh", "telnet")  # what a vty takes where nobody says otherwise, on older releases
SERVICES = {
    "ip http server": "http",
    "ip http secure-server": "https",
    "netconf-yang": "netconf",
    "restconf": "restconf",
}


def facts(root: Block) -> Iterator[Managed]:
    """Yield every fact; one that nothing is configured of is empty."""
    yield Accounts(tuple(_accounts(root)))
    yield _time_servers(root)
    yield _log_hosts(root)
    yield _snmp_agent(root)
    yield _remote_access(root)
    yield _aaa(root)
    yield _banner(root)
    yield _vrfs(root)


def _line(root: Block, *starts: str) -> int:
    return next((each.number for each in root.inside if each.line.startswith(starts)), 0)


def _accounts(root: Block) -> Iterator[Account]:
    keys = _keys(root)
    seen: dict[str, Account] = {}
    for each in root.starting("username "):
        found = ACCOUNT.match(each.line)
        hashed = HASHED.search(each.line)
        if found is None:
            continue
        name = found[1]
        before = seen.get(name)
        told = HASHES.get(hashed[1] or "0", f"type {hashed[1]}") if hashed else ""
        kept = told or (before.hash if before else "none")
        privilege = found[2] or (before.privilege if before else DEFAULT_PRIVILEGE)
        line = before.line if before else each.number
        seen[name] = Account(name, privilege, kept, keys.get(name, 0), line)
    yield from seen.values()


def _keys(root: Block) -> dict[str, int]:
    """Return how many public keys each account has."""
    return {
        block.line.removeprefix("username "): sum(each.line.startswith("key-") for each in block.inside)
        for chain in root.starting("ip ssh pubkey-chain")
        for block in chain.starting("username ")
    }


def _time_servers(root: Block) -> TimeServers:
    asked = [each.line.split() for each in root.starting("ntp server ")]
    names = tuple(words[4] if words[2] == "vrf" else words[2] for words in asked)
    believed = "ntp authenticate" in root.lines and all("key" in words for words in asked)
    return TimeServers(names, bool(asked) and believed, _line(root, "ntp server "))


def log_hosts(root: Block) -> Iterator[str]:
    """Yield where messages go: the rest of the lines `logging host`, and of older ones without `host`."""
    for each in root.starting("logging "):
        rest = each.line.removeprefix("logging ").removeprefix("host ")
        if each.line.startswith("logging host ") or rest[:1].isdecimal():
            yield rest


def _log_hosts(root: Block) -> LogHosts:
    source = root.rest("logging source-interface ")
    return LogHosts(
        hosts=tuple(rest.split()[0] for rest in log_hosts(root)),
        severity=root.rest("logging trap ") or "informational",
        source=source.split()[0] if source else None,
        line=_line(root, "logging host "),
    )


def _snmp_agent(root: Block) -> SnmpAgent:
    communities = [each.line.split() for each in root.starting("snmp-server community ")]
    groups = [each.line for each in root.starting("snmp-server group ")]
    users = (each.line.removeprefix("key chain SNMP-") for each in root.starting("key chain SNMP-"))
    lists = [line.split(" access ")[1].split()[-1] for line in groups if " access " in line]
    limited = [words[-1] for words in communities if len(words) > 4]
    bounds = lists + limited
    open_to_all = len(bounds) < len(groups) + len(communities)
    return SnmpAgent(
        users=tuple(SnmpUser(name, "sha256", "aes128") for name in users),
        communities=len(communities),
        writable=any("RW" in map(str.upper, words[3:]) for words in communities)
        or any(" write " in line for line in groups),
        access_list=None if open_to_all or not bounds else bounds[0],
        line=_line(root, "snmp-server "),
    )


# ── who gets in ─────────────────────────────────────────────────────────────


def _remote_access(root: Block) -> RemoteAccess:
    lines = list(root.starting("line vty "))
    taken = {word for line in lines for word in _taken(line)}
    taken |= {name for start, name in SERVICES.items() if start in root.lines}
    idle = [_idle_s(line) for line in lines]
    lists = [(line.rest("access-class ") or "").split()[:1] for line in lines]
    version = root.rest("ip ssh version ")
    return RemoteAccess(
        protocols=tuple(sorted(taken)),
        ssh_version=int(version) if version else None,
        access_list=lists[0][0] if lists and all(lists) else None,
        idle_timeout_s=None if None in idle or not idle else max(each for each in idle if each is not None),
        line=_line(root, "line vty "),
    )


def _taken(line: Block) -> tuple[str, ...]:
    told = line.rest("transport input ")
    if told is None or told == "all":
        return EVERYTHING
    return tuple(word for word in told.split() if word != "none")


def _idle_s(line: Block) -> int | None:
    """Return when a vty hangs up; None: never."""
    told = (line.rest("exec-timeout ") or "").split()
    if not told:
        return None if "no exec-timeout" in line.lines else DEFAULT_IDLE_S
    return int(told[0]) * 60 + int(told[1] if len(told) > 1 else 0) or None


def _aaa(root: Block) -> Aaa:
    groups = {
        each.line.split()[4]: each.line.split()[3] for each in root.starting("aaa group server ")
    }  # aaa group server tacacs+ NAME
    methods = {}
    for kind in ("authentication login default ", "authorization commands 15 default "):
        methods[kind] = tuple(_methods((root.rest(f"aaa {kind}") or "").split(), groups))
    login, commands = methods.values()
    if not login and "aaa new-model" not in root.lines:
        login = ("local",) if any("login local" in line.lines for line in root.starting("line vty ")) else ()
    servers = _servers(root, login)
    return Aaa(
        login=login,
        commands=commands,
        accounting=next(root.starting("aaa accounting "), None) is not None,
        servers=tuple(servers),
        line=_line(root, "aaa new-model", "aaa "),
    )


def _methods(words: list[str], groups: dict[str, str]) -> Iterator[str]:
    """Yield methods in order, a group of servers by the protocol that it is asked in."""
    rest = iter(words)
    for word in rest:
        if word == "group":
            name = next(rest, "")
            yield groups.get(name, name)
        else:
            yield word


def _servers(root: Block, login: tuple[str, ...]) -> Iterator[str]:
    """Yield the addresses of the servers asked: in the new form a block each, in the old a line each."""
    for word, protocol in (("tacacs", "tacacs+"), ("radius", "radius")):
        if protocol not in login:
            continue
        for each in root.starting(f"{word} server "):
            address = each.rest("address ipv4 ") or each.rest("address ipv6 ")
            yield from address.split()[:1] if address else ()
        for each in root.starting(f"{word}-server host "):
            yield each.line.split()[2]


def _banner(root: Block) -> LoginBanner:
    for kind in ("login", "motd"):
        for block in root.starting(f"banner {kind}"):
            return LoginBanner("\n".join(block.literal), block.number)
    return LoginBanner("", 0)


def _vrfs(root: Block) -> Vrfs:
    names = [each.line.split()[-1] for each in root.starting("vrf definition ")]
    found: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    for block in root.starting("interface "):
        if vrf := block.rest("vrf forwarding "):
            found[vrf] = (*found.get(vrf, ()), block.line.split()[1])
    return Vrfs(found)
