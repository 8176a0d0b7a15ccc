"""What an emulated Junos sees: its ports, and its neighbours in BGP, BFD, OSPF, LLDP and NTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kgnet.emulate.world import PeerState, Port

if TYPE_CHECKING:
    from kgnet.emulate.juniper_junos import Junos

MTU = {"lo0": "Unlimited", "st0": "9192"}
MULTIPLIER = 3


def lasted(seconds: float) -> str:
    """Return a time as Junos prints it: `5:12`, `1:05:12`, `2d 3:04:05`, `3w2d 4:05:06`."""
    days, rest = divmod(int(seconds), 86_400)
    hours, minutes, last = rest // 3600, rest // 60 % 60, rest % 60
    weeks, odd = divmod(days, 7)
    if days:
        return f"{f'{weeks}w' if weeks else ''}{odd}d {hours}:{minutes:02}:{last:02}"
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes}:{last:02}"


# ── interfaces ──────────────────────────────────────────────────────────────


def physical(device: Junos) -> dict[str, list[tuple[Port, bool]]]:
    """Return the ports with their units, and whether each is up."""
    found: dict[str, list[tuple[Port, bool]]] = {}
    for port in device.ports():
        up = device.world.up(device.name, port) if device.world else port.up
        found.setdefault(port.name.partition(".")[0], []).append((port, up))
    return found


def _interfaces(device: Junos) -> str:
    return "\n".join(_interface(name, units) for name, units in physical(device).items()).rstrip("\n")


def _interface(name: str, units: list[tuple[Port, bool]]) -> str:
    link = "Up" if any(up for _, up in units) else "Down"
    enabled = "Enabled" if any(port.up for port, _ in units) else "Administratively down"
    lines = [
        f"Physical interface: {name}, {enabled}, Physical link is {link}",
        "  Interface index: 139, SNMP ifIndex: 515",
        "  Link-level type: Ethernet, MTU: 1514, LAN-PHY mode, Speed: 1000mbps",
        f"  Device flags   : {'Present Running' if link == 'Up' else 'Present Running Down'}",
        "  Input errors:",
        "    Errors: 0, Drops: 0, Framing errors: 0, Runts: 0, Policed discards: 0",
        "  Output errors:",
        "    Carrier transitions: 1, Errors: 0, Drops: 0, Collisions: 0, Aged packets: 0",
    ]
    for port, up in units:
        lines += ["", f"  Logical interface {port.name} (Index 72) (SNMP ifIndex 536)"]
        lines += [f"    Description: {port.description}"] if port.description else []
        lines.append(f"    Flags: {'Up' if up else 'Device-Down'} SNMP-Traps 0x0 Encapsulation: ENET2")
        for version in sorted({address.version for address in port.addresses}):
            lines.append(f"    Protocol {'inet' if version == 4 else 'inet6'}, MTU: {MTU.get(name, '1500')}")
            lines += [
                f"        Destination: {each.network}, Local: {each.ip}"
                for each in port.addresses
                if each.version == version
            ]
    return "\n".join((*lines, ""))


def _terse(device: Junos) -> str:
    lines = ["Interface               Admin Link Proto    Local                 Remote"]
    for name, units in physical(device).items():
        up = any(alive for _, alive in units)
        lines.append(
            f"{name:<24}{'up' if any(port.up for port, _ in units) else 'down':<6}{'up' if up else 'down'}"
        )
        for port, alive in units:
            start = f"{port.name:<24}{'up' if port.up else 'down':<6}{'up' if alive else 'down':<5}"
            for each in port.addresses:
                lines.append(f"{start}{'inet' if each.version == 4 else 'inet6':<9}{each}")
                start = " " * 35
    return "\n".join(lines)


# ── neighbours ──────────────────────────────────────────────────────────────


def sessions(device: Junos) -> list[PeerState]:
    return device.world.sessions(device.name) if device.world else []


def word(state: PeerState) -> str:
    """Return a session's state in Junos's words."""
    return "Idle" if state.state.startswith("Idle") else state.state


def _bgp_summary(device: Junos) -> str:
    found = sessions(device)
    if not found:
        return "BGP is not running"
    down = sum(not each.established for each in found)
    lines = [
        f"Groups: 1 Peers: {len(found)} Down peers: {down}",
        "Table          Tot Paths  Act Paths Suppressed    History Damp State    Pending",
        "inet.0               ",
        "                       0          0          0          0          0          0",
        "Peer                     AS      InPkt     OutPkt    OutQ   Flaps Last Up/Dwn "
        "State|#Active/Received/Accepted/Damped...",
    ]
    for each in found:
        since = lasted(device.clock.now() - each.since)
        state = "Establ" if each.established else word(each)
        peer = each.peer
        lines.append(
            f"{peer.address:<15} {peer.remote_as:>12} {12:>10} {13:>10} {0:>7} {0:>7} {since:>11} {state}"
        )
        if each.established:
            lines.append(f"  {'inet6.0' if ':' in peer.address else 'inet.0'}: 1/1/1/0")
    return "\n".join(lines)


def _bfd(device: Junos) -> str:
    lines = [
        "                                                  Detect   Transmit",
        "Address                  State     Interface      Time     Interval  Multiplier",
    ]
    found = [each for each in sessions(device) if each.peer.bfd]
    for each in found:
        interval = bfd_interval_ms(device, each.peer.address) / 1000
        up = "Up" if each.bfd else "Down"
        times = f"{interval * MULTIPLIER:<10.3f}{interval:<13.3f}{MULTIPLIER}"
        lines.append(f"{each.peer.address:<25}{up:<10}{'ge-0/0/0.0':<15}{times}")
    alive = sum(each.bfd for each in found)
    return "\n".join((*lines, "", f"{len(found)} sessions, {len(found)} clients", f"Cumulative up {alive}"))


def bfd_interval_ms(device: Junos, address: str) -> int:
    bgp = device.box.active.at("protocols", "bgp")
    for group in bgp.every("group") if bgp else ():
        neighbor = group.at(f"neighbor {address}")
        if neighbor:
            own = neighbor.value("bfd-liveness-detection", "minimum-interval")
            return int(own or group.value("bfd-liveness-detection", "minimum-interval") or 300)
    return 300


def _ospf(device: Junos) -> str:
    if device.box.active.at("protocols", "ospf") is None:
        return "OSPF instance is not running"
    lines = ["Address          Interface              State           ID               Pri  Dead"]
    for ours, seen in device.world.agreed(device.name, "ospf") if device.world else ():
        address = str(seen.port.addresses[0].ip)
        lines.append(f"{address:<17}{ours.port:<23}{'Full':<16}{address:<17}{128:<5}{35}")
    return "\n".join(lines)


def lldp(device: Junos) -> list[tuple[str, str, str]]:
    """Return port, far device and its port."""
    found = device.world.agreed(device.name, "lldp") if device.world else ()
    return [(ours.port.partition(".")[0], seen.device, seen.port.name) for ours, seen in found]


def _lldp(device: Junos) -> str:
    lines = ["Local Interface    Parent Interface    Chassis Id          Port info          System Name"]
    for port, far, there in lldp(device):
        lines.append(f"{port:<19}{'-':<20}{'00:00:5e:00:53:01':<20}{there:<19}{far}")
    return "\n".join(lines)


def _clocks(device: Junos) -> str:
    lines = [
        "     remote           refid      st t when poll reach   delay   offset  jitter",
        "==============================================================================",
    ]
    ntp = device.box.active.at("system", "ntp")
    for place, each in enumerate(ntp.every("server") if ntp else ()):
        mark = "*" if place == 0 else "+"
        lines.append(f"{mark}{each.words[1]:<16}{'.GPS.':<11} 1 u   23   64  377    0.512   -0.104   0.023")
    return "\n".join(lines)


def _hits(device: Junos) -> str:
    """Nothing has passed yet: every policy was met by no packet."""
    lines = [" Index   From zone        To zone           Name           Policy count  Action"]
    held = device.box.active.at("security", "policies", "global")
    policies = list(held.every("policy")) if held else []
    for number, policy in enumerate(policies, 1):
        action = "Permit" if policy.at("then", "permit") else "Deny"
        lines.append(f" {number:<8}{'junos-global':<17}{'junos-global':<18}{policy.name:<15}{0:<14}{action}")
    return "\n".join((*lines, "", f" Number of policy: {len(policies)}"))


ANSWERS: dict[str, Callable[[Junos], str]] = {
    "show interfaces terse": _terse,
    "show interfaces": _interfaces,
    "show bgp summary": _bgp_summary,
    "show bfd session": _bfd,
    "show ospf neighbor": _ospf,
    "show lldp neighbors": _lldp,
    "show ntp associations": _clocks,
    "show security policies hit-count": _hits,
}
