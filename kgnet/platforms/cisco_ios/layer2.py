"""IOS's canonical configuration → what the device switches, and how.

Defaults (Catalyst 9300, IOS XE 17): a port agrees on its mode with the other end, in VLAN 1; a trunk asks the
other end and carries every VLAN; a secured port takes one address; VTP is a server and says nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from kgnet.model.layer2 import ACCESS, DYNAMIC, TRUNK, Switching, SwitchPort, VlanInterface
from kgnet.platforms._vlans import EVERY, allowed, number, numbers
from kgnet.platforms.cisco_ios.alike import REMEMBERED, alike
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
ON_SWITCHING = (  # how a port's lines begin that `_port` looks at
    *("switchport", "shutdown", "spanning-tree ", "no spanning-tree ", "source template "),
    *("authentication ", "access-session ", "dot1x ", "mab", "ip dhcp snooping trust"),
    "ip arp inspection trust",
)
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

    edge: bool
    guarded: bool
    tags_native: bool
    logs_in: bool  # 802.1X
    templates: tuple[tuple[str, tuple[str, ...]], ...]  # name, lines


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
    return any(map(root.has, SWITCHES)) or switches_ports(root)


def switches_ports(root: Block) -> bool:
    """Whether any port is told how to switch."""
    return any(root.aspects(_switched))


@alike
def _switched(port: Block) -> bool:
    return port.has("switchport")


def _vlans(root: Block, start: str) -> tuple[int, ...]:
    lists = (each.line.removeprefix(start).split()[0] for each in root.starting(start))
    return numbers(",".join(text for text in lists if text[0].isdecimal()))


def _interfaces(root: Block) -> Iterator[VlanInterface]:
    for block in root.ports(_shut):
        if block.line.startswith("interface Vlan"):
            name = block.line.split()[1]
            yield VlanInterface(name, int(name.removeprefix("Vlan")), not _shut(block), block.number)


@alike
def _shut(port: Block) -> bool:
    return port.says("shutdown")


def _ports(root: Block) -> Iterator[SwitchPort]:
    everywhere = _everywhere(root)
    for block in root.ports(_on_switching):
        if PORT.fullmatch(block.line) and (port := _port(_on_switching(block), everywhere)):
            yield port(name=block.line.split()[1], line=block.number)


@alike
def _on_switching(port: Block) -> tuple[str, ...]:
    """Return the lines that `_port` looks at; of a port that routes, that it does."""
    if any(line.startswith(ROUTED) for line in port.lines):
        return ROUTED[:1]
    return tuple([line for line in port.lines if line.startswith(ON_SWITCHING)])


def _everywhere(root: Block) -> _Everywhere:
    def says(start: str, *ends: str) -> bool:
        return any(root.says(f"{start}{end}") for end in ends)

    return _Everywhere(
        edge=says("spanning-tree portfast ", "default", "edge default"),
        guarded=says("spanning-tree portfast ", "bpduguard default", "edge bpduguard default"),
        tags_native=root.says("vlan dot1q tag native"),
        logs_in=root.says("dot1x system-auth-control"),
        templates=tuple((each.line.split()[-1], tuple(each.lines)) for each in root.starting("template ")),
    )


@lru_cache(REMEMBERED)
def _port(lines: tuple[str, ...], everywhere: _Everywhere) -> partial[SwitchPort] | None:
    """Return a port that says *lines*, but for its name and number; None: it routes."""
    if any(line.startswith(ROUTED) for line in lines):
        return None
    said = _with_templates(lines, everywhere)
    mode = (said.rest("switchport mode ") or DYNAMIC).split()[0]
    mode = mode if mode in (ACCESS, TRUNK) else DYNAMIC
    tagged = () if mode == ACCESS else _tagged(said)
    edge = _edge(said, everywhere, mode)
    return partial(
        SwitchPort,
        mode=mode,
        enabled=not said.says("shutdown"),
        untagged=_untagged(said, everywhere, mode, tagged),
        tagged=tagged,
        edge=edge,
        bpdu_guard=_guarded(said, everywhere, edge=edge),
        negotiates=mode != ACCESS and not said.says("switchport nonegotiate"),
        authenticates=_authenticates(said, everywhere),
        most_addresses=_most(said, everywhere),
        dhcp_trusted=said.says("ip dhcp snooping trust"),
        arp_trusted=said.says("ip arp inspection trust"),
    )


def _with_templates(lines: tuple[str, ...], everywhere: _Everywhere) -> Block:
    """Return the port with what its templates say (`source template NAME`)."""
    templates = dict(everywhere.templates)
    names = [line.split()[-1] for line in lines if line.startswith("source template ")]
    told = (line for name in names for line in templates.get(name, ()))
    return Block("", 0, [Block(line, 0) for line in (*lines, *told)])


def _tagged(said: Block) -> tuple[int, ...] | None:
    start = "switchport trunk allowed vlan "
    return allowed(each.line.removeprefix(start) for each in said.starting(start))


def _untagged(said: Block, everywhere: _Everywhere, mode: str, tagged: tuple[int, ...] | None) -> int | None:
    """Return the VLAN of frames without a tag: on a trunk, none where it is not carried."""
    if mode != TRUNK:
        return number(said.rest("switchport access vlan "))
    native = number(said.rest("switchport trunk native vlan "))
    carried = EVERY if tagged is None else tagged
    return native if native in carried and not everywhere.tags_native else None


def _edge(said: Block, everywhere: _Everywhere, mode: str) -> bool:
    if any(line.startswith(NO_EDGE) for line in said.lines):
        return False
    if mode == TRUNK:
        return any(
            line.startswith("spanning-tree portfast") and line.endswith("trunk") for line in said.lines
        )
    return everywhere.edge or any(line in EDGE for line in said.lines)


def _guarded(said: Block, everywhere: _Everywhere, *, edge: bool) -> bool:
    own = said.rest("spanning-tree bpduguard ")
    if own is not None:
        return own == "enable"
    return edge and everywhere.guarded


def _authenticates(said: Block, everywhere: _Everywhere) -> bool:
    """Whether nobody gets in unknown: 802.1X needs its switch for the whole device, and no open access."""
    if not any(line in PORTS_AUTO for line in said.lines) or said.says("authentication open"):
        return False
    by_login = said.says("dot1x pae authenticator") and everywhere.logs_in
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
