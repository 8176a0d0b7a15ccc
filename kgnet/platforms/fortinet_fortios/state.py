"""FortiOS' running state → facts: what `get` and `diagnose` print (FortiOS 7)."""

from __future__ import annotations

import re
from ipaddress import ip_address

from kgnet.errors import ReadError
from kgnet.model.facts import BgpPeer, BgpPeers, InterfaceState, InterfaceStates
from kgnet.model.managed import Hardware, InterfaceErrors, TimeSource, TimeSources, Unsaved
from kgnet.platforms._management import blocks, duration_s

ETHERNET_BYTES = 1500  # MTU of its ports unless mtu-override is set
VERSION = re.compile(r"^Version: (?P<model>\S+) v(?P<version>[^,\s]+)", re.MULTILINE)
SERIAL = re.compile(r"^Serial-Number: (?P<serial>\S+)", re.MULTILINE)
UPTIME = re.compile(r"^Uptime: +(?P<d>\d+) days?, +(?P<h>\d+) hours?, +(?P<m>\d+) minutes?", re.MULTILINE)


def hardware(text: str) -> Hardware:
    """Read `get system status` and, below it, `get system performance status`, which tells the uptime."""
    version, serial, up = VERSION.search(text), SERIAL.search(text), UPTIME.search(text)
    if version is None or serial is None:
        raise ReadError("`get system status` tells no version and serial number")
    uptime_s = int(up["d"]) * 86400 + int(up["h"]) * 3600 + int(up["m"]) * 60 if up else 0
    return Hardware("Fortinet", version["model"], serial["serial"], version["version"], float(uptime_s))


PORT = re.compile(r"^\s*==\s*\[(?P<name>[^\]]+)\]\n\s*mode:", re.MULTILINE)


def interface_states(text: str) -> InterfaceStates:
    """Read `get system interface physical`: a port is up when its link is; FortiOS tells no MTU here."""
    found = tuple(
        InterfaceState(head["name"].strip(), bool(re.search(r"^\s*status: up", told, re.M)), ETHERNET_BYTES)
        for head, told in blocks(PORT, text)
    )
    if not found:
        raise ReadError("`get system interface physical` tells no port")
    return InterfaceStates(found)


def interface_errors(text: str) -> InterfaceErrors:
    """Read `fnsysctl cat /proc/net/dev`: Linux' own table (received errors 3rd, sent errors 11th number)."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        numbers = rest.split()
        if colon and len(numbers) == 16:
            found[name.strip()] = int(numbers[2]) + int(numbers[10])
    if not found:
        raise ReadError("`fnsysctl cat /proc/net/dev` counts nothing")
    return InterfaceErrors(found)


PEER = re.compile(
    r"^(?P<address>[0-9a-fA-F.:]+)\s+4\s+(?P<asn>[0-9.]+)\s+\d+\s+\d+\s+\d+\s+\d+\s+\d+\s+(?P<age>\S+)\s+(?P<state>\S(?:.*\S)?)\s*$"
)


def bgp_peers(text: str) -> BgpPeers:
    """Read `get router info bgp summary`; a device without BGP prints nothing of neighbours."""
    found = []
    for row in filter(None, map(PEER.match, text.splitlines())):
        up = row["state"].isdecimal()
        found.append(
            BgpPeer(
                address=ip_address(row["address"]),
                remote_as=int(row["asn"]),
                state="Established" if up else row["state"].partition(" ")[0],
                uptime_s=duration_s(row["age"]) if up else 0.0,
                prefixes_received=int(row["state"]) if up else 0,
            )
        )
    if not found and text.strip() and "BGP" not in text and "router identifier" not in text:
        raise ReadError(f"`get router info bgp summary` is not as expected: {text.strip()[:60]!r}")
    return BgpPeers(tuple(found))


SERVER = re.compile(
    r"^\s*ipv[46] server\((?P<name>[^)]*)\) (?P<address>\S+) -- (?P<rest>[^\n]*)", re.MULTILINE
)


def time_sources(text: str) -> TimeSources:
    """Read `diagnose sys ntp status`: `selected` tells the one that it follows."""
    if "synchronized" not in text:
        raise ReadError("`diagnose sys ntp status` tells nothing of synchronisation")
    return TimeSources(tuple(_source(head, block) for head, block in blocks(SERVER, text)))


def _source(head: re.Match[str], block: str) -> TimeSource:
    stratum = re.search(r"stratum[=:] ?(\d+)", block)
    offset = re.search(r"offset is (-?[0-9.]+) sec|offset (-?[0-9.]+)", block)
    told = next((group for group in offset.groups() if group), "0") if offset else "0"
    return TimeSource(
        head["address"].split("/")[0],
        int(stratum[1]) if stratum else 16,
        "selected" in head["rest"],
        float(told),
    )


def unsaved(text: str) -> Unsaved:
    """Read `get system global | grep cfg-save`: only what is saved by hand can be unsaved."""
    found = re.search(r"^cfg-save\s*: (\S+)", text, re.MULTILINE)
    if found is None:
        raise ReadError("`get system global` tells no cfg-save")
    return Unsaved(found[1] != "automatic", "")
