"""IOS's canonical configuration → facts on its logs, on the packets that it refuses, and on its ports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kgnet.model.operations import (
    ChangeLog,
    EnabledPorts,
    FlowExport,
    IpOptions,
    LocalLog,
    Logging,
    LogStamps,
    PacketHandling,
    Place,
)
from kgnet.platforms._operations import severity
from kgnet.platforms.cisco_ios.alike import alike
from kgnet.platforms.cisco_ios.filter import addresses, out_of_band
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.platforms.cisco_ios.managed import log_hosts
from kgnet.ports import Readers

BUFFER = re.compile(r"logging buffered(?: (?!\d\b)(\d+))?(?: ([a-z]+|[0-7]))?")
BUFFER_BYTES = 4096  # where `logging buffered` names no size (Cisco IOS Configuration Fundamentals)
SOCKETS = re.compile(r"interface \S*(?:Ethernet|GigE|Serial|Cellular|wlan-ap)\S*")
OPTIONS = re.compile(r"(?:\d+ )?deny +ip any any option any-options")
BROADCASTS = "ip directed-broadcast"
OLD_EXPORT, OLD_FLOW = "ip flow-export destination ", ("ip flow ingress", "ip route-cache flow")


# ── logs ────────────────────────────────────────────────────────────────────


def _logging(root: Block) -> Logging:
    kept = () if root.says("no logging buffered") else ("buffer",)
    hosts = tuple(rest.split()[0] for rest in log_hosts(root))
    off = root.number_of("no logging on")
    return Logging(not off, (*kept, *hosts), "debug", off or root.number_of("logging ", "no logging "))


def _local_log(root: Block) -> LocalLog:
    for each in root.starting("logging buffered"):
        if found := BUFFER.fullmatch(each.line):
            size = int(found[1]) if found[1] else BUFFER_BYTES
            return LocalLog(severity(found[2] or "debugging"), size, "bytes", lasting=True, line=each.number)
    off = root.number_of("no logging buffered")
    return LocalLog("" if off else "debug", BUFFER_BYTES, "bytes", lasting=True, line=off)


def _stamps(root: Block) -> LogStamps:
    told = root.rest("service timestamps log") or ""
    words = told.split()
    line = root.number_of("service timestamps log", "no service timestamps log")
    return LogStamps("datetime" in words, "msec" in words, "show-timezone" in words, line)


def _change_log(root: Block) -> ChangeLog:
    archive = next(root.starting("archive"), Block("", 0))
    log = next(archive.starting("log config"), Block("", 0))
    accounted = any(" start-stop" in each.line for each in root.starting("aaa accounting commands 15 "))
    return ChangeLog(
        recorded=log.says("logging enable"),
        sent=any(log.starting("notify syslog")) or accounted,
        sealed=log.says("hidekeys"),
        unwatched=(),
        line=log.number or archive.number,
    )


def _flow_export(root: Block) -> FlowExport:
    """Read Flexible NetFlow, and what came before it."""
    sent = {
        block.line.removeprefix("flow exporter "): block.rest("destination ")
        for block in root.starting("flow exporter ")
    }
    monitors = {
        block.line.removeprefix("flow monitor "): sent.get(line.removeprefix("exporter "))
        for block in root.starting("flow monitor ")
        for line in block.lines
        if line.startswith("exporter ")
    }
    old = [each.line.removeprefix(OLD_EXPORT).split()[0] for each in root.starting(OLD_EXPORT)]
    used, ports = dict.fromkeys(old), []
    for port in root.starting("interface "):
        words = [each.line.split() for each in port.inside if " flow monitor " in each.line]
        found = [monitors.get(each[3]) for each in words if len(each) > 3]
        used |= {collector.split()[0]: None for collector in found if collector}
        if any(found) or (old and any(line.startswith(OLD_FLOW) for line in port.lines)):
            ports.append(port.line.split()[1])
    return FlowExport(tuple(used), tuple(ports), root.number_of("flow exporter ", OLD_EXPORT))


# ── packets and ports ───────────────────────────────────────────────────────


def _packets(root: Block) -> PacketHandling:
    """Source routes are followed, redirects sent and ARP answered for others where nothing forbids it."""
    ports = root.ports(_speaks_four, _refuses_redirects, _refuses_proxy, _forwards_broadcasts)
    four = [port for port in ports if _speaks_four(port) and " Loopback" not in port.line]
    refused = root.says("no ip source-route")
    return PacketHandling(
        source_routing=() if refused else (Place("", root.number_of("ip source-route")),),
        redirects_sent=tuple(_places(port for port in four if not _refuses_redirects(port))),
        redirects_followed=(),  # a router follows none
        proxy_arp=()
        if root.says("ip arp proxy disable")
        else tuple(_places(port for port in four if not _refuses_proxy(port))),
        broadcasts_forwarded=tuple(
            Place(port.line.split()[1], line.number)
            for port in four
            if _forwards_broadcasts(port)
            for line in port.starting(BROADCASTS)
        ),
    )


@alike
def _speaks_four(port: Block) -> bool:
    """Whether a port carries traffic over IPv4: none of management alone."""
    return bool(addresses(port)) and not out_of_band(port) and port.has("ip address ")


@alike
def _refuses_redirects(port: Block) -> bool:
    return port.says("no ip redirects")


@alike
def _refuses_proxy(port: Block) -> bool:
    return port.says("no ip proxy-arp")


@alike
def _forwards_broadcasts(port: Block) -> bool:
    return port.has(BROADCASTS)


def _places(ports: Iterable[Block]) -> Iterator[Place]:
    return (Place(port.line.split()[1], port.number) for port in ports)


def _options(root: Block) -> IpOptions:
    """`ip options ignore` lets them through; a list counts where it is bound to what comes in."""
    if root.says("ip options drop"):
        return IpOptions(dropped=True, line=root.number_of("ip options drop"))
    bound = {
        each.line.split()[2]
        for port in root.starting("interface ")
        for each in port.starting("ip access-group ")
        if each.line.endswith(" in")
    }
    for block in root.starting("ip access-list extended "):
        if block.line.split()[3] in bound:
            for each in block.inside:
                if OPTIONS.match(each.line):
                    return IpOptions(dropped=True, line=each.number)
    return IpOptions(dropped=False, line=root.number_of("ip options "))


def _ports(root: Block) -> EnabledPorts:
    return EnabledPorts(tuple(_enabled(root)))


def _enabled(root: Block) -> Iterator[Place]:
    for port in root.starting("interface "):
        if SOCKETS.fullmatch(port.line) and not port.says("shutdown"):
            yield Place(port.line.split()[1], port.number)


READERS: Readers = {
    Logging: _logging,
    LocalLog: _local_log,
    LogStamps: _stamps,
    ChangeLog: _change_log,
    FlowExport: _flow_export,
    PacketHandling: _packets,
    IpOptions: _options,
    EnabledPorts: _ports,
}
