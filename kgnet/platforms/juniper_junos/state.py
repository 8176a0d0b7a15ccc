"""What Junos prints of its running state → facts.  Layouts as of Junos 12.3 to 23.4."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, ip_address

from kgnet.errors import ReadError
from kgnet.model.facts import (
    BfdPeer,
    BfdPeers,
    BgpPeer,
    BgpPeers,
    InterfaceState,
    InterfaceStates,
)
from kgnet.model.filtering import FilterHits
from kgnet.model.managed import (
    Hardware,
    InterfaceErrors,
    LldpNeighbor,
    LldpNeighbors,
    OspfPeer,
    OspfPeers,
    TimeSource,
    TimeSources,
    Unsaved,
)
from kgnet.platforms._releases import running
from kgnet.platforms.juniper_junos import hits
from kgnet.ports import Reader

UNLIMITED_BYTES = 65535  # Junos tells no number of interfaces that take any size, as lo0

# ── hardware ────────────────────────────────────────────────────────────────

ASKED = 'show snmp mib get "sysDescr.0 sysUpTime.0 jnxBoxSerialNo.0"'  # one answer that holds all of it
MODEL = re.compile(r"Juniper Networks, Inc\. (\S+) .*?JUNOS ([^\s,]+)")


def hardware(text: str) -> Hardware:
    """Read three objects of SNMPv2-MIB and JUNIPER-MIB; sysUpTime is in hundredths of a second."""
    said = {
        name.strip(): value.strip()
        for name, sign, value in (line.partition("=") for line in text.splitlines())
        if sign
    }
    told = MODEL.search(said.get("sysDescr.0", ""))
    ticks = said.get("sysUpTime.0", "")
    if told is None or not ticks.isdecimal():
        raise ReadError(f"{ASKED} is not as expected: {text.strip()[:80]!r}")
    return Hardware("Juniper", told[1], said.get("jnxBoxSerialNo.0", ""), told[2], int(ticks) / 100)


# ── interfaces ──────────────────────────────────────────────────────────────

PHYSICAL = re.compile(r"Physical interface: (\S+),([^,]*), +Physical link is +(\w+)")
LOGICAL = re.compile(r"  Logical interface (\S+)")
FLAGS = re.compile(r"    Flags: +(.*)")
PROTOCOL_MTU = re.compile(r"    Protocol inet6?, +MTU: +(\w+)")
OWN = re.compile(  # ports and units that Junos makes for itself
    r"(?:bme|cbp|demux|dsc|em|esi|fti|gre|ipip|jsrv|lsi|mtun|pfe|pfh|pim[de]|pip|pp[de]?|rbeb|sp|tap|vtep)[-\d.].*"
    r"|.*\.(?:1638[345]|3276[78])"
)
ERRORS = re.compile(r"    (?:Carrier transitions: \d+, )?Errors: (\d+),")


def interface_states(text: str) -> InterfaceStates:
    """Read `show interfaces`: the units but Junos's own; one is up if its port is enabled and has a link."""
    found: dict[str, InterfaceState] = {}
    link, unit = False, ""
    for line in _lines(text, PHYSICAL, "show interfaces"):
        if port := PHYSICAL.match(line):
            link, unit = port[2].strip() == "Enabled" and port[3] == "Up", ""
        elif logical := LOGICAL.match(line):
            unit = "" if OWN.fullmatch(logical[1]) else logical[1]
            if unit:
                found[unit] = InterfaceState(unit, link, 0)
        elif unit and (flags := FLAGS.match(line)):
            up = link and not re.search(r"\b\w*Down\b", flags[1])
            found[unit] = InterfaceState(unit, up, found[unit].mtu_bytes)
        elif unit and (mtu := PROTOCOL_MTU.match(line)):
            octets = int(mtu[1]) if mtu[1].isdecimal() else UNLIMITED_BYTES
            found[unit] = InterfaceState(unit, found[unit].up, found[unit].mtu_bytes or octets)
    return InterfaceStates(tuple(found.values()))


def interface_errors(text: str) -> InterfaceErrors:
    """Read `show interfaces extensive`: errors in and out, by port."""
    found: dict[str, int] = {}
    name = ""
    for line in _lines(text, PHYSICAL, "show interfaces extensive"):
        if port := PHYSICAL.match(line):
            name = port[1]
            found[name] = 0
        elif errors := ERRORS.match(line):
            found[name] += int(errors[1])
    return InterfaceErrors(found)


# ── neighbours ──────────────────────────────────────────────────────────────

BGP_PEER = re.compile(
    r"(?P<address>[0-9a-fA-F.:]+)(?:\+\d+)? +(?P<asn>\d+) +\d+ +\d+ +\d+ +\d+ +"
    r"(?P<since>(?:\d+w\d+d |\d+d |\d+w )?[\d:]+) +(?P<state>[A-Za-z]+|\d+/\d+/\S+)(?: |$)"
)
BGP_TABLE = re.compile(r"  \S+: (\d+)/(\d+)/(\d+)")
SECONDS = {"w": 604_800, "d": 86_400}
BFD_PEER = re.compile(r"(\S+) +(Up|Down|Init|AdminDown|Failing) +(?:(\S+) +)?([\d.]+) +([\d.]+) +(\d+)$")
OSPF_PEER = re.compile(r"([\d.]+) +(\S+) +(\w+) +([\d.]+) +\d+ +\d+$")


def bgp_peers(text: str) -> BgpPeers:
    """Read `show bgp summary`: of an established session the counts stand on the line, or below it."""
    if "BGP is not running" in text:
        return BgpPeers(())
    peers: list[BgpPeer] = []
    for line in _lines(text, re.compile(r"Peer +AS "), "show bgp summary"):
        if found := BGP_PEER.match(line):
            counted = re.match(r"\d+/(\d+)/", found["state"])
            established = bool(counted) or found["state"] == "Establ"
            peers.append(
                BgpPeer(
                    address=ip_address(found["address"]),
                    remote_as=int(found["asn"]),
                    state="Established" if established else found["state"],
                    uptime_s=_seconds(found["since"]) if established else 0.0,
                    prefixes_received=int(counted[1]) if counted else 0,
                )
            )
        elif peers and (table := BGP_TABLE.match(line)):
            last = peers[-1]
            count = last.prefixes_received + int(table[2])
            peers[-1] = BgpPeer(last.address, last.remote_as, last.state, last.uptime_s, count)
    return BgpPeers(tuple(peers))


def _seconds(since: str) -> float:
    """Read `5:12`, `1:05:12`, `2d 3:04:05`, `3w2d 4:05:06`."""
    days, _, clock = since.rpartition(" ")
    total = sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"(?<!\d)(\d+)([wd])", days))
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return float(total + seconds)


def bfd_peers(text: str) -> BfdPeers:
    """Read `show bfd session`: the detection time is the interval times the multiplier."""
    rows = (
        BFD_PEER.match(line.strip())
        for line in _lines(text, re.compile(r"\d+ sessions?,"), "show bfd session")
    )
    return BfdPeers(
        tuple(
            BfdPeer(
                ip_address(row[1]), row[2] == "Up", round(float(row[4]) * 1000 / int(row[6])), int(row[6])
            )
            for row in rows
            if row
        )
    )


def ospf_peers(text: str) -> OspfPeers:
    """Read `show ospf neighbor`."""
    if "not running" in text:
        return OspfPeers(())
    rows = (
        OSPF_PEER.match(line.strip())
        for line in _lines(text, re.compile(r"Address +Interf"), "show ospf neighbor")
    )
    peers = (
        OspfPeer(IPv4Address(row[4]), ip_address(row[1]), row[2], row[3].upper().replace("TWOWAY", "2WAY"))
        for row in rows
        if row
    )
    return OspfPeers(tuple(peers))


def lldp_neighbors(text: str) -> LldpNeighbors:
    """Read `show lldp neighbors`, whose columns start where their titles do."""
    head = re.compile(r"Local Interface +Parent Interface +Chassis Id +Port info +System Name")
    lines = list(_lines(text, head, "show lldp neighbors"))
    start = next(place for place, line in enumerate(lines) if head.match(line))
    port, system = (lines[start].index(title) for title in ("Port info", "System Name"))
    rows = [line for line in lines[start + 1 :] if re.match(r"(?:[a-z]{2}-\d|ae|fxp|em|me|vme|irb|et)", line)]
    return LldpNeighbors(
        tuple(LldpNeighbor(row.split()[0], row[system:].strip(), row[port:system].strip()) for row in rows)
    )


# ── time, and what is not kept ──────────────────────────────────────────────

CLOCK = re.compile(
    r"([ *+#o.x-]?)(\S+) +\S+ +(?:- +)?(\d+) +[a-z-] +\S+ +\d+ +\d+ +[\d.]+ +([-+]?[\d.]+)"
    r" +[\d.]+(?: +[\d.]+){0,2}$"
)
COMMIT = re.compile(r"0 +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+) by \S+ via \S+(.*)")


def time_sources(text: str) -> TimeSources:
    """Read `show ntp associations`: offsets are in milliseconds, server less client (ntpq)."""
    rows = (
        CLOCK.match(line) for line in _lines(text, re.compile(r" *remote +refid"), "show ntp associations")
    )
    return TimeSources(
        tuple(
            TimeSource(row[2], int(row[3]), row[1] in ("*", "o"), float(row[4]) / 1000) for row in rows if row
        )
    )


def unsaved(text: str) -> Unsaved:
    """Read `show system commit`: what was committed is kept, unless it still waits to be confirmed."""
    for line in _lines(text, COMMIT, "show system commit"):
        if newest := COMMIT.match(line):
            pending = "commit confirmed, rollback in" in newest[2]
            return Unsaved(pending, newest[1] if pending else "")
    raise ReadError("`show system commit` lists no commit: ask the device again")


def _lines(text: str, sign: re.Pattern[str], command: str) -> Iterator[str]:
    """Yield the lines of an answer; ReadError unless one of them is the *sign* that it is one."""
    lines = text.splitlines()
    if not any(sign.match(line) for line in lines):
        raise ReadError(f"`{command}` is not as expected: {text.strip()[:80]!r}")
    return iter(lines)


STATE: Mapping[tuple[str, ...], Reader] = {
    (ASKED,): running(hardware),
    ("show security policies hit-count",): Reader(FilterHits, hits.read),
    ("show interfaces",): Reader(InterfaceStates, interface_states),
    ("show interfaces extensive",): Reader(InterfaceErrors, interface_errors),
    ("show bgp summary",): Reader(BgpPeers, bgp_peers),
    ("show bfd session",): Reader(BfdPeers, bfd_peers),
    ("show ospf neighbor",): Reader(OspfPeers, ospf_peers),
    ("show lldp neighbors",): Reader(LldpNeighbors, lldp_neighbors),
    ("show ntp associations no-resolve",): Reader(TimeSources, time_sources),
    ("show system commit",): Reader(Unsaved, unsaved),
}
