"""VRP's running state → facts; the tables of VRP 5 (AR routers), read by their rows."""

from __future__ import annotations

import re
from ipaddress import ip_address

from kgnet.errors import ReadError
from kgnet.model.facts import BgpPeer, BgpPeers, InterfaceState, InterfaceStates
from kgnet.model.managed import (
    Hardware,
    InterfaceErrors,
    LldpNeighbor,
    LldpNeighbors,
    TimeSource,
    TimeSources,
    Unsaved,
)
from kgnet.platforms._asn import as_number
from kgnet.platforms._management import blocks, duration_s

UPTIME = re.compile(
    r"^(?:Huawei |HUAWEI )?(?P<model>\S+)(?: \S+)*? uptime is (?:(?P<w>\d+) weeks?, )?(?P<d>\d+) days?, "
    r"(?P<h>\d+) hours?, (?P<m>\d+) minutes?",
    re.MULTILINE,
)
VERSION = re.compile(r"VRP \(R\) software, Version (?P<version>\S+(?: \([^)]*\))?)")
SERIAL = re.compile(r"^ESN[^:\n]*: *(?P<serial>\S+)", re.MULTILINE)


def hardware(text: str) -> Hardware:
    """Read `display version`; the serial number stands there on some models only."""
    version, up, serial = VERSION.search(text), UPTIME.search(text), SERIAL.search(text)
    if version is None or up is None:
        raise ReadError("`display version` tells no version and uptime of VRP")
    numbers = {name: int(up[name] or 0) for name in "wdhm"}
    uptime_s = numbers["w"] * 604800 + numbers["d"] * 86400 + numbers["h"] * 3600 + numbers["m"] * 60
    told = serial["serial"] if serial else ""
    return Hardware("Huawei", up["model"], told, version["version"], float(uptime_s))


STATE = re.compile(r"^(?P<name>\S+) current state : (?P<state>[^\n]+)", re.MULTILINE)
MTU = re.compile(r"The Maximum Transmit Unit is (?P<mtu>\d+)")
ALWAYS_1500 = 1500  # bytes: what VRP sends where it tells no MTU (layer 2)


def interface_states(text: str) -> InterfaceStates:
    """Read `display interface`: up when the port and its protocol are."""
    found = tuple(_state(head, block) for head, block in blocks(STATE, text))
    if not found:
        raise ReadError("`display interface` tells no interface")
    return InterfaceStates(found)


def _state(head: re.Match[str], block: str) -> InterfaceState:
    protocol = re.search(r"^Line protocol current state : (\S+)", block, re.MULTILINE)
    mtu = MTU.search(block)
    up = head["state"].strip() == "UP" and (protocol is None or protocol[1].startswith("UP"))
    return InterfaceState(head["name"], up, int(mtu["mtu"]) if mtu else ALWAYS_1500)


BRIEF = re.compile(
    r"^\s*(?P<name>[A-Z]\S*)\s+\S+\s+\S+\s+(?:\S+%|--)\s+(?:\S+%|--)\s+(?P<received>\d+)\s+(?P<sent>\d+)\s*$"
)


def interface_errors(text: str) -> InterfaceErrors:
    """Read `display interface brief`."""
    if "outErrors" not in text:
        raise ReadError("`display interface brief` counts no errors")
    rows = filter(None, map(BRIEF.match, text.splitlines()))
    return InterfaceErrors(
        {row["name"].partition("(")[0]: int(row["received"]) + int(row["sent"]) for row in rows}
    )


PEER = re.compile(
    r"^\s*(?P<address>[0-9a-fA-F.:]+)\s+4\s+(?P<asn>[0-9.]+)\s+\d+\s+\d+\s+\d+\s+(?P<age>\S+)\s+"
    r"(?P<state>[A-Z]\w+(?:\(Admin\))?)\s+(?P<prefixes>\d+)\s*$"
)


def bgp_peers(text: str) -> BgpPeers:
    """Read `display bgp peer`; a router without BGP prints nothing or says so, and has no peers."""
    if text.strip() and "Total number of peers" not in text and "BGP" not in text:
        raise ReadError(f"`display bgp peer` is not as expected: {text.strip()[:60]!r}")
    return BgpPeers(
        tuple(
            BgpPeer(
                address=ip_address(row["address"]),
                remote_as=as_number(row["asn"]),
                state=row["state"].partition("(")[0],
                uptime_s=duration_s(row["age"]) if row["state"] == "Established" else 0.0,
                prefixes_received=int(row["prefixes"]),
            )
            for row in filter(None, map(PEER.match, text.splitlines()))
        )
    )


SOURCE = re.compile(r"^\s*clock source: (?P<address>\S+)", re.MULTILINE)
OFFSET = re.compile(r"offset: (?P<offset>-?[0-9.]+) ?ms")


def time_sources(text: str) -> TimeSources:
    """Read `display ntp-service sessions verbose`: the one it follows is told as `master`."""
    if "clock" not in text:
        raise ReadError("`display ntp-service sessions verbose` tells nothing of clocks")
    return TimeSources(tuple(_source(head["address"], block) for head, block in blocks(SOURCE, text)))


def _source(address: str, block: str) -> TimeSource:
    stratum, offset = re.search(r"clock stratum: (\d+)", block), OFFSET.search(block)
    if stratum is None:
        raise ReadError(f"no stratum is told of the clock {address}")
    follows = re.search(r"clock status: .*\bmaster\b", block) is not None
    return TimeSource(address, int(stratum[1]), follows, float(offset["offset"]) / 1000 if offset else 0.0)


NEIGHBOR = re.compile(r"^(?P<local>[A-Z]\S+)\s+(?P<device>\S+)\s+(?P<port>\S+)\s+\d+\s*$")


def lldp_neighbors(text: str) -> LldpNeighbors:
    """Read `display lldp neighbor brief`; nothing is printed where nobody is heard."""
    if text.strip() and "Local Intf" not in text and "Info:" not in text:
        raise ReadError(f"`display lldp neighbor brief` is not as expected: {text.strip()[:60]!r}")
    rows = filter(None, map(NEIGHBOR.match, text.splitlines()))
    return LldpNeighbors(tuple(LldpNeighbor(row["local"], row["device"], row["port"]) for row in rows))


def unsaved(text: str) -> Unsaved:
    """Read `compare configuration`."""
    if "is the same as" in text:
        return Unsaved(False, "")
    if "Warning" in text or "====" in text:
        return Unsaved(True, "")
    raise ReadError(f"`compare configuration` is not as expected: {text.strip()[:60]!r}")
