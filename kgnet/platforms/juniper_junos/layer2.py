"""Junos's configuration → what it switches, and how: EX and QFX, in the newer style (ELS) and the older.

Defaults: a port that switches is an access port in the VLAN `default`, number 1; a trunk carries what it
names and nothing without a tag; there is no spanning tree unless one is configured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kgnet.model.layer2 import ACCESS, TRUNK, Switching, SwitchPort, VlanInterface
from kgnet.platforms._vlans import EVERY, numbers
from kgnet.platforms.juniper_junos.text import Statement, members

NOWHERE = Statement("", 0)
TREES = {"rstp": "rstp", "mstp": "mstp", "vstp": "rapid-pvst", "stp": "stp"}
OLD = ("ethernet-switching-options", "secure-access-port")  # where the older style has its guards
DEFAULT_VLAN = 1
Ports = Mapping[str, Statement]
NUMBERED = re.compile(r"\d+(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class _Device:
    root: Statement
    numbers: Mapping[str, tuple[int, ...]]  # name of a VLAN, or of a range → its numbers
    said: Mapping[str, Ports]  # what is said of ports: "tree", "block", "login", "limit", "secure"
    blocks_edges: bool
    trusted: frozenset[str]  # ports that DHCP security believes

    def vlans(self, names: tuple[str, ...]) -> tuple[int, ...] | None:
        """Return the numbers that *names* mean, none for a name that is not defined; None: every VLAN."""
        if "all" in names:
            return None
        told = (
            self.numbers.get(name) or (numbers(name) if NUMBERED.fullmatch(name) else ()) for name in names
        )
        found = sorted({number for each in told for number in each})
        return None if found == list(EVERY) else tuple(found)

    def at(self, what: str, port: str) -> Statement | None:
        """Return what is said of the interface *port*: by its name with or without unit, or of all."""
        said = self.said[what]
        return said.get(port) or said.get(port.removesuffix(".0")) or said.get("all")


def _device(root: Statement) -> _Device:
    protocols = root.one("protocols") or NOWHERE
    trees = [each for word in TREES for each in protocols.every(word)]
    holders: dict[str, Sequence[Statement | None]] = {
        "tree": trees,
        "block": [protocols.one("layer2-control", "bpdu-block"), root.one(OLD[0], "bpdu-block")],
        "login": [protocols.one("dot1x", "authenticator")],
        "limit": [root.one("switch-options")],
        "secure": [root.one(*OLD)],
    }
    said = {
        what: {port.rest: port for holder in each if holder for port in holder.every("interface")}
        for what, each in holders.items()
    }
    blocks_edges = any(tree.one("bpdu-block-on-edge") for tree in trees)
    return _Device(root, dict(_numbered(root)), said, blocks_edges, frozenset(_trusted(root)))


def switching(root: Statement) -> Switching:
    device = _device(root)
    protocols = root.one("protocols") or NOWHERE
    tree = next((each for word in TREES for each in protocols.every(word) if not _off(each)), None)
    mvrp = protocols.one("mvrp")
    return Switching(
        ports=tuple(_ports(device)),
        interfaces=tuple(_interfaces(device)),
        spanning_tree=TREES[tree.first] if tree else "",
        treeless=(),
        snooped=tuple(_secured(device, "examine-dhcp")),
        inspected=tuple(_secured(device, "arp-inspection")),
        learns_vlans="MVRP" if mvrp and not _off(mvrp) else "",
        line=tree.line if tree else protocols.line,
    )


def _off(statement: Statement) -> bool:
    return statement.one("disable") is not None


def _numbered(root: Statement) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "default", (DEFAULT_VLAN,)
    for vlan in root.one("vlans") or ():
        lists = (vlan.value("vlan-id"), vlan.value("vlan-id-list"), vlan.value("vlan-range"))
        listed = [word for text in lists if text for word in members(text)]
        if listed and all(map(NUMBERED.fullmatch, listed)):
            yield vlan.words, numbers(",".join(listed))


def _secured(device: _Device, word: str) -> Iterator[int]:
    """Yield the VLANs that are guarded by *word*; in the newer style, DHCP is watched where it is named."""
    for vlan in device.root.one("vlans") or ():
        held = vlan.one("forwarding-options", "dhcp-security")
        if held and (word == "examine-dhcp" or held.one(word)):
            yield from device.numbers.get(vlan.words, ())
    for vlan in (device.root.one(*OLD) or NOWHERE).every("vlan"):
        if vlan.one(word):
            every = tuple(each for group in device.numbers.values() for each in group)
            yield from every if vlan.rest == "all" else device.vlans((vlan.rest,)) or ()


def _interfaces(device: _Device) -> Iterator[VlanInterface]:
    ports = device.root.one("interfaces") or NOWHERE
    for vlan in device.root.one("vlans") or ():
        name = vlan.value("l3-interface")
        if name:
            port, _, unit = name.partition(".")
            held = ports.one(port, f"unit {unit}")
            enabled = held is not None and not _off(held)
            for number in device.numbers.get(vlan.words, ()):
                yield VlanInterface(name, number, enabled, held.line if held else vlan.line)


# ── ports ───────────────────────────────────────────────────────────────────


def _ports(device: _Device) -> Iterator[SwitchPort]:
    for port in device.root.one("interfaces") or ():
        for unit in port.every("unit"):
            family = unit.one("family ethernet-switching")
            if family and not port.inactive:
                yield _port(device, port, unit, family)


def _port(device: _Device, port: Statement, unit: Statement, family: Statement) -> SwitchPort:
    name = f"{port.words}.{unit.rest}"
    mode = TRUNK if TRUNK in (family.value("interface-mode"), family.value("port-mode")) else ACCESS
    named = tuple(
        word for each in (family.one("vlan") or NOWHERE).every("members") for word in members(each.rest)
    )
    carried = device.vlans(named)
    native = port.value("native-vlan-id") or family.value("native-vlan-id")
    edge = _edge(device, name)
    return SwitchPort(
        name=name,
        mode=mode,
        enabled=not (_off(port) or _off(unit)),
        untagged=_first(device, native) if mode == TRUNK else _first(device, *(named or ("default",))),
        tagged=carried if mode == TRUNK else (),
        line=unit.line,
        edge=edge,
        bpdu_guard=_guarded(device, name, edge=edge),
        authenticates=device.at("login", name) is not None,
        most_addresses=_most(device, name),
        dhcp_trusted=_trusts(device, name),
        arp_trusted=_trusts(device, name),
    )


def _first(device: _Device, *names: str | None) -> int | None:
    return (device.vlans(tuple(filter(None, names))) or (None,))[0]


def _edge(device: _Device, port: str) -> bool:
    said = device.at("tree", port)
    return said is not None and said.one("edge") is not None


def _guarded(device: _Device, port: str, *, edge: bool) -> bool:
    """Whether a switch that is plugged in is shut out: as an edge of the tree, or whatever the tree is."""
    return (edge and device.blocks_edges) or device.at("block", port) is not None


def _most(device: _Device, port: str) -> int | None:
    newer, older = device.at("limit", port), device.at("secure", port)
    limits = [each for each in newer or () if each.first == "interface-mac-limit"]
    found = [each.value("limit") or each.rest for each in limits]
    found += [each.rest for each in older or () if each.first == "mac-limit"]
    most = [int(text.split()[0]) for text in found if text[:1].isdecimal()]
    login = device.at("login", port)
    single = login is not None and login.value("supplicant") == "single-secure"
    return min([*most, *([1] if single else [])], default=None)


def _trusts(device: _Device, port: str) -> bool:
    older = device.at("secure", port)
    return port in device.trusted or (older is not None and older.one("dhcp-trusted") is not None)


def _trusted(root: Statement) -> Iterator[str]:
    """Yield the ports that a group of a VLAN's DHCP security trusts."""
    for vlan in root.one("vlans") or ():
        for group in (vlan.one("forwarding-options", "dhcp-security") or NOWHERE).every("group"):
            if group.one("overrides", "trusted"):
                yield from (each.rest for each in group.every("interface"))
