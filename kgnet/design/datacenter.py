"""The data center's fabric: a VLAN and a VXLAN segment a zone, carried between the leaves by EVPN.

Border routers stay the gateways of all zones: nothing is routed between zones past their filters.  They and
the servers are plugged into the port of their own number on every leaf, one link by EVPN multihoming.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kgnet.design._lookup import vlan_of
from kgnet.model.fleet import Device, Fleet
from kgnet.model.province import NETWORK, Province, Role
from kgnet.model.switching import EdgePort, Fabric, OverlayPeer, Vlan
from kgnet.ports import Pass

VNI_BASE = 10_000  # VLANs end at 4094: the number stays readable in the segment's
ESI = "0000:4b47:0000:0000:{:04x}"  # type 0 (RFC 7432 §5): ours to choose; 4b 47 is "KG"
LACP_ID = "024b.4700.{:04x}"  # locally administered (IEEE 802 §8.4)


def run(province: Province, fleet: Fleet) -> Fleet:
    """Tell spines and leaves their part; without them zones are plain LANs."""
    leaves, spines = list(fleet.with_role(Role.LEAF)), list(fleet.with_role(Role.SPINE))
    vlans = tuple(sorted(_vlans(province), key=lambda vlan: vlan.number))
    ports = tuple(sorted(_ports(fleet, vlans, leaves=len(leaves)), key=lambda port: port.unit))
    told = {spine.name: Fabric((), None, tuple(_peers(spine, leaves)), ()) for spine in spines}
    for leaf in leaves:
        assert leaf.loopback.ipv4 is not None
        told[leaf.name] = Fabric(vlans, leaf.loopback.ipv4.ip, tuple(_peers(leaf, spines)), ports)
    return fleet.with_devices(
        {name: replace(fleet.devices[name], fabric=part) for name, part in told.items()}
    )


def _vlans(province: Province) -> Iterator[Vlan]:
    for zone in province.zones.values():
        if zone.where == "datacenter":
            yield vlan_of(zone, vni=VNI_BASE + zone.number)


def _ports(fleet: Fleet, vlans: tuple[Vlan, ...], *, leaves: int) -> Iterator[EdgePort]:
    """Yield a port for each device of the data center that stands in a zone; trunks for border routers."""
    by_zone = {vlan.zone: vlan.number for vlan in vlans}
    for device in fleet.devices.values():
        if device.role in NETWORK and device.role is not Role.BORDER:
            continue
        zones = {by_zone[lan.zone] for lan in device.interfaces if lan.zone in by_zone}
        several = leaves > 1
        yield EdgePort(
            unit=device.number,
            device=device.name,
            vlans=tuple(sorted(zones)),
            trunk=device.role is Role.BORDER,
            esi=ESI.format(device.number) if several else None,
            lacp_id=LACP_ID.format(device.number) if several else None,
        )


def _peers(device: Device, others: list[Device]) -> Iterator[OverlayPeer]:
    for far in others:
        assert far.routing is not None
        assert far.loopback.ipv4 is not None
        secret = f"bgp/{'-'.join(sorted((device.name, far.name)))}"  # that of the session underneath
        yield OverlayPeer(far.loopback.ipv4.ip, far.routing.asn, far.name, secret)


PASS = Pass("datacenter", run, after=("routing",))
