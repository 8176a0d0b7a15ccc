"""What IOS prints → one canonical, still native text, whatever the release and the history of the device.

Left out is what the device says of itself (`version`, boot markers, counters), and what it may print or not
without meaning anything by it (`no ip address`, `negotiation auto`).  Entries of access lists lose their
numbers and the names of ports, IPv6 addresses are written as RFC 5952 has them, what has no order gets one.
`no shutdown`, which IOS never prints, stands at every interface that is not shut, since out of the box ports
are; a port that is shut and no more is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby

from kgnet.errors import ReadError
from kgnet.platforms._names import natural
from kgnet.platforms.cisco_ios.entries import address, addresses, plain
from kgnet.platforms.cisco_ios.lines import Block, blocks

BANNER_END = "^"  # how we type the end of a banner; IOS prints ^C, whatever was typed
NOISE = re.compile(
    r"Building configuration\.\.\.|Current configuration ?: .*|Using \d+ out of \d+ bytes.*"
    r"|version \S+|boot-(?:start|end)-marker|ntp clock-period \d+|no aaa new-model"
    r"|aaa session-id common|license udi .*|diagnostic bootup level .*|memory free low-watermark .*"
    r"|platform .*|transceiver type all|subscriber templating|multilink bundle-name .*"
    r"|ip forward-protocol nd|spanning-tree extend system-id|switch \d+ provision .*|no ip address"
    r"|negotiation auto|no mop (?:enabled|sysid)|(?:duplex|speed) auto|media-type rj45|no shutdown"
    r"|stopbits 1|no (?:synchronization|auto-summary)|device-role host|bfd echo"
    r"|conform-action transmit|exceed-action drop|match fvrf any|mode tunnel"
)
VLANS = re.compile(
    r"(switchport trunk allowed vlan|ip dhcp snooping vlan|ip arp inspection vlan) (\d{1,4}(?:[,-]\d{1,4})*)"
)
UNUSED = re.compile(r"interface [A-Z]\w*(?:Ethernet|GigE|Gig)[\d/]+")
EMPTY = re.compile(r"control-plane|redundancy|line .*")  # they say nothing if nothing stands inside
FREE = re.compile(
    r"(?:description|remark|name|snmp-server (?:location|contact)|neighbor (\S+) description) .*"
)
ACCESS_LIST = re.compile(r"(?:ip access-list (?:standard|extended)|ipv6 access-list) \S+")
POLICE = re.compile(
    r"police (?:cir )?(\d+)(?: bc \d+)?(?: be \d+)?(?: conform-action transmit)?(?: exceed-action drop)?"
)
# Blocks whose order is meant: they are left as they stand.
ORDERED = re.compile(
    r"ip access-list .*|ipv6 access-list .*|policy-map .*|aaa group server .*|event manager .*"
)
# Where lines stand that others need, or that make the device forget others; all else follows, sorted.
FIRST = {
    "": (
        *("service ", "no service ", "hostname ", "vrf definition ", "username ", "aaa new-model"),
        *("tacacs server ", "radius server ", "aaa group ", "aaa ", "key chain ", "vtp ", "vlan ", "archive"),
        *("login ", "crypto ikev2 proposal ", "crypto ikev2 policy ", "crypto ikev2 keyring "),
        *("crypto ikev2 profile ", "crypto ipsec transform-set ", "crypto ipsec ", "ip prefix-list "),
        *("ipv6 prefix-list ", "route-map ", "ip access-list ", "ipv6 access-list ", "class-map "),
        *("policy-map QUEUES-", "policy-map ", "zone security ", "zone-pair "),
        *("ipv6 nd raguard ", "interface ", "router ", "ip ", "no ip ", "ipv6 ", "logging ", "ntp "),
        *("snmp-server ", "lldp ", "no cdp ", "control-plane", "banner ", "line "),
    ),
    "interface": (
        *("description ", "vrf forwarding ", "encapsulation ", "switchport mode ", "switchport "),
        *("tunnel source ", "tunnel mode ", "tunnel ", "ip address ", "ipv6 address "),
    ),
    "router": ("bgp ", "no bgp ", "timers ", "neighbor "),
    "address-family": ("network ", "aggregate-address ", "neighbor "),
    "class": ("priority ", "police ", "bandwidth ", "shape ", "service-policy "),
    "crypto": ("match ", "identity ", "authentication "),
}

CACHED = 1 << 12  # lines: most of them stand on many devices


def canonical(text: str) -> str:
    """Return the configuration in *text*; ReadError if there is none."""
    root = blocks(text)
    _tidy(root, "")
    if not root.inside:
        raise ReadError(
            f"no configuration in it: {text.strip()[:60]!r} — ask for `show running-config` again"
        )
    return "".join(f"{line}\n" for line in printed(root, end=BANNER_END))


def _tidy(block: Block, header: str) -> None:
    """Put what stands inside *block*, whose line is *header*, into its canonical form."""
    if header.startswith("class "):
        _lift(block)
    told = (_folded(each) for each in block.inside)
    block.inside = [each for each in told if not NOISE.fullmatch(each.line)]
    for each in block.inside:
        each.line = _line(each.line, header)
        _tidy(each, each.line)
    block.inside = [each for each in block.inside if not _says_nothing(each)]
    if header.startswith("interface "):
        shut = any(each.line == "shutdown" for each in block.inside)
        block.inside += [] if shut else [Block("no shutdown", block.number)]
    if not ORDERED.fullmatch(header):
        block.inside.sort(key=_key(header))


def _says_nothing(block: Block) -> bool:
    if UNUSED.fullmatch(block.line):
        return block.lines == ["shutdown"]
    return not block.inside and EMPTY.fullmatch(block.line) is not None


def _folded(block: Block) -> Block:
    """Return accounting of IOS 15, a block of its own, as the one line that it was typed as."""
    if block.line.startswith("aaa accounting ") and block.inside:
        kind = block.rest("action-type ")
        if kind:
            groups = " ".join(each.line for each in block.starting("group "))
            return Block(" ".join(filter(None, (block.line, kind, groups))), block.number)
    return block


def _lift(block: Block) -> None:
    """What belongs to a shaper or to a strict queue is printed a blank deeper than it stands."""
    lifted: list[Block] = []
    for each in block.inside:
        lifted.append(each)
        if each.line.startswith(("shape ", "priority", "bandwidth ")) and each.inside:
            lifted += each.inside
            each.inside = []
    block.inside = lifted


# ── a line ──────────────────────────────────────────────────────────────────


def _line(line: str, header: str) -> str:
    if found := FREE.fullmatch(line):
        return line.replace(found[1], address(found[1]), 1) if found[1] else line
    line = " ".join(line.split())
    if ACCESS_LIST.fullmatch(header):
        return plain(line, header.startswith("ip access-list standard "))
    if header.startswith("class ") and (found := POLICE.fullmatch(line)):
        return f"police cir {found[1]}"
    if found := VLANS.fullmatch(line):
        return f"{found[1]} {_ranges(found[2])}"
    return addresses(line) if ":" in line else line


def _ranges(text: str) -> str:
    """Return a list of VLANs with neighbours as a range, e.g. `100-103,999`."""
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    runs = [[run for _, run in group] for _, group in groupby(enumerate(sorted(set(numbers))), _step)]
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _step(place: tuple[int, int]) -> int:
    return place[1] - place[0]


# ── text ────────────────────────────────────────────────────────────────────


def printed(root: Block, *, end: str) -> Iterator[str]:
    """Yield the text of all blocks, one blank a level, `!` between those at the top."""
    after_block = False
    for block in root.inside:
        opens = bool(block.inside or block.literal)
        if opens or after_block:
            yield "!"
        yield from _printed(block, 0, end)
        after_block = opens


def _printed(block: Block, depth: int, end: str) -> Iterator[str]:
    banner = f" {end}" if block.line.startswith("banner ") else ""
    yield f"{' ' * depth}{block.line}{banner}"
    for line in block.literal:
        yield f"{' ' * (depth + 1)}{line}".rstrip()
    for inner in block.inside:
        yield from _printed(inner, depth + 1, end)
    if block.line.startswith("address-family "):
        yield f"{' ' * depth}exit-address-family"


# ── order ───────────────────────────────────────────────────────────────────

Key = tuple[object, ...]


def _key(header: str) -> Callable[[Block], Key]:
    """Return what sorts the lines of the block *header*."""
    kind = header.split(" ", maxsplit=1)[0]
    return lambda block: _place(kind, block.line)


@lru_cache(maxsize=CACHED)
def _place(kind: str, line: str) -> Key:
    first = FIRST.get(kind if kind in FIRST else "-", ())
    place = next((at for at, start in enumerate(first) if line.startswith(start)), len(first))
    late = line.startswith(("address-family ", "no shutdown"))
    defines = 0 if " remote-as " in line or line == "aaa new-model" else 1
    if line.startswith("neighbor "):
        return (late, place, natural(line.split()[1]), defines, natural(line))
    return (late, place, (), defines, natural(line))
