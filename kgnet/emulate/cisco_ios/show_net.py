"""What IOS shows of the network around it: interfaces, neighbours by OSPF and LLDP, ping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios.edit import INCOMPLETE
from kgnet.emulate.cisco_ios.names import full, kind, order, physical, short
from kgnet.emulate.cisco_ios.show import mac, span
from kgnet.emulate.device import Reply, Session
from kgnet.emulate.world import Port

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios
    from kgnet.emulate.cisco_ios.exec_mode import Do

CAPABILITIES = "    (B) Bridge, (R) Router, (T) Telephone, (S) Station"
SPEEDS_KBPS = {"TenGigabitEthernet": 10_000_000, "GigabitEthernet": 1_000_000, "FastEthernet": 100_000}


def _ports(device: Ios) -> list[Port]:
    return sorted(device.seen().ports, key=lambda port: order(port.name))


def _line(device: Ios, port: Port) -> tuple[str, str]:
    """Status and line protocol."""
    if not port.up:
        return "administratively down", "down"
    wired = bool(port.addresses) or port.name in {"Null0"} or not physical(port.name)
    up = wired and (device.world is None or device.world.up(device.name, port))
    return ("up", "up") if up else ("down", "down")


# ── interfaces ──────────────────────────────────────────────────────────────


def _brief(device: Ios, session: Session, rest: list[str]) -> Reply:
    rows = ["Interface              IP-Address      OK? Method Status                Protocol"]
    for port in _ports(device):
        address = next((str(a.ip) for a in port.addresses if a.version == 4), "unassigned")
        status, protocol = _line(device, port)
        method = "NVRAM " if address != "unassigned" else "unset "
        rows.append(f"{port.name:22} {address:15} YES {method} {status:21} {protocol}")
    return "\n".join(rows)


def _interfaces(device: Ios, session: Session, rest: list[str]) -> Reply:
    wanted = full("".join(rest)) if rest else None
    ports = [port for port in _ports(device) if wanted in (None, port.name)]
    if rest and not ports:
        return f"{' ' * 20}^\n% Invalid input detected at '^' marker.\n"
    return "".join(_interface(device, number, port) for number, port in enumerate(ports))


def _interface(device: Ios, number: int, port: Port) -> str:
    node = device.root.find(f"interface {port.name}")
    status, protocol = _line(device, port)
    mtu = node.first("mtu ", "1500") if node else "1500"
    usual = SPEEDS_KBPS.get(kind(port.name), 8_000_000)
    width = node.first("bandwidth ", str(usual)) if node else str(usual)
    lines = [f"{port.name} is {status}, line protocol is {protocol} "]
    hardware = "Ethernet SVI" if kind(port.name) == "Vlan" else kind(port.name)
    lines.append(f"  Hardware is {hardware}, address is {mac(device, number)} (bia {mac(device, number)})")
    if port.description:
        lines.append(f"  Description: {port.description}")
    lines += [f"  Internet address is {a}" for a in port.addresses if a.version == 4][:1]
    lines.append(f"  MTU {mtu} bytes, BW {width} Kbit/sec, DLY 10 usec, ")
    lines.append("     reliability 255/255, txload 1/255, rxload 1/255")
    lines.append("  Encapsulation ARPA, loopback not set")
    lines.append("  Last input 00:00:01, output 00:00:01, output hang never")
    lines.append("     120 packets input, 15000 bytes, 0 no buffer")
    lines.append("     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored")
    lines.append("     130 packets output, 16000 bytes, 0 underruns")
    lines.append("     0 output errors, 0 collisions, 0 interface resets")
    return "\n".join(lines) + "\n"


def _ip_interface(device: Ios, session: Session, rest: list[str]) -> Reply:
    return "\n".join(_ip_lines(device, 4))


def _ipv6_interface(device: Ios, session: Session, rest: list[str]) -> Reply:
    return "\n".join(_ip_lines(device, 6))


def _ip_lines(device: Ios, version: int) -> Iterator[str]:
    for port in _ports(device):
        own = [a for a in port.addresses if a.version == version]
        status, protocol = _line(device, port)
        if version == 4:
            yield f"{port.name} is {status}, line protocol is {protocol}"
            yield from (f"  Internet address is {a}" for a in own[:1])
            yield from () if own else ("  Internet protocol processing disabled",)
        elif own:
            yield f"{port.name} is {status}, line protocol is {protocol}"
            yield "  IPv6 is enabled, link-local address is FE80::1"
            yield "  Global unicast address(es):"
            yield from (f"    {str(a.ip).upper()}, subnet is {str(a.network).upper()}" for a in own)


# ── OSPF, LLDP, ping ───────────────────────────────────────────────────


def _ospf(device: Ios, session: Session, rest: list[str]) -> Reply:
    rows = ["", "Neighbor ID     Pri   State           Dead Time   Address         Interface"]
    for agreement, seen in device.world.agreed(device.name, "ospf") if device.world else ():
        rows.append(f"{seen.address:15}   1   FULL/  -        00:00:35    {seen.address:15} {agreement.port}")
    return "\n".join(rows) if len(rows) > 2 else ""


def _lldp(device: Ios, session: Session, rest: list[str]) -> Reply:
    if not device.root.find("lldp run"):
        return "% LLDP is not enabled"
    found = list(device.world.agreed(device.name, "lldp")) if device.world else []
    if "detail" in rest:
        said = [_lldp_detail(device, agreement.port, seen.device, seen.port) for agreement, seen in found]
        return "\n".join([*said, f"\nTotal entries displayed: {len(found)}\n"])
    head = "Capability codes:\n    (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device\n"
    rows = ["Device ID           Local Intf     Hold-time  Capability      Port ID"]
    for agreement, seen in found:
        rows.append(
            f"{seen.device[:20]:20}{short(agreement.port):15}120        {'R':16}{short(seen.port.name)}"
        )
    return "\n".join([head, *rows, "", f"Total entries displayed: {len(found)}\n"])


def _lldp_detail(device: Ios, port: str, other: str, theirs: Port) -> str:
    return (
        "------------------------------------------------\n"
        f"Local Intf: {short(port)}\nChassis id: {_chassis(other)}\nPort id: {short(theirs.name)}\n"
        f"Port Description: {theirs.description or theirs.name}\nSystem Name: {other}\n\n"
        "System Description: \nan emulated device\n\nTime remaining: 101 seconds\nSystem Capabilities: B,R\n"
        "Enabled Capabilities: R\nManagement Addresses - not advertised\n"
        "Auto Negotiation - not supported\nPhysical media capabilities - not advertised\n"
        "Media Attachment Unit type - not advertised\nVlan ID: - not advertised\n"
    )


def _chassis(name: str) -> str:
    from hashlib import sha256

    digits = "02" + sha256(name.encode()).hexdigest()[:10]
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def _ping(device: Ios, session: Session, rest: list[str]) -> Reply:
    vrf = rest[1] if rest[:1] == ["vrf"] and len(rest) > 1 else ""
    words = rest[2:] if vrf else rest
    words = words[1:] if words[:1] in (["ip"], ["ipv6"]) else words
    if not words:
        return INCOMPLETE
    count = int(words[words.index("repeat") + 1]) if "repeat" in words[:-1] else 5
    if not re.match(r"[\d.]+$|[\dA-Fa-f:]+$", words[0]):
        return "% Unrecognized host or address, or protocol not running."
    if vrf and not device.root.find(f"vrf definition {vrf}"):
        return f"% VRF {vrf} does not exist"
    well = device.world is not None and device.world.answers(device.name, words[0], vrf)
    got = count if well else 0
    tail = ", round-trip min/avg/max = 1/1/2 ms" if well else ""
    return (
        "Type escape sequence to abort.\n"
        f"Sending {count}, 100-byte ICMP Echos to {words[0]}, timeout is 2 seconds:\n"
        f"{('!' if well else '.') * count}\n"
        f"Success rate is {100 if well else 0} percent ({got}/{count}){tail}"
    )


def _uptime(device: Ios, session: Session, rest: list[str]) -> Reply:
    return f"{device.hostname} uptime is {span(device.clock.now() - device.booted_at)}"


COMMANDS: dict[str, Do] = {
    "show ip interface brief": _brief,
    "show interfaces|interface": _interfaces,
    "show ip interface": _ip_interface,
    "show ipv6 interface": _ipv6_interface,
    "show ip ospf neighbor": _ospf,
    "show lldp neighbors": _lldp,
    "ping": _ping,
    "show uptime": _uptime,
}
