"""IOS's canonical configuration → interior routing, VRFs, IPv6 beside IPv4."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface

from kgnet.model.forwarding import Guard, Guards, InteriorLinks, Ipv6, Ipv6Link, Vpn, Vpns
from kgnet.platforms import _interior
from kgnet.platforms._interior import Section
from kgnet.platforms.cisco_ios.alike import alike
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.ports import Readers

Interface = IPv4Interface | IPv6Interface
INTERIOR = ("ospf", "isis", "eigrp", "rip")
AT_PORTS = INTERIOR[:2]  # may run where a port says so
SILENT = ("interface Loopback", "interface Tunnel")  # send no advertisements unless told to
FILTERS = {4: "ip access-group ", 6: "ipv6 traffic-filter "}
BINDS = tuple(FILTERS.values())
CLASSES = {4: "access-class ", 6: "ipv6 access-class "}


def addresses(block: Block) -> Iterator[Interface]:
    """Yield the addresses of an interface that somebody wrote; not those that it makes up or asks for."""
    for line in block.lines:
        match line.split() if line.startswith("ip") else ():
            case ["ip", "address", address, mask, *_] if mask[0].isdecimal():
                yield IPv4Interface(f"{address}/{mask}")
            case ["ipv6", "address", address] if "/" in address:
                yield IPv6Interface(address)


def _interior_links(root: Block) -> InteriorLinks:
    routers = any(root.has(f"{family}router {each}") for family in ("", "ipv6 ") for each in INTERIOR)
    if not routers and not any(root.aspects(_routes_inside)):
        return InteriorLinks(())
    starts = ("router ", "ipv6 router ", "key chain ")
    others = [
        Section(each.line, tuple(each.below), each.number)
        for start in starts
        for each in root.starting(start)
    ]
    covers = any(line.startswith("network ") for each in others for line in each.lines)
    ports = (
        Section(each.line, tuple(each.below), each.number, tuple(addresses(each)) if covers else ())
        for each in root.starting("interface ")
    )
    return _interior.links([*ports, *others])


@alike
def _routes_inside(port: Block) -> bool:
    return any(each in line for line in port.lines for each in AT_PORTS)


def _tables(root: Block) -> Vpns:
    return Vpns(tuple(_vpns(root)))


def _guarded(root: Block) -> Guards:
    return Guards(tuple(_guards(root)))


def _vpns(root: Block) -> Iterator[Vpn]:
    for start in ("vrf definition ", "ip vrf "):
        for block in root.starting(start):
            name = block.line.removeprefix(start)
            bound = (f"vrf forwarding {name}", f"ip vrf forwarding {name}")
            yield Vpn(
                name=name,
                distinguisher=block.rest("rd "),
                imports=tuple(_targets(block, "import")),
                exports=tuple(_targets(block, "export")),
                interfaces=tuple(
                    port.line.split()[1]
                    for port in root.starting("interface ")
                    if any(line in bound for line in port.lines)
                ),
                line=block.number,
            )


def _targets(block: Block, way: str) -> Iterator[str]:
    for line in block.below:
        words = line.split()
        if words[0] == "route-target" and words[1] in (way, "both"):
            yield words[2]


# ── IPv6 ────────────────────────────────────────────────────────────────────


def _ipv6(root: Block) -> Ipv6:
    routing = next(root.starting("ipv6 unicast-routing"), None)
    links = (
        Ipv6Link(port.line.split()[1], _advertises(port) if routing else "", port.number)
        for port in root.starting("interface ")
        if 6 in _spoken(port)
    )
    return Ipv6(routing is not None, tuple(links), routing.number if routing else 0)


def _advertises(port: Block) -> str:
    if port.says("ipv6 nd ra suppress all"):
        return ""
    if port.says("ipv6 nd ra suppress") or port.says("ipv6 nd suppress-ra"):
        return "asked"
    told = any(line in ("no ipv6 nd ra suppress", "no ipv6 nd suppress-ra") for line in port.lines)
    return "always" if told or not port.line.startswith(SILENT) else ""


@alike
def _spoken(port: Block) -> frozenset[int]:
    if port.says("shutdown"):
        return frozenset()
    four = {4} if port.has("ip address ") else set[int]()
    return frozenset(four | {6} if port.has("ipv6 address ") or port.says("ipv6 enable") else four)


@alike
def _bound(port: Block) -> tuple[tuple[str, frozenset[int]], ...]:
    """Return each way that lists are bound to, and the families of these."""
    bound = [(family, each.line) for family, start in FILTERS.items() for each in port.starting(start)]
    ways = (
        (way, frozenset(family for family, line in bound if line.endswith(way))) for way in (" in", " out")
    )
    return tuple((way, filtered) for way, filtered in ways if filtered)


def _guards(root: Block) -> Iterator[Guard]:
    ports = list(root.ports(_spoken, _bound))
    anywhere = frozenset[int]().union(*(map(_spoken, ports)))
    for port in ports:
        for way, filtered in _bound(port):
            yield Guard(f"{port.line.split()[1]}{way}", filtered, _spoken(port), port.number)
    for line in root.starting("line vty "):
        filtered = frozenset(
            family
            for family, start in CLASSES.items()
            if any(" in" in each.line for each in line.starting(start))
        )
        yield Guard(line.line, filtered, anywhere, line.number)


READERS: Readers = {
    InteriorLinks: _interior_links,
    Vpns: _tables,
    Ipv6: _ipv6,
    Guards: _guarded,
}
