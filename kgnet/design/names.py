"""Names: a forward and a reverse record for every address, and the names of the services.

<device>.<domain>               where others find it: a server's LAN address, a router's loopback
<interface>.<device>.<domain>   every other address, so that a traceroute can be read
<room>.rooms.<domain>           a conference room
<name>.<domain>                 a service: the balancers, or the hosts that run it
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from kgnet.model.fleet import Address, Device, Fleet, Interface, InterfaceKind, Network, Record
from kgnet.model.province import SWITCHES, Province, Role, Service
from kgnet.ports import Pass

PRIVATE_A = IPv4Network("10.0.0.0/8")  # RFC 1918; RFC 6303 §4.1 names its one reverse zone
OWN = (InterfaceKind.LOOPBACK, InterfaceKind.LAN)

Named = tuple[str, Address]  # absolute name, with the dot


def run(province: Province, fleet: Fleet) -> Fleet:
    """Add the records; those of other passes stay."""
    named = [
        *(each for device in fleet.devices.values() for each in of_device(device)),
        *((f"{name}.rooms.{fleet.domain}.", room.address.ip) for name, room in fleet.rooms.items()),
    ]
    services = (each for service in province.services.values() for each in of_service(service, fleet))
    forward = [address_record(fleet.domain, *each) for each in (*named, *services)]
    reverse = [pointer(province, *each) for each in named]
    return replace(fleet, records=_unique((*fleet.records, *_servers(fleet, reverse), *forward, *reverse)))


def of_device(device: Device) -> Iterator[Named]:
    """Yield every address of a device with the name that it resolves back to."""
    host = f"{device.name}.{device.domain}."
    primary = _primary(device)
    for interface in device.interfaces:
        name = host if interface is primary else f"{interface.name.lower()}.{host}"
        yield from ((name, address.ip) for address in interface.addresses)


def of_service(service: Service, fleet: Fleet) -> Iterator[Named]:
    """Yield the service's names with the addresses of the balancers, or of the hosts that run it."""
    hosts = tuple(fleet.devices[name] for name in service.hosts)
    ends = tuple(fleet.with_role(Role.BALANCER)) if service.balanced and hosts else hosts
    for device in ends or hosts:
        for name in service.names:
            yield from ((f"{name}.{fleet.domain}.", address) for address in device_addresses(device))


def device_addresses(device: Device) -> Iterator[Address]:
    """Yield the addresses behind the device's own name."""
    yield from (address for name, address in of_device(device) if name == f"{device.name}.{device.domain}.")


def _primary(device: Device) -> Interface | None:
    """Return the interface that has the device's own name: where others find it (`Device.address`)."""
    own = (InterfaceKind.MANAGEMENT,) if device.role in SWITCHES else OWN
    return next(iter(sorted(device.of_kind(*own), key=lambda each: own.index(each.kind))), None)


def address_record(domain: str, name: str, address: Address) -> Record:
    kind = "A" if isinstance(address, IPv4Address) else "AAAA"
    return Record(domain, name, kind, str(address))


def pointer(province: Province, name: str, address: Address) -> Record:
    return Record(reverse_zone(province, address), f"{address.reverse_pointer}.", "PTR", name)


def reverse_zone(province: Province, address: Address) -> str:
    """Return the reverse zone that the province serves for *address*, without the final dot as all zones.

    All of 10/8 is one zone (RFC 6303 §4.1); other blocks of the plan are cut at the octet, or at the
    nibble in IPv6, that lies at or below their length, so that no zone claims what is not the province's.
    """
    if address in PRIVATE_A:
        return "10.in-addr.arpa"
    blocks = (block for block in _blocks(province) if address in block)
    length = next((block.prefixlen for block in blocks), address.max_prefixlen)
    unit, labels = (8, 4) if address.version == 4 else (4, 32)
    kept = min(-(-length // unit), labels - 1)
    return ".".join(address.reverse_pointer.split(".")[labels - kept :])


def _blocks(province: Province) -> Iterator[Network]:
    plan = province.settings.addresses
    blocks = (getattr(plan, name) for name in type(plan).model_fields)
    return (block for block in blocks if isinstance(block, IPv4Network | IPv6Network))


def _servers(fleet: Fleet, reverse: Iterable[Record]) -> Iterator[Record]:
    """Yield the NS records of every zone (RFC 1034 §4.2.1); the servers' addresses are among the devices'."""
    for zone in sorted({fleet.domain, *(record.zone for record in reverse)}):
        for device in fleet.with_role(Role.DNS):
            yield Record(zone, f"{zone}.", "NS", f"{device.name}.{device.domain}.")


def _unique(records: Iterable[Record]) -> tuple[Record, ...]:
    return tuple(dict.fromkeys(records))


PASS = Pass("names", run, after=("wan",))
