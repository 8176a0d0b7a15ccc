"""A device of the design → what the templates of EOS print: names, lists, stored forms of secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from operator import attrgetter
from typing import Any

from kgnet.errors import DesignError
from kgnet.model.fleet import Device, Interface, InterfaceKind, Policy, Routing
from kgnet.model.province import SWITCHES
from kgnet.platforms._management import plain
from kgnet.platforms.arista_eos import filters
from kgnet.platforms.arista_eos import ports as eos_ports
from kgnet.platforms.arista_eos import text as eos
from kgnet.wire import arista_keys, cisco_keys, usm

MAXIMUM_ROUTES = 2000  # the province has some 1,500 with every circuit and LAN told apart
KEEPALIVE_S, HOLD_S = 10, 30
OVERLAY_HOPS = 3
BFD_SLOW_MS = 1000  # over the Internet; EOS's own 300 ms elsewhere (RFC 5880: three may be lost)
IDLE_MINUTES = 10
PRIVILEGE = {"admin": (15, "network-admin"), "operator": (1, "network-operator")}
AES_OCTETS = 16  # AES-128 takes that much of a localised key (RFC 3826 §1.2)
# Traffic classes and queues by what a queue of the design is for: EOS's own for the code points, but for
# cs5, which EOS would put beside voice.  Of strict queues the higher number is served first.
CLASSES = {10: 6, 20: 5, 30: 3, 40: 4, 50: 2, 60: 1}
MOVED = {40: 3}  # code point → traffic class, where it is not EOS's own
EDGE = (InterfaceKind.UPLINK, InterfaceKind.INTERNET)
WIDE = (*EDGE, InterfaceKind.DOWNLINK)


@dataclass(frozen=True, slots=True)
class Port:
    """An interface as EOS has it: the design's *link* under EOS's own *name*."""

    name: str
    link: Interface
    source: str = ""  # of a tunnel: the address that it comes from

    @property
    def text(self) -> str:
        return plain(self.link.description)

    @property
    def physical(self) -> bool:
        return self.name.startswith("Ethernet") and "." not in self.name

    @property
    def tag(self) -> str:
        return self.name.partition(".")[2]

    @property
    def kind(self) -> InterfaceKind:
        return self.link.kind

    @property
    def filtered(self) -> bool:
        return self.kind in (InterfaceKind.LAN, InterfaceKind.UPLINK, InterfaceKind.DOWNLINK)

    @property
    def slow(self) -> bool:
        return self.link.tunnel is not None

    @property
    def policy(self) -> str:
        """The policy that marks what comes in; RFC 4594: only rooms are believed."""
        if self.kind is not InterfaceKind.LAN:
            return ""
        return "KGNET-ROOMS" if self.link.rooms else "KGNET-UNMARKED"


def prepare(device: Device) -> Mapping[str, Any]:
    """Return what the templates print; DesignError for what EOS cannot be."""
    if not device.accounts:
        raise DesignError(
            f"{device.name}: nobody could log in — name an account in province.yml, management.accounts"
        )
    ports = [_port(device, link) for link in device.interfaces]
    return {
        "in_order": lambda caller: eos.canonical(caller()),
        "ports": ports,
        "carriers": sorted(_carriers(device, ports)),
        "vlans": list(_vlans(device)),
        "filters": _filters(device),
        "monitors": _monitors(device),
        "outside": _outside(device),
        "tunnels": [port for port in ports if port.link.tunnel],
        "profiles": [_profile(port) for port in ports if port.link.queues],
        "moved": MOVED,
        "privilege": PRIVILEGE,
        "idle_minutes": IDLE_MINUTES,
        "bfd_slow_ms": BFD_SLOW_MS,
        "vrf": device.vrf or "MGMT",
        "vrf_of": partial(_vrf_of, device),
        "plain": plain,
        "target": _target,
        **_routing(device.routing),
        **_secrets(device),
    }


def _port(device: Device, link: Interface) -> Port:
    source = ""
    if link.tunnel:
        under = device.interface(link.tunnel.under).ipv4
        source = str(under.ip) if under else ""
    return Port(eos_ports.port(device, link), link, source)


def _carriers(device: Device, ports: list[Port]) -> Iterator[tuple[str, str, bool]]:
    """Yield the ports that carry others: name, what is written there, whether it is a trunk of VLANs."""
    for name in {port.name.partition(".")[0] for port in ports if port.tag}:
        yield name, "circuits as subinterfaces", False
    if device.fabric is None and any(port.kind is InterfaceKind.LAN for port in ports):
        yield eos_ports.LAN_TRUNK, "trunk to the switch of the office", True


def _vlans(device: Device) -> Iterator[tuple[int, str]]:
    if device.fabric:
        yield from ((vlan.number, vlan.name) for vlan in device.fabric.vlans)
    for link in device.of_kind(InterfaceKind.LAN):
        if link.vlan:
            yield link.vlan, link.zone or link.name


def _vrf_of(device: Device, address: object) -> str:
    """Return the VRF in which a server is reached: that of management where it stands in that network."""
    management = next(device.of_kind(InterfaceKind.MANAGEMENT)).ipv4
    near = management is not None and ip_address(str(address)) in management.network
    return (device.vrf or "MGMT") if near or device.role in SWITCHES else ""


def _target(lacp_id: str) -> str:
    """Return the route target by which leaves find those that share a link: the system's octets."""
    digits = lacp_id.replace(".", "")
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))


# ── filters ─────────────────────────────────────────────────────────────────


def _filters(device: Device) -> list[tuple[int, str, list[tuple[int, str]]]]:
    """Return the lists that are not empty: family, name, numbered lines."""
    makers = ((filters.INPUT, filters.inputs), (filters.FORWARD, filters.forward))
    every = (
        (version, filters.name(name, version), make(device, version))
        for name, make in makers
        for version in (4, 6)
    )
    return [each for each in every if each[2]]


def _outside(device: Device) -> list[str]:
    """Return the far ends of tunnels: all that a port on the Internet may hear of."""
    return sorted({str(link.tunnel.remote) for link in device.interfaces if link.tunnel})


def _monitors(device: Device) -> list[Any]:
    """Return who may ask by SNMP."""
    flows = device.firewall.inputs if device.firewall else ()
    asked = (source for flow in flows if (161, 161) in flow.ports for source in flow.sources)
    return sorted({source for source in asked if source.version == 4})


# ── routing ─────────────────────────────────────────────────────────────────


def _routing(routing: Routing | None) -> Mapping[str, Any]:
    every = sorted(routing.prefix_lists, key=attrgetter("name")) if routing else []
    networks = routing.networks if routing else ()
    return {
        "neighbors": routing.neighbors if routing else (),
        "networks": {version: [each for each in networks if each.version == version] for version in (4, 6)},
        "prefix_lists": every,
        "matches": list(_matches(routing)) if routing else [],
        "maximum_routes": MAXIMUM_ROUTES,
        "keepalive_s": KEEPALIVE_S,
        "hold_s": HOLD_S,
        "overlay_hops": OVERLAY_HOPS,
    }


def _matches(routing: Routing) -> Iterator[tuple[Policy, int, str, str]]:
    """Yield the entries of all route maps: policy, sequence, address family, prefix list."""
    versions = {each.name: each.version for each in routing.prefix_lists}
    words = {4: "ip", 6: "ipv6"}
    for policy in routing.policies:
        for place, name in enumerate((name for name in policy.prefixes if name in versions), 1):
            yield policy, 10 * place, words[versions[name]], name


# ── queues ──────────────────────────────────────────────────────────────────


def _profile(port: Port) -> tuple[str, int, list[tuple[int, int]]]:
    """Return a QoS profile: the link's own name, its rate, and per queue its number and rate; in kbit/s."""
    link = port.link
    rate = kbit(max(queue.ceil_mbps for queue in link.queues))
    queues = sorted((CLASSES[queue.number], kbit(queue.rate_mbps)) for queue in link.queues)
    return link.name, rate, queues


def kbit(rate_mbps: float) -> int:
    return round(rate_mbps * 1000)


# ── secrets ─────────────────────────────────────────────────────────────────


def _secrets(device: Device) -> Mapping[str, Callable[..., str] | str]:
    """Return what makes the stored forms of secrets."""
    engine = usm.engine_id(f"{device.name}.{device.domain}")
    return {
        "engine": engine.hex(),
        "hashed": arista_keys.sha512_secret,
        "towards": arista_keys.bgp_password,
        "type7": cisco_keys.type7,
        "auth_key": lambda secret: _localised(secret, engine).hex() if _told(secret) else secret,
        "priv_key": lambda secret: _localised(secret, engine)[:AES_OCTETS].hex() if _told(secret) else secret,
    }


def _told(secret: str) -> bool:
    return not secret.startswith(arista_keys.HIDDEN)


def _localised(secret: str, engine: bytes) -> bytes:
    return usm.localised_key(secret, engine)
