"""What the world sees of an EOS configuration: ports, BGP neighbours, and what must be alike at both ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface
from typing import TYPE_CHECKING

from kgnet.emulate.arista_eos import secrets
from kgnet.emulate.tree import Node
from kgnet.emulate.world import Address, Agreement, Peer, Port

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos


def ports(device: Eos) -> tuple[Port, ...]:
    """Return the interfaces that are configured, and those that are there in any case."""
    nodes = {node.text.split(" ")[1]: node for node in device.root.starting("interface ")}
    nodes.pop("defaults", None)
    names = dict.fromkeys([*nodes, *device.hardware])
    return tuple(_port(device, name, nodes.get(name) or Node(f"interface {name}")) for name in names)


def _port(device: Eos, name: str, node: Node) -> Port:
    return Port(
        name, is_on(device, name), tuple(_addresses(node)), node.first("vrf "), node.first("description ")
    )


def is_on(device: Eos, name: str) -> bool:
    """Whether a port is not shut down: by itself, by what it is part of, or since all are by default."""
    parent, _, child = name.partition(".")
    node = device.root.find(f"interface {parent}")
    default = name.startswith("Ethernet") and bool(
        device.root.at("interface defaults", "ethernet", "shutdown")
    )
    kept = bool(node and node.find("no shutdown"))
    shut = (default and not kept) or bool(node and node.find("shutdown"))
    own = device.root.find(f"interface {name}") if child else None
    return not shut and not (own and own.find("shutdown"))


def _addresses(node: Node) -> Iterator[Address]:
    for child in node.children:
        words = child.text.split()
        if words[:2] == ["ip", "address"]:
            yield IPv4Interface(words[2])
        elif words[:2] == ["ipv6", "address"]:
            yield IPv6Interface(words[2])


def peers(device: Eos) -> tuple[Peer, ...]:
    bgp = next(device.root.starting("router bgp "), None)
    if bgp is None:
        return ()
    local = as_number(bgp.text.split()[-1])
    found = (re.match(r"neighbor (\S+) remote-as (\S+)", child.text) for child in bgp.children)
    return tuple(_peer(bgp, match[1], as_number(match[2]), local) for match in found if match)


def _peer(bgp: Node, address: str, remote: int, local: int) -> Peer:
    head = f"neighbor {address}"
    stored = bgp.first(f"{head} password 7 ")
    families = [
        node.text.split()[1] for node in bgp.starting("address-family ") if node.find(f"{head} activate")
    ]
    if not bgp.find("no bgp default ipv4-unicast") and ":" not in address:
        families.append("ipv4")
    return Peer(
        address=address,
        remote_as=remote,
        local_as=local,
        password=secrets.read_bgp(stored, address) if stored else "",
        shutdown=bgp.find(f"{head} shutdown") is not None or not families,
        source=bgp.first(f"{head} update-source "),
        families=tuple(dict.fromkeys(families)),
        bfd=bgp.find(f"{head} bfd") is not None,
    )


def as_number(text: str) -> int:
    """Return an AS number, asplain or asdot (RFC 5396)."""
    high, dot, low = text.partition(".")
    return int(high) * 65536 + int(low) if dot else int(high)


def agreements(device: Eos) -> tuple[Agreement, ...]:
    """LLDP, which EOS speaks unless it is told not to."""
    if device.root.find("no lldp run"):
        return ()
    quiet = {
        node.text.split(" ")[1]
        for node in device.root.starting("interface ")
        if node.find("no lldp transmit") or node.find("no lldp receive")
    }
    return tuple(Agreement("lldp", name) for name in device.hardware if name not in quiet)


def hops(device: Eos) -> tuple[str, ...]:
    lines = (line.text.split() for line in device.root.starting("ip route ") if " vrf " not in line.text)
    return tuple(words[3] for words in lines if len(words) > 3)


def reachable(device: Eos) -> bool:
    """Whether anybody gets in: the address that it was born with is on a port that is up."""
    wanted = device.spec.management.partition("/")[0]
    there = [port for port in device.seen().ports if any(str(a.ip) == wanted for a in port.addresses)]
    return not wanted or any(port.up for port in there)
