"""IOS's canonical configuration → by which ways one gets in, and what it serves for its own sake."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from kgnet.errors import ReadError
from kgnet.model.access import (
    ANYWHERE,
    AddressedPort,
    AddressedPorts,
    Console,
    Entrance,
    Entrances,
    SecureShell,
    WebManagement,
)
from kgnet.model.managed import RemoteAccess
from kgnet.model.services import Provisioning, Service, Services
from kgnet.platforms._releases import default
from kgnet.platforms.cisco_ios import acl, layer2
from kgnet.platforms.cisco_ios.alike import alike
from kgnet.platforms.cisco_ios.entries import plain
from kgnet.platforms.cisco_ios.filter import addresses
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.platforms.cisco_ios.object_groups import Groups
from kgnet.ports import Readers

SERVED = (  # how a line begins → the service that it switches on
    ("ip http server", "http"),
    ("ip http secure-server", "https"),
    ("service tcp-small-servers", "small-servers"),
    ("service udp-small-servers", "small-servers"),
    ("service finger", "finger"),
    ("ip finger", "finger"),
    ("ip identd", "ident"),
    ("service config", "autoload"),
    ("boot network", "autoload"),
    ("ip rcmd rcp-enable", "rcp"),
    ("ip rcmd rsh-enable", "rsh"),
    ("tftp-server ", "tftp"),
    ("ftp-server enable", "ftp"),
    ("vstack", "smart-install"),
    ("snmp-server ", "snmp"),
)
SMALL_SERVERS = ("service tcp-small-servers", "service udp-small-servers")
AUTOLOADED = ("service config", "boot network", "boot host")
FETCHED = (("cns ", "cns"), ("pnp profile ", "plug and play"), *((start, "autoload") for start in AUTOLOADED))
SIX = "ipv6 address "
DEFAULT_GRACE_S, DEFAULT_TRIES = 120, 3
DEFAULT_IDLE_S = 600  # exec-timeout, where none is written
EVERYTHING = ("ssh", "telnet")  # what a vty takes where nobody says otherwise, on older releases
SERVICES = {
    "ip http server": "http",
    "ip http secure-server": "https",
    "netconf-yang": "netconf",
    "restconf": "restconf",
}
ALGORITHMS = "ip ssh server algorithm "
ASKED = ("permit ", "deny ")  # how the entries of a list begin that are no remarks


# ── sessions ────────────────────────────────────────────────────────────────


def _remote_access(root: Block) -> RemoteAccess:
    lines = _vtys(root)
    idle = [_idle_s(line) for line in lines]
    lists = [_class_in(line, "access-class ") for line in lines]
    version = root.rest("ip ssh version ")
    return RemoteAccess(
        protocols=_protocols(root),
        ssh_version=int(version) if version else None,
        access_list=lists[0] if lists and all(lists) else None,
        idle_timeout_s=None if None in idle or not idle else max(each for each in idle if each is not None),
        line=lines[0].number if lines else 0,
    )


def _protocols(root: Block) -> tuple[str, ...]:
    """Return what one may come in by, on any line and by any server; aux lets in nobody unless told to."""
    told = [line for line in root.starting("line aux ") if line.has("transport input ")]
    taken = {word for line in (*root.starting("line vty "), *told) for word in _taken(line)}
    return tuple(sorted(taken | {name for start, name in SERVICES.items() if root.says(start)}))


def _vtys(root: Block) -> list[Block]:
    """Return the `line vty` blocks; ReadError without any, since no IOS is."""
    lines = list(root.starting("line vty "))
    if not lines:
        raise ReadError("no `line vty` stands in it, which IOS always prints: the text is not whole")
    return lines


def _class_in(line: Block, start: str) -> str:
    """Return the list that judges who comes in, empty: none does; one for `out` judges who goes on."""
    classes = (each.line.removeprefix(start).split() for each in line.starting(start))
    return next((words[0] for words in classes if words[1:2] == ["in"]), "")


def _taken(line: Block) -> tuple[str, ...]:
    told = line.rest("transport input ")
    if told is None or told == "all":
        return EVERYTHING
    return tuple(word for word in told.split() if word != "none")


def _idle_s(line: Block) -> int | None:
    """Return when a vty hangs up; None: never."""
    told = (line.rest("exec-timeout ") or "").split()
    if not told:
        return None if line.says("no exec-timeout") else DEFAULT_IDLE_S
    return int(told[0]) * 60 + int(told[1] if len(told) > 1 else 0) or None


# ── who may come ────────────────────────────────────────────────────────────


def _ways_in(root: Block) -> Entrances:
    return Entrances(tuple(_entrances(root)))


def _entrances(root: Block) -> Iterator[Entrance]:
    """Yield the terminals that take somebody in; IPv6 counts where the device speaks it."""
    spoken = ["access-class "]
    if any(root.aspects(_speaks_six)):
        spoken.append("ipv6 access-class ")
    for line in _vtys(root):
        if line.rest("transport input ") != "none":
            found: list[str] = []
            for start, anywhere in zip(spoken, ANYWHERE, strict=False):
                found += sources(root, _class_in(line, start), anywhere)
            yield Entrance(line.line, tuple(found), line.number)


@alike
def _speaks_six(port: Block) -> bool:
    return port.has(SIX)


def sources(root: Block, name: str, anywhere: str) -> tuple[str, ...]:
    """Return from where the list *name* lets in; a list that is not there lets everybody in."""
    ending = f" {name}"
    named = (
        each for each in root.holding(ending) if "access-list " in each.line and each.line.endswith(ending)
    )
    block = next(named, None)
    standard = block is not None and "standard" in block.line
    entries = block.lines if block else []
    if name.isdecimal():
        standard = True
        entries = [
            each.line.removeprefix(f"access-list {name} ") for each in root.starting(f"access-list {name} ")
        ]
    told = tuple(entries)
    if any("group" in each for each in told):
        groups = Groups(root)
        lines = [plain(line, standard) for line in told]
        told = tuple(each for line in lines if line.startswith(ASKED) for each in groups.expanded(line))
    return _let_in(told, standard, anywhere)


@lru_cache(1 << 10)
def _let_in(entries: tuple[str, ...], standard: bool, anywhere: str) -> tuple[str, ...]:
    """Return from where *entries* let in; without any they let everybody in."""
    lines = (plain(each, standard) for each in entries)
    told = [acl.entry(each, standard=standard) for each in lines if each.startswith(ASKED)]
    if not told:
        return (anywhere,)
    return tuple(anywhere if each.source == "any" else each.source for each in told if each.permit)


def open_to_all(root: Block, words: list[str]) -> bool:
    """Whether the list that *words* end in keeps nobody out, as one that is not there."""
    anywhere = ANYWHERE["ipv6" in words]
    return anywhere in sources(root, words[-1], anywhere)


def _ssh(root: Block) -> SecureShell:
    first = next(root.starting("ip ssh "), None)
    ciphers, macs, exchanges = (
        tuple((root.rest(f"{ALGORITHMS}{kind} ") or "").split()) for kind in ("encryption", "mac", "kex")
    )
    return SecureShell(
        ciphers=ciphers,
        macs=macs,
        exchanges=exchanges,
        root="no",  # there is no such account
        grace_s=int(root.rest("ip ssh time-out ") or DEFAULT_GRACE_S),
        tries=int(root.rest("ip ssh authentication-retries ") or DEFAULT_TRIES),
        line=first.number if first else 0,
    )


# ── the console, the web ────────────────────────────────────────────────────


def _console(root: Block) -> Console:
    block = next(root.starting("line con"), Block("line con 0", 0))
    closed = block.says("no exec")  # nobody can begin a session there
    return Console(0 if closed else _idle_s(block), closed or _asks(root, block), block.number)


def _asks(root: Block, console: Block) -> bool:
    """Whether the console asks for a login: with AAA by a list, without it if it was told to."""
    if not root.says("aaa new-model"):
        return any(line.startswith("login") for line in console.lines)
    name = console.rest("login authentication ") or "default"
    methods = (root.rest(f"aaa authentication login {name} ") or "none").split()
    return methods[0] != "none"


def _web(root: Block) -> WebManagement:
    block = next(
        (each for each in root.starting("ip http secure-server") if each.line == "ip http secure-server"),
        None,
    )
    lists = [each.line.split() for each in root.starting("ip http access-class ")]
    return WebManagement(
        on=block is not None,
        limited=bool(lists) and not any(open_to_all(root, words) for words in lists),
        aaa=root.has("ip http authentication aaa"),
        line=block.number if block else 0,
    )


def _addressed(root: Block) -> AddressedPorts:
    return AddressedPorts(tuple(_ports(root)))


def _ports(root: Block) -> Iterator[AddressedPort]:
    for block in root.starting("interface "):
        if found := addresses(block):
            vrf = block.rest("vrf forwarding ") or block.rest("ip vrf forwarding ")
            yield AddressedPort(block.line.split()[1], vrf, tuple(found), vrf is not None, block.number)


# ── what it serves ──────────────────────────────────────────────────────────


def _serving(root: Block) -> Services:
    return Services(tuple(_services(root)))


def _provisioned(root: Block) -> Provisioning:
    return Provisioning(tuple(_served(root, FETCHED)))


def _services(root: Block) -> Iterator[Service]:
    first = next(root.starting("line vty "), None)
    for name in _protocols(root):
        if name not in ("http", "https"):
            yield Service(name, _terminals(root, name), first.number if first else 0)
    yield from _served(root, SERVED)
    yield from _small_servers(root)
    if layer2.switches_ports(root) and not (root.says("vstack") or root.says("no vstack")):
        yield Service("smart-install-default", "a switch whose configuration does not say `no vstack`")


def _small_servers(root: Block) -> Iterator[Service]:
    """Yield those that the release switches on by itself, and nobody switched off."""
    release = root.rest("version ")
    if default("cisco_ios", "small servers", release) == "on":
        for line in SMALL_SERVERS:
            if not (root.says(line) or root.says(f"no {line}")):
                told = f"{line}, on by default in release {release}"
                yield Service("small-servers", told, root.number_of("version "))


def _terminals(root: Block, name: str) -> str:
    """Return the line that takes *name*, as far as one says so."""
    for block in root.starting("line vty "):
        told = block.rest("transport input ")
        if told is None or name in told.split() or told == "all":
            return f"{block.line}: transport input {told}" if told else f"{block.line}: no transport input"
    return name


def _served(root: Block, starts: tuple[tuple[str, str], ...]) -> Iterator[Service]:
    for start, name in starts:
        if found := root.shown(start):
            yield Service(name, found.line, found.number)


READERS: Readers = {
    RemoteAccess: _remote_access,
    Entrances: _ways_in,
    SecureShell: _ssh,
    Console: _console,
    WebManagement: _web,
    AddressedPorts: _addressed,
    Services: _serving,
    Provisioning: _provisioned,
}
