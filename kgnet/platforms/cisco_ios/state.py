"""IOS's running state → facts: interfaces, neighbours, clock.  Text of IOS 15 and IOS XE 16 and 17."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import pairwise

from kgnet.errors import ReadError
from kgnet.model.access import HostKeys
from kgnet.model.facts import BfdPeer, BfdPeers, BgpPeer, BgpPeers, InterfaceState, InterfaceStates
from kgnet.model.filtering import FilterHits
from kgnet.model.managed import (
    InterfaceErrors,
    Inventory,
    LldpNeighbors,
    Logins,
    OspfPeer,
    OspfPeers,
    SnmpUsers,
    TimeSource,
    TimeSources,
    Unsaved,
)
from kgnet.platforms._asn import as_number
from kgnet.platforms._releases import running
from kgnet.platforms.cisco_ios import around, hits
from kgnet.ports import Reader

LINK = re.compile(
    r"(\S+) is (administratively down|up|down|deleted|reset|standby mode), line protocol is (up|down)"
)
MTU = re.compile(r"\s+MTU (\d+) bytes")
ERRORS = re.compile(r"\s*(\d+) (?:input|output) errors")
SHORT_S = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600}
PEER = re.compile(r"\*?([0-9A-Fa-f.:]+)(?:\s+(4\s.*))?")
COLUMNS = re.compile(r"\s*4\s+([\d.]+)\s+\d+\s+\d+\s+\d+\s+\d+\s+\d+\s+(\S+)\s+(.+)")
BFD = re.compile(r"([0-9A-Fa-f.:]+)(?:\s+(\d+/\d+\s.*))?")
BFD_ROW = re.compile(r"\s*\d+/\d+\s+(\S+)\s+(\S+)\s+(\S+)")
OSPF = re.compile(r"([\d.]+)\s+\d+\s+(\w+)/\s*\S+\s+\S+\s+([\d.]+)\s+(\S+)")
SOURCE = re.compile(r"([*#+\-x ])(?:\s?~)\s*([0-9A-Fa-f.:]+)(?:\s+(\S+\s+\d+\s.*))?")
SOURCE_ROW = re.compile(r"\s*\S+\s+(\d+)\s+\S+\s+\d+\s+\d+\s+[\d.]+\s+(-?[\d.]+)\s+[\d.]+")


def _found(what: str, text: str, found: list[object] | Mapping[str, object]) -> None:
    """Raise ReadError if nothing was found where something has to be."""
    if not found:
        raise ReadError(f"no {what} in it: {text.strip()[:80]!r}")


# ── interfaces ──────────────────────────────────────────────────────────────


def interface_states(text: str) -> InterfaceStates:
    """Read `show interfaces`."""
    told: dict[str, InterfaceState] = {}
    name, up = "", False
    for line in text.splitlines():
        if found := LINK.match(line):
            name, up = found[1], found[2] == found[3] == "up"
        elif name and (found := MTU.match(line)):
            told.setdefault(name, InterfaceState(name, up, int(found[1])))
    _found("interface", text, told)
    return InterfaceStates(tuple(told.values()))


def interface_errors(text: str) -> InterfaceErrors:
    """Read `show interfaces`, or the lines of it that name an interface or its errors."""
    errors: dict[str, int] = {}
    name = ""
    for line in text.splitlines():
        if found := LINK.match(line):
            name = found[1]
            errors.setdefault(name, 0)
        elif name and (found := ERRORS.match(line)):
            errors[name] += int(found[1])
    _found("interface", text, errors)
    return InterfaceErrors(errors)


# ── routing ─────────────────────────────────────────────────────────────────


def bgp_peers(text: str) -> BgpPeers:
    """Read `show bgp all summary`; a peer of two families is told once."""
    if "local AS number" not in text:
        raise ReadError(f"no summary of BGP in it: {text.strip()[:80]!r}")
    peers: dict[str, BgpPeer] = {}
    for name, found in _rows(text, PEER, COLUMNS):
        state = found[3].strip()
        established = state.isdecimal()
        peers.setdefault(
            name,
            BgpPeer(
                address=_address(name),
                remote_as=as_number(found[1]),
                state="Established" if established else state,
                uptime_s=seconds(found[2]) if established else 0.0,
                prefixes_received=int(state) if established else 0,
            ),
        )
    return BgpPeers(tuple(peers.values()))


def _rows(text: str, head: re.Pattern[str], row: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield address and row; where an address is long the row is on the next line."""
    name = ""
    for line in text.splitlines():
        if found := head.fullmatch(line.rstrip()):
            name = found[1] if _is_address(found[1]) else ""
            rest = found[2] or ""
        else:
            rest = line
        if name and (told := row.match(rest)):
            yield name, told
            name = ""


def _is_address(word: str) -> bool:
    return word.count(".") == 3 or word.count(":") > 1


def _address(word: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(word)
    except ValueError as reason:
        raise ReadError(f"{word!r} is no address") from reason


def seconds(text: str) -> float:
    """Return how long `00:01:09`, `1d02h`, `3w4d`, `1y20w` or `never` is; ReadError on anything else."""
    if text == "never":
        return 0.0
    if found := re.fullmatch(r"(\d+):(\d+):(\d+)", text):
        hours, minutes, rest = map(int, found.groups())
        return float(hours * 3600 + minutes * 60 + rest)
    if re.fullmatch(r"(?:\d+[ywdh])+", text):
        return float(
            sum(int(count) * SHORT_S[unit] for count, unit in re.findall(r"(?<!\d)(\d+)([ywdh])", text))
        )
    raise ReadError(f"{text!r} is no time as IOS tells it")


def bfd_peers(text: str) -> BfdPeers:
    """Read `show bfd neighbors details`; intervals are told in microseconds."""
    peers: list[BfdPeer] = []
    for (name, row), body in _sessions(text):
        ours, theirs = _number(r"(?<!Received )MinRxInt: ", body), _number("Min tx interval: ", body, 0)
        multiplier = _number("Received Multiplier: ", body, 0) or _number("Multiplier: ", body)
        interval_ms = max(ours, theirs) // 1000  # RFC 5880 §6.8.4
        peers.append(BfdPeer(_address(name), row[2].lower() == "up", interval_ms, multiplier))
    _found("BFD session", text, list(peers))
    return BfdPeers(tuple(peers))


def _sessions(text: str) -> Iterator[tuple[tuple[str, re.Match[str]], str]]:
    """Yield each session of BFD: its row, and what is told of it below."""
    lines = text.splitlines()
    starts = [
        at for at, line in enumerate(lines) if (m := BFD.fullmatch(line.rstrip())) and _is_address(m[1])
    ]
    for at, end in pairwise([*starts, len(lines)]):
        body = "\n".join(lines[at:end])
        for row in _rows(body, BFD, BFD_ROW):
            yield row, body


def _number(word: str, body: str, default: int | None = None) -> int:
    found = re.search(rf"{word}(\d+)", body)
    if found is None and default is None:
        raise ReadError(f"a BFD session without {word.strip()} {body[:60]!r} — `details` are wanted")
    return int(found[1]) if found else default or 0


def ospf_peers(text: str) -> OspfPeers:
    """Read `show ip ospf neighbor`."""
    peers = [
        OspfPeer(IPv4Address(_address(found[1])), _address(found[3]), around.full(found[4]), found[2])
        for line in text.splitlines()
        if (found := OSPF.match(line.strip()))
    ]
    _found("neighbour of OSPF", text, list(peers))
    return OspfPeers(tuple(peers))


# ── clock ───────────────────────────────────────────────────────────────────


def time_sources(text: str) -> TimeSources:
    """Read `show ntp associations`; offsets are in milliseconds, positive where the server is ahead."""
    sources: list[TimeSource] = []
    mark, name = " ", ""
    for line in text.splitlines():
        rest = line
        if found := SOURCE.fullmatch(line.rstrip()):
            mark, name, rest = found[1], found[2], found[3] or ""
        if name and (told := SOURCE_ROW.match(rest)):
            sources.append(TimeSource(name, int(told[1]), mark == "*", float(told[2]) / 1000))
            name = ""
    _found("time server", text, list(sources))
    return TimeSources(tuple(sources))


STATE: Mapping[tuple[str, ...], Reader] = {
    ("show version",): running(around.hardware),
    ("show access-lists",): Reader(FilterHits, hits.read),
    ("show inventory",): Reader(Inventory, around.inventory),
    ("show interfaces",): Reader(InterfaceStates, interface_states),
    ("show interfaces | include line protocol|errors",): Reader(InterfaceErrors, interface_errors),
    ("show bgp all summary",): Reader(BgpPeers, bgp_peers),
    ("show bfd neighbors details",): Reader(BfdPeers, bfd_peers),
    ("show ip ospf neighbor",): Reader(OspfPeers, ospf_peers),
    ("show ntp associations",): Reader(TimeSources, time_sources),
    ("show lldp neighbors detail",): Reader(LldpNeighbors, around.lldp_neighbors),
    ("show ip ssh",): Reader(HostKeys, around.host_keys),
    ("show snmp user",): Reader(SnmpUsers, around.snmp_users),
    ("show users",): Reader(Logins, around.logins),
    (around.DIFFERENCES,): Reader(Unsaved, around.unsaved),
}
