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
from kgnet.model.province import SWITCHES, Flow, Province, Role, Zone
from kgnet.ports import Pass

Ports = tuple[tuple[int, int], ...]

BGP = ((179, 179),)
BFD = ((3784, 3784), (4784, 4784))  # RFC 5881 §4, RFC 5883 §5
SSH, SNMP = ((22, 22),), ((161, 161),)
PROGRAMMED = {"arista_eos": ("eapi", 443), "juniper_junos": ("netconf", 830)}  # eAPI; RFC 6242 §7
NTP, SYSLOG, TRAPS = ((123, 123),), ((514, 514),), ((162, 162),)
TACACS, RADIUS = ((49, 49),), ((1812, 1813),)  # RFC 8907 §4.1; RFC 2865 §3, RFC 2866 §3
IPSEC = ((500, 500), (4500, 4500))  # RFC 7296 §2, RFC 3948: IKE, and all else behind a translator


@dataclass(frozen=True, slots=True)
class _Context:
    province: Province
    plan: Plan
    fleet: Fleet
    known: dict[str, tuple[Network, ...]] = field(default_factory=dict)  # what a name stands for
    local: dict[tuple[str, str], tuple[Network, ...]] = field(default_factory=dict)  # by zone and site

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
        inputs=(
            *_managed(context),
            *_programmed(context, device),
            *_neighbors(device),
            *_served(context, device),
            *_asked_by_switches(context, device),
        ),
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


def _programmed(context: _Context, device: Device) -> Iterator[FlowRule]:
    """Yield what programs administer it by, where that is not SSH's own port."""
    if device.platform in PROGRAMMED:
        name, port = PROGRAMMED[device.platform]
        admins = tuple(context.province.settings.management.admins)
        yield FlowRule(f"manage-{name}", admins, (), "tcp", ((port, port),), "administrators' programs")


def _neighbors(device: Device) -> Iterator[FlowRule]:
    """Yield tunnels, BGP and BFD from the far ends of the device's own links."""
    if device.routing is None:
        return
    peers = tuple(_host(neighbor.address) for neighbor in device.routing.neighbors)
    for interface in device.interfaces:
        if interface.tunnel:
            ipsec = interface.tunnel.kind == "ipsec"
            ports = IPSEC if ipsec else ((interface.tunnel.port, interface.tunnel.port),)
            remote = (_host(interface.tunnel.remote),)
            name = f"tunnel-{interface.circuit}"
            yield FlowRule(name, remote, (), "udp", ports, "the circuit's far end")
            if ipsec:
                yield FlowRule(f"{name}-esp", remote, (), "esp", (), "the circuit's far end")
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


def _asked_by_switches(context: _Context, device: Device) -> Iterator[FlowRule]:
    """Yield what switches, which are managed out of band only, ask of this server there."""
    management = context.province.settings.management
    monitors = [host.name for host in context.fleet.with_role(Role.MONITOR)]
    offered = (
        ("switches-ntp", management.ntp, "udp", NTP),
        ("switches-syslog", management.syslog, "udp", SYSLOG),
        ("switches-traps", monitors, "udp", TRAPS),
        ("switches-tacacs", management.tacacs, "tcp", TACACS),
        ("switches-radius", management.radius, "udp", RADIUS),
    )
    asked = [each for each in offered if device.name in each[1]]
    switches = tuple(_host(each.management) for each in context.fleet.with_role(*SWITCHES) if asked)
    for flow, _, protocol, ports in asked if switches else ():
        yield FlowRule(flow, switches, (), protocol, ports, "switches, out of band")


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
    key = zone.name, device.site
    if key not in context.local:
        below = zone.where == "offices"
        plan = context.plan
        found = plan.below(zone, device.site) if below else plan.infrastructure_of(device.site)
        context.local[key] = tuple(found)
    return context.local[key]


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
    number = int(address)
    return IPv4Network((number, 32)) if isinstance(address, IPv4Address) else IPv6Network((number, 128))


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
