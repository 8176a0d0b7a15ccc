"""The address plan: every address is a pure function of a site's own numbers, so no site renumbers another.

A site below the data center has a *block* (its number, 1 to 62); a site below that has its parent's block
and a *slot* (its own number); the data center is block 0, slot 0. The *index* of a site is block × 64 + slot,
so everything behind a district is one aligned prefix in every range.

| range       | unit                  | place within the range                         | a block is |
|-------------|-----------------------|------------------------------------------------|------------|
| sites /10   | /24 a site and zone   | zone slot (a /12 each) · index                 | /18 a zone |
| datacenter  | /24 a zone            | zone number                                    |            |
| loopbacks   | /32 a device          | block × 1024 + slot × 16 + device number       | /22        |
| management  | as loopbacks          |                                                |            |
| circuits    | /31 a circuit         | index × 16 + order × 2; inner end first        | /22        |
|             | those that end at a   | in the upper half (a /16):                     |            |
|             | hub                   | block × 16 + order × 2                         |            |
| tunnels     | as circuits           |                                                |            |
| fabric      | /31 a pair of devices | (lower number × 32 + higher number) × 2        |            |

IPv6 divides its /32 by the next 16 bits: 0 loopbacks, 1 circuits, 2 fabric, 3 data-center zones,
4 circuits that end at a hub, (slot + 1) × 4096 + index the LANs of a site.

Circuits that end at a hub stand apart because only that hub announces them: when one is cut, its address is
gone, instead of being reached by way of the site's other circuit, and a probe sees the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface, IPv6Network

from kgnet.errors import DesignError
from kgnet.model.province import AddressPlan, Circuit, DeviceRow, Province, Site, SiteKind, Zone

SLOTS = 64  # sites in a block, the block's own site included
DEVICES = 16  # device numbers of an office
ROOMS = 8  # of an office: the last of its addresses out of band are theirs, in a twin
CIRCUITS = 16  # addresses of a site's circuits
HALF = 1 << 16  # of the /15 of circuits
ROUTERS = 32  # device numbers that may have fabric links
ORDERS = 4  # circuits of a site
LARGEST = 62  # of a site's number
PASSING = 251  # first unit of circuits that pass a district by: 62 × 62 of them end at 4094
ROOM_HOST = 10  # rooms are hosts .11 to .18 of their LAN

Pair4 = tuple[IPv4Interface, IPv4Interface]
Pair6 = tuple[IPv6Interface, IPv6Interface]


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one province: numbers in, addresses out."""

    blocks: AddressPlan
    sites: dict[str, Site]

    def block(self, code: str) -> int:
        """Return the block of the site *code*: 0 for the data center."""
        site = self.sites[code]
        if site.kind is SiteKind.DATACENTER:
            return 0
        assert site.parent is not None
        return self.block(site.parent) or site.number

    def index(self, code: str) -> int:
        """Return block × 64 + slot, 0 to 4095."""
        site, block = self.sites[code], self.block(code)
        slot = site.number if site.kind is SiteKind.COMMUNE else 0
        return block * SLOTS + slot

    def device(self, row: DeviceRow) -> int:
        """Return the number of a device in the whole province, 0 to 65535: block × 1024 + slot × 16 + own."""
        office = self.sites[row.site].kind is not SiteKind.DATACENTER
        if office and row.number >= DEVICES:
            raise DesignError(
                f"{row.name}: number {row.number} — a device of an office has 1 to {DEVICES - 1}"
            )
        return self.index(row.site) * DEVICES + row.number

    def loopback(self, row: DeviceRow) -> tuple[IPv4Interface, IPv6Interface]:
        number = self.device(row)
        return (
            IPv4Interface((int(self.blocks.loopbacks.network_address) + number, 32)),
            IPv6Interface((self.six(0) + number, 128)),
        )

    def management(self, row: DeviceRow) -> IPv4Address:
        return self.blocks.management.network_address + self.device(row)

    def room_management(self, code: str, number: int) -> IPv4Address:
        """Return where a twin's operator finds the room: behind the office's devices, out of band."""
        return (
            self.blocks.management.network_address + self.index(code) * DEVICES + DEVICES - 1 - ROOMS + number
        )

    def asn(self, row: DeviceRow) -> int:
        """Return the device's own private AS number (RFC 6996)."""
        return self.blocks.asn_base + self.device(row)

    def circuit(self, code: str, order: int) -> tuple[Pair4, Pair6]:
        """Return (inner, outer) addresses of the site's circuit number *order* (RFC 3021, RFC 6164)."""
        field, place = self._place(code, order)
        return (
            _pair4(int(self.blocks.circuits.network_address) + place),
            _pair6(self.six(field) + ((place & 0xFFFF) << 64)),
        )

    def tunnel(self, code: str, order: int) -> Pair4:
        """Return (inner, outer) addresses underneath a circuit over the Internet."""
        _, place = self._place(code, order)
        return _pair4(int(self.blocks.tunnels.network_address) + place)

    def _place(self, code: str, order: int) -> tuple[int, int]:
        """Return the IPv6 field and the place in the range of a circuit."""
        if self.sites[code].kind is SiteKind.COMMUNE:
            return 1, self.index(code) * CIRCUITS + order * 2
        return 4, HALF + self.block(code) * CIRCUITS + order * 2

    def unit(self, circuit: Circuit, upstream: DeviceRow) -> int:
        """Return the number of a circuit among those that end at its *upstream* device, 1 to 4094.

        From 1 on: those from sites directly behind the device's own, four to a site.  From 251 on: one that
        leads from a commune past its district to a hub, whatever its order: it may have one to each hub.
        """
        site = self.sites[circuit.site]
        if site.parent == upstream.site:
            return (site.number - 1) * ORDERS + circuit.order
        return PASSING + (self.block(circuit.site) - 1) * LARGEST + site.number - 1

    def fabric(self, lower: DeviceRow, higher: DeviceRow) -> tuple[Pair4, Pair6]:
        """Return the addresses of the link between two routers of the data center, lower number first."""
        if higher.number >= ROUTERS:
            raise DesignError(
                f"{higher.name}: number {higher.number} — a router of the data center has 1 to 31"
            )
        pair = lower.number * ROUTERS + higher.number
        return _pair4(int(self.blocks.fabric.network_address) + pair * 2), _pair6(self.six(2) + (pair << 64))

    def zone(self, zone: Zone) -> tuple[IPv4Network, IPv6Network]:
        """Return the networks of a data-center zone, or of an office zone in the whole province."""
        if zone.where == "datacenter":
            return (
                _sub(self.blocks.datacenter, 24, zone.number),
                IPv6Network((self.six(3) + (zone.number << 64), 64)),
            )
        slot = _slot(zone)
        return _sub(self.blocks.sites, 12, slot), IPv6Network((self.six((slot + 1) << 12), 36))

    def lan(self, zone: Zone, code: str) -> tuple[IPv4Network, IPv6Network]:
        """Return the networks of an office zone at the site *code*."""
        index, slot = self.index(code), _slot(zone)
        return (
            _sub(_sub(self.blocks.sites, 12, slot), 24, index),
            IPv6Network((self.six(((slot + 1) << 12) + index), 64)),
        )

    def below(self, zone: Zone, code: str) -> tuple[IPv4Network, IPv6Network]:
        """Return the networks of an office zone at the site *code* and at all sites behind it."""
        four, six = self.lan(zone, code)
        if self.sites[code].kind is SiteKind.COMMUNE:
            return four, six.supernet(new_prefix=48)
        return four.supernet(new_prefix=18), six.supernet(new_prefix=42)

    def infrastructure_of(self, code: str) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the loopbacks and commune circuits of the site *code* and of all sites behind it."""
        commune = self.sites[code].kind is SiteKind.COMMUNE
        number, longer = (self.index(code), 6) if commune else (self.block(code), 0)
        place = number << (6 - longer)
        return (
            _sub(self.blocks.loopbacks, 22 + longer, number),
            _sub(self.blocks.circuits, 22 + longer, number),
            IPv6Network((self.six(0) + place * DEVICES, 118 + longer)),
            IPv6Network((self.six(1) + ((place * CIRCUITS) << 64), 54 + longer)),
        )

    def infrastructure(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the routers' own addresses in the whole province."""
        blocks, fields = self.blocks, ((0, 47), (2, 48), (4, 48))
        six = (IPv6Network((self.six(field), length)) for field, length in fields)
        return (blocks.loopbacks, blocks.circuits, blocks.fabric, *six)

    def underlay(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the data center's loopbacks and links between its switches: what a fabric routes."""
        return (
            _sub(self.blocks.loopbacks, 22, 0),
            self.blocks.fabric,
            IPv6Network((self.six(0), 118)),
            IPv6Network((self.six(2), 48)),
        )

    def inside(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return everything that is the province's own; tunnels' outer addresses stand outside."""
        blocks = self.blocks
        every = (blocks.sites, blocks.datacenter, blocks.loopbacks, blocks.circuits, blocks.fabric)
        return (*every, blocks.management, blocks.ipv6)

    def six(self, field: int) -> int:
        """Return the start of the IPv6 block with *field* in the 16 bits after the /32.

        As a number, as all that follows: `ipaddress` writes out and reads in again what is an address.
        """
        return int(self.blocks.ipv6.network_address) + (field << 80)


def plan_of(province: Province) -> Plan:
    return Plan(province.settings.addresses, province.sites)


def _slot(zone: Zone) -> int:
    if zone.slot is None:
        raise DesignError(f"zone {zone.name}: an office zone needs a slot, 0 to 3")
    return zone.slot


def _sub(network: IPv4Network, prefix: int, number: int) -> IPv4Network:
    """Return the subnet of length *prefix* that is number *number* within *network*."""
    start = int(network.network_address) + (number << (32 - prefix))
    if start > int(network.broadcast_address):
        raise DesignError(f"number {number} does not fit: {network} has no such /{prefix}")
    return IPv4Network((start, prefix))


def _pair4(first: int) -> Pair4:
    return IPv4Interface((first, 31)), IPv4Interface((first + 1, 31))


def _pair6(first: int) -> Pair6:
    return IPv6Interface((first, 127)), IPv6Interface((first + 1, 127))
