"""What a VRP device displays, rendered from its state."""

from __future__ import annotations

from ipaddress import ip_interface
from typing import TYPE_CHECKING

from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.huawei_vrp import Vrp

BETWEEN = "#"
ASIDE = (
    "interface ",
    "aaa",
    "acl ",
    "user-interface ",
    "hwtacacs-server ",
    "bgp ",
    "ip vpn-instance ",
    "route-policy ",
)


def configuration(root: Node) -> str:
    """Print a configuration: blocks parted by `#`, global lines with a blank before them, as VRP 5 does."""
    told = ["[V200R021C00SPC200]", BETWEEN]
    kind = ""
    for node in root.children:
        here = node.text.split()[0]
        if node.children or node.text.startswith(ASIDE) or node.text.startswith("header "):
            told += [BETWEEN] if told[-1] != BETWEEN else []
            told += _banner(node) if node.text.startswith("header ") else [node.text, *node.lines(depth=1)]
            told.append(BETWEEN)
        else:
            told += [BETWEEN] if told[-1] != BETWEEN and here != kind else []
            told.append(f" {node.text}")
        kind = here
    return "\n".join((*told, *([BETWEEN] if told[-1] != BETWEEN else []), "return")) + "\n"


def _banner(node: Node) -> list[str]:
    words, lines = node.text, [child.text for child in node.children]
    first, *more = lines or [""]
    return [f'{words} "{first}', *more[:-1], f'{more[-1]}"'] if more else [f'{words} "{first}"']


def parsed(text: str) -> Node:
    """Read what `configuration` printed, or what somebody wrote in its manner."""
    root, chunk, quote = Node(), list[str](), ""
    for raw in (*text.splitlines(), BETWEEN):
        line = raw.rstrip()
        if quote or (line.strip().startswith("header ") and line.count('"') % 2):
            quote = f"{quote}\n{line}" if quote else line.strip()
            if quote.count('"') % 2 == 0:
                chunk, quote = [*chunk, quote], ""
        elif line == BETWEEN:
            _take(root, chunk)
            chunk = []
        elif line and line != "return" and not line.startswith(("[V", "!")):
            chunk.append(line)
    return root


def _take(root: Node, chunk: list[str]) -> None:
    shift = len(chunk[0]) - len(chunk[0].lstrip()) if chunk else 0
    for line in chunk:
        if line.strip().startswith("header "):
            words, _, said = line.strip().partition(' "')
            node = root.add(words)
            for each in said.removesuffix('"').strip("\n").split("\n"):
                node.add(each)
    text = "\n".join(line[shift:] for line in chunk if not line.strip().startswith("header "))
    root.children += Node.of(text, ("return",)).children


# ── display ─────────────────────────────────────────────────────────────────


def version(device: Vrp) -> str:
    up = int(device.clock.now() - device.booted_at)
    return (
        "Huawei Versatile Routing Platform Software\n"
        "VRP (R) software, Version 5.170 (AR651 V300R021C00SPC200)\n"
        "Copyright (C) 2011-2022 HUAWEI TECH CO., LTD\n"
        f"Huawei AR651 Router uptime is {up // 604800} weeks, {up // 86400 % 7} days, "
        f"{up // 3600 % 24} hours, {up // 60 % 60} minutes\n"
        f"ESN of slot 0: {device.serial}\n"
    )


def interfaces(device: Vrp) -> str:
    told = []
    for port in device.ports():
        up = device.world is None or device.world.up(device.name, port)
        state = "UP" if up else "DOWN" if port.up else "Administratively DOWN"
        told.append(
            f"{port.name} current state : {state}\nLine protocol current state : {'UP' if up else 'DOWN'}\n"
            f"Description:{port.description}\nRoute Port,The Maximum Transmit Unit is 1500\n"
            + "".join(f"Internet Address is {each}\n" for each in port.addresses if each.version == 4)
        )
    return "\n".join(told)


def brief(device: Vrp) -> str:
    head = "PHY: Physical\n*down: administratively down\n" + (
        "Interface                   PHY   Protocol  InUti OutUti   inErrors  outErrors\n"
    )
    rows = []
    for port in device.ports():
        up = device.world is None or device.world.up(device.name, port)
        state = "up" if up else "down" if port.up else "*down"
        rows.append(
            f"{port.name:<27} {state:<5} {'up' if up else 'down':<9} 0.01%  0.01%          0          0\n"
        )
    return head + "".join(rows)


def bgp_peers(device: Vrp) -> str:
    sessions = device.world.sessions(device.name) if device.world else []
    if not sessions:
        return ""
    head = (
        f"\n BGP local router ID : 0.0.0.0\n Local AS number : {sessions[0].peer.local_as}\n"
        f" Total number of peers : {len(sessions)}\n\n"
        "  Peer            V          AS  MsgRcvd  MsgSent  OutQ  Up/Down       State PrefRcv\n\n"
    )
    rows = []
    for each in sessions:
        s = int(device.clock.now() - each.since)
        age = f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"
        state = each.state.replace(" ", "")
        rows.append(
            f"  {each.peer.address:<15} 4 {each.peer.remote_as:>11} {9:>8} {9:>8} {0:>5} {age} "
            f"{state:>11} {2:>7}\n"
        )
    return head + "".join(rows)


def ntp(device: Vrp) -> str:
    told = []
    servers = [node.text.split()[2] for node in device.root.starting("ntp-service unicast-server ")]
    reached = [
        server for server in servers if device.world is None or device.world.answers(device.name, server)
    ]
    for server in servers:
        status = "configured, insane, valid, unsynced" if server not in reached else "configured, sane, valid"
        master = ", master" if reached[:1] == [server] else ""
        told.append(
            f"clock source: {server}\n clock stratum: {2 if server in reached else 16}\n"
            f" clock status: {status}{master}\n reference clock ID: 127.0.0.1\n local mode: client\n"
            " reach: 377\n offset: 0.1250 ms, delay: 1.20 ms\n"
        )
    return "\n".join(told) or "Info: No clock source is configured.\n"


def lldp(device: Vrp) -> str:
    rows = []
    for port in device.ports():
        for seen in (
            device.world.neighbors(device.name, port)
            if device.world and device.root.find("lldp enable")
            else ()
        ):
            rows.append(f"{port.name:<24}{seen.device:<30}{seen.port.name:<24}{120}\n")
    head = "Local Intf              Neighbor Dev                  Neighbor Intf           Exptime\n"
    return head + "".join(rows) if rows else ""


def address_of(text: str) -> str:
    """Return `10.0.0.1/24` of the words `ip address 10.0.0.1 255.255.255.0`."""
    return str(ip_interface("/".join(text.split()[2:4])))
