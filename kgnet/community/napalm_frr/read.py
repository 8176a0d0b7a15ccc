"""What FRR and Linux print → what NAPALM returns; pure functions of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

VERSION = re.compile(r"^FRRouting (\S+) \(([^)]*)\)", re.MULTILINE)
NOISE = re.compile(r"^(Building configuration\.\.\.|Current configuration:)\s*\n", re.MULTILINE)
DESCRIPTION = re.compile(
    r"^interface (\S+)(?: [^\n]*)?\n(?:(?!exit|!|interface)[^\n]*\n)*? description ([^\n]+)", re.MULTILINE
)
SECRETS = (
    re.compile(r"(^ *neighbor \S+ password )\S.*$", re.MULTILINE),
    re.compile(
        r"(^ *(?:ip ospf (?:message-digest-key \d+ md5|authentication-key)|enable password|password) )\S.*$",
        re.MULTILINE,
    ),
    re.compile(r"(^ *key-string )\S.*$", re.MULTILINE),
)
FAMILIES = {"ipv4Unicast": "ipv4", "ipv6Unicast": "ipv6"}
SENT = re.compile(r"^(\d+) bytes from|(\d+) packets transmitted, (\d+) (?:packets )?received", re.MULTILINE)
TIMES = re.compile(r"time=([\d.]+) ms")
DEFAULT = "default"  # FRR's name of the VRF that NAPALM calls global


def config(text: str) -> str:
    """Return a configuration as one would type it."""
    return NOISE.sub("", text.replace("\r\n", "\n")).lstrip("\n")


def sanitized(text: str) -> str:
    """Return *text* without what is secret in it, as NAPALM's other drivers write it."""
    for pattern in SECRETS:
        text = pattern.sub(r"\1<removed>", text)
    return text


def version(text: str) -> str:
    """Read `show version`; empty if it is not FRR's."""
    found = VERSION.search(text)
    return found[1] if found else ""


def interfaces(links: str, running: str) -> dict[str, dict[str, Any]]:
    """Read `ip -j link show`, and the descriptions in FRR's configuration; -1: not known."""
    described = dict(DESCRIPTION.findall(running))
    return {
        link["ifname"]: {
            "is_up": link.get("operstate") == "UP" or "LOWER_UP" in link.get("flags", ()),
            "is_enabled": "UP" in link.get("flags", ()),
            "description": described.get(link["ifname"], link.get("ifalias", "")).strip(),
            "last_flapped": -1.0,
            "mtu": int(link.get("mtu", 0)),
            "speed": -1.0,
            "mac_address": str(link.get("address", "")).upper(),
        }
        for link in json.loads(links)
    }


def addresses(text: str) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """Read `ip -j address show`."""
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for link in json.loads(text):
        for one in link.get("addr_info", ()):
            family = {"inet": "ipv4", "inet6": "ipv6"}.get(one["family"])
            if family:
                of_link = found.setdefault(link["ifname"], {}).setdefault(family, {})
                of_link[one["local"]] = {"prefix_length": int(one["prefixlen"])}
    return found


def bgp_neighbors(summary: str, neighbors: str) -> dict[str, Any]:
    """Read `show bgp vrf all summary json` and `show bgp vrf all neighbors json`."""
    details = _by_vrf(json.loads(neighbors or "{}"))
    found: dict[str, Any] = {}
    for vrf, families in _by_vrf(json.loads(summary or "{}")).items():
        name = "global" if vrf == DEFAULT else vrf
        for family, table in families.items():
            if isinstance(table, Mapping) and "peers" in table:
                of_vrf = found.setdefault(name, {"router_id": table.get("routerId", ""), "peers": {}})
                for address, peer in table["peers"].items():
                    more = details.get(vrf, {}).get(address, {})
                    known = of_vrf["peers"].setdefault(address, _peer(peer, more))
                    known["address_family"][FAMILIES.get(family, family)] = _prefixes(peer)
    return found


def _by_vrf(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return tables by VRF; for the default one alone FRR leaves that level out."""
    flat = any(
        "peers" in table or "bgpState" in table for table in told.values() if isinstance(table, Mapping)
    )
    return {DEFAULT: told} if flat else told


def _peer(peer: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    up = peer.get("state") == "Established"
    return {
        "local_as": int(peer.get("localAs", more.get("localAs", 0))),
        "remote_as": int(peer.get("remoteAs", 0)),
        "remote_id": str(more.get("remoteRouterId", "")),
        "is_up": up,
        "is_enabled": "Admin" not in str(peer.get("state", "")),
        "description": str(peer.get("desc", more.get("nbrDesc", ""))),
        "uptime": int(peer.get("peerUptimeMsec", 0)) // 1000 if up else -1,
        "address_family": {},
    }


def _prefixes(peer: Mapping[str, Any]) -> dict[str, int]:
    """FRR's summary counts what was let in; how many a filter threw away it does not say there."""
    received = int(peer.get("pfxRcd", 0))
    return {
        "received_prefixes": received,
        "accepted_prefixes": received,
        "sent_prefixes": int(peer.get("pfxSnt", 0)),
    }


def ping(text: str) -> dict[str, Any]:
    """Read what Linux's ping prints."""
    totals = re.search(r"\b(\d+) packets transmitted, (\d+)(?: packets)? received", text)
    if totals is None:
        return {"error": text.strip().splitlines()[-1] if text.strip() else "ping said nothing"}
    sent, received = int(totals[1]), int(totals[2])
    times = [float(time) for time in TIMES.findall(text)]
    mean = sum(times) / len(times) if times else 0.0
    spread = (sum((time - mean) ** 2 for time in times) / len(times)) ** 0.5 if times else 0.0
    answered = re.findall(r"bytes from ([0-9a-fA-F:.]+) [^\n]*?time=([\d.]+) ms", text)
    return {
        "success": {
            "probes_sent": sent,
            "packet_loss": sent - received,
            "rtt_min": min(times, default=0.0),
            "rtt_max": max(times, default=0.0),
            "rtt_avg": mean,
            "rtt_stddev": spread,
            "results": [
                {"ip_address": str(ip_address(at.rstrip(":"))), "rtt": float(rtt)} for at, rtt in answered
            ],
        }
    }


def contexts(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a configuration, each with the blocks that it stands in."""
    stack: list[tuple[int, str]] = []
    for line in text.splitlines():
        words = line.strip()
        if not words or words.startswith("!") or words in ("end", "exit", "exit-vrf", "exit-address-family"):
            continue
        depth = len(line) - len(line.lstrip(" "))
        while stack and stack[-1][0] >= depth:
            stack.pop()
        yield (*(name for _, name in stack), words)
        stack.append((depth, words))


def difference(have: str, want: str, *, merge: bool) -> str:
    """Return `-` and `+` lines below the blocks they stand in; a merge takes nothing away but by `no`."""
    old, new = list(contexts(have)), list(contexts(want))
    gone = [] if merge else [("-", path) for path in old if path not in set(new)]
    here = set(old)
    come = [("+", path) for path in new if path not in here and not (merge and _undone(path, here))]
    lines: list[str] = []
    shown: set[tuple[str, ...]] = set()
    for mark, path in (*gone, *come):
        for depth in range(1, len(path)):
            if path[:depth] not in shown and path[:depth] in here:
                lines.append(f"  {' ' * (depth - 1)}{path[depth - 1]}")
                shown.add(path[:depth])
        lines.append(f"{mark} {' ' * (len(path) - 1)}{path[-1]}")
    return "\n".join(lines)


def _undone(path: tuple[str, ...], here: set[tuple[str, ...]]) -> bool:
    """Whether a `no` takes away what is not there."""
    last = path[-1]
    return last.startswith("no ") and not any(
        one[:-1] == path[:-1] and one[-1].startswith(last[3:]) for one in here
    )
