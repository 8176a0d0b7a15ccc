"""Intent → what the templates of IOS print: ports, access lists, zones, queues, tunnels, neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from itertools import permutations
from typing import Any

from kgnet.errors import TemplateError
from kgnet.model.fleet import Device, Firewall, FlowRule, Interface, InterfaceKind
from kgnet.model.province import SWITCHES, Role
from kgnet.platforms._management import plain
from kgnet.platforms.cisco_ios import acl, qos
from kgnet.platforms.cisco_ios.acl import AccessList
from kgnet.platforms.cisco_ios.ports import TRUNK, edge_port, ports, tag
from kgnet.platforms.cisco_ios.text import BANNER_END, canonical
from kgnet.wire import cisco_keys

MAXIMUM_PREFIXES = 2000  # as on the routers that run FRR
KEEPALIVE_S, HOLD_S = 10, 30
BFD_MS, BFD_TUNNEL_MS = 300, 1000  # between packets, of which three may be lost (RFC 5880)
IDLE_MIN = 5
PARKING_VLAN = 999  # of ports that nobody uses, and of untagged frames on trunks: it leads nowhere
VRF = "MGMT"  # where the intent names none
PRIVILEGES = {"admin": 15, "operator": 1}
ROUTED = (InterfaceKind.UPLINK, InterfaceKind.DOWNLINK, InterfaceKind.FABRIC)
ZONES = {  # of links that are no LAN; the Internet under a tunnel is a zone that nothing leads to
    InterfaceKind.UPLINK: "WAN",
    InterfaceKind.DOWNLINK: "SITES",
    InterfaceKind.FABRIC: "FABRIC",
    InterfaceKind.INTERNET: "OUTSIDE",
}
SIGNALLING, MEDIA = ((5060, 5061),), ((1024, 65535),)  # RFC 3261 §19.1.2; ports of RTP are negotiated


@dataclass(frozen=True, slots=True)
class Port:
    """An interface as the template prints it; *carrier* holds it if it is a subinterface."""

    link: Interface
    name: str
    tag: int | None
    vrf: str | None
    zone: str | None
    bfd_ms: int | None
    source: str | None  # of a tunnel: the port that it runs over
    outside: bool  # faces a carrier: no discovery protocols

    @property
    def carrier(self) -> str:
        return self.name.partition(".")[0]

    @property
    def lan(self) -> bool:
        return self.link.kind is InterfaceKind.LAN


def prepare(device: Device) -> Mapping[str, Any]:
    """Return what the templates print."""
    vrf = device.vrf or VRF
    names = ports(device)
    every = [_port(device, link, vrf, names) for link in device.interfaces]
    firewall = device.firewall or Firewall((), (), filters_forward=False)
    out_of_band = device.role in SWITCHES
    management = next((port.name for port in every if port.vrf), "")
    return {
        "canonical": canonical,
        "type7": cisco_keys.type7,
        "type9": cisco_keys.type9,
        "plain": plain,
        "banner_end": BANNER_END,
        "banner": [plain(line).replace(BANNER_END, " ") for line in device.banner],
        "privileges": PRIVILEGES,
        "idle_min": IDLE_MIN,
        "vrf": vrf,
        "out_of_band": out_of_band,
        "source": management if out_of_band else "Loopback0",
        "ports": every,
        "carriers": list(_carriers(every)),
        "lists": [*_lists(device, firewall)],
        "admins": _standard(device.admins),
        "monitors": _standard(_from(firewall, "udp", 161)),
        "tacacs": list(device.aaa.tacacs) if device.aaa else [],
        "radius": list(device.aaa.radius) if device.aaa and device.role is Role.ACCESS else [],
        "protects_itself": device.routing is not None,
        "filters": firewall.filters_forward and device.routing is not None,
        "pairs": _pairs(every) if firewall.filters_forward else [],
        "marks": firewall.marks_dscp,
        "ipsec": [port for port in every if port.link.tunnel],
        "edge_port": edge_port,
        "trunk": TRUNK,
        "parking": PARKING_VLAN,
        **qos.prepare(device),
        **_routing(device),
    }


def _port(device: Device, link: Interface, vrf: str, names: Mapping[str, str]) -> Port:
    name, tunnel = names[link.name], link.tunnel
    if tunnel and tunnel.kind != "ipsec":
        raise TemplateError(
            f"{device.name}: {link.name} is a tunnel of kind {tunnel.kind}, which IOS cannot end — "
            "ipsec is what it speaks"
        )
    filters = device.firewall is not None and device.firewall.filters_forward
    zone = link.zone.upper() if link.zone else ZONES.get(link.kind)
    return Port(
        link=link,
        name=name,
        tag=tag(link) if "." in name else None,
        vrf=vrf if link.kind is InterfaceKind.MANAGEMENT else None,
        zone=zone if filters else None,
        bfd_ms=(BFD_TUNNEL_MS if tunnel else BFD_MS) if link.kind in ROUTED else None,
        source=names[tunnel.under] if tunnel else None,
        outside=link.kind in (InterfaceKind.UPLINK, InterfaceKind.DOWNLINK, InterfaceKind.INTERNET),
    )


def _carriers(every: Iterable[Port]) -> Iterator[tuple[str, str, bool]]:
    """Yield each port that carries subinterfaces: name, description, whether it faces a carrier."""
    words = {
        InterfaceKind.LAN: "LANs",
        InterfaceKind.DOWNLINK: "circuits of the sites",
        InterfaceKind.INTERNET: "Internet under tunnels",
    }
    carried = {port.carrier: port for port in every if port.tag}
    for name, port in carried.items():
        yield name, words[port.link.kind], port.outside


def _pairs(every: Iterable[Port]) -> list[tuple[str, str]]:
    """Return each pair of zones, as source and destination; of the sites also with one another."""
    zones = dict.fromkeys(port.zone for port in every if port.zone and port.zone != "OUTSIDE")
    same = [("SITES", "SITES")] if "SITES" in zones else []
    return [*permutations(zones, 2), *same]


# ── access lists ────────────────────────────────────────────────────────────


def _lists(device: Device, firewall: Firewall) -> Iterator[AccessList]:
    inside = firewall.inside
    fence = FlowRule("inside", inside, (), "", (), "")
    asked = {123: [ip_address(each) for each in device.ntp]}
    if device.role is Role.ACCESS and device.aaa:
        asked |= {port: list(device.aaa.radius) for port in (1812, 1813)}
    yield from acl.filtered("INPUT", firewall.inputs, fence, more=acl.answers(asked))
    if device.routing is not None:
        yield from acl.own("SELF", _own(device))
    if firewall.filters_forward:
        fence = FlowRule("inside", inside, inside, "", (), "")
        yield from acl.filtered("FORWARD", firewall.forward, fence, more={4: [], 6: []})
    elif peers := [link.tunnel.remote for link in device.interfaces if link.tunnel]:
        yield acl.outside("OUTSIDE", peers)
    if firewall.marks_dscp:
        both = [FlowRule("signalling", (), (), protocol, SIGNALLING, "") for protocol in ("tcp", "udp")]
        media = [FlowRule("media", (), (), "udp", MEDIA, "")]
        for name, flows in (("ROOM-SIGNALLING", both), ("ROOM-MEDIA", media)):
            for version in (4, 6):
                entries = tuple(each for flow in flows for each in acl.entries(flow, version))
                yield AccessList(f"{name}-{version}", version, entries)
    yield AccessList("MANAGEMENT-6", 6, tuple(_managed(device)))


def _managed(device: Device) -> Iterator[str]:
    for network in device.admins:
        if network.version == 6:
            yield f"permit ipv6 {acl.end(network)} any"
    yield acl.DENY[6]


def _own(device: Device) -> Iterator[Any]:
    """Yield the addresses by which the device itself can be spoken to, in band."""
    for link in device.interfaces:
        if link.kind is not InterfaceKind.MANAGEMENT:
            yield from (address.ip for address in link.addresses)


def _from(firewall: Firewall, protocol: str, port: int) -> tuple[Any, ...]:
    """Return from where the device may be spoken to on *port*."""
    asked = (flow for flow in firewall.inputs if flow.protocol == protocol and (port, port) in flow.ports)
    return tuple(source for flow in asked for source in flow.sources)


def _standard(networks: Iterable[Any]) -> list[str]:
    """Return the entries of a standard list, which knows IPv4 only."""
    ends = (acl.end(ip_network(each)) for each in networks if each.version == 4)
    return [*dict.fromkeys(f"permit {each.removeprefix('host ')}" for each in ends), "deny any"]


# ── routing ─────────────────────────────────────────────────────────────────


def _routing(device: Device) -> Mapping[str, Any]:
    routing = device.routing
    if routing is None:
        return {"families": {}}
    versions = {each.name: each.version for each in routing.prefix_lists}
    words = {4: "ip", 6: "ipv6"}
    return {
        "keepalive_s": KEEPALIVE_S,
        "hold_s": HOLD_S,
        "maximum_prefixes": MAXIMUM_PREFIXES,
        "words": words,
        "families": {
            version: (
                [_network(each) for each in routing.networks if each.version == version],
                [_aggregate(each) for each in routing.aggregates if each.version == version],
                [each for each in routing.neighbors if each.address.version == version],
            )
            for version in (4, 6)
        },
        "matches": [
            (policy, 10 * place, words[versions[name]], name)
            for policy in routing.policies
            for place, name in enumerate((name for name in policy.prefixes if name in versions), 1)
        ],
    }


def _network(network: Any) -> str:
    return f"{network.network_address} mask {network.netmask}" if network.version == 4 else str(network)


def _aggregate(network: Any) -> str:
    return f"{network.network_address} {network.netmask}" if network.version == 4 else str(network)
