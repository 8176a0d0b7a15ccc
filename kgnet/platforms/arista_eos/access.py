"""EOS's running configuration → by which ways one gets in, and what it serves for its own sake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kgnet.model.access import (
    ANYWHERE,
    AddressedPort,
    AddressedPorts,
    Console,
    Entrance,
    Entrances,
    HostKey,
    HostKeys,
    SecureShell,
    WebManagement,
)
from kgnet.model.facts import PacketFilter
from kgnet.model.managed import RemoteAccess
from kgnet.model.services import Provisioning, Service, Services
from kgnet.platforms.arista_eos.answers import of_json
from kgnet.platforms.arista_eos.block import Block, rest

AccessFacts = (
    RemoteAccess | Entrances | SecureShell | HostKeys | Console | WebManagement | AddressedPorts | Services
)
DEFAULT_GRACE_S = 120
MADE = ("rsa", "ecdsa-nistp521", "ed25519")  # the host keys that EOS makes and uses unless told otherwise
LIST = re.compile(r"(ip|ipv6) access-list (?:standard )?(\S+)")
BOUND = re.compile(r"(ip|ipv6) access-group (\S+)(?: vrf (\S+))?(?: in)?")
SSH, API = "management ssh", "management api http-commands"
SAID = {  # service → where it is switched on
    **{"ssh": SSH, "telnet": "management telnet", "https": API, "http": API},
    **{"gnmi": "management api gnmi", "netconf": "management api netconf"},
}


def read(top: list[Block], filtered: PacketFilter) -> Iterator[AccessFacts]:
    """Yield every fact; *filtered* holds the access lists."""
    remote = _remote_access(top)
    yield remote
    kinds = {block.text: block for block in top}
    ssh = kinds.get(SSH, Block(SSH, 0))
    ports = tuple(_ports(top))
    yield Entrances(tuple(_entrances(ssh, ports, let_in(top, filtered))))
    yield _ssh(top, ssh)
    yield HostKeys(tuple(_host_keys(ssh)))
    yield _console(top, kinds.get("management console"))
    yield _web(kinds.get(API), remote)
    yield AddressedPorts(ports)
    yield Services(tuple(_services(top, kinds, remote)))


# ── sessions ────────────────────────────────────────────────────────────────


def _remote_access(top: list[Block]) -> RemoteAccess:
    """SSH listens unless it is shut in every VRF, the API only if it is opened, Telnet likewise."""
    kinds = {block.text: block for block in top if block.text.startswith("management ")}
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


# ── who may come ────────────────────────────────────────────────────────────


Sources = dict[tuple[str, str], tuple[str, ...]]  # family and name of a list → from where it lets in


def _entrances(ssh: Block, ports: tuple[AddressedPort, ...], lists: Sources) -> Iterator[Entrance]:
    """Yield the VRFs in which SSH listens, with whom its lists let in, one a family that is spoken there."""
    vrfs = {line.words[1]: line for line in ssh.starting("vrf ")}
    opened: list[str | None] = [None] if not ssh.holds("shutdown") else []
    opened += [name for name, block in vrfs.items() if block.holds("no shutdown")]
    for vrf in opened:
        bound = [found for line in ssh.inside if (found := BOUND.fullmatch(line.text))]
        names = {found[1]: found[2] for found in bound if found[3] == vrf}
        names |= {found[1]: found[2] for found in _inside(vrfs.get(vrf or ""))}
        spoken = {":" in address for port in ports if port.vrf == vrf for address in port.addresses}
        sources: list[str] = []
        for family, anywhere in zip(("ip", "ipv6"), ANYWHERE, strict=True):
            if family == "ip" or True in spoken:
                sources += lists.get((family, names.get(family, "")), (anywhere,))
        yield Entrance(f"{SSH}{f' vrf {vrf}' if vrf else ''}", tuple(sources), ssh.number)


def _inside(vrf: Block | None) -> Iterator[re.Match[str]]:
    return (found for line in (vrf.inside if vrf else ()) if (found := BOUND.fullmatch(line.text)))


def let_in(top: list[Block], filtered: PacketFilter) -> Sources:
    """Return from where each list lets in; one without entries is not among them: it lets everybody in.

    In *filtered* a list may go by the name of a chain, if something else uses it as well: its lines tell it.
    """
    accepted = {rule.line: rule.sources for rule in filtered.rules if rule.verdict == "accept"}
    lists = ((LIST.fullmatch(block.text), block.inside) for block in top)
    return {
        (found[1], found[2]): tuple(each for line in inside for each in accepted.get(line.number, ()))
        for found, inside in lists
        if found and inside
    }


def _ssh(top: list[Block], ssh: Block) -> SecureShell:
    root = any(re.match(r"aaa root (?:secret|nopassword)", block.text) for block in top)
    ciphers, macs, exchanges = (
        tuple((rest(ssh, f"{word} ") or "").split()) for word in ("cipher", "mac", "key-exchange")
    )
    grace = rest(ssh, "login timeout ")
    return SecureShell(
        ciphers=ciphers,
        macs=macs,
        exchanges=exchanges,
        root="yes" if root else "no",
        grace_s=int(grace) if grace else DEFAULT_GRACE_S,
        tries=None,
        line=ssh.number,
    )


def _host_keys(ssh: Block) -> Iterator[HostKey]:
    told = [(word, line.number) for line in ssh.starting("hostkey server ") for word in line.words[2:]]
    for word, line in told or [(name, 0) for name in MADE]:
        yield HostKey(word.partition("-")[0], 0, line)


def _console(top: list[Block], console: Block | None) -> Console:
    minutes = int((rest(console, "idle-timeout ") if console else None) or 0)
    lists = (block.words[3:] for block in top if block.text.startswith("aaa authentication login "))
    methods = {name: asked for name, *asked in lists}
    first, *_ = methods.get("console") or methods.get("default") or ["local"]
    return Console(minutes * 60 or None, first != "none", console.number if console else 0)


def _web(api: Block | None, remote: RemoteAccess) -> WebManagement:
    """Read the API; EOS asks its users by AAA, whoever they are."""
    on = "https" in remote.protocols
    vrfs = [line for line in (api.inside if api else ()) if line.words[0] == "vrf"]
    opened = [vrf for vrf in vrfs if not vrf.holds("shutdown")]
    limited = bool(opened) and all(any(_inside(vrf)) for vrf in opened)
    default = any(vrf.words[1] == "default" for vrf in vrfs)
    return WebManagement(on, limited and default, True, api.number if api and on else 0)


def _ports(top: list[Block]) -> Iterator[AddressedPort]:
    for block in top:
        found = tuple(
            line.words[2].partition("/")[0] for line in block.starting("ip address ", "ipv6 address ")
        )
        if block.text.startswith("interface ") and found:
            vrf = rest(block, "vrf ")
            yield AddressedPort(block.words[1], vrf, found, vrf is not None, block.number)


# ── what it serves ──────────────────────────────────────────────────────────


def _services(top: list[Block], kinds: dict[str, Block], remote: RemoteAccess) -> Iterator[Service]:
    for name in remote.protocols:
        block = kinds.get(SAID[name])
        yield Service(name, SAID[name], block.number if block else 0)
    for block in top:
        if block.text.startswith("snmp-server "):
            yield Service("snmp", block.text, block.number)
            return


@of_json
def provisioning(answer: Any) -> Provisioning:
    """Read `show zerotouch`."""
    mode = str(answer["mode"])
    return Provisioning(() if mode == "disabled" else (Service("zero touch", f"zerotouch {mode}"),))
