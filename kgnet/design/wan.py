"""Circuits and the fabric: every link with both its ends, named alike on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

from kgnet.design._plan import Plan, plan_of
from kgnet.errors import DesignError
from kgnet.model.fleet import BuiltCircuit, Device, End, Fleet, Interface, InterfaceKind, Tunnel
from kgnet.model.province import Circuit, CircuitKind, DeviceRow, Province, Role
from kgnet.ports import Pass

TUNNEL_PORT = 51820  # what WireGuard's own documents use; each tunnel of a device has a port of its own
ORDERS = 8  # circuits that a site may have

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
    tunnels = [interface.tunnel for interface in interfaces if interface.tunnel]
    keys = (key for tunnel in tunnels for key in (tunnel.key, tunnel.peer))
    return replace(device, interfaces=interfaces, secrets=(*device.secrets, *keys))


def branch_of(province: Province, code: str) -> DeviceRow:
    """Return the router of an office; DesignError if it has none."""
    rows = [row for row in province.devices.values() if row.site == code and row.role is Role.BRANCH]
    if not rows:
        raise DesignError(f"site {code} has circuits but no router")
    return min(rows, key=lambda row: row.number)


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
    )
    outer_port, inner_port = outer, inner
    if row.kind is CircuitKind.INTERNET:
        outer_port, inner_port = End(outer.device, f"inet{row.order}"), End(inner.device, f"i{row.id}")
        up, down = _tunnelled(plan, row, (outer_port, up), (inner_port, down), grown)
    grown[outer.device].append(up)
    grown[inner.device].append(down)
    return BuiltCircuit(row, outer, inner, outer4.ip, inner4.ip, outer_port, inner_port)


def _tunnelled(
    plan: Plan, row: Circuit, outer: tuple[End, Interface], inner: tuple[End, Interface], grown: Grown
) -> tuple[Interface, Interface]:
    """Add the ports that face the Internet; return both ends of the circuit as tunnels between these."""
    (outer_port, up), (inner_port, down) = outer, inner
    inner4, outer4 = plan.tunnel(row.site, row.order)
    port = TUNNEL_PORT + plan.sites[row.site].number * ORDERS + row.order
    for near, far, address in ((outer_port, inner_port, outer4), (inner_port, outer_port, inner4)):
        grown[near.device].append(
            Interface(
                near.interface,
                InterfaceKind.INTERNET,
                f"Internet under {row.id} {row.carrier} {row.contract}",
                address,
                None,
                peer=far,
            )
        )
    keys = f"wireguard/{row.id}-"
    return (
        replace(up, tunnel=Tunnel(inner4.ip, port, f"{keys}outer.key", f"{keys}inner.pub")),
        replace(down, tunnel=Tunnel(outer4.ip, port, f"{keys}inner.key", f"{keys}outer.pub")),
    )


def _fabric(province: Province) -> Iterable[tuple[DeviceRow, DeviceRow]]:
    """Return the pairs of hubs and border routers: a full mesh."""
    core = [row for row in province.devices.values() if row.role in (Role.HUB, Role.BORDER)]
    return combinations(sorted(core, key=lambda row: row.number), 2)


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
            )
        )


PASS = Pass("wan", run, after=("addressing",))
