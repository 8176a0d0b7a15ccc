"""Devices with their own addresses: loopbacks, management, LANs; and the conference rooms on those LANs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network

from kgnet.design._lookup import found_from
from kgnet.design._plan import ROOM_HOST, Plan, plan_of
from kgnet.errors import DesignError
from kgnet.model.fleet import Address, BuiltRoom, Device, Fleet, Interface, InterfaceKind
from kgnet.model.province import (
    NETWORK,
    ROUTERS,
    DeviceRow,
    Province,
    Role,
    Room,
    SiteKind,
    Zone,
)
from kgnet.ports import Pass

GATEWAY = 1  # host number of an office's router on its LANs
MANAGEMENT_SEGMENT = "mgmt"
LOOPED = (*ROUTERS, Role.SPINE, Role.LEAF)  # they have a loopback


def run(province: Province, fleet: Fleet) -> Fleet:
    """Give every row of devices.csv its addresses."""
    plan = plan_of(province)
    devices = {row.name: _device(province, plan, row) for row in province.devices.values()}
    monitors = [row.name for row in province.devices.values() if row.role is Role.MONITOR]
    devices = {name: _asking(device, devices, monitors) for name, device in devices.items()}
    rooms = {room.id: _room(province, plan, room) for room in province.rooms.values()}
    return replace(fleet, devices=devices, rooms=rooms)


def _device(province: Province, plan: Plan, row: DeviceRow) -> Device:
    settings, site = province.settings, province.sites[row.site]
    interfaces = (*_own(plan, row), *_lans(province, plan, row))
    return Device(
        name=row.name,
        site=row.site,
        role=row.role,
        platform=row.platform,
        number=row.number,
        management=plan.management(row),
        interfaces=interfaces,
        gateways=_gateways(province, plan, row),
        twin_only=settings.twin_only,
        domain=settings.domain,
        ntp=tuple(settings.management.ntp),
        syslog=tuple(settings.management.syslog),
        snmp_user=settings.management.snmp_user,
        contact=settings.management.contact,
        location=f"{site.name} ({site.code})",
    )


def _asking(device: Device, every: Mapping[str, Device], monitors: Iterable[str]) -> Device:
    """Return *device* with addresses in place of the names of our own time and log servers, and monitors."""
    return replace(
        device,
        ntp=found_from(device, device.ntp, every),
        syslog=found_from(device, device.syslog, every),
        traps=found_from(device, monitors, every),
    )


def _own(plan: Plan, row: DeviceRow) -> Iterator[Interface]:
    if row.role in LOOPED:
        four, six = plan.loopback(row)
        yield Interface("lo", InterfaceKind.LOOPBACK, "loopback", four, six)
    management = IPv4Interface((int(plan.management(row)), plan.blocks.management.prefixlen))
    yield Interface(
        "eth0",
        InterfaceKind.MANAGEMENT,
        "out-of-band management",
        management,
        None,
        segment=MANAGEMENT_SEGMENT,
    )


def _lans(province: Province, plan: Plan, row: DeviceRow) -> Iterator[Interface]:
    zones = province.zones.values()
    if row.role is Role.BORDER:
        borders = sum(each.role is Role.BORDER for each in province.devices.values())
        lans = (_zone_lan(plan, row, zone, zone.name) for zone in zones if zone.where == "datacenter")
        yield from (replace(lan, ways_out=borders) for lan in lans)
    elif row.role is Role.BRANCH:
        yield from (_office_lan(plan, row, zone) for zone in zones if zone.where == "offices")
    elif row.role not in NETWORK:
        yield _zone_lan(plan, row, _zone_of(province, row), "lan0")


def _zone_of(province: Province, row: DeviceRow) -> Zone:
    if row.zone is None:
        raise DesignError(f"{row.name}: a server stands in a zone — fill in the column `zone`")
    return province.zones[row.zone]


def _zone_lan(plan: Plan, row: DeviceRow, zone: Zone, name: str) -> Interface:
    four, six = plan.zone(zone)
    unit = zone.number if row.role is Role.BORDER else 1
    return _lan(name, zone, f"{row.site}-{zone.name}", (four, six), host=row.number, unit=unit)


def _office_lan(plan: Plan, row: DeviceRow, zone: Zone) -> Interface:
    four, six = plan.lan(zone, row.site)
    return _lan(
        f"lan{zone.slot}",
        zone,
        f"{row.site}-{zone.name}",
        (four, six),
        host=GATEWAY,
        unit=(zone.slot or 0) + 1,
    )


def _lan(
    name: str, zone: Zone, segment: str, networks: tuple[IPv4Network, IPv6Network], *, host: int, unit: int
) -> Interface:
    four, six = networks
    return Interface(
        name,
        InterfaceKind.LAN,
        f"LAN {zone.name}",
        IPv4Interface((int(four.network_address) + host, four.prefixlen)),
        IPv6Interface((int(six.network_address) + host, six.prefixlen)),
        zone=zone.name,
        segment=segment,
        vlan=zone.number,
        rooms=zone.rooms,
        unit=unit,
    )


def _gateways(province: Province, plan: Plan, row: DeviceRow) -> tuple[Address, ...]:
    """Return the border routers of a server's zone, the lower number first; others have none."""
    if row.role in NETWORK:
        return ()
    four, six = plan.zone(_zone_of(province, row))
    borders = sorted(each.number for each in province.devices.values() if each.role is Role.BORDER)
    return tuple(network.network_address + number for number in borders for network in (four, six))


def _room(province: Province, plan: Plan, room: Room) -> BuiltRoom:
    zone = next((zone for zone in province.zones.values() if zone.rooms), None)
    if zone is None:
        raise DesignError("no zone has `rooms: true` — say in zones.yml in which LAN conference rooms stand")
    if province.sites[room.site].kind is SiteKind.DATACENTER:
        raise DesignError(f"room {room.id}: the data center has no office LAN — place the room in an office")
    network, _ = plan.lan(zone, room.site)
    address = network.network_address + ROOM_HOST + room.number
    twin_only = province.settings.twin_only
    return BuiltRoom(
        row=room,
        address=IPv4Interface((address, network.prefixlen)),
        gateway=network.network_address + GATEWAY,
        segment=f"{room.site}-{zone.name}",
        uri=f"sip:{room.id}@{province.settings.domain}",
        secret=f"sip/{room.id}",
        management=plan.room_management(room.site, room.number) if twin_only else address,
        twin_only=twin_only,
    )


PASS = Pass("addressing", run)
