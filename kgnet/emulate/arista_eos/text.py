"""How EOS prints its configuration: kinds in its own order, defaults left out, ports named whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.emulate.tree import Node

INDENT = "   "
ORDER = (
    "no aaa root", "aaa root", "username", "enable", "alias", "boot", "transceiver", "daemon",
    "interface defaults", "service", "logging", "hostname", "dns", "ip name-server", "ntp", "qos profile",
    "qos map", "snmp-server",
    "spanning-tree", "tacacs-server", "radius-server", "aaa group", "aaa", "clock", "vlan", "vrf instance",
    "management api", "management console", "management security", "management ssh", "ip security",
    "class-map", "policy-map",
    "interface Port-Channel", "interface Ethernet", "interface Loopback", "interface Management",
    "interface Tunnel", "interface Vlan", "interface Vxlan", "ip access-list", "ipv6 access-list",
    "system control-plane", "ip routing", "no ip routing", "ipv6 unicast-routing", "no ip icmp",
    "no ipv6 icmp", "ip prefix-list",
    "ipv6 prefix-list", "ip route", "ipv6 route", "ip tacacs", "ip radius", "route-map",
    "router bgp", "router ospf", "banner",
)  # fmt: skip
DEFAULTS = {
    "interface": {
        "mtu 1500", "switchport mode access", "switchport access vlan 1", "switchport trunk allowed vlan all",
        "bfd interval 300 min-rx 300 multiplier 3", "ipv6 nd ra enabled",
    },
    "neighbor": set(),
    "": {"logging trap informational", "spanning-tree mode mstp", "no ip routing"},
}  # fmt: skip
UNSEEN = (  # while nothing stands in them
    *("interface defaults", "system control-plane"),
    *("management console", "management security", "management ssh", "management telnet"),
)
ALWAYS = ("no aaa root", "spanning-tree mode mstp")  # printed though nobody has said so
MAXIMUM = re.compile(r"neighbor \S+ maximum-routes 12000")
CLASSES = re.compile(r"qos map dscp (\d+) to traffic-class (\d)")
USUAL_CLASS = {0: 1, 1: 0, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7}  # by DSCP // 8
INDENTED_TEXT = re.compile(r"^(banner (?:login|motd))\n((?: +.*\n|\n)+)", re.MULTILINE)


def natural(text: str) -> tuple[tuple[str, int], ...]:
    return tuple((word, int(number or -1)) for word, number in re.findall(r"(\D*)(\d*)", text))


def body(root: Node, hardware: tuple[str, ...]) -> str:
    """Return the configuration as `show running-config` prints it, between its header and `end`."""
    shut = bool(root.at("interface defaults", "ethernet", "shutdown"))
    lines: list[str] = []
    before = ""
    for node in _all(root, hardware):
        if _is_default(node.text) or (node.text in UNSEEN and not node.children):
            continue
        kind = _kind(node.text)
        if (
            kind != before
            or node.children
            or node.text.startswith(("interface ", "vlan ", "vrf ", "banner "))
        ):
            lines.append("!")
        before = kind
        lines += _printed(node, shut=shut)
    return "".join(f"{line}\n" for line in [*lines, "!"])


def _all(root: Node, hardware: tuple[str, ...]) -> list[Node]:
    """Return what there is and what is always there, in EOS's order."""
    nodes = list(root.children)
    there = {node.text for node in nodes}
    nodes += [Node(f"interface {port}") for port in hardware if f"interface {port}" not in there]
    if not any(node.text.startswith("aaa root ") for node in nodes) and "no aaa root" not in there:
        nodes.append(Node("no aaa root"))
    if not any(node.text.startswith("spanning-tree mode ") for node in nodes):
        nodes.append(Node("spanning-tree mode mstp "))
    if "ip routing" not in there:
        nodes.append(Node("no ip routing "))
    return sorted(nodes, key=lambda node: (_rank(node.text), *natural(node.text)))


def _kind(text: str) -> str:
    return next((words for words in ORDER if text.startswith(words)), "")


def _rank(text: str) -> int:
    found = _kind(text)
    return ORDER.index(found) if found else len(ORDER)


def _is_default(text: str) -> bool:
    if found := CLASSES.fullmatch(text):
        return USUAL_CLASS[int(found[1]) // 8] == int(found[2])
    return text in DEFAULTS[""] and text not in ALWAYS


def ended(text: str) -> str:
    """Give a text that is told by its indentation only, as backups have it, the end that EOS wants."""

    def with_end(found: re.Match[str]) -> str:
        lines = (line.removeprefix(INDENT) for line in found[2].splitlines())
        return "\n".join((found[1], *lines, "EOF\n"))

    return text if re.search("^EOF$", text, re.MULTILINE) else INDENTED_TEXT.sub(with_end, text)


def _printed(node: Node, *, shut: bool) -> Iterator[str]:
    yield node.text.rstrip()
    if node.body or node.text.startswith("banner "):
        yield from node.body.splitlines()
        yield "EOF"
    ethernet = node.text.startswith("interface Ethernet") and "." not in node.text
    yield from _inside(node, 1, hidden=_hidden(node.text, ethernet=ethernet, shut=shut))


def _hidden(header: str, *, ethernet: bool, shut: bool) -> set[str]:
    """Return the lines that are not printed in this block, since they are as they are by default."""
    if not header.startswith("interface ") or header == "interface defaults":
        return set()
    return DEFAULTS["interface"] | {"shutdown" if ethernet and shut else "no shutdown"}


def _inside(node: Node, depth: int, hidden: set[str]) -> Iterator[str]:
    for child in _sorted(node):
        if child.text in hidden or MAXIMUM.fullmatch(child.text):
            continue
        opens = re.match(r"address-family |tx-queue |class ", child.text)
        if child.children or opens or (child.text.startswith("vrf ") and node.text.startswith("management")):
            yield INDENT * depth + "!"
        yield INDENT * depth + child.text
        yield from _inside(child, depth + 1, hidden=set())


def _sorted(node: Node) -> list[Node]:
    """Plain lines come before blocks; neighbours stand together; entries and classes stay as they stand."""
    if re.match(r"(?:ip|ipv6) (?:access|prefix)-list |policy-map |aaa group ", node.text):
        return node.children
    return sorted(
        node.children,
        key=lambda child: (
            bool(child.children),
            child.text.startswith("neighbor "),
            natural(child.text.split()[1]) if child.text.startswith("neighbor ") else (),
            child.text.startswith(("aggregate", "redistribute")),
        ),
    )
