"""EOS's running configuration → facts on its logs, on the packets that it refuses, and on its ports."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
from kgnet.platforms._operations import Operations, severity
from kgnet.platforms.arista_eos.block import Block, rest

HOST = re.compile(r"logging (?:vrf \S+ )?host (\S+).*")
BUFFER = re.compile(r"logging buffered(?: (?!\d\b)(\d+))?(?: ([a-z]+|[0-7]))?")
FORMAT = "logging format timestamp "
ACCOUNTING = re.compile(r"aaa accounting commands (?:all|15) default start-stop (.+)")
SFLOW = re.compile(r"sflow (?:vrf \S+ )?destination (\S+).*")
OPTIONS = re.compile(r"(?:\d+ )?deny ip any any.* (?:ip-length gt 5|ip-options|options)\b.*")
BOUND = re.compile(r"ip access-group (\S+)(?: vrf \S+)? in")


def read(top: list[Block]) -> Iterator[Operations]:
    """Yield every fact; what is not configured is told as EOS then does it."""
    yield _logging(top)
    yield _local_log(top)
    yield _stamps(top)
    yield _change_log(top)
    yield _flow_export(top)
    yield _packets(top)
    yield _options(top)
    yield EnabledPorts(tuple(_enabled(top)))


def _number(top: list[Block], *starts: str) -> int:
    return next((block.number for block in top if block.text.startswith(starts)), 0)


def _says(top: list[Block], text: str) -> bool:
    return any(block.text == text for block in top)


# ── logs ────────────────────────────────────────────────────────────────────


def _logging(top: list[Block]) -> Logging:
    kept = () if _says(top, "no logging buffered") else ("buffer",)
    hosts = tuple(found[1] for block in top if (found := HOST.fullmatch(block.text)))
    off = _number(top, "no logging on")
    return Logging(not off, (*kept, *hosts), "debug", off or _number(top, "logging ", "no logging "))


def _local_log(top: list[Block]) -> LocalLog:
    """The buffer is large and holds all that there is, unless somebody made it smaller (User Manual)."""
    for block in top:
        if found := BUFFER.fullmatch(block.text):
            size = int(found[1]) if found[1] else None
            told = severity(found[2] or "debugging")
            return LocalLog(told, size, "messages", lasting=True, line=block.number)
    off = _number(top, "no logging buffered")
    return LocalLog("" if off else "debug", None, "messages", lasting=True, line=off)


def _stamps(top: list[Block]) -> LogStamps:
    """By default a date and seconds; `high-resolution` is RFC 3339's form, zone included."""
    precise = _says(top, f"{FORMAT}high-resolution") or _says(top, "logging format rfc5424")
    traditional = next((b.words for b in top if b.text.startswith(f"{FORMAT}traditional")), [])
    zone = precise or "timezone" in traditional
    return LogStamps(dated=True, fraction=precise, zone=zone, line=_number(top, "logging format "))


def _change_log(top: list[Block]) -> ChangeLog:
    """EOS records commands by accounting: at a server, or in its log, which it then sends to its hosts."""
    for block in top:
        if found := ACCOUNTING.fullmatch(block.text):
            words = found[1].split()
            sends = any(HOST.fullmatch(each.text) for each in top)
            sent = "group" in words or ("logging" in words and sends)
            return ChangeLog(recorded=True, sent=sent, sealed=True, unwatched=(), line=block.number)
    return ChangeLog(recorded=False, sent=False, sealed=True, unwatched=(), line=0)


def _flow_export(top: list[Block]) -> FlowExport:
    """Read sFlow, which samples every port that is not told otherwise, and flow trackers."""
    line = _number(top, "sflow ", "flow tracking ")
    if _says(top, "sflow run"):
        collectors = tuple(found[1] for block in top if (found := SFLOW.fullmatch(block.text)))
        ports = (block for block in top if block.text.startswith("interface Ethernet"))
        return FlowExport(
            collectors, tuple(port.words[1] for port in ports if not port.holds("no sflow enable")), line
        )
    trackers = {
        tracker.words[1]: [rest(exporter, "collector ") for exporter in tracker.starting("exporter ")]
        for block in top
        if block.text.startswith("flow tracking ") and block.holds("no shutdown")
        for tracker in block.starting("tracker ")
    }
    used = {
        port.words[1]: trackers.get(each.words[-1], [])
        for port in top
        if port.text.startswith("interface ")
        for each in port.starting("flow tracker ")
    }
    collectors = tuple(dict.fromkeys(one.split()[0] for each in used.values() for one in each if one))
    return FlowExport(collectors, tuple(port for port, each in used.items() if each), line)


# ── packets and ports ───────────────────────────────────────────────────────


def _packets(top: list[Block]) -> PacketHandling:
    """EOS follows no source route, answers ARP for others only where told to, but sends redirects."""
    silent = _says(top, "no ip icmp redirect")
    return PacketHandling(
        source_routing=(),
        redirects_sent=() if silent else (Place("", _number(top, "ip icmp redirect")),),
        redirects_followed=(),  # a router follows none
        proxy_arp=tuple(
            Place(block.words[1], block.number)
            for block in top
            if block.text.startswith("interface ") and block.holds("ip proxy-arp")
        ),
        broadcasts_forwarded=tuple(
            Place(block.words[1], line.number)
            for block in top
            if block.text.startswith("interface ")
            for line in block.starting("ip directed-broadcast")
        ),
    )


def _options(top: list[Block]) -> IpOptions:
    """Read the lists that are bound to what comes in, at a port or before the device itself."""
    bound = {found[1] for block in top for line in block.inside if (found := BOUND.fullmatch(line.text))}
    for block in top:
        if block.text.startswith("ip access-list ") and block.words[-1] in bound:
            for line in block.inside:
                if OPTIONS.fullmatch(line.text):
                    return IpOptions(dropped=True, line=line.number)
    return IpOptions(dropped=False, line=0)


def _enabled(top: list[Block]) -> Iterator[Place]:
    """Yield the ports; `interface defaults` may shut down all that do not say otherwise."""
    shut = any(
        kind.holds("shutdown")
        for block in top
        if block.text == "interface defaults"
        for kind in block.starting("ethernet")
    )
    for block in top:
        if re.fullmatch(r"interface (?:Ethernet|Management)\S+", block.text):
            off = block.holds("shutdown") or (shut and not block.holds("no shutdown"))
            if not off:
                yield Place(block.words[1], block.number)
