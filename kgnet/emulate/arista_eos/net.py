"""What an EOS device shows of the network around it: interfaces, addresses, ping."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from kgnet.emulate.arista_eos import peers
from kgnet.emulate.arista_eos.show import Shows, Tells
from kgnet.emulate.device import Session
from kgnet.emulate.tree import Node
from kgnet.emulate.world import Port

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos

GIGABIT = 10_000_000_000  # bit/s, of an Ethernet port here
UNSET = "0.0.0.0"  # noqa: S104 - no address, in BGP's words


def _node(device: Eos, port: Port) -> Node:
    return device.root.find(f"interface {port.name}") or Node(f"interface {port.name}")


def _is_up(device: Eos, port: Port) -> bool:
    """A physical port needs something at the other end; the others are up if they are not shut."""
    physical = port.name.startswith(("Ethernet", "Management"))
    member = any(_node(device, port).starting("channel-group ", "switchport "))
    carries = any(p.name.startswith(f"{port.name}.") for p in device.seen().ports)
    wired = bool(port.addresses) or member or carries or not physical
    return wired and port.up and (device.world is None or device.world.up(device.name, port))


def interfaces(device: Eos) -> dict[str, Any]:
    return {"interfaces": {port.name: _interface(device, port) for port in device.seen().ports}}


def _interface(device: Eos, port: Port) -> dict[str, Any]:
    up = _is_up(device, port)
    sub = "." in port.name
    node = _node(device, port)
    told: dict[str, Any] = {
        "name": port.name,
        "forwardingModel": "routed" if port.addresses or node.find("no switchport") else "bridged",
        "lineProtocolStatus": "up" if up else "down" if port.up else "lowerLayerDown",
        "interfaceStatus": "connected" if up else "notconnect" if port.up else "disabled",
        "hardware": "subinterface" if sub else port.name.rstrip("0123456789./").lower(),
        "description": port.description,
        "mtu": int(node.first("mtu ", "65535" if port.name.startswith("Loopback") else "1500")),
        "bandwidth": 0 if port.name.startswith(("Loopback", "Vlan")) else GIGABIT,
        "l3MtuConfigured": bool(node.first("mtu ")),
        "l2Mru": 0,
        "interfaceAddress": [_ipv4(port)] if any(a.version == 4 for a in port.addresses) else [],
        "lastStatusChangeTimestamp": device.booted_at,
    }
    if not port.name.startswith("Loopback"):
        told["physicalAddress"] = told["burnedInAddress"] = device.mac(port.name)
    if not sub:
        told["interfaceCounters"] = _counters()
    return told


def _counters() -> dict[str, Any]:
    words = ("Octets", "UcastPkts", "MulticastPkts", "BroadcastPkts", "Discards")
    counted = {f"{way}{word}": 0 for way in ("in", "out") for word in words}
    return {**counted, "totalInErrors": 0, "totalOutErrors": 0, "linkStatusChanges": 1}


def _ipv4(port: Port) -> dict[str, Any]:
    own = [a for a in port.addresses if a.version == 4]
    first = (
        {"address": str(own[0].ip), "maskLen": own[0].network.prefixlen}
        if own
        else {"address": UNSET, "maskLen": 0}
    )
    rest = [{"address": str(a.ip), "maskLen": a.network.prefixlen} for a in own[1:]]
    return {
        "primaryIp": first,
        "secondaryIps": {},
        "secondaryIpsOrderedList": rest,
        "broadcastAddress": "255.255.255.255",
    }


def _ip_interface(device: Eos) -> dict[str, Any]:
    ports = [port for port in device.seen().ports if any(a.version == 4 for a in port.addresses)]
    told = {
        p.name: {**_interface(device, p), "vrf": p.vrf or "default", "interfaceAddress": _ipv4(p)}
        for p in ports
    }
    return {"interfaces": told}


def _ipv6_interface(device: Eos) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for port in device.seen().ports:
        own = [a for a in port.addresses if a.version == 6]
        if own:
            addresses = [{"address": str(a.ip), "subnet": str(a.network), "active": True} for a in own]
            told[port.name] = {
                "vrf": port.vrf or "default",
                "addresses": addresses,
                "linkLocal": {},
                "mtu": 1500,
            }
    return {"interfaces": told}


def _errors(device: Eos) -> dict[str, Any]:
    names = (
        "inErrors",
        "frameTooLongs",
        "outErrors",
        "frameTooShorts",
        "fcsErrors",
        "alignmentErrors",
        "symbolErrors",
    )
    ports = (port.name for port in device.seen().ports if "." not in port.name)
    wired = (name for name in ports if name.startswith(("Ethernet", "Management", "Port-Channel")))
    return {"interfaceErrorCounters": {name: dict.fromkeys(names, 0) for name in wired}}


def _vrfs(device: Eos) -> dict[str, Any]:
    names = ["default", *(node.text.split()[2] for node in device.root.starting("vrf instance "))]
    ports = device.seen().ports
    members = {
        name: [p.name for p in ports if p.addresses and (p.vrf or "default") == name] for name in names
    }
    return {
        "vrfs": {n: {"routeDistinguisher": "", "vrfState": "up", "interfaces": m} for n, m in members.items()}
    }


def _vlans(device: Eos) -> dict[str, Any]:
    numbers = {"1": "default"} | {
        node.text.split()[1]: node.first("name ", f"VLAN{int(node.text.split()[1]):04d}")
        for node in device.root.starting("vlan ")
    }
    return {
        "sourceDetail": "",
        "vlans": {
            n: {"name": name, "status": "active", "dynamic": False, "interfaces": {}}
            for n, name in numbers.items()
        },
    }


# ── reachability ────────────────────────────────────────────────────────────


def ping(device: Eos, session: Session, words: list[str]) -> str:
    """`ping [vrf V] ADDRESS [repeat N] …`: in the VRF that was said, or that the session stands in."""
    vrf = session.memory.get("vrf", "")
    if words[:1] == ["vrf"] and len(words) > 2:
        vrf, words = ("" if words[1] == "default" else words[1]), words[2:]
    words = words[1:] if words[:1] in (["ip"], ["ipv6"]) else words
    if not words:
        return "% Incomplete command"
    address = words[0]
    try:
        ip_address(address)
    except ValueError:
        return f"% Invalid input: {address} is no address"
    count = int(words[words.index("repeat") + 1]) if "repeat" in words[:-1] else 5
    well = device.world is None or device.world.answers(device.name, address, vrf)
    lines = [f"PING {address} ({address}) 72(100) bytes of data."]
    lines += [
        f"80 bytes from {address}: icmp_seq={n} ttl=64 time=0.4{n % 10} ms"
        for n in range(1, count + 1)
        if well
    ]
    got, loss = (count, 0) if well else (0, 100)
    lines += ["", f"--- {address} ping statistics ---"]
    lines.append(f"{count} packets transmitted, {got} received, {loss}% packet loss, time 3ms")
    lines += ["rtt min/avg/max/mdev = 0.410/0.430/0.450/0.014 ms, ipg/ewma 0.9/0.4 ms"] if well else []
    return "\n".join(lines)


def _brief(device: Eos, session: Session) -> str:
    rows = ["Interface         IP Address            Status       Protocol", "-" * 60]
    for port in device.seen().ports:
        if port.addresses:
            up = "up" if _is_up(device, port) else "down"
            rows.append(f"{port.name:17} {port.addresses[0]!s:21} {up:12} {up}")
    return "\n".join(rows)


JSON: dict[str, Tells] = {
    "interfaces": interfaces,
    "interfaces counters errors": _errors,
    "ip interface": _ip_interface,
    "ipv6 interface": _ipv6_interface,
    "vrf": _vrfs,
    "vlan": _vlans,
    **peers.JSON,
}
TEXT: dict[str, Shows] = {"ip interface brief": _brief}
