"""IOS's canonical configuration → what the device switches, and how.

Defaults (Catalyst 9300, IOS XE 17): a port agrees on its mode with the other end, in VLAN 1; a trunk asks the
other end and carries every VLAN; a secured port takes one address; VTP is a server and says nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kgnet.model.layer2 import ACCESS, DYNAMIC, TRUNK, Switching, SwitchPort, VlanInterface
from kgnet.platforms._vlans import EVERY, allowed, number, numbers
from kgnet.platforms.cisco_ios.lines import Block

PORT = re.compile(r"interface (?:[A-Z]\w*(?:Ethernet|GigE|Gig)[\d/]+|Port-channel\d+)")
ROUTED = (
    "no switchport",
    "ip address ",
    "ipv6 address ",
    "vrf forwarding ",
    "encapsulation ",
    "channel-group ",
)
SWITCHES = ("spanning-tree ", "vtp ", "interface Vlan")  # what no router says
EDGE = ("spanning-tree portfast", "spanning-tree portfast edge")
NO_EDGE = ("spanning-tree portfast disable", "spanning-tree portfast network", "no spanning-tree portfast")
PORTS_AUTO = (
    *("authentication port-control auto", "access-session port-control auto", "dot1x port-control auto"),
)
HOSTS = {"": 1, "single-host": 1, "multi-domain": 2}  # host modes; in the others anybody follows the first
TREES = {"pvst": "pvst", "rapid-pvst": "rapid-pvst", "mst": "mstp"}


@dataclass(frozen=True, slots=True)
class _Everywhere:
    """What is said once for all ports."""

    lines: frozenset[str]
    templates: dict[str, Block]

    def says(self, start: str, *ends: str) -> bool:
        return any(f"{start}{end}" in self.lines for end in ends)


def switching(root: Block) -> Switching:
    """Return what is in force; a device without anything of a switch has no ports that switch."""
    tree = next(root.starting("spanning-tree mode "), None)
    vtp = root.rest("vtp mode ") or "server"
    return Switching(
        ports=tuple(_ports(root)) if _switches(root) else (),
        interfaces=tuple(_interfaces(root)),
        spanning_tree=TREES.get(tree.line.split()[2], "") if tree else "pvst",
        treeless=_vlans(root, "no spanning-tree vlan "),
        snooped=_vlans(root, "ip dhcp snooping vlan ") if root.says("ip dhcp snooping") else (),
        inspected=_vlans(root, "ip arp inspection vlan "),
        learns_vlans="" if vtp.startswith(("transparent", "off")) else "VTP",
        learns_by_key=root.rest("vtp password ") is not None,
        line=tree.number if tree else 0,
    )


def _switches(root: Block) -> bool:
    return any(next(root.starting(start), None) for start in SWITCHES) or any(
        line.startswith("switchport") for port in root.starting("interface ") for line in port.lines
    )


def _vlans(root: Block, start: str) -> tuple[int, ...]:
    lists = (each.line.removeprefix(start).split()[0] for each in root.starting(start))
    return numbers(",".join(text for text in lists if text[0].isdecimal()))


def _interfaces(root: Block) -> Iterator[VlanInterface]:
    for block in root.starting("interface Vlan"):
        name = block.line.split()[1]
        enabled = not block.says("shutdown")
        yield VlanInterface(name, int(name.removeprefix("Vlan")), enabled, block.number)


def _ports(root: Block) -> Iterator[SwitchPort]:
    templates = {each.line.removeprefix("template "): each for each in root.starting("template ")}
    everywhere = _Everywhere(frozenset(root.lines), templates)
    alike: dict[tuple[str, ...], SwitchPort | None] = {}  # most ports say the same but for their description
    for block in root.starting("interface "):
        if PORT.fullmatch(block.line):
            said = tuple(line for line in block.lines if not line.startswith("description "))
            if said not in alike:
                routed = any(line.startswith(ROUTED) for line in said)
                alike[said] = None if routed else _port(block, everywhere)
            if port := alike[said]:
                yield replace(port, name=block.line.split()[1], line=block.number)


def _port(block: Block, everywhere: _Everywhere) -> SwitchPort:
    said = _said(block, everywhere)
    mode = (said.rest("switchport mode ") or DYNAMIC).split()[0]
    mode = mode if mode in (ACCESS, TRUNK) else DYNAMIC
    tagged = () if mode == ACCESS else _tagged(said)
    edge = _edge(said, everywhere, mode)
    return SwitchPort(
        name=block.line.split()[1],
        mode=mode,
        enabled=not said.says("shutdown"),
        untagged=_untagged(said, everywhere, mode, tagged),
        tagged=tagged,
        line=block.number,
        edge=edge,
        bpdu_guard=_guarded(said, everywhere, edge=edge),
        negotiates=mode != ACCESS and not said.says("switchport nonegotiate"),
        authenticates=_authenticates(said, everywhere),
        most_addresses=_most(said, everywhere),
        dhcp_trusted=said.says("ip dhcp snooping trust"),
        arp_trusted=said.says("ip arp inspection trust"),
    )


def _said(block: Block, everywhere: _Everywhere) -> Block:
    """Return the port with what its templates say (`source template NAME`)."""
    names = [each.line.split()[-1] for each in block.starting("source template ")]
    told = [everywhere.templates[name] for name in names if name in everywhere.templates]
    more = [line for template in told for line in template.inside]
    return Block(block.line, block.number, [*block.inside, *more])


def _tagged(said: Block) -> tuple[int, ...] | None:
    start = "switchport trunk allowed vlan "
    return allowed(each.line.removeprefix(start) for each in said.starting(start))


def _untagged(said: Block, everywhere: _Everywhere, mode: str, tagged: tuple[int, ...] | None) -> int | None:
    """Return the VLAN of frames without a tag: on a trunk, none where it is not carried."""
    if mode != TRUNK:
        return number(said.rest("switchport access vlan "))
    native = number(said.rest("switchport trunk native vlan "))
    carried = EVERY if tagged is None else tagged
    return native if native in carried and "vlan dot1q tag native" not in everywhere.lines else None


def _edge(said: Block, everywhere: _Everywhere, mode: str) -> bool:
    if any(line.startswith(NO_EDGE) for line in said.lines):
        return False
    if mode == TRUNK:
        return any(
            line.startswith("spanning-tree portfast") and line.endswith("trunk") for line in said.lines
        )
    default = everywhere.says("spanning-tree portfast ", "default", "edge default")
    return default or any(line in EDGE for line in said.lines)


def _guarded(said: Block, everywhere: _Everywhere, *, edge: bool) -> bool:
    own = said.rest("spanning-tree bpduguard ")
    if own is not None:
        return own == "enable"
    default = everywhere.says("spanning-tree portfast ", "bpduguard default", "edge bpduguard default")
    return edge and default


def _authenticates(said: Block, everywhere: _Everywhere) -> bool:
    """Whether nobody gets in unknown: 802.1X needs its switch for the whole device, and no open access."""
    if not any(line in PORTS_AUTO for line in said.lines) or said.says("authentication open"):
        return False
    by_login = said.says("dot1x pae authenticator") and "dot1x system-auth-control" in everywhere.lines
    return by_login or any(line == "mab" or line.startswith("mab ") for line in said.lines)


def _most(said: Block, everywhere: _Everywhere) -> int | None:
    found = []
    if said.says("switchport port-security"):
        most = said.rest("switchport port-security maximum ")
        found.append(int(most.split()[0]) if most else 1)
    if _authenticates(said, everywhere):
        mode = said.rest("authentication host-mode ") or said.rest("access-session host-mode ") or ""
        found += [HOSTS[mode]] if mode in HOSTS else []
    return min(found, default=None)
