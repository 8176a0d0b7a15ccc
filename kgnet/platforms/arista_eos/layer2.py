"""EOS's running configuration → what the device switches, and how.

Defaults (EOS User Manual): a port is an access port in VLAN 1, and asks nobody what to be; a trunk carries
every VLAN; the spanning tree is MSTP; a secured port takes one address; 802.1X lets anybody follow the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.model.layer2 import ACCESS, TRUNK, Switching, SwitchPort, VlanInterface
from kgnet.platforms._vlans import EVERY, allowed, number, numbers
from kgnet.platforms.arista_eos.block import Block, rest

PORT = re.compile(r"interface (?:Ethernet[\d/]+|Port-Channel\d+)")
ROUTED = ("no switchport", "ip address ", "ipv6 address ", "channel-group ")
TREES = {"mstp": "mstp", "rstp": "rstp", "rapid-pvst": "rapid-pvst", "none": "", "backup": ""}
EDGE = ("spanning-tree portfast", "spanning-tree portfast edge", "spanning-tree portfast auto")


def switching(top: list[Block]) -> Switching:
    tree = next((block for block in top if block.text.startswith("spanning-tree mode ")), None)
    return Switching(
        ports=tuple(_ports(top)),
        interfaces=tuple(_interfaces(top)),
        spanning_tree=TREES.get(tree.words[2], "") if tree else "mstp",
        treeless=_vlans(top, "no spanning-tree vlan-id "),
        snooped=_vlans(top, "ip dhcp snooping vlan ") if _says(top, "ip dhcp snooping") else (),
        inspected=_vlans(top, "ip arp inspection vlan "),
        line=tree.number if tree else 0,
    )


def _says(top: list[Block], text: str) -> bool:
    return any(block.text == text for block in top)


def _vlans(top: list[Block], start: str) -> tuple[int, ...]:
    lists = (block.text.removeprefix(start).split()[0] for block in top if block.text.startswith(start))
    return numbers(",".join(text for text in lists if text[0].isdecimal()))


def _interfaces(top: list[Block]) -> Iterator[VlanInterface]:
    for block in top:
        if block.text.startswith("interface Vlan"):
            name = block.words[1]
            yield VlanInterface(name, int(name[4:]), not block.holds("shutdown"), block.number)


def _ports(top: list[Block]) -> Iterator[SwitchPort]:
    shut = any(
        kind.text == "ethernet" and kind.holds("shutdown")
        for block in top
        if block.text == "interface defaults"
        for kind in block.inside
    )
    said = frozenset(block.text for block in top)
    for block in top:
        if PORT.fullmatch(block.text) and not any(block.starting(*ROUTED)):
            unsaid = not (shut and block.words[1].startswith("Ethernet")) or block.holds("no shutdown")
            yield _port(block, said, enabled=unsaid and not block.holds("shutdown"))


def _port(block: Block, said: frozenset[str], *, enabled: bool) -> SwitchPort:
    mode = TRUNK if (rest(block, "switchport mode ") or ACCESS).startswith(TRUNK) else ACCESS
    start = "switchport trunk allowed vlan "
    tagged = allowed(line.text.removeprefix(start) for line in block.starting(start)) if mode == TRUNK else ()
    edge = any(block.holds(line) for line in EDGE)
    own = rest(block, "spanning-tree bpduguard ")
    everywhere = "spanning-tree edge-port bpduguard default" in said
    return SwitchPort(
        name=block.words[1],
        mode=mode,
        enabled=enabled,
        untagged=_untagged(block, mode, tagged),
        tagged=tagged,
        line=block.number,
        edge=edge,
        bpdu_guard=own == "enable" if own else edge and everywhere,
        authenticates=_authenticates(block, said),
        most_addresses=_most(block, said),
        dhcp_trusted=block.holds("ip dhcp snooping trust"),
        arp_trusted=block.holds("ip arp inspection trust"),
    )


def _untagged(block: Block, mode: str, tagged: tuple[int, ...] | None) -> int | None:
    if mode == ACCESS:
        return number(rest(block, "switchport access vlan "))
    native = number(rest(block, "switchport trunk native vlan "))
    return native if native in (EVERY if tagged is None else tagged) else None


def _authenticates(block: Block, said: frozenset[str]) -> bool:
    return (
        "dot1x system-auth-control" in said
        and block.holds("dot1x pae authenticator")
        and block.holds("dot1x port-control auto")
    )


def _most(block: Block, said: frozenset[str]) -> int | None:
    found = []
    if any(block.starting("switchport port-security")):
        starts = ("switchport port-security mac-address maximum ", "switchport port-security maximum ")
        found.append(int(next(filter(None, (rest(block, start) for start in starts)), "1").split()[0]))
    if _authenticates(block, said) and block.holds("dot1x host-mode single-host"):
        found.append(1)
    return min(found, default=None)
