"""Circuits and the links of the data center: every link with both its ends, named alike on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

from kgnet.design._lookup import branch_of
from kgnet.design._plan import ORDERS, Plan, plan_of
from kgnet.errors import DesignError
from kgnet.model.fleet import BuiltCircuit, Device, End, Fleet, Interface, InterfaceKind, Tunnel
from kgnet.model.province import Circuit, CircuitKind, DeviceRow, Province, Role
from kgnet.ports import Pass

WIREGUARD_PLATFORM = "frr"
IKE_PORT = 500  # RFC 7296 §2; 4500 behind a translator (RFC 3948)
PORTS = 8  # UDP ports that are kept for a site
TUNNEL_PORT = 51820  # what WireGuard's own documents use; each tunnel of a device has a port of its own

Grown = dict[str, list[Interface]]  # device → interfaces to add


def run(province: Province, fleet: Fleet) -> Fleet:
    """Add uplinks, downlinks and fabric links to the routers."""
    plan = plan_of(province)
    grown: Grown = defaultdict(list)
    circuits = {row.id: _circuit(province, plan, row, grown) for row in province.circuits.values()}
    for lower, higher in _fabric(province):
        _join(plan, lower, higher, grown)
    devices = {name: _grown(device, grown[name]) for name, device in fleet.devices.items() if name in grown}
    return replace(fleet.with_devices(devices), circuits=circuits)


def _grown(device: Device, more: Iterable[Interface]) -> Device:
    interfaces = (*device.interfaces, *more)
    _distinct(device, interfaces)
    tunnels = [interface.tunnel for interface in interfaces if interface.tunnel]
    keys = (key for tunnel in tunnels for key in (tunnel.key, tunnel.peer) if key)
    return replace(device, interfaces=interfaces, secrets=(*device.secrets, *keys))


def _distinct(device: Device, interfaces: Iterable[Interface]) -> None:
    seen: dict[tuple[InterfaceKind, int], Interface] = {}
    for each in interfaces:
        if (other := seen.setdefault((each.kind, each.unit), each)) is not each:
            raise DesignError(
                f"circuits.csv: {other.circuit} and {each.circuit} lead from one commune to {device.name}, "
                "past its district — one of them may; lead the other to the district's router or another hub"
            )


def _circuit(province: Province, plan: Plan, row: Circuit, grown: Grown) -> BuiltCircuit:
    outer = End(branch_of(province, row.site).name, f"wan{row.order}")
    inner = End(row.upstream, f"c{row.id}")
    (inner4, outer4), (inner6, outer6) = plan.circuit(row.site, row.order)
    label = f"{row.id} {row.carrier} {row.contract}"
    up = Interface(
        outer.interface,
        InterfaceKind.UPLINK,
        f"{label} to {inner.device}",
        outer4,
        outer6,
        circuit=row.id,
        peer=inner,
        rate_mbps=row.up_mbps,
        unit=row.order,
        carrier=row.carrier,
        hub=row.upstream if province.devices[row.upstream].role is Role.HUB else "",
    )
    down = Interface(
        inner.interface,
        InterfaceKind.DOWNLINK,
        f"{label} to {outer.device}",
        inner4,
        inner6,
        circuit=row.id,
        peer=outer,
        rate_mbps=row.down_mbps,
        unit=plan.unit(row, province.devices[row.upstream]),
    )
    built = BuiltCircuit(row, outer, inner, outer4.ip, inner4.ip, outer, inner)
    if row.kind is CircuitKind.INTERNET:
        built, up, down = _tunnelled(province, built, up, down, grown)
    grown[outer.device].append(up)
    grown[inner.device].append(down)
    return built


def _tunnelled(
    province: Province, circuit: BuiltCircuit, up: Interface, down: Interface, grown: Grown
) -> tuple[BuiltCircuit, Interface, Interface]:
    """Add the ports that face the Internet; return the circuit, its ends tunnels between these."""
    row, plan = circuit.row, plan_of(province)
    outer = End(circuit.outer.device, f"inet{row.order}")
    inner = End(circuit.inner.device, f"i{row.id}")
    inner4, outer4 = plan.tunnel(row.site, row.order)
    own = ORDERS if province.devices[row.upstream].role is Role.BRANCH else 0  # it has such uplinks, too
    ends = ((outer, inner, outer4, up.unit), (inner, outer, inner4, own + down.unit))
    for near, far, address, unit in ends:
        grown[near.device].append(
            Interface(
                near.interface,
                InterfaceKind.INTERNET,
                f"Internet under {row.id} {row.carrier} {row.contract}",
                address,
                None,
                peer=far,
                unit=unit,
            )
        )
    outermost, innermost = _tunnels(province, circuit)
    return (
        replace(circuit, outer_port=outer, inner_port=inner),
        replace(up, tunnel=replace(outermost, remote=inner4.ip, under=outer.interface)),
        replace(down, tunnel=replace(innermost, remote=outer4.ip, under=inner.interface)),
    )


def _tunnels(province: Province, circuit: BuiltCircuit) -> tuple[Tunnel, Tunnel]:
    """Return how the outer and the inner end encrypt: WireGuard between our own, else IPsec."""
    row, anywhere = circuit.row, circuit.outer_ipv4
    ends = {province.devices[end.device].platform for end in (circuit.outer, circuit.inner)}
    if ends == {WIREGUARD_PLATFORM}:
        port = TUNNEL_PORT + province.sites[row.site].number * PORTS + row.order
        keys = f"wireguard/{row.id}-"
        return (
            Tunnel(anywhere, port, f"{keys}outer.key", f"{keys}inner.pub"),
            Tunnel(anywhere, port, f"{keys}inner.key", f"{keys}outer.pub"),
        )
    if WIREGUARD_PLATFORM in ends:
        raise DesignError(
            f"circuits.csv: circuit {row.id} runs over the Internet from {circuit.outer.device} to "
            f"{circuit.inner.device}: {' and '.join(sorted(ends))} share no way to encrypt it "
            f"— let both ends be {WIREGUARD_PLATFORM}, or neither"
        )
    tunnel = Tunnel(anywhere, IKE_PORT, f"ipsec/{row.id}", "", kind="ipsec")
    return tunnel, tunnel


def _fabric(province: Province) -> Iterator[tuple[DeviceRow, DeviceRow]]:
    """Yield the pairs that a cable joins: hubs and border routers all with all, each leaf with each spine."""
    every = sorted(province.devices.values(), key=lambda row: row.number)
    yield from combinations((row for row in every if row.role in (Role.HUB, Role.BORDER)), 2)
    switches = [row for row in every if row.role in (Role.SPINE, Role.LEAF)]
    yield from (pair for pair in combinations(switches, 2) if pair[0].role is not pair[1].role)


def _join(plan: Plan, lower: DeviceRow, higher: DeviceRow, grown: Grown) -> None:
    (lower4, higher4), (lower6, higher6) = plan.fabric(lower, higher)
    for near, far, four, six in ((lower, higher, lower4, lower6), (higher, lower, higher4, higher6)):
        grown[near.name].append(
            Interface(
                far.name,
                InterfaceKind.FABRIC,
                f"fabric to {far.name}",
                four,
                six,
                peer=End(far.name, near.name),
                unit=far.number,
            )
        )


PASS = Pass("wan", run, after=("addressing",))
