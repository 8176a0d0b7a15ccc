"""Circuits and the fabric: every link with both its ends, named alike on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

from kgnet.design._plan import Plan, plan_of
from kgnet.errors import DesignError
from kgnet.model.fleet import BuiltCircuit, End, Fleet, Interface, InterfaceKind
from kgnet.model.province import Circuit, CircuitKind, DeviceRow, Province, Role
from kgnet.ports import Pass

Grown = dict[str, list[Interface]]  # device → interfaces to add


def run(province: Province, fleet: Fleet) -> Fleet:
    """Add uplinks, downlinks and fabric links to the routers."""
    plan = plan_of(province)
    grown: Grown = defaultdict(list)
    circuits = {row.id: _circuit(province, plan, row, grown) for row in province.circuits.values()}
    for lower, higher in _fabric(province):
        _join(plan, lower, higher, grown)
    devices = {
        name: replace(device, interfaces=(*device.interfaces, *grown[name]))
        for name, device in fleet.devices.items()
        if name in grown
    }
    return replace(fleet.with_devices(devices), circuits=circuits)


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
    over_internet = row.kind is CircuitKind.INTERNET
    label = f"{row.id} {row.carrier} {row.contract}"
    grown[outer.device].append(
        Interface(
            outer.interface,
            InterfaceKind.UPLINK,
            f"{label} to {inner.device}",
            outer4,
            outer6,
            circuit=row.id,
            peer=inner,
            rate_mbps=row.up_mbps,
            tunnel=over_internet,
        )
    )
    grown[inner.device].append(
        Interface(
            inner.interface,
            InterfaceKind.DOWNLINK,
            f"{label} to {outer.device}",
            inner4,
            inner6,
            circuit=row.id,
            peer=outer,
            rate_mbps=row.down_mbps,
            tunnel=over_internet,
        )
    )
    return BuiltCircuit(row=row, outer=outer, inner=inner, outer_ipv4=outer4.ip, inner_ipv4=inner4.ip)


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
