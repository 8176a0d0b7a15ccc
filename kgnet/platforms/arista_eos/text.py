"""EOS's own text: what `show running-config` prints, in an order that no history and no release changes.

EOS prints kinds of things in an order of its own, which has changed between releases; here kinds, and lines
of a kind, are sorted. Access lists and policies keep the order that counts: by sequence, and as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kgnet.errors import ReadError
from kgnet.platforms._names import natural

SHOW = ("show running-config",)
INDENT = "   "
LITERAL = re.compile(r"banner \S+|protocol https certificate|action bash")  # a text follows, up to END
END = "EOF"
CUT_OFF = f"a banner begins and has no end: a line {END} is missing — was the output cut off?"
ENDING = r"\nend"  # what `show running-config` stops with
CLOSERS = ("exit", "end")

# The order of kinds; a kind is everything that starts with one of its words. What is unknown comes last.
KINDS = (
    ("no aaa root", "aaa root "),
    ("username ",),
    ("service ", "transceiver ", "hardware ", "platform "),
    ("interface defaults",),
    ("logging ", "no logging "),
    ("hostname ", "dns ", "ip name-server ", "ip domain "),
    ("ntp ",),
    ("qos map ",),
    ("snmp-server ", "no snmp-server "),
    ("spanning-tree ", "no spanning-tree "),
    ("lldp ", "no lldp "),
    ("tacacs-server ", "radius-server ", "ip tacacs ", "ip radius "),
    ("aaa group ",),
    ("aaa ",),
    ("vlan ",),
    ("vrf ",),
    ("ip security",),
    ("ip access-list ",),
    ("ipv6 access-list ",),
    ("class-map ",),
    ("policy-map ",),
    ("qos profile ",),
    ("management ",),
    ("interface ",),
    ("ip routing", "no ip routing", "ipv6 unicast-routing", "ip icmp ", "no ip icmp ", "no ipv6 icmp "),
    ("ip prefix-list ",),
    ("ipv6 prefix-list ",),
    ("route-map ",),
    ("router ",),
    ("system control-plane",),
    ("banner ",),
)
# What a device has to hear first in a block: a port is no switch port, or in a VRF, before it has addresses.
FIRST = (
    ("description ", "shutdown", "no shutdown", "mtu ", "no switchport", "switchport", "encapsulation "),
    ("vrf ", "router-id ", "no bgp default ", "timers bgp ", "tunnel mode ", "service-profile "),
)
AS_IT_STANDS = re.compile(r"policy-map .*")  # blocks whose lines have an order that counts
FILTER = re.compile(r"(?:ip|ipv6) access-list .*")
PORTS = {  # names that EOS prints for ports in access lists (IANA's, but for a few)
    "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "tacacs": 49, "domain": 53,
    "bootps": 67, "bootpc": 68, "tftp": 69, "www": 80, "pop3": 110, "sunrpc": 111, "ntp": 123,
    "netbios-ns": 137, "netbios-dgm": 138, "netbios-ss": 139, "imap": 143, "snmp": 161, "snmptrap": 162,
    "bgp": 179, "ldap": 389, "https": 443, "isakmp": 500, "syslog": 514, "rip": 520, "ldaps": 636,
    "ftps": 990, "imaps": 993, "pop3s": 995, "radius": 1812, "radius-acct": 1813, "bfd": 3784,
    "bfd-echo": 3785, "non500-isakmp": 4500, "vxlan": 4789, "sip": 5060,
}  # fmt: skip
PORT_WORDS = ("eq", "neq", "gt", "lt", "range")
VLANS = re.compile(r"(switchport trunk allowed vlan) (\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)")
CACHED = 1 << 12  # lines: most of them stand on many devices
RATE = re.compile(r"(shape rate|bandwidth guaranteed) (\d+)")  # EOS means kbit/s where it prints no unit
# Lines that say what is so anyway, which some releases print; blocks that are always there.
DEFAULTS = {
    r"": ("logging trap informational",),
    r"interface .*": ("mtu 1500", "switchport mode access", "switchport access vlan 1"),
    r"ike policy .*": ("integrity sha256", "dh-group 14", "ike-lifetime 8"),
}
ALWAYS_THERE = re.compile(
    r"interface (?:(?:Ethernet|Management)[\d/]+|defaults)|management .*|system control-plane"
)


@dataclass(slots=True)
class Node:
    """A line, and those of the block that it opens."""

    line: str
    inside: list[Node] = field(default_factory=list)
    literal: bool = False


def canonical(text: str) -> str:
    """Return the configuration in *text*, without what EOS tells about itself, in our order.

    ReadError if there is none in it, or if a text in it has no end.
    """
    lines: list[str] = []
    before: tuple[int, bool] | None = None
    for node in sorted(_told(_tree(text), ""), key=_place):
        told = any(each.line for each in node.inside)
        if not told and (node.literal or ALWAYS_THERE.fullmatch(node.line)):
            continue
        now = _kind(node.line), bool(node.inside)
        if before is not None and (before != now or now[1]):
            lines.append("!")
        lines += _printed(node, 0)
        before = now
    if not lines:
        raise ReadError("no configuration: what the device printed is empty — look at `show running-config`")
    return "".join(f"{line}\n" for line in lines)


# ── reading ─────────────────────────────────────────────────────────────────


def _tree(text: str) -> list[Node]:
    top: list[Node] = []
    stack: list[tuple[int, Node]] = []
    lines = iter(text.splitlines())
    printed = any(line.strip() == END for line in text.splitlines())  # by a device: not yet canonical
    for raw in lines:
        line, depth = raw.strip(), len(raw) - len(raw.lstrip())
        if stack and stack[-1][1].literal and (depth > stack[-1][0] or not line):
            stack[-1][1].inside.append(Node(raw[stack[-1][0] + len(INDENT) :].rstrip()))
            continue
        if not line or line.startswith("!") or line in (*CLOSERS, END):
            continue
        if stack and stack[-1][1].literal and not stack[-1][1].inside:
            raise ReadError(CUT_OFF)
        while stack and stack[-1][0] >= depth:
            stack.pop()
        node = Node(_plain(line, stack[-1][1].line if stack else ""), literal=bool(LITERAL.fullmatch(line)))
        (stack[-1][1].inside if stack else top).append(node)
        stack.append((depth, node))
        if node.literal and printed:
            node.inside = [Node(each) for each in _body(lines)]
            stack.pop()
    return top


def _body(lines: Iterator[str]) -> Iterator[str]:
    for raw in lines:
        if raw.strip() == END:
            return
        yield raw.rstrip()
    raise ReadError(CUT_OFF)


@lru_cache(maxsize=CACHED)
def _plain(line: str, block: str) -> str:
    """Return *line* with numbers for the names of ports, with ranges of VLANs, and with units."""
    if FILTER.fullmatch(block):
        words = line.split()
        named = any(word in PORT_WORDS for word in words)
        return " ".join(str(PORTS.get(word, word)) for word in words) if named else " ".join(words)
    if found := VLANS.fullmatch(line):
        return f"{found[1]} {ranges(found[2])}"
    return f"{line} kbps" if RATE.fullmatch(line) else line


def ranges(text: str) -> str:
    """Return a list of VLANs as EOS prints it, with ranges for those in a row."""
    runs: list[tuple[int, int]] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        low, high = int(first), int(last or first)
        if runs and runs[-1][1] == low - 1:
            low = runs.pop()[0]
        runs.append((low, high))
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


def _told(nodes: list[Node], block: str) -> Iterator[Node]:
    """Yield the lines of a block that say more than what is so anyway."""
    idle = _idle(block)
    return (node for node in nodes if node.line not in idle or node.inside)


@lru_cache(maxsize=CACHED)
def _idle(block: str) -> frozenset[str]:
    return frozenset(
        line for header, lines in DEFAULTS.items() if re.fullmatch(header, block) for line in lines
    )


# ── order ───────────────────────────────────────────────────────────────────


@lru_cache(maxsize=CACHED)
def _kind(line: str) -> int:
    return next((number for number, words in enumerate(KINDS) if line.startswith(words)), len(KINDS))


def _place(node: Node) -> tuple[object, ...]:
    return _kind(node.line), natural(node.line)


def _within(node: Node) -> tuple[object, ...]:
    """Return the place of a line in its block: plain lines before blocks, and what must be heard first."""
    return bool(node.inside), _among(node.line)


@lru_cache(maxsize=CACHED)
def _among(line: str) -> tuple[object, ...]:
    early = next((rank for rank, words in enumerate(FIRST) if line.startswith(words)), len(FIRST))
    words = line.split()
    if words[0] == "neighbor" and len(words) > 2:  # a neighbour begins with its AS number
        return early, natural(words[0]), (natural(words[1]), words[2] != "remote-as", natural(line))
    return early, natural(line), ()


def _printed(node: Node, depth: int) -> Iterator[str]:
    yield f"{INDENT * depth}{node.line}".rstrip()
    inside = node.inside
    if node.literal:
        while inside and not inside[-1].line:
            inside = inside[:-1]
    else:
        inside = list(_told(inside, node.line))
        if not AS_IT_STANDS.fullmatch(node.line):
            inside.sort(key=_within)
    for each in inside:
        yield from _printed(each, depth + 1)
