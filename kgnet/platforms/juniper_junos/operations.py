"""Junos's configuration → facts on its logs, on the packets that it refuses, and on its ports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from kgnet.model.operations import (
    SEVERITIES,
    ChangeLog,
    EnabledPorts,
    FlowExport,
    IpOptions,
    LocalLog,
    Logging,
    LogStamps,
    PacketHandling,
    Place,
    tells,
)
from kgnet.platforms._operations import Operations, severity
from kgnet.platforms.juniper_junos.text import Statement, members

DESTINATIONS = ("host", "file")
CHANGES, COMMANDS = "change-log", "interactive-commands"
FACILITIES = (
    *("any", "authorization", CHANGES, COMMANDS, "daemon", "kernel", "user", "firewall", "security"),
    *("conflict-log", "dfc", "external", "ftp", "ntp", "pfe"),
)
SIZE = re.compile(r"(\d+)([kmg]?)")
UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
FILE_BYTES, FILES = 128 * 1024, 10  # the smallest default of any series, and how many are kept
SOCKETS = re.compile(r"(?:[fgx]e|et|fxp|em|me|se|t1|e1|vme)-?\d.*")
OWN = ("lo0", "fxp", "em", "me", "vme")  # loopback, and ports out of band
NOWHERE = Statement("", 0)


def operations(root: Statement) -> Iterator[Operations]:
    """Yield every fact; what is not configured is told as Junos then does it."""
    system = root.one("system") or NOWHERE
    syslog = system.one("syslog") or NOWHERE
    yield _logging(syslog)
    yield _local_log(syslog)
    yield _stamps(syslog)
    yield _change_log(system, syslog)
    yield _flow_export(root)
    yield _packets(root, system)
    yield _options(root)
    yield EnabledPorts(tuple(_enabled(root)))


# ── logs ────────────────────────────────────────────────────────────────────


def _logging(syslog: Statement) -> Logging:
    targets = tuple(each.rest for word in DESTINATIONS for each in syslog.every(word))
    return Logging(bool(targets), targets, "debug", syslog.line)


def _told(destination: Statement, facility: str) -> str:
    """Return the severity from which on *facility* goes to a destination; "" if it does not."""
    named = destination.value(facility)
    found = named if named is not None else destination.value("any")
    if found is None or found == "none":
        return ""
    return "debug" if found == "any" else severity(found)


def _local_log(syslog: Statement) -> LocalLog:
    """Read the file that takes most; each has a bounded size and a bounded number of elders."""
    files = [(_told(each, "any"), each) for each in syslog.every("file")]
    kept = [(SEVERITIES.index(told), each) for told, each in files if told in SEVERITIES]
    if not kept:
        return LocalLog("", 0, "bytes", lasting=True, line=syslog.line)
    rank, file = max(kept, key=lambda pair: pair[0])
    return LocalLog(SEVERITIES[rank], _bytes(file, syslog), "bytes", lasting=True, line=file.line)


def _bytes(file: Statement, syslog: Statement) -> int:
    size, files = FILE_BYTES, FILES
    for holder in (syslog, file):
        words = " ".join(each.words for each in _archive(holder)).split()
        said = dict(pairwise(words))
        if found := SIZE.fullmatch(said.get("size", "")):
            size = int(found[1]) * UNITS[found[2]]
        files = int(said.get("files", files))
    return size * files


def _archive(holder: Statement) -> Iterator[Statement]:
    """Yield what `archive` holds, written as a block or on a line."""
    for each in holder.every("archive"):
        yield from each if each.inside else (Statement(each.rest, each.line),)


def _stamps(syslog: Statement) -> LogStamps:
    """Junos prints no zone but in structured data (RFC 5424)."""
    structured = [
        any(each.first == "structured-data" for each in holder)
        for word in DESTINATIONS
        for holder in syslog.every(word)
    ]
    every = bool(structured) and all(structured)
    finer = "millisecond" in (syslog.value("time-format") or "").split()
    line = next((each.line for each in syslog.every("time-format")), syslog.line)
    return LogStamps(dated=True, fraction=every or finer, zone=True if every else None, line=line)


def _change_log(system: Statement, syslog: Statement) -> ChangeLog:
    def records(holder: Statement) -> bool:
        return all(tells(_told(holder, each), "informational") for each in (CHANGES, COMMANDS))

    def covered(word: str) -> bool:
        holders = list(syslog.every(word))
        return all(
            any(tells(_told(holder, each), "informational") for holder in holders)
            for each in (CHANGES, COMMANDS)
        )

    accounting = system.one("accounting") or NOWHERE
    events = members(accounting.value("events") or "")
    accounted = {CHANGES, COMMANDS} <= set(events) and accounting.one("destination") is not None
    sent = covered("host") or accounted
    recorded = sent or covered("file") or any(map(records, syslog.every("file")))
    return ChangeLog(recorded, sent, sealed=True, unwatched=(), line=syslog.line)  # Junos prints no secret


def _flow_export(root: Statement) -> FlowExport:
    """Read sFlow, and sampling by instances or by `family` on the ports."""
    sflow = root.one("protocols", "sflow") or NOWHERE
    options = root.one("forwarding-options", "sampling") or NOWHERE
    instances = [options, *(options.one("instance") or ())]
    servers = [
        server.rest.split()[0] if server.rest else ""
        for instance in instances
        for family in instance.every("family")
        for server in (family.one("output") or NOWHERE).every("flow-server")
    ]
    sampled = [
        f"{port.words}.{unit.rest}"
        for port in root.one("interfaces") or ()
        for unit in port.every("unit")
        for family in unit.every("family")
        if any(each.first == "sampling" and not each.inactive for each in family)
    ]
    collectors = [each.rest.split()[0] for each in sflow.every("collector")]
    ports = [each.rest for each in sflow.every("interfaces")]
    line = sflow.line or options.line
    return FlowExport(tuple(dict.fromkeys([*collectors, *servers])), (*ports, *sampled), line)


# ── packets and ports ───────────────────────────────────────────────────────


def _packets(root: Statement, system: Statement) -> PacketHandling:
    """Junos follows source routes and answers ARP for others only where told to, but sends redirects."""
    routing = next(root.every("routing-options", "source-routing"), None)
    units = [
        (f"{port.words}.{unit.rest}", unit)
        for port in root.one("interfaces") or ()
        for unit in port.every("unit")
    ]
    silent = any(each.words == "no-redirects" and not each.inactive for each in system)
    return PacketHandling(
        source_routing=(Place("", routing.line),) if routing else (),
        redirects_sent=() if silent else tuple(_redirecting(units)),
        redirects_followed=(),  # a router follows none
        proxy_arp=tuple(Place(name, each.line) for name, unit in units for each in unit.every("proxy-arp")),
        broadcasts_forwarded=tuple(
            Place(name, each.line)
            for name, unit in units
            for each in unit.every("family inet", "targeted-broadcast")
        ),
    )


def _redirecting(units: list[tuple[str, Statement]]) -> Iterator[Place]:
    """Yield the units that speak IPv4 and are not told to be silent; not loopbacks, nor ports out of band."""
    for name, unit in units:
        family = unit.one("family inet")
        if family is None or name.startswith(OWN):
            continue
        if not any(each.words == "no-redirects" and not each.inactive for each in family):
            yield Place(name, unit.line)


def _options(root: Statement) -> IpOptions:
    """Read the filters that are bound to what comes in."""
    for port in root.one("interfaces") or ():
        for unit in port.every("unit"):
            bound = unit.one("family inet", "filter") or NOWHERE
            names = [*members(bound.value("input") or ""), *members(bound.value("input-list") or "")]
            for name in names:
                found = root.one("firewall", "family inet", f"filter {name}") or NOWHERE
                for term in found.every("term"):
                    if _drops_options(term):
                        return IpOptions(dropped=True, line=term.line)
    return IpOptions(dropped=False, line=0)


def _drops_options(term: Statement) -> bool:
    wanted = list(term.one("from") or ())
    verdicts = {each.first for each in term.one("then") or ()}
    everything = [each.words for each in wanted] == ["ip-options any"]
    return everything and bool(verdicts & {"discard", "reject"})


def _enabled(root: Statement) -> Iterator[Place]:
    """Yield the configured ports, those of a bundle by its name; one that is not carries no traffic."""
    for port in root.one("interfaces") or ():
        off = any(each.words == "disable" and not each.inactive for each in port)
        if SOCKETS.fullmatch(port.words) and not off and not port.inactive:
            yield Place(_bundle(port) or port.words, port.line)


def _bundle(port: Statement) -> str | None:
    """Return the bundle that a port is part of: what the plan names."""
    found = (port.one(options) for options in ("gigether-options", "ether-options", "fastether-options"))
    return next((each.value("802.3ad") for each in found if each), None)
