"""What a FortiOS device prints, rendered from its state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kgnet.emulate.fortinet_fortios.tables import TABLES, Block

if TYPE_CHECKING:
    from kgnet.emulate.fortinet_fortios import FortiOs

INDENT = "    "
HEADER = (
    "#config-version=FGT60F-7.4.4-FW-build2662-240514:opmode=0:vdom=0:user=admin\n"
    "#conf_file_ver=1\n#buildno=2662\n#global_vdom=1\n"
)


def configuration(root: Block) -> str:
    """Print the configuration as `show` does: what is not the default."""
    return HEADER + "".join(f"{line}\n" for line in _blocks(root, 0))


def _blocks(block: Block, depth: int) -> Iterator[str]:
    pad = INDENT * depth
    for line, each in block.inside.items():
        if line.startswith("config ") and not _said(each):
            continue
        yield f"{pad}{line}"
        yield from (f"{pad}{INDENT}set {name} {value}" for name, value in sorted(each.values.items()))
        yield from _blocks(each, depth + 1)
        yield f"{pad}{'next' if line.startswith('edit ') else 'end'}"


def _said(block: Block) -> bool:
    """Whether anything stands in a block, or an entry that is empty."""
    entries = any(line.startswith("edit ") for line in block.inside)
    return bool(block.values) or entries or any(map(_said, block.inside.values()))


def filtered(device: FortiOs, line: str) -> str:
    """Return what a `show`, `get` or `diagnose` prints, `| grep WORD` applied; empty if nothing."""
    command, _, pattern = line.partition(" | grep ")
    told = shown(device, command.strip())
    if told is None or not pattern:
        return told or ""
    return "\n".join(row for row in told.splitlines() if pattern.strip().strip('"') in row)


def shown(device: FortiOs, line: str) -> str | None:
    """Return what a command prints; None if there is no such command."""
    line = line.partition(" | ")[0].strip()
    pages: dict[str, Callable[[FortiOs], str]] = {
        "show": lambda device: device.running(),
        "get system status": status,
        "get system performance status": performance,
        "get system interface physical": physical,
        "get router info bgp summary": bgp,
        "diagnose sys ntp status": ntp,
        "fnsysctl cat /proc/net/dev": counters,
    }
    if line in pages:
        return pages[line](device)
    if line.startswith("show ") and f"config {line[5:]}" in TABLES:
        path = f"config {line[5:]}"
        return "".join(f"{each}\n" for each in _blocks(Block({}, {path: device.root.at(path)}), 0))
    if line.startswith("get ") and f"config {line[4:]}" in TABLES:
        path = f"config {line[4:]}"
        values = {**TABLES[path].defaults, **device.root.at(path).values}
        return "".join(f"{name:<20}: {value} \n" for name, value in values.items())
    return None


def status(device: FortiOs) -> str:
    return (
        f"Version: FortiGate-60F v7.4.4,build2662,240514 (GA.F)\nSerial-Number: {device.serial}\n"
        f"Hostname: {device.hostname}\nOperation Mode: NAT\nCurrent virtual domain: root\n"
        "Virtual domains status: 1 in NAT mode, 0 in TP mode\nVirtual domain configuration: disable\n"
    )


def performance(device: FortiOs) -> str:
    up = int(device.clock.now() - device.booted_at)
    told = f"{up // 86400} days,  {up // 3600 % 24} hours,  {up // 60 % 60} minutes"
    return f"CPU states: 1% user 0% system 0% nice 99% idle\nUptime: {told}\n"


def physical(device: FortiOs) -> str:
    told = "== [onboard]\n"
    for port in device.ports():
        up = device.world is None or device.world.up(device.name, port)
        address = port.addresses[0] if port.addresses else None
        shown_as = f"{address.ip} {address.netmask}" if address else "0.0.0.0 0.0.0.0"
        told += f"\t==[{port.name}]\n\t\tmode: static\n\t\tip: {shown_as}\n"
        told += f"\t\tstatus: {'up' if up else 'down'}\n\t\tspeed: 1000Mbps (Duplex: full)\n"
    return told


def bgp(device: FortiOs) -> str:
    found = device.world.sessions(device.name) if device.world else []
    if not found:
        return "% BGP instance not found\n"
    head = (
        f"VRF 0 BGP router identifier 0.0.0.0, local AS number {found[0].peer.local_as}\n\n"
        "Neighbor    V         AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd\n"
    )
    rows = []
    for each in found:
        s = int(device.clock.now() - each.since)
        age = f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" if each.established else "never"
        rows.append(
            f"{each.peer.address:<11} 4 {each.peer.remote_as:>10} 9 9 1 0 0 {age:>8} "
            f"{2 if each.established else each.state}\n"
        )
    return head + "".join(rows)


def ntp(device: FortiOs) -> str:
    block = device.root.at("config system ntp")
    servers = [each.plain("server") for each in block.at("config ntpserver").inside.values()]
    reached = [
        server for server in servers if device.world is None or device.world.answers(device.name, server)
    ]
    on = block.values.get("ntpsync") == "enable"
    state = f"ntpsync: {'enabled' if on else 'disabled'}, server-mode: disabled"
    told = f"synchronized: {'yes' if on and reached else 'no'}, {state}\n\n"
    for server in servers:
        state = "reachable(0xff) S:4 T:6" if server in reached else "unresolved -- unreachable(0x0) S:0 T:0"
        chosen = " selected" if server in reached[:1] else ""
        told += f"ipv4 server({server}) {server} -- {state}{chosen}\n"
        if server in reached:
            told += (
                "\tserver-version=4, stratum=2\n\tclock offset is 0.000125 sec, root delay is 0.000000 sec\n"
            )
    return told


def counters(device: FortiOs) -> str:
    rows = "".join(f"{port.name:>8}: 1200 9 0 0 0 0 0 0 1300 9 0 0 0 0 0 0\n" for port in device.ports())
    head = "Inter-|   Receive                                                |  Transmit\n"
    return f"{head} face |bytes    packets errs drop ...\n{rows}"


def ping(device: FortiOs, address: str) -> str:
    answered = device.world is None or device.world.answers(device.name, address)
    row = f"64 bytes from {address}: icmp_seq=0 ttl=64 time=0.3 ms\n" if answered else ""
    return (
        f"PING {address} ({address}): 56 data bytes\n{row}\n--- {address} ping statistics ---\n"
        f"5 packets transmitted, {5 * answered} packets received, {0 if answered else 100}% packet loss\n"
    )
