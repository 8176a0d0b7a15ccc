"""EOS's running configuration → interior routing, VRFs, IPv6 beside IPv4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_interface

from kgnet.model.forwarding import Guard, Guards, InteriorLinks, Ipv6, Ipv6Link, Vpn, Vpns
from kgnet.platforms import _interior
from kgnet.platforms._interior import Section
from kgnet.platforms.arista_eos.block import Block, rest

Facts = InteriorLinks | Vpns | Ipv6 | Guards
SILENT = ("interface Loopback", "interface Tunnel")
BOUND = re.compile(r"(ip|ipv6) access-group (\S+)(?: vrf (\S+))?(?: (in|out))?")
FAMILY = {"ip": 4, "ipv6": 6}
TARGET = re.compile(r"route-target (import|export|both)(?: (?:vpn-ipv4|vpn-ipv6|evpn))? (\S+:\S+)")
PLACES = ("system control-plane", "management ssh", "management telnet", "management api http-commands")


def read(top: list[Block]) -> Iterator[Facts]:
    yield _interior.links([_section(block) for block in top])
    yield Vpns(tuple(_vpns(top)))
    yield _ipv6(top)
    yield Guards(tuple(_guards(top)))


def _section(block: Block) -> Section:
    told = (line.words[2] for line in block.starting("ip address ", "ipv6 address "))
    addresses = tuple(ip_interface(text) for text in told if "/" in text)
    return Section(block.text, tuple(_below(block)), block.number, addresses)


def _below(block: Block) -> Iterator[str]:
    for line in block.inside:
        yield line.text
        yield from _below(line)


def _ports(top: list[Block]) -> Iterator[Block]:
    return (block for block in top if block.text.startswith("interface ") and block.words[1] != "defaults")


def _vpns(top: list[Block]) -> Iterator[Vpn]:
    for block in top:
        if not block.text.startswith("vrf instance "):
            continue
        name = block.words[2]
        said = [block, *_in_bgp(top, name)]
        targets = [found for each in said for line in _below(each) if (found := TARGET.fullmatch(line))]
        yield Vpn(
            name=name,
            distinguisher=next(filter(None, (rest(each, "rd ") for each in said)), None),
            imports=tuple(found[2] for found in targets if found[1] != "export"),
            exports=tuple(found[2] for found in targets if found[1] != "import"),
            interfaces=tuple(port.words[1] for port in _ports(top) if port.holds(f"vrf {name}")),
            line=block.number,
        )


def _in_bgp(top: list[Block], vrf: str) -> Iterator[Block]:
    for block in top:
        if block.text.startswith("router bgp "):
            yield from (line for line in block.inside if line.text == f"vrf {vrf}")


# ── IPv6 ────────────────────────────────────────────────────────────────────


def _ipv6(top: list[Block]) -> Ipv6:
    routing = next((block for block in top if block.text == "ipv6 unicast-routing"), None)
    links = (
        Ipv6Link(port.words[1], _advertises(port) if routing else "", port.number)
        for port in _ports(top)
        if 6 in _spoken(port)
    )
    return Ipv6(routing is not None, tuple(links), routing.number if routing else 0)


def _advertises(port: Block) -> str:
    """Return when it advertises: `disabled` leaves the answers, `disabled all` takes these, too."""
    if port.holds("ipv6 nd ra disabled all") or port.text.startswith(SILENT):
        return ""
    return "asked" if port.holds("ipv6 nd ra disabled") else "always"


def _spoken(port: Block) -> frozenset[int]:
    if port.holds("shutdown"):
        return frozenset()
    six = any(port.starting("ipv6 address ")) or port.holds("ipv6 enable")
    return frozenset(({4} if any(port.starting("ip address ")) else set()) | ({6} if six else set()))


def _guards(top: list[Block]) -> Iterator[Guard]:
    ports = list(_ports(top))
    for port in ports:
        for way in ("in", "out"):
            filtered = {found[1] for found in _bound(port) if found[4] == way}
            if filtered:
                yield Guard(f"{port.words[1]} {way}", _families(filtered), _spoken(port), port.number)
    for block in top:
        if block.text in PLACES:
            yield from _place(block, ports)


def _place(block: Block, ports: list[Block]) -> Iterator[Guard]:
    """Yield a guard for each VRF where a list is bound: `… vrf X in`, or in a block `vrf X`."""
    bound = [(found[3], found[1]) for found in _bound(block)]
    bound += [(inner.words[1], found[1]) for inner in block.starting("vrf ") for found in _bound(inner)]
    for vrf in dict.fromkeys(vrf for vrf, _ in bound):
        inside = (port for port in ports if rest(port, "vrf ") == vrf)
        spoken = frozenset[int]().union(*map(_spoken, inside))
        filtered = _families({family for where, family in bound if where == vrf})
        yield Guard(f"{block.text} in VRF {vrf}" if vrf else block.text, filtered, spoken, block.number)


def _bound(block: Block) -> Iterator[re.Match[str]]:
    return (found for line in block.inside if (found := BOUND.fullmatch(line.text)))


def _families(words: set[str]) -> frozenset[int]:
    return frozenset(FAMILY[word] for word in words)
