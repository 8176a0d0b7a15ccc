"""What the world sees of an IOS configuration: ports, BGP neighbours, and what must be alike at both ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface, ip_address
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios.names import full, parent, physical
from kgnet.emulate.cisco_ios.secrets import clear
from kgnet.emulate.tree import Node
from kgnet.emulate.world import Address, Agreement, Peer, Port

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios


def ports(device: Ios) -> tuple[Port, ...]:
    """Return the interfaces; a subinterface is down with its port."""
    shut = {node.text.split(" ")[1] for node in device.root.starting("interface ") if node.find("shutdown")}
    return tuple(
        Port(
            name,
            name not in shut and parent(name) not in shut,
            tuple(_addresses(node)),
            node.first("vrf forwarding ") or node.first("ip vrf forwarding "),
            node.first("description "),
        )
        for node in device.root.starting("interface ")
        if (name := node.text.split(" ")[1])
    )


def _addresses(node: Node) -> Iterator[Address]:
    for child in node.children:
        words = child.text.split()
        if words[:2] == ["ip", "address"] and len(words) > 3:
            yield IPv4Interface(f"{words[2]}/{words[3]}")
        elif words[:2] == ["ipv6", "address"] and "/" in words[2]:
            yield IPv6Interface(words[2])


def peers(device: Ios) -> tuple[Peer, ...]:
    bgp = next(device.root.starting("router bgp "), None)
    if bgp is None:
        return ()
    local = as_number(bgp.text.split()[-1])
    on = not bgp.find("no bgp default ipv4-unicast")
    return tuple(
        _peer(device, bgp, child.text.split()[1], local, plain=on)
        for child in bgp.children
        if re.match(r"neighbor \S+ remote-as ", child.text)
        and re.match(r"[\d.]+$|.*:", child.text.split()[1])
    )


def _peer(device: Ios, bgp: Node, address: str, local: int, *, plain: bool) -> Peer:
    head = f"neighbor {address}"
    source = bgp.first(f"{head} update-source ")
    families = [
        node.text.split()[1]
        for node in bgp.starting("address-family ipv")
        if node.find(f"{head} activate") or (plain and "ipv4" in node.text and ":" not in address)
    ]
    if plain and not any(bgp.starting("address-family ipv4")) and ":" not in address:
        families.append("ipv4")
    return Peer(
        address,
        as_number(bgp.first(f"{head} remote-as ").split()[0]),
        as_number(bgp.first(f"{head} local-as ", str(local)).split()[0]),
        clear(bgp.first(f"{head} password ")),
        bgp.find(f"{head} shutdown") is not None or not families,
        "",
        full(source) or source if source else "",
        tuple(dict.fromkeys(families)),
        _bfd(device, address, bgp.find(f"{head} fall-over bfd") is not None),
    )


def _bfd(device: Ios, address: str, asked: bool) -> bool:  # one of two
    """Whether BFD is asked for, and timers are set on the interface of the link."""
    for node in device.root.starting("interface ") if asked else ():
        if any(ip_address(address) in a.network for a in _addresses(node)):
            return any(node.starting("bfd interval ", "bfd template "))
    return asked


def as_number(text: str) -> int:
    """Return an AS number, asplain or asdot (RFC 5396)."""
    high, dot, low = text.partition(".")
    return int(high) * 65536 + int(low) if dot else int(high)


def agreements(device: Ios) -> tuple[Agreement, ...]:
    return (*_lldp(device), *_ospf(device))


def _lldp(device: Ios) -> Iterator[Agreement]:
    if not device.root.find("lldp run"):
        return
    quiet = {
        node.text.split(" ")[1]
        for node in device.root.starting("interface ")
        if node.find("no lldp transmit") or node.find("no lldp receive")
    }
    for node in device.root.starting("interface "):
        name = node.text.split(" ")[1]
        if physical(parent(name)) and parent(name) not in quiet:
            yield Agreement("lldp", name)


def _ospf(device: Ios) -> Iterator[Agreement]:
    processes = list(device.root.starting("router ospf "))
    for node in device.root.starting("interface "):
        name = node.text.split(" ")[1]
        own = re.search(r"ip ospf \d+ area (\S+)", "\n".join(c.text for c in node.children))
        area = own[1] if own and processes else _area(processes, node)
        passive = any(p.find(f"passive-interface {name}") for p in processes)
        if area is not None and not passive:
            yield Agreement("ospf", name, area)


def _area(processes: list[Node], node: Node) -> str | None:
    """The area that a `network A W area N` line puts an interface in."""
    for process in processes:
        for line in process.starting("network "):
            words = line.text.split()
            wild = ".".join(str(255 - int(part)) for part in words[2].split("."))
            network = IPv4Interface(f"{words[1]}/{wild}").network
            if any(a.version == 4 and a.ip in network for a in _addresses(node)):
                return words[4]
    return None


def hops(device: Ios) -> tuple[str, ...]:
    found = [line.text.split() for line in device.root.starting("ip route ") if " vrf " not in line.text]
    return tuple(
        word for words in found for word in words[4:6] if re.fullmatch(r"[\d.]+", word) and "." in word
    )


def reachable(device: Ios) -> bool:
    """Whether SSH gets in: the address it was born with is up, and its lines let SSH in."""
    wanted = device.spec.management.partition("/")[0]
    there = [port for port in device.seen().ports if any(str(a.ip) == wanted for a in port.addresses)]
    if wanted and not any(port.up for port in there):
        return False
    lines = device.root.starting("line vty ")
    return any(
        re.search(r"\b(ssh|all)\b", line.first("transport input ", "all")) and _may(device, line)
        for line in lines
    )


def _may(device: Ios, line: Node) -> bool:
    """Whether the operator's address passes the list of who may log in over these lines."""
    name = line.first("access-class ").split(" ")[0]
    lists = [n for n in device.root.starting("ip access-list ") if name and n.text.split()[-1] == name]
    if not device.spec.operator or not lists or not lists[0].children:
        return True
    for child in lists[0].children:
        found = re.match(
            r"\d+ (permit|deny) (?:(?:ip|tcp) )?(any|host [\d.]+|[\d.]+(?: [\d.]+)?)", child.text
        )
        if found and _covers(found[2], device.spec.operator):
            return found[1] == "permit"
    return False


def _covers(words: str, address: str) -> bool:
    """Whether `any`, `host A`, `A` or `A WILDCARD` covers an address."""
    first, _, wild = words.removeprefix("host ").partition(" ")
    if first == "any":
        return True
    care = ~int(IPv4Address(wild or 0)) & 0xFFFFFFFF
    return int(IPv4Address(first)) & care == int(IPv4Address(address)) & care
