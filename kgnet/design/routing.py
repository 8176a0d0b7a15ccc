"""Routing: eBGP on every link (RFC 7938), filtered in both directions (RFC 8212), summarised per district.

An office announces its own prefixes only; a district holds back its communes' and announces the sum.
The primary circuit is preferred by local preference on the way in and by AS path on the way out,
so both directions of a flow take the same circuit and the firewalls see both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kgnet.design._plan import Plan, plan_of
from kgnet.model.fleet import (
    BgpNeighbor,
    Device,
    Fleet,
    Interface,
    InterfaceKind,
    Network,
    Policy,
    PrefixList,
    PrefixRule,
    Routing,
)
from kgnet.model.province import ROUTERS, Province, Role, SiteKind
from kgnet.ports import Pass

PREFERENCE = {1: 200, 2: 150, 3: 120, 4: 110}  # by order of the circuit; BGP's own default is 100
PREPENDS_A_STEP = 2  # a backup's path is longer by this for each order after the first
LONGEST = {4: 32, 6: 128}

PROVINCE, OWN, UNDERLAY = "PROVINCE", "OWN", "UNDERLAY"
FABRIC = (Role.SPINE, Role.LEAF)  # they route among themselves, for the tunnels between them


@dataclass(frozen=True, slots=True)
class _Context:
    province: Province
    plan: Plan
    fleet: Fleet
    branches: Mapping[str, list[Device]]  # by site

    def asn(self, device: str) -> int:
        return self.plan.asn(self.province.devices[device])


def run(province: Province, fleet: Fleet) -> Fleet:
    """Give every router its sessions, filters and announcements."""
    branches: dict[str, list[Device]] = {}
    for device in fleet.with_role(Role.BRANCH):
        branches.setdefault(device.site, []).append(device)
    context = _Context(province, plan_of(province), fleet, branches)
    routers = fleet.with_role(*ROUTERS, *FABRIC)
    return fleet.with_devices({device.name: _routed(device, _routing(context, device)) for device in routers})


def _routed(device: Device, routing: Routing) -> Device:
    keys = dict.fromkeys(neighbor.secret for neighbor in routing.neighbors if neighbor.secret)
    return replace(device, routing=routing, secrets=(*device.secrets, *keys))


def _routing(context: _Context, device: Device) -> Routing:
    links = tuple(device.of_kind(InterfaceKind.UPLINK, InterfaceKind.DOWNLINK, InterfaceKind.FABRIC))
    own, loopback = tuple(_own(context, device)), device.loopback.ipv4
    assert loopback is not None
    return Routing(
        asn=context.asn(device.name),
        router_id=loopback.ip,
        neighbors=tuple(neighbor for link in links for neighbor in _sessions(context, device, link)),
        networks=tuple(_connected(device)),
        aggregates=own if _summarises(context, device) else (),
        prefix_lists=tuple(_prefix_lists(context, device, links, own)),
        policies=tuple(_policies(context, device, links)),
    )


# ── what a router announces ─────────────────────────────────────────────────


def _connected(device: Device) -> Iterator[Network]:
    """Yield the networks of its own; a circuit is announced by its inner end alone (see `_plan`)."""
    kinds = (InterfaceKind.LOOPBACK, InterfaceKind.LAN, InterfaceKind.DOWNLINK, InterfaceKind.FABRIC)
    for interface in device.of_kind(*kinds):
        yield from (address.network for address in interface.addresses)


def _summarises(context: _Context, device: Device) -> bool:
    return device.role is Role.BRANCH and context.province.sites[device.site].kind is not SiteKind.COMMUNE


def _own(context: _Context, device: Device) -> Iterator[Network]:
    """Yield what a router may announce: a block's sums where it heads a block, else just its own."""
    if device.role is not Role.BRANCH:
        return
    if context.province.sites[device.site].kind is SiteKind.COMMUNE:
        yield from _connected(device)
        return
    yield from _offices(context, device.site)
    yield from context.plan.infrastructure_of(device.site)


def _offices(context: _Context, site: str) -> Iterator[Network]:
    for zone in context.province.zones.values():
        if zone.where == "offices":
            yield from context.plan.below(zone, site)


def _everything(context: _Context) -> Iterator[Network]:
    """Yield every block of the province: what one router tells another at most."""
    blocks = context.plan.blocks
    yield from (
        blocks.sites,
        blocks.datacenter,
        blocks.loopbacks,
        blocks.circuits,
        blocks.fabric,
        blocks.ipv6,
    )


# ── sessions ────────────────────────────────────────────────────────────────


def _sessions(context: _Context, device: Device, link: Interface) -> Iterator[BgpNeighbor]:
    assert link.peer is not None
    far = context.fleet.devices[link.peer.device]
    for address in far.interface(link.peer.interface).addresses:
        yield BgpNeighbor(
            address=address.ip,
            remote_as=context.asn(far.name),
            description=f"{far.name} {link.circuit}" if link.circuit else far.name,
            interface=link.name,
            device=far.name,
            import_policy=_import(link),
            export_policy=_export(link),
            circuit=link.circuit,
            secret=_secret(device, link),
        )


def _secret(device: Device, link: Interface) -> str:
    """Return the name of the key that both ends share (RFC 2385)."""
    assert link.peer is not None
    return f"bgp/{link.circuit or '-'.join(sorted((device.name, link.peer.device)))}"


def _import(link: Interface) -> str:
    match link.kind:
        case InterfaceKind.UPLINK:
            return f"FROM-{link.name.upper()}"
        case InterfaceKind.DOWNLINK:
            return f"FROM-{link.circuit}"
        case _:
            return "FROM-FABRIC"


def _export(link: Interface) -> str:
    match link.kind:
        case InterfaceKind.UPLINK:
            return f"TO-{link.name.upper()}"
        case InterfaceKind.DOWNLINK:
            return "TO-SITES"
        case _:
            return "TO-FABRIC"


# ── filters ─────────────────────────────────────────────────────────────────


def _policies(context: _Context, device: Device, links: Iterable[Interface]) -> Iterator[Policy]:
    """Yield each route map once, in the order of the links."""
    made: dict[str, Policy] = {}
    for link in links:
        for policy in (_imports(context, device, link), _exports(context, device, link)):
            made.setdefault(policy.name, policy)
    yield from made.values()


def _imports(context: _Context, device: Device, link: Interface) -> Policy:
    name = _import(link)
    match link.kind:
        case InterfaceKind.UPLINK:
            return Policy(name, _both(PROVINCE), local_preference=PREFERENCE[_order(context, link)])
        case InterfaceKind.DOWNLINK:
            assert link.circuit is not None
            site = context.province.circuits[link.circuit].site
            return Policy(name, _both(f"SITE-{site}"), local_preference=PREFERENCE[_order(context, link)])
        case _:
            return Policy(name, _both(_told(device)))


def _told(device: Device) -> str:
    """Return the name of the lists of what a device tells others at most, and is told."""
    return UNDERLAY if device.role in FABRIC else PROVINCE


def _exports(context: _Context, device: Device, link: Interface) -> Policy:
    if link.kind is InterfaceKind.UPLINK:
        return Policy(_export(link), _both(OWN), prepend=(_order(context, link) - 1) * PREPENDS_A_STEP)
    return Policy(_export(link), _both(_told(device)), prepend=_rank(context, device))


def _rank(context: _Context, device: Device) -> int:
    """Return 0 for the first border router, more for the others, so that all prefer the same one."""
    if device.role is not Role.BORDER:
        return 0
    borders = sorted(each.number for each in context.fleet.with_role(Role.BORDER))
    return borders.index(device.number) * PREPENDS_A_STEP


def _order(context: _Context, link: Interface) -> int:
    assert link.circuit is not None
    return context.province.circuits[link.circuit].order


def _both(name: str) -> tuple[str, str]:
    return f"{name}-4", f"{name}-6"


def _prefix_lists(
    context: _Context, device: Device, links: Iterable[Interface], own: tuple[Network, ...]
) -> Iterator[PrefixList]:
    if device.role in FABRIC:
        yield from _lists(UNDERLAY, context.plan.underlay())
        return
    yield from _lists(PROVINCE, _everything(context))
    if own:
        yield from _lists(OWN, own, exact=True)
    sites = dict.fromkeys(
        context.province.circuits[link.circuit].site
        for link in links
        if link.kind is InterfaceKind.DOWNLINK and link.circuit
    )
    for site in sites:
        yield from _lists(f"SITE-{site}", _of_site(context, site), exact=True)


def _of_site(context: _Context, site: str) -> Iterator[Network]:
    """Yield what the router of *site* may tell us: the same that it may announce."""
    for device in context.branches.get(site, ()):
        yield from _own(context, device)


def _lists(name: str, networks: Iterable[Network], *, exact: bool = False) -> Iterator[PrefixList]:
    """Yield one list a family; *exact*: only the very prefixes, none within them."""
    every = tuple(dict.fromkeys(networks))
    for version in (4, 6):
        rules = tuple(
            PrefixRule(5 * place, True, network, None if exact else LONGEST[version])
            for place, network in enumerate((each for each in every if each.version == version), 1)
        )
        if rules:
            yield PrefixList(f"{name}-{version}", rules)


PASS = Pass("routing", run, after=("wan",))
