"""Security zones: every allowed flow becomes permits where it passes; all else is dropped.

Borders filter between the zones of the data center and the offices; branches filter what their own offices
send and receive; every device lets in only what is meant for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from kgnet.design._plan import Plan, plan_of
from kgnet.model.fleet import Address, Device, Firewall, Fleet, FlowRule, InterfaceKind, Network
from kgnet.model.province import Flow, Province, Role, Zone
from kgnet.ports import Pass

Ports = tuple[tuple[int, int], ...]

BGP = ((179, 179),)
BFD = ((3784, 3784), (4784, 4784))  # RFC 5881 §4, RFC 5883 §5
SSH, SNMP = ((22, 22),), ((161, 161),)


@dataclass(frozen=True, slots=True)
class _Context:
    province: Province
    plan: Plan
    fleet: Fleet
    known: dict[str, tuple[Network, ...]] = field(default_factory=dict)  # what a name stands for

    def zone(self, name: str) -> Zone | None:
        return self.province.zones.get(name)


def run(province: Province, fleet: Fleet) -> Fleet:
    """Give every device its packet filter."""
    context = _Context(province, plan_of(province), fleet)
    return fleet.with_devices(
        {
            device.name: replace(device, firewall=_firewall(context, device))
            for device in fleet.devices.values()
        }
    )


def _firewall(context: _Context, device: Device) -> Firewall:
    return Firewall(
        inputs=(*_managed(context), *_neighbors(device), *_served(context, device)),
        forward=tuple(_forward(context, device)),
        filters_forward=device.role in (Role.BORDER, Role.BRANCH),
        marks_dscp=device.role is Role.BRANCH,
        inside=context.plan.inside(),
    )


# ── what a device lets in ───────────────────────────────────────────────────


def _managed(context: _Context) -> Iterator[FlowRule]:
    """Yield SSH from where people administer, SNMP from the monitors."""
    admins = tuple(context.province.settings.management.admins)
    yield FlowRule("manage-ssh", admins, (), "tcp", SSH, "administrators")
    monitors = tuple(
        network
        for device in context.fleet.with_role(Role.MONITOR)
        for network in (*_hosts(device), _host(device.management))
    )
    if monitors:
        yield FlowRule("manage-snmp", monitors, (), "udp", SNMP, "monitoring")


def _neighbors(device: Device) -> Iterator[FlowRule]:
    """Yield tunnels, BGP and BFD from the far ends of the device's own links."""
    if device.routing is None:
        return
    peers = tuple(_host(neighbor.address) for neighbor in device.routing.neighbors)
    for interface in device.interfaces:
        if interface.tunnel:
            ports = ((interface.tunnel.port, interface.tunnel.port),)
            remote = (_host(interface.tunnel.remote),)
            yield FlowRule(f"tunnel-{interface.circuit}", remote, (), "udp", ports, "the circuit's far end")
    yield FlowRule("routing-bgp", peers, (), "tcp", BGP, "routing neighbours")
    yield FlowRule("routing-bfd", peers, (), "udp", BFD, "routing neighbours")


def _served(context: _Context, device: Device) -> Iterator[FlowRule]:
    """Yield the flows that end on this server."""
    if device.routing is not None:
        return
    zones = {interface.zone for interface in device.of_kind(InterfaceKind.LAN)}
    for flow in context.province.flows.values():
        if flow.destination == device.name or flow.destination in zones:
            yield _rule(flow, _networks(context, flow.source), ())


# ── what a router lets through ──────────────────────────────────────────────


def _forward(context: _Context, device: Device) -> Iterator[FlowRule]:
    if device.role is Role.BORDER:
        for flow in context.province.flows.values():
            yield _rule(flow, _networks(context, flow.source), _networks(context, flow.destination))
    elif device.role is Role.BRANCH:
        yield from _of_office(context, device)


def _of_office(context: _Context, device: Device) -> Iterator[FlowRule]:
    """Yield the flows that begin or end in a zone of the offices, or at a router, here or behind here."""
    for flow in context.province.flows.values():
        source, destination = context.zone(flow.source), context.zone(flow.destination)
        if _office(source):
            yield _rule(flow, _here(context, source, device), _networks(context, flow.destination))
        if _office(destination):
            suffix = "-in" if _office(source) else ""
            rule = _rule(flow, _networks(context, flow.source), _here(context, destination, device))
            yield replace(rule, flow=f"{flow.id}{suffix}")


def _office(zone: Zone | None) -> bool:
    return zone is not None and zone.where in ("offices", "infrastructure")


def _here(context: _Context, zone: Zone | None, device: Device) -> tuple[Network, ...]:
    assert zone is not None
    if zone.where == "offices":
        return context.plan.below(zone, device.site)
    return context.plan.infrastructure_of(device.site)


# ── names to networks ───────────────────────────────────────────────────────


def _networks(context: _Context, name: str) -> tuple[Network, ...]:
    """Return the networks of a zone or a device; empty: anywhere."""
    if name not in context.known:
        context.known[name] = _resolved(context, name)
    return context.known[name]


def _resolved(context: _Context, name: str) -> tuple[Network, ...]:
    zone = context.zone(name)
    if zone is None:
        return tuple(_hosts(context.fleet.devices[name]))
    match zone.where:
        case "outside":
            return ()
        case "infrastructure":
            return context.plan.infrastructure()
        case _:
            return context.plan.zone(zone)


def _hosts(device: Device) -> Iterator[Network]:
    """Yield the in-band addresses of a device, as networks of one."""
    for interface in device.of_kind(InterfaceKind.LOOPBACK, InterfaceKind.LAN):
        yield from (_host(address.ip) for address in interface.addresses)


def _host(address: Address) -> Network:
    return IPv4Network(address) if isinstance(address, IPv4Address) else IPv6Network(address)


def _rule(flow: Flow, sources: Iterable[Network], destinations: Iterable[Network]) -> FlowRule:
    return FlowRule(
        flow=flow.id,
        sources=tuple(sources),
        destinations=tuple(destinations),
        protocol=flow.protocol,
        ports=_ports(flow.ports),
        comment=flow.reason,
    )


def _ports(text: str) -> Ports:
    pairs = (part.partition("-") for part in text.split())
    return tuple((int(first), int(last or first)) for first, _, last in pairs)


PASS = Pass("zones", run, after=("routing",))
