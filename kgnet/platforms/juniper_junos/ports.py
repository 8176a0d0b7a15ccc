"""Which port of a Juniper router an interface of the design is: pure, and stable as `Interface.unit` is.

An office's router is an SRX of eight ports: circuits on ge-0/0/0 to 3 by their order, the Internet under a
circuit in place of it; then one port each for what hangs on it through tags: Internet, circuits, LANs.
A border's zones come through the two links of ae0 from the leaves; the data center's routers on xe-0/1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kgnet.model.fleet import Device, Interface, InterfaceKind
from kgnet.model.province import Role
from kgnet.platforms._names import natural

UPLINKS = 4  # orders of circuits that a site may have
INNER_TUNNELS = 10  # st0 units from here on are the inner ends of circuits
PORTS_A_CARD = 24
MEMBERS = ("xe-0/0/16", "xe-0/0/17")  # of a border's ae0


@dataclass(frozen=True, slots=True)
class Place:
    """A port, the unit of it that is the interface, and the tag of its frames."""

    port: str
    unit: int
    vlan: int | None = None

    @property
    def name(self) -> str:
        return f"{self.port}.{self.unit}"


@dataclass(frozen=True, slots=True)
class Port:
    """A physical interface with its units."""

    name: str
    links: tuple[tuple[Interface, Place], ...]

    @property
    def tagged(self) -> bool:
        return any(place.vlan is not None for _, place in self.links)

    @property
    def queued(self) -> bool:
        return any(link.queues for link, _ in self.links)


def ports(device: Device) -> Mapping[str, str]:
    """Return the device's own names of the interfaces, by the design's."""
    return {link.name: place_of(device, link).name for link in device.interfaces}


def place_of(device: Device, link: Interface) -> Place:  # noqa: PLR0911 — one way out a kind
    match link.kind:
        case InterfaceKind.LOOPBACK:
            return Place("lo0", link.unit - 1)
        case InterfaceKind.MANAGEMENT:
            return Place("fxp0", link.unit - 1)
        case InterfaceKind.UPLINK if link.tunnel:
            return Place("st0", link.unit)
        case InterfaceKind.DOWNLINK if link.tunnel:
            return Place("st0", INNER_TUNNELS + link.unit)
        case InterfaceKind.UPLINK | InterfaceKind.INTERNET if link.unit <= UPLINKS:
            return Place(f"ge-0/0/{link.unit - 1}", 0)
        case InterfaceKind.UPLINK | InterfaceKind.INTERNET:
            return Place("ge-0/0/4", link.unit, link.unit)
        case InterfaceKind.DOWNLINK:
            return Place("ge-0/0/5", link.unit, link.unit)
        case InterfaceKind.FABRIC:
            card, port = divmod(link.unit - 1, PORTS_A_CARD)
            return Place(f"xe-0/{card + 1}/{port}", 0)
        case _:
            tag = link.vlan or link.unit
            return Place("ae0" if device.role is Role.BORDER else "ge-0/0/6", tag, tag)


def physical(device: Device) -> Iterator[Port]:
    """Yield the ports with what is on them, in the order of their names."""
    found: dict[str, list[tuple[Interface, Place]]] = {}
    for link in device.interfaces:
        place = place_of(device, link)
        found.setdefault(place.port, []).append((link, place))
    for name in sorted(found, key=natural):
        yield Port(name, tuple(sorted(found[name], key=lambda each: each[1].unit)))
