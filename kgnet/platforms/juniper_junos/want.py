"""What Junos's templates print: the intent, sorted and named as Junos wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kgnet.errors import DesignError
from kgnet.model.fleet import BgpNeighbor, Device, Interface, InterfaceKind, Network, PrefixList, Routing
from kgnet.platforms._names import natural
from kgnet.platforms.juniper_junos import filters, ports, qos
from kgnet.platforms.juniper_junos.text import canonical, quoted
from kgnet.wire import junos_keys

MAXIMUM_PREFIXES = 2000  # the province has some 1,500 with every circuit and LAN told apart
HOLD_S = 30
BFD_MS = {"fast": 300, "steady": 1000}  # RFC 5880: between packets; three may be lost
LONGEST = {4: 32, 6: 128}
CLASSES = {"admin": "admins", "operator": "operators"}  # login classes, by the intent's role
ZONES = {
    InterfaceKind.UPLINK: "wan",
    InterfaceKind.DOWNLINK: "wan",
    InterfaceKind.FABRIC: "fabric",
    InterfaceKind.LOOPBACK: "router",
    InterfaceKind.INTERNET: "internet",
}
ROUTED = ("wan", "fabric")
HASH = "$6$"  # SHA-512 crypt


@dataclass(frozen=True, slots=True)
class Zone:
    """A security zone with its interfaces, and what may be said to the router through it."""

    name: str
    interfaces: tuple[str, ...]
    services: tuple[str, ...]
    protocols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tunnel:
    """An IPsec tunnel: *gateway* names it, *bind* is its st0 unit, *external* what it leaves through."""

    name: str
    bind: str
    external: str
    local: str
    remote: str
    key: str


def prepare(device: Device) -> Mapping[str, Any]:
    """Return what the templates print, beside the device."""
    return {
        **_words(device),
        **_interfaces(device),
        **_routing(device),
        **_security(device),
        "engine": f"{device.name}.{device.domain}".rstrip("."),
        "classes": CLASSES,
        "queue_classes": qos.classes(device),
        "shaped": qos.shaped(device),
        "marks": {
            (name, version): qos.marks(device, version, rooms=name == "SORT-ROOMS")
            for name in sorted(filter(None, {qos.sorting(device, link) for link in device.interfaces}))
            for version in (4, 6)
        },
    }


def _words(device: Device) -> dict[str, Any]:
    """Return how secrets and texts are written."""
    return {
        "arranged": _arranged,
        "quoted": quoted,
        "listed": filters.listed,
        "kept": _kept(junos_keys.hidden),
        "password": _password,
        "authentication": _kept(junos_keys.authentication_key),
        "privacy": _kept(junos_keys.privacy_key),
        "banner": quoted("\n".join((*device.banner, ""))),
    }


def _arranged(caller: Callable[[], str]) -> str:
    """Return what stands inside the `call` block of the template, in the form that plans compare."""
    return canonical(caller())


def _kept(encode: Callable[[str, str], str]) -> Callable[[str, str], str]:
    return lambda secret, use: f'"{encode(secret, use)}"'


def _password(secret: str, use: str) -> str:
    """Return a password as Junos keeps it; also of one that is hidden it is told how it is kept."""
    kept = junos_keys.encrypted_password(secret, use)
    return f'"{kept}"' if kept.startswith(HASH) else f'"{HASH}{kept}"'


# ── interfaces ──────────────────────────────────────────────────────────────


def _interfaces(device: Device) -> dict[str, Any]:
    loopbacks = [link for link in device.of_kind(InterfaceKind.LOOPBACK) if link.ipv4]
    return {
        "ports": list(ports.physical(device)),
        "loopback": str(loopbacks[0].ipv4.ip) if loopbacks and loopbacks[0].ipv4 else None,
        "bundled": ports.MEMBERS if any(port.name == "ae0" for port in ports.physical(device)) else (),
        "sorting": {link.name: qos.sorting(device, link) for link in device.interfaces},
        "silent": sorted(
            ports.place_of(device, link).port for link in device.of_kind(InterfaceKind.INTERNET)
        ),
    }


# ── routing ─────────────────────────────────────────────────────────────────


def _routing(device: Device) -> dict[str, Any]:
    routing = device.routing
    lists = sorted(routing.prefix_lists, key=lambda each: each.name) if routing else []
    return {
        "neighbors": {version: _neighbors(device, version) for version in (4, 6)},
        "networks": _by_family(routing.networks if routing else ()),
        "aggregates": _by_family(routing.aggregates if routing else ()),
        "filter_lists": [(each.name, list(_entries(device, each))) for each in lists],
        "policies": _policies(routing) if routing else [],
        "maximum_prefixes": MAXIMUM_PREFIXES,
        "hold_s": HOLD_S,
    }


def _neighbors(device: Device, version: int) -> list[tuple[BgpNeighbor, int]]:
    every = device.routing.neighbors if device.routing else ()
    own = sorted((each for each in every if each.address.version == version), key=lambda n: int(n.address))
    return [(each, _interval_ms(device, each)) for each in own]


def _interval_ms(device: Device, neighbor: BgpNeighbor) -> int:
    """IPv6 and circuits over the Internet take their time, as on FRR: both ends have to agree."""
    tunnel = device.interface(neighbor.interface).tunnel
    return BFD_MS["steady" if tunnel or neighbor.address.version == 6 else "fast"]


def _by_family(networks: Iterable[Network]) -> dict[int, list[Network]]:
    every = sorted(
        dict.fromkeys(networks), key=lambda each: (each.version, each.network_address, each.prefixlen)
    )
    return {version: [each for each in every if each.version == version] for version in (4, 6)}


def _entries(device: Device, prefixes: PrefixList) -> Iterator[str]:
    for rule in prefixes.rules:
        if not rule.permit:
            raise DesignError(
                f"{device.name}: prefix list {prefixes.name} denies {rule.network}, which a list of "
                "route filters cannot say — write it as what is permitted"
            )
        if rule.le is None or rule.le == rule.network.prefixlen:
            yield f"{rule.network} exact"
        else:
            longest = rule.le == LONGEST[rule.network.version]
            yield f"{rule.network} {'orlonger' if longest else f'upto /{rule.le}'}"


def _policies(routing: Routing) -> list[tuple[str, list[tuple[int, str]], tuple[str, ...]]]:
    """Return the policies: name, the family and list of each term, and what is done with what is accepted."""
    versions = {each.name: each.version for each in routing.prefix_lists}
    found = []
    for policy in sorted(routing.policies, key=lambda each: each.name):
        done = (
            *([f"local-preference {policy.local_preference}"] if policy.local_preference else []),
            *([_prepend(routing.asn, policy.prepend)] if policy.prepend else []),
            "accept",
        )
        matched = [(versions[name], name) for name in policy.prefixes if name in versions]
        found.append((policy.name, matched, done))
    return found


def _prepend(asn: int, times: int) -> str:
    return f"as-path-prepend {quoted(' '.join([str(asn)] * times))}"


# ── security ────────────────────────────────────────────────────────────────


def _security(device: Device) -> dict[str, Any]:
    firewall = device.firewall
    return {
        "zones": _zones(device),
        "own_addresses": [
            (f"own-{address.version}", address.network)
            for link in device.of_kind(InterfaceKind.LOOPBACK)
            for address in link.addresses
        ],
        "addresses": filters.addresses(firewall) if firewall else [],
        "applications": filters.own_applications(firewall) if firewall else [],
        "permits": filters.permits(firewall) if firewall else [],
        "terms": {
            version: filters.hosts(filters.terms(device, firewall, version)) if firewall else []
            for version in (4, 6)
        },
        "tunnels": [_tunnel(device, link) for link in device.interfaces if link.tunnel],
    }


def _zones(device: Device) -> list[Zone]:
    found: dict[str, list[str]] = {}
    for link in device.interfaces:
        name = link.zone or ZONES.get(link.kind, "")
        if name and link.kind is not InterfaceKind.MANAGEMENT:
            found.setdefault(name, []).append(ports.place_of(device, link).name)
    return [_zone(name, tuple(sorted(found[name], key=natural))) for name in sorted(found)]


def _zone(name: str, interfaces: tuple[str, ...]) -> Zone:
    if name == "internet":
        return Zone(name, interfaces, ("ike", "ping"), ())
    return Zone(
        name, interfaces, ("ping", "snmp", "ssh", "traceroute"), ("bfd", "bgp") if name in ROUTED else ()
    )


def _tunnel(device: Device, link: Interface) -> Tunnel:
    assert link.tunnel is not None
    if link.tunnel.kind != "ipsec":
        raise DesignError(f"{device.name}: {link.name} is a {link.tunnel.kind} tunnel, Junos has IPsec only")
    under = device.interface(link.tunnel.under)
    if under.ipv4 is None:
        raise DesignError(f"{device.name}: {under.name}, under the tunnel {link.name}, has no IPv4 address")
    return Tunnel(
        name=link.circuit or link.name,
        bind=ports.place_of(device, link).name,
        external=ports.place_of(device, under).name,
        local=str(under.ipv4.ip),
        remote=str(link.tunnel.remote),
        key=link.tunnel.key,
    )
