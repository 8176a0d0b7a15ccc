"""VRP's configuration → facts, each with the line that it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_interface, ip_network

from kgnet.errors import ReadError
from kgnet.model.config import Line
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterface,
    ConfiguredInterfaces,
    ConfiguredNeighbor,
    PrefixEntry,
    PrefixLists,
    RouteMaps,
    System,
)
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
from kgnet.platforms._management import Ways, counted, first, inside, ways, within

Managed = Accounts | TimeServers | LogHosts | Ways | Aaa | LoginBanner | Vrfs
Facts = ConfiguredInterfaces | ConfiguredBgp | PrefixLists | RouteMaps | System | Managed
Lines = list[Line]
Network = IPv4Network | IPv6Network


def read(text: str, part: str) -> Iterator[Facts]:
    """Read the whole configuration; a device without `bgp` has no ConfiguredBgp."""
    lines = counted(text, part)
    top = [line for line in lines if len(line.path) == 1]
    try:
        hosts = _log_hosts(top)
        yield System(_rest(top, "sysname "), hosts.hosts)
        yield hosts
        yield ConfiguredInterfaces(tuple(_interfaces(lines, top)))
        yield Vrfs(_vrfs(lines, top))
        yield from _bgp(lines, top)
        yield _prefix_lists(top)
        yield _route_maps(lines)
        yield Accounts(tuple(_accounts(lines)))
        yield _time(top)
        yield from ways(_remote(lines, top), _snmp(top))
        yield _aaa(lines, top)
        yield _banner(lines, top)
    except (ValueError, IndexError) as reason:
        raise ReadError(f"VRP's configuration is not as expected: {reason}") from reason


def _rest(lines: Lines, start: str) -> str | None:
    return next((line.text.removeprefix(start) for line in lines if line.text.startswith(start)), None)


def _starting(lines: Lines, *starts: str) -> Lines:
    return [line for line in lines if line.text.startswith(starts)]


# ── interfaces and routing ──────────────────────────────────────────────────


def _interfaces(lines: Lines, top: Lines) -> Iterator[ConfiguredInterface]:
    blocks = within(lines)
    for head in _starting(top, "interface "):
        block = blocks.get(head.text, [])
        yield ConfiguredInterface(
            name=head.text.split()[1],
            description=_rest(block, "description "),
            addresses=tuple(
                ip_interface("/".join(line.text.split()[2:4]))
                for line in _starting(block, "ip address ", "ipv6 address ")
                if re.match(r"ip(v6)? address [0-9a-fA-F.:/]+( \S+)?( sub)?$", line.text)
            ),
            line=head.number,
        )


def _vrfs(lines: Lines, top: Lines) -> dict[str, tuple[str, ...]]:
    names = {line.text.split()[2]: () for line in _starting(top, "ip vpn-instance ")}
    vrfs: dict[str, tuple[str, ...]] = dict(names)
    for line in lines:
        match line.text.split():
            case ["ip", "binding", "vpn-instance", name] if len(line.path) == 2:
                vrfs[name] = (*vrfs.get(name, ()), line.path[0].split()[1])
    return vrfs


def _bgp(lines: Lines, top: Lines) -> Iterator[ConfiguredBgp]:
    for head in _starting(top, "bgp "):
        block = inside(lines, head.text)
        router_id = _rest(block, "router-id ")
        yield ConfiguredBgp(
            asn=int(head.text.split()[1]),
            router_id=IPv4Address(router_id) if router_id else None,
            neighbors=tuple(_neighbors(block)),
            networks=tuple(_network(line.text.split()[1:]) for line in _starting(block, "network ")),
            aggregates=tuple(_network(line.text.split()[1:]) for line in _starting(block, "aggregate ")),
            requires_policy=False,  # VRP passes all on where no policy stands
            line=head.number,
        )


def _network(words: list[str]) -> Network:
    masked = len(words) > 1 and words[1][0].isdigit()
    return ip_network(f"{words[0]}/{words[1] if masked else _class_length(words[0])}")


def _class_length(address: str) -> int:
    """Return the natural length of an address without a mask (classes A, B, C)."""
    octet = int(address.split(".", maxsplit=1)[0])
    return 8 if octet < 128 else 16 if octet < 192 else 24


def _neighbors(block: Lines) -> Iterator[ConfiguredNeighbor]:
    said: dict[str, list[Line]] = {}
    for line in _starting(block, "peer "):
        said.setdefault(line.text.split()[1], []).append(line)
    for name, told in said.items():
        words = {line.text.split()[2]: line.text.split()[2:] for line in told}
        if "as-number" not in words or not re.fullmatch(r"[0-9a-fA-F.:]+", name):
            continue  # a group of peers
        policies = {
            line.text.split()[4]: line.text.split()[3] for line in told if " route-policy " in line.text
        }
        most = words.get("route-limit")
        yield ConfiguredNeighbor(
            address=ip_address(name),
            remote_as=int(words["as-number"][1]),
            description=" ".join(words["description"][1:]) if "description" in words else None,
            bfd="bfd" in words,
            password="password" in words or "keychain" in words,
            import_policy=policies.get("import"),
            export_policy=policies.get("export"),
            maximum_prefix=int(most[1]) if most else None,
            line=told[0].number,
        )


ENTRY = re.compile(
    r"ip (?P<family>ip-prefix|ipv6-prefix) (?P<name>\S+) index (?P<index>\d+) (?P<action>permit|deny)"
    r" (?P<address>\S+) (?P<length>\d+)(?: greater-equal (?P<ge>\d+))?(?: less-equal (?P<le>\d+))?"
)


def _prefix_lists(top: Lines) -> PrefixLists:
    lists: dict[str, tuple[PrefixEntry, ...]] = {}
    for line in top:
        if found := ENTRY.fullmatch(line.text):
            entry = PrefixEntry(
                sequence=int(found["index"]),
                permit=found["action"] == "permit",
                network=ip_network(f"{found['address']}/{found['length']}"),
                ge=int(found["ge"]) if found["ge"] else None,
                le=int(found["le"]) if found["le"] else None,
                line=line.number,
            )
            lists[found["name"]] = (*lists.get(found["name"], ()), entry)
    return PrefixLists(lists)


def _route_maps(lines: Lines) -> RouteMaps:
    maps: dict[str, tuple[str, ...]] = {}
    for line in lines:
        match line.path[0].split():
            case ["route-policy", name, *_]:
                found = re.fullmatch(r"if-match (?:ip-prefix|ipv6 address prefix-list) (\S+)", line.text)
                maps[name] = (*maps.get(name, ()), *([found[1]] if found else []))
    return RouteMaps(maps)


# ── management ──────────────────────────────────────────────────────────────

ADMIN = 3  # the level from which on one may change the configuration (VRP, Command Levels)
FORMS = {"irreversible-cipher": "irreversible", "cipher": "reversible", "simple": "plain"}


def _accounts(lines: Lines) -> Iterator[Account]:
    block = inside(lines, "aaa")
    for line in block:
        match line.text.split():
            case ["local-user", name, "password", form, *_]:
                level = _rest(block, f"local-user {name} privilege level ") or "0"
                admin = int(level) >= ADMIN
                yield Account(name, f"level {level}", FORMS.get(form, "plain"), 0, line.number, admin)


def _time(top: Lines) -> TimeServers:
    asked = _starting(top, "ntp-service unicast-server ", "ntp-service unicast-peer ")
    authenticated = any(line.text == "ntp-service authentication enable" for line in top)
    return TimeServers(tuple(line.text.split()[2] for line in asked), authenticated, first(asked))


def _log_hosts(top: Lines) -> LogHosts:
    told = [line for line in _starting(top, "info-center loghost ") if line.text.split()[2] != "source"]
    level = re.compile(r"info-center source default channel (?:2|loghost) log level (\S+)")
    severity = next((found[1] for line in top if (found := level.match(line.text))), "informational")
    hosts = tuple(dict.fromkeys(line.text.split()[2] for line in told))
    return LogHosts(hosts, severity, _rest(top, "info-center loghost source "), first(told))


def _snmp(top: Lines) -> SnmpAgent:
    told = _starting(top, "snmp-agent")
    users: dict[str, dict[str, str]] = {}
    for line in told:
        match line.text.split():
            case ["snmp-agent", "usm-user", "v3", name, *rest]:
                user = users.setdefault(name, {})
                user.update({rest[0]: rest[1].replace("-", "")} if rest[1:] else {})
    found = tuple(
        SnmpUser(
            name,
            _sha(user.get("authentication-mode", "")),
            user.get("privacy-mode", "").replace("des56", "des"),
        )
        for name, user in users.items()
    )
    communities = _starting(told, "snmp-agent community ")
    limits = (re.search(r" acl (\S+)", line.text) for line in told)
    return SnmpAgent(
        users=found,
        communities=len(communities),
        writable=any(" write " in f"{line.text} " for line in communities)
        or any("write-view" in line.text for line in told),
        access_list=next((limit[1] for limit in limits if limit), None),
        line=first(told),
    )


def _sha(mode: str) -> str:
    return {"sha": "sha1", "sha2256": "sha256", "sha2384": "sha384", "sha2512": "sha512"}.get(mode, mode)


DEFAULT_IDLE_S = 600  # VRP's; 0 is never
SERVER = re.compile(
    r"(?P<name>stelnet|telnet|ftp|sftp|http|http secure-|snetconf)(?: ipv[46])? ?server "
    r"enable"
)
PROTOCOLS = {"stelnet": "ssh", "sftp": "ssh", "http secure-": "https", "snetconf": "netconf"}


def _remote(lines: Lines, top: Lines) -> RemoteAccess:
    servers = [(line, found["name"]) for line in top if (found := SERVER.fullmatch(line.text))]
    terminals = [
        line for line in lines if line.path[0].startswith("user-interface vty") and len(line.path) == 2
    ]
    idle = [line.text.split()[1:] for line in terminals if line.text.startswith("idle-timeout ")]
    waits = [60 * int(words[0]) + int(words[1] if words[1:] else 0) for words in idle]
    limits = [line.text.split()[1] for line in terminals if re.fullmatch(r"acl \S+ inbound", line.text)]
    return RemoteAccess(
        protocols=tuple(dict.fromkeys(PROTOCOLS.get(name, name) for _, name in servers)),
        ssh_version=1 if any(line.text == "ssh server compatible-ssh1x enable" for line in top) else 2,
        access_list=limits[0] if limits else None,
        idle_timeout_s=None if 0 in waits else max(waits, default=DEFAULT_IDLE_S),
        line=first([line for line, _ in servers] or terminals),
    )


METHODS = {"hwtacacs": "tacacs+", "radius": "radius", "local": "local", "none": "none"}


def _aaa(lines: Lines, top: Lines) -> Aaa:
    block = inside(lines, "aaa")
    used = _rest([line for line in block if "domain default_admin" in line.path], "authentication-scheme ")
    scheme = inside(block, "aaa", f"authentication-scheme {used or 'default'}")
    rights = [line for line in block if line.path[-2].startswith("authorization-scheme ")]
    login = (_rest(scheme, "authentication-mode ") or "local").split()
    commands = _rest(rights, "authorization-cmd ") or ""
    asked = [
        line
        for line in lines
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


def _banner(lines: Lines, top: Lines) -> LoginBanner:
    for head in _starting(top, "header login information", "header shell information"):
        return LoginBanner("\n".join(line.text for line in inside(lines, head.text)), head.number)
    return LoginBanner("", 0)
