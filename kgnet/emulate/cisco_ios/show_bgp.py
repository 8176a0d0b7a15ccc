"""What IOS shows of BGP and BFD."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios.names import short
from kgnet.emulate.cisco_ios.see import as_number
from kgnet.emulate.device import Reply, Session
from kgnet.emulate.tree import Node
from kgnet.emulate.world import Address, PeerState

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios
    from kgnet.emulate.cisco_ios.exec_mode import Do

NOT_ACTIVE = "% BGP not active"
HEAD = "NeighAddr                              LD/RD         RH/RS     State     Int"
UNKNOWN = str(IPv4Address(0))


def _states(device: Ios) -> list[PeerState]:
    return device.world.sessions(device.name) if device.world else []


def _process(device: Ios) -> tuple[str, int] | None:
    """Router id and AS number; None: BGP does not run."""
    bgp = next(device.root.starting("router bgp "), None)
    if bgp is None:
        return None
    own = [
        a.ip
        for p in device.seen().ports
        if p.name.startswith("Loopback")
        for a in p.addresses
        if a.version == 4
    ]
    others = [a.ip for p in device.seen().ports if p.up for a in p.addresses if a.version == 4]
    router_id = bgp.first("bgp router-id ") or str(max(own or others, default=IPv4Address(0)))
    return router_id, as_number(bgp.text.split()[-1])


def ago(device: Ios, since: float) -> str:
    """How long ago, as BGP tables write it."""
    seconds = max(0, int(device.clock.now() - since))
    if seconds < 86400:
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    days = seconds // 86400
    return f"{days // 7}w{days % 7}d" if days >= 7 else f"{days}d{seconds // 3600 % 24:02d}h"


def _summary(device: Ios, families: tuple[str, ...], *, titled: bool) -> str:
    process = _process(device)
    if process is None:
        return NOT_ACTIVE
    said = []
    for family in families:
        states = [
            s
            for s in _states(device)
            if family in s.peer.families or (not s.peer.families and family == "ipv4")
        ]
        if not states:
            continue
        if titled:
            said.append(f"For address family: {_family(family)} Unicast")
        said.append(f"BGP router identifier {process[0]}, local AS number {process[1]}")
        said.append("BGP table version is 1, main routing table version 1\n")
        said.append("Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd")
        for state in states:
            up = ago(device, state.since) if state.established else "never"
            tail = "1" if state.established else state.state
            row = f"4 {state.peer.remote_as:>12} {40:>7} {40:>7} {1:>8} {0:>4} {0:>4} {up:8} {tail:>12}"
            address = state.peer.address
            said.append(f"{address:15} {row}" if len(address) < 16 else f"{address}\n{'':16}{row}")
        said.append("")
    return "\n".join(said)


def _family(family: str) -> str:
    return "IPv6" if "6" in family else "IPv4"


def _all_summary(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _summary(device, ("ipv4", "ipv6"), titled=True)


def _v4_summary(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _summary(device, ("ipv4",), titled=False)


def _v6_summary(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _summary(device, ("ipv6",), titled=False)


def _neighbors(device: Ios, family: str, rest: list[str]) -> str:
    if _process(device) is None:
        return NOT_ACTIVE
    wanted = next((word for word in rest if re.match(r"[\d.]+$|.*:", word)), "")
    states = [s for s in _states(device) if family in s.peer.families or not s.peer.families or not family]
    return "\n".join(_neighbor(device, s, family) for s in states if wanted in ("", s.peer.address))


def _neighbor(device: Ios, state: PeerState, family: str) -> str:
    bgp = next(device.root.starting("router bgp "))
    peer = state.peer
    link = "internal" if peer.local_as == peer.remote_as else "external"
    about = bgp.first(f"neighbor {peer.address} description ")
    lines = [f"BGP neighbor is {peer.address},  remote AS {peer.remote_as}, {link} link"]
    lines += [f" Description: {about}"] if about else []
    lines.append(
        f"  BGP version 4, remote router ID {state.router_id if '.' in state.router_id else UNKNOWN}"
    )
    if state.established:
        lines.append(f"  BGP state = Established, up for {ago(device, state.since)}")
    else:
        lines.append(
            f"  BGP state = {state.state.split()[0]}" + (", down for never" if state.state == "Idle" else "")
        )
    lines.append(
        "  Last read 00:00:05, last write 00:00:10, hold time is 180, keepalive interval is 60 seconds"
    )
    if peer.bfd:
        lines.append("  BFD is enabled." + (" BFD peer is Up" if state.bfd else ""))
    for one in [family] if family else list(peer.families):
        count = 1 if state.established else 0
        lines += [
            f" For address family: {_family(one)} Unicast",
            "  BGP table version 1, neighbor version 1/0",
        ]
        lines += [
            "                                 Sent       Rcvd",
            "  Prefix activity:               ----       ----",
        ]
        lines.append(f"    Prefixes Current:          {count:>5} {count:>10} (Consumes 136 bytes)")
        lines.append("                                   Outbound    Inbound")
        lines.append("  Local Policy Denied Prefixes:    --------    -------")
    return "\n".join(lines) + "\n"


def _v4_neighbors(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _neighbors(device, "ipv4", rest)


def _v6_neighbors(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _neighbors(device, "ipv6", rest)


def _all_neighbors(device: Ios, session: Session, rest: list[str]) -> Reply:
    return _neighbors(device, "", rest)


def _no_family(device: Ios, session: Session, rest: list[str]) -> Reply:
    return NOT_ACTIVE if _process(device) is None else ""


def _bfd(device: Ios, session: Session, rest: list[str]) -> Reply:
    detailed = rest[:1] == ["details"]
    said = []
    for version in (4, 6):
        states = [s for s in _states(device) if s.peer.bfd and (":" in s.peer.address) == (version == 6)]
        rows = [_bfd_row(device, n, s, detailed=detailed) for n, s in enumerate(states, 1)]
        if rows:
            said += [f"\nIPv{version} Sessions", *([HEAD] if not detailed else []), *rows]
    return "\n".join(said)


def _bfd_row(device: Ios, number: int, state: PeerState, *, detailed: bool) -> str:
    how, peer, ours = ("Up" if state.bfd else "Down"), state.peer.address, 4096 + number
    links = [(p.name, str(a.ip)) for p in device.seen().ports for a in p.addresses if _near(a, peer)]
    port, address = links[0] if links else ("", "")
    theirs = ours if state.bfd else 0
    row = f"{peer:38} {ours}/{theirs}     {how:9} {how:9} {short(port)}"
    if not detailed:
        return row
    node = device.root.find(f"interface {port}")
    transmit, receive, times = (int(n) for n in re.findall(r"\d+", _timing(node)))
    return (
        f"{HEAD}\n{row}\nSession state is {how.upper()} and not using echo function.\n"
        f"Session Host: Software\nOurAddr: {address}\nHandle: {number}\n"
        "Local Diag: 0, Demand mode: 0, Poll bit: 0\n"
        f"MinTxInt: {transmit * 1000}, MinRxInt: {receive * 1000}, Multiplier: {times}\n"
        f"Received MinRxInt: {receive * 1000 if state.bfd else 0}, "
        f"Received Multiplier: {times if state.bfd else 0}\nRegistered protocols: BGP CEF \n"
    )


def _timing(node: Node | None) -> str:
    return (node.first("bfd interval ") if node else "") or "1000 min_rx 1000 multiplier 3"


def _near(a: Address, address: str) -> bool:
    return ip_address(address) in a.network


COMMANDS: dict[str, Do] = {
    "show bgp all summary": _all_summary,
    "show bgp all neighbors": _all_neighbors,
    "show ip bgp summary": _v4_summary,
    "show ip bgp all summary": _all_summary,
    "show ip bgp neighbors": _v4_neighbors,
    "show bgp ipv4 unicast summary": _v4_summary,
    "show bgp ipv6 unicast summary": _v6_summary,
    "show bgp ipv4 unicast neighbors": _v4_neighbors,
    "show bgp ipv6 unicast neighbors": _v6_neighbors,
    "show bgp ipv4|ipv6 multicast neighbors": _no_family,
    "show bgp vpnv4|vpnv6 unicast all neighbors": _no_family,
    "show bgp ipv4 mdt all neighbors": _no_family,
    "show bfd neighbors": _bfd,
}
