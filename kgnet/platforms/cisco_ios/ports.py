"""How IOS calls the interfaces of the design: pure, stable, and on three sorts of boxes.

| kind       | hub (ASR 1000)             | branch (ISR 4000)           | access (Catalyst 9300) |
|------------|----------------------------|-----------------------------|------------------------|
| loopback   | Loopback0                  | Loopback0                   |                        |
| management | GigabitEthernet0           | GigabitEthernet0            | GigabitEthernet0/0     |
| uplink     |                            | GigabitEthernet0/0/<unit>   |                        |
| downlink   | TenGigabitEthernet0/0/0.<unit> | GigabitEthernet0/0/5.<unit> |                    |
| internet   | TenGigabitEthernet0/0/1.<unit> | GigabitEthernet0/0/<unit>   |                    |
|            |                            | from 5 on: 0/0/6.<unit>     |                        |
| fabric     | TenGigabitEthernet0/1/<unit> |                           |                        |
| lan        | TenGigabitEthernet0/0/2.<vlan> | GigabitEthernet0/0/0.<vlan> |                    |
| tunnel     | Tunnel<unit>, a downlink's Tunnel1<unit, five digits> |  |                        |
| ports      |                            |                             | GigabitEthernet1/0/<unit> |

What carries a subinterface is a trunk whose tag is the unit, or the VLAN of a LAN.
"""

from __future__ import annotations

from collections.abc import Mapping

from kgnet.errors import TemplateError
from kgnet.model.fleet import Device, Interface, InterfaceKind
from kgnet.model.province import Role

OWN_CIRCUITS = 4  # of a site: uplinks and what they run over take the ports 0/0/1 to 0/0/4
DOWNLINK_TUNNELS = 10_000  # from here on, so that uplinks keep theirs
TRUNK = "TenGigabitEthernet1/1/1"  # of an access switch, towards the office's router
CARRIERS = {  # (a big box?, kind) → what carries its subinterfaces
    (True, InterfaceKind.DOWNLINK): "TenGigabitEthernet0/0/0",
    (True, InterfaceKind.INTERNET): "TenGigabitEthernet0/0/1",
    (True, InterfaceKind.LAN): "TenGigabitEthernet0/0/2",
    (False, InterfaceKind.DOWNLINK): "GigabitEthernet0/0/5",
    (False, InterfaceKind.INTERNET): "GigabitEthernet0/0/6",
    (False, InterfaceKind.LAN): "GigabitEthernet0/0/0",
}
ALONE = {
    (False, InterfaceKind.LOOPBACK): "Loopback0",
    (False, InterfaceKind.MANAGEMENT): "GigabitEthernet0",
    (True, InterfaceKind.MANAGEMENT): "GigabitEthernet0/0",
}


def ports(device: Device) -> Mapping[str, str]:
    """Return the device's own name of each interface; those of an access switch's ports by their own."""
    named = {link.name: port(device, link) for link in device.interfaces}
    if device.access:
        named |= {f"port{each.unit}": edge_port(each.unit) for each in device.access.ports if each.enabled}
        named["trunk"] = TRUNK
    return named


def edge_port(unit: int) -> str:
    return f"GigabitEthernet1/0/{unit}"


def port(device: Device, link: Interface) -> str:
    """Return how the device calls *link*; TemplateError if it has no port of that kind."""
    big = device.role in (Role.HUB, Role.BORDER)
    if link.tunnel:
        first = DOWNLINK_TUNNELS if link.kind is InterfaceKind.DOWNLINK else 0
        return f"Tunnel{first + link.unit}"
    own = link.kind is InterfaceKind.UPLINK or (
        link.kind is InterfaceKind.INTERNET and link.unit <= OWN_CIRCUITS
    )
    if own and not big:
        return f"GigabitEthernet0/0/{link.unit}"
    if link.kind is InterfaceKind.FABRIC and big:
        return f"TenGigabitEthernet0/1/{link.unit}"
    carrier = CARRIERS.get((big, link.kind))
    name = f"{carrier}.{tag(link)}" if carrier else ALONE.get((device.role is Role.ACCESS, link.kind))
    if name is None:
        raise TemplateError(
            f"{device.name}: cisco_ios has no port for {link.name}, a {link.kind} of a {device.role}"
        )
    return name


def tag(link: Interface) -> int:
    """Return the VLAN tag of a subinterface: a LAN's own, else the unit."""
    return link.vlan or link.unit if link.kind is InterfaceKind.LAN else link.unit
