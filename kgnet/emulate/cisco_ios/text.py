"""A tree as IOS prints it: sections in order, separators, what closes a mode, what is said by default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address

from kgnet.emulate.cisco_ios.names import kind, order, physical
from kgnet.emulate.tree import Node

SECTIONS = tuple(
    """
    service|no service; platform|no platform; boot; hostname; logging (?!host|source|origin|trap|facil)
    no logging; vrf definition; no enable|enable; aaa|no aaa; clock; switch; no ip source|no ip domain
    no ip gratuitous; ip domain; ip dhcp; ip arp; ip nbar; no ip boot; login; ipv6 unicast|ipv6 nd|ipv6 dhcp
    device-tracking; vtp; authentication; crypto pki; license; archive; errdisable; memory; diagnostic
    spanning-tree; dot1x; username; redundancy; vlan; lldp; cdp|no cdp; key chain; track; bfd-template
    ip tcp|object-group; class-map; policy-map; crypto ikev2; crypto isakmp; crypto ipsec; crypto map
    interface; router; ip forward; ip http|no ip http; ip (?:ftp|tftp); ip (?:tacacs|radius); ip route
    ip ssh|ip scp; ip as-path|ip community; ip prefix-list; ip access-list; access-list; ip sla; logging
    ipv6 route; ipv6 prefix-list; route-map; snmp-server; tacacs; radius; ipv6 access-list; control-plane
    banner; alias; line; scheduler; ntp; netconf|restconf|event|configuration|file
    """.strip()
    .replace("\n", ";")
    .split(";")
)
INTERFACE = (
    "description", "switchport|no switchport", "vrf|ip vrf", "encapsulation", "bandwidth|delay",
    "no ip address|ip address", "no ip|ip", "device-tracking|authentication|mab|access-session",
    "load-interval",
    "shutdown", "speed|duplex|no negotiation|negotiation", "mtu", "no cdp|cdp", "no lldp|lldp",
    "ipv6|no ipv6", "dot1x|storm-control|spanning-tree", "bfd", "tunnel", "service-policy",
)  # fmt: skip


@lru_cache(maxsize=4096)
def _rank(table: tuple[str, ...], text: str) -> int:
    return next((n for n, pattern in enumerate(table) if re.match(pattern.strip(), text)), len(table))


def _section(node: Node) -> tuple[int, tuple[int, tuple[int, ...]], int]:
    words = node.text.split(" ")
    rank = _rank(SECTIONS, " ".join(words[:3]))
    named = order(words[1]) if words[0] == "interface" else (0, ())
    number = int(words[1].split(",")[0].split("-")[0]) if words[0] == "vlan" and words[1][0].isdigit() else 0
    return rank, named, number


def sections(root: Node) -> list[Node]:
    """Return the top-level lines in the order in which they are printed; lists stay together."""
    first: dict[str, int] = {}

    def place(pair: tuple[int, Node]) -> tuple[object, ...]:
        number, node = pair
        words = node.text.split(" ")
        name = ""
        if words[0] == "route-map" or words[1:2] == ["prefix-list"]:
            name = " ".join(words[: 2 if words[0] == "route-map" else 3])
        group = first.setdefault(name, number) if name else number
        seq = int(words[-1]) if words[0] == "route-map" and words[-1].isdigit() else 0
        return *_section(node), group, seq, number

    return [node for _, node in sorted(enumerate(root.children), key=place)]


def body(root: Node, *, switch: bool = False) -> Iterator[str]:
    """Yield the lines of a configuration, a `!` between sections."""
    before = ""
    for node in sections(root):
        word = node.text.removeprefix("no ").split(" ")[0]
        if node.children or node.body or word != before or node.text.startswith("interface "):
            yield "!"
        before = "" if node.children or node.body else word
        yield from _printed(node, 0, switch=switch)
    yield "!"


def _printed(node: Node, depth: int, *, switch: bool) -> Iterator[str]:
    pad = " " * depth
    if node.body:
        yield from f"{pad}{node.text}{node.body}".split("\n")
        return
    yield pad + node.text
    word = node.text.split(" ", 1)[0]
    children = node.children
    if word == "interface":
        children = interface(node, switch=switch)
    elif word == "router":
        children = sorted(children, key=_bgp)
    for child in children:
        if child.text.startswith("address-family"):
            yield f"{pad} !"
        yield from _printed(child, depth + 1, switch=switch)
    if node.text.startswith("address-family"):
        yield f"{pad}exit-address-family"


def interface(node: Node, *, switch: bool) -> list[Node]:
    """Return an interface's lines in order, those included that IOS prints where nothing was said."""
    name = node.text.split(" ")[1]
    lines = list(node.children)
    texts = [line.text for line in lines]
    routed = "no switchport" in texts or not (switch and physical(name) and "0/0" not in name)
    if (
        routed
        and "." not in name
        and not any(t.startswith("ip address") or t.startswith("ip unnumb") for t in texts)
    ):
        lines.append(Node("no ip address"))
    if (
        not switch
        and physical(name)
        and kind(name) == "GigabitEthernet"
        and "no negotiation auto" not in texts
    ):
        lines.append(Node("negotiation auto"))
    return sorted(lines, key=lambda line: _rank(INTERFACE, line.text))


def _bgp(node: Node) -> tuple[int, tuple[int, int], int]:
    """Routing processes print their own lines, then neighbours by address, then address families."""
    words = node.text.removeprefix("no ").split(" ")
    if words[0] == "address-family":
        return 3, (0, 0), 0
    if words[0] != "neighbor":
        return 0 if words[0] == "bgp" else 1, (0, 0), 0
    try:
        address = ip_address(words[1])
    except ValueError:
        return 2, (0, 0), 0
    return 2, (address.version, int(address)), 0 if words[2] == "remote-as" else 1


def unfolded(lines: list[str]) -> Iterator[str]:
    """Yield lines of a file; a banner that is written as an indented block gets its closing mark."""
    ends: tuple[int, str] | None = None  # the line before which a mark is missing
    for number, line in enumerate(lines):
        if ends and number == ends[0]:
            yield ends[1]
            ends = None
        yield line[1:] if ends else line
        found = re.fullmatch(r"banner \S+ (\^C|\S)", line)
        if found and not ends:
            ends = _missing(lines, number + 1, found[1])
    if ends:
        yield ends[1]


def _missing(lines: list[str], first: int, mark: str) -> tuple[int, str] | None:
    """Where a banner's closing mark belongs, if it has none."""
    for line in lines[first:]:
        if line.rstrip().endswith(mark):
            return None
        if line.startswith("banner "):
            break
    last = next((n for n in range(first, len(lines)) if not lines[n].startswith(" ")), len(lines))
    return (last, mark) if last > first else None
