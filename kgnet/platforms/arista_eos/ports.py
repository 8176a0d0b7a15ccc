"""Which port of an Arista an interface of the design is, and back.

A router's ports are its uplinks by order (1 to 4), then one that carries the circuits of its communes as
dot1q subinterfaces, one that does the same for what runs over the Internet, and the trunk of its LANs.
A switch's port is the number of the device at the other end, which is unique at a site.
"""

from __future__ import annotations

from collections.abc import Mapping

from kgnet.errors import DesignError
from kgnet.model.fleet import Device, Interface, InterfaceKind
from kgnet.model.province import SWITCHES

UPLINKS = 4
DOWNLINK, INTERNET, LAN_TRUNK = "Ethernet5", "Ethernet6", "Ethernet8"
FABRIC_FIRST = 16  # a router's fabric ports stand behind the others
MANAGEMENT = "Management1"
LOOPBACK = "Loopback0"
MOST_TUNNELS = 255  # EOS User Manual, interface tunnel


def ports(device: Device) -> Mapping[str, str]:
    """Return EOS's name of every interface of *device* by the design's; and of what the fabric adds."""
    names = {link.name: port(device, link) for link in device.interfaces}
    if device.fabric:
        names |= {f"edge-{edge.unit}": f"Ethernet{edge.unit}" for edge in device.fabric.ports}
        names |= {f"link-{edge.unit}": f"Port-Channel{edge.unit}" for edge in device.fabric.ports if edge.esi}
        names |= {"vtep": "Vxlan1"} if device.fabric.vtep else {}
    elif any(device.of_kind(InterfaceKind.LAN)):
        names["trunk"] = LAN_TRUNK
    return names


def port(device: Device, link: Interface) -> str:
    """Return the name that EOS has for *link*; DesignError if it cannot have such an interface."""
    if link.tunnel:
        return _tunnel(device, link)
    match link.kind:
        case InterfaceKind.LOOPBACK:
            name = LOOPBACK
        case InterfaceKind.MANAGEMENT:
            name = MANAGEMENT
        case InterfaceKind.LAN:
            name = f"Vlan{link.vlan}"
        case InterfaceKind.FABRIC:
            name = f"Ethernet{link.unit if device.role in SWITCHES else FABRIC_FIRST + link.unit}"
        case InterfaceKind.INTERNET if link.unit > UPLINKS:
            name = f"{INTERNET}.{link.unit}"
        case InterfaceKind.DOWNLINK:
            name = f"{DOWNLINK}.{link.unit}"
        case _:
            name = f"Ethernet{link.unit}"
    return name


def _tunnel(device: Device, link: Interface) -> str:
    if link.tunnel and link.tunnel.kind != "ipsec":
        raise DesignError(
            f"{device.name}: circuit {link.circuit} is {link.tunnel.kind}, which EOS does not speak"
            " — ipsec, or another platform"
        )
    number = link.unit if link.kind is InterfaceKind.UPLINK else UPLINKS + link.unit
    if number > MOST_TUNNELS:
        raise DesignError(f"{device.name}: circuit {link.circuit} would be Tunnel{number}: EOS ends at 255")
    return f"Tunnel{number}"
