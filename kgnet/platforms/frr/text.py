"""FRR's own text: what `vtysh -c 'show running-config'` prints, in an order that no history changes.

FRR prints interfaces by name but prefix lists, route maps and BFD profiles in the order in which they were
once created; here all of them are sorted, so that two devices that do the same have the same text.
Verified against FRR 8.4.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from kgnet.model.fleet import BgpNeighbor, Device, Policy, Routing
from kgnet.platforms._names import natural
from kgnet.ports import Path

SHOW = ("vtysh", "-c", "show running-config")
CHECK = ("vtysh", "-C", "-f", "{file}")
# With the candidate named frr.conf in --confdir, frr-reload.py leaves the startup configuration alone.
LOAD = (
    "/usr/lib/frr/frr-reload.py",
    "--reload",
    "--stdout",
    "--log-level",
    "warning",
    "--confdir",
    "{folder}",
    "{file}",
)
SAVE = (
    ("install", "-m", "0640", "-o", "frr", "-g", "frr", "{file}", "/etc/frr/frr.conf.new"),
    ("mv", "-f", "/etc/frr/frr.conf.new", "/etc/frr/frr.conf"),
)
# `agentx` can be switched on but not off again before a restart, so it does not count as a difference.
CLOSERS = ("exit", "exit-address-family", "end", "agentx")
SECRETS = (
    re.compile(r"^ neighbor \S+ password (.+)$", re.MULTILINE),
    re.compile(r"^(?:enable )?password (?:\d )?(\S+)$", re.MULTILINE),  # of its terminals
    re.compile(r"\b(?:authentication-key|message-digest-key \d+ md5|key-string) (\S+)"),
    re.compile(r"^ *(?:ip rip authentication string|ip nhrp authentication) (\S+)", re.MULTILINE),
    re.compile(r"^ *(?:isis password|area-password|domain-password) (?:clear|md5) (\S+)", re.MULTILINE),
    re.compile(r"^ *PresharedKey = (\S+)", re.MULTILINE),
)

MAXIMUM_PREFIXES = 2000  # the province has some 1,500 with every circuit and LAN told apart
CONNECT_S, KEEPALIVE_S, HOLD_S = 5, 10, 30
PROFILES = {"fast": 300, "steady": 1000}  # BFD (RFC 5880): milliseconds between packets; three may be lost


OPENERS = ("interface ", "router ", "route-map ", "vrf ", "profile ", "peer ")


def close(path: Path) -> str:
    """Return the line that closes the block *path* in FRR's text."""
    header = path[-1]
    if header.startswith("address-family "):
        return "exit-address-family"
    return "exit" if header.startswith(OPENERS) or header == "bfd" else ""


def prepare(device: Device) -> Mapping[str, Any]:
    """Return what the template prints, in the order in which FRR prints it."""
    routing = device.routing
    neighbors = _neighbors(routing) if routing else []
    used = {_profile(device, neighbor) for neighbor in neighbors}
    return {
        "interfaces": sorted(device.interfaces, key=lambda interface: natural(interface.name)),
        "neighbors": [(neighbor, _profile(device, neighbor)) for neighbor in neighbors],
        "networks": _by_family(routing.networks if routing else ()),
        "aggregates": _by_family(routing.aggregates if routing else ()),
        "prefix_lists": _lists(routing),
        "matches": _matches(routing) if routing else [],
        "profiles": {name: interval for name, interval in PROFILES.items() if name in used},
        "maximum_prefixes": MAXIMUM_PREFIXES,
        "connect_s": CONNECT_S,
        "keepalive_s": KEEPALIVE_S,
        "hold_s": HOLD_S,
    }


def _neighbors(routing: Routing) -> list[BgpNeighbor]:
    return sorted(routing.neighbors, key=lambda neighbor: (neighbor.address.version, int(neighbor.address)))


def _profile(device: Device, neighbor: BgpNeighbor) -> str:
    """Return the BFD profile: IPv6 and circuits over the Internet take their time, which halves the load."""
    tunnel = device.interface(neighbor.interface).tunnel
    return "steady" if tunnel or neighbor.address.version == 6 else "fast"


def _by_family(networks: Iterable[Any]) -> dict[int, list[Any]]:
    return {
        version: sorted(network for network in networks if network.version == version) for version in (4, 6)
    }


def _lists(routing: Routing | None) -> dict[int, list[Any]]:
    every = sorted(routing.prefix_lists, key=attrgetter("name")) if routing else []
    return {version: [each for each in every if each.version == version] for version in (4, 6)}


def _matches(routing: Routing) -> list[tuple[Policy, int, str, str]]:
    """Return the entries of all route maps: policy, sequence, address family, prefix list."""
    versions = {each.name: each.version for each in routing.prefix_lists}
    words = {4: "ip", 6: "ipv6"}
    return [
        (policy, 10 * place, words[versions[name]], name)
        for policy in sorted(routing.policies, key=attrgetter("name"))
        for place, name in enumerate((name for name in policy.prefixes if name in versions), 1)
    ]


# ── the device's text ───────────────────────────────────────────────────────

Chunk = list[str]  # lines between two separators
EMPTY: list[Chunk] = [["bfd", "exit"]]  # stays behind when the last profile has gone
Key = tuple[Any, ...]


def canonical(text: str) -> str:
    """Return the configuration in *text*, without what FRR tells about itself, in our order."""
    chunks = [chunk for chunk in _chunks(_configuration(text), "!") if chunk not in EMPTY]
    return "".join(f"{line}\n" for chunk in _sorted(chunks, _place) for line in (*_tidy(chunk), "!"))


def _configuration(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line and not line.startswith(("Building configuration", "Current configuration", "frr version ")):
            yield line.rstrip()


def _chunks(lines: Iterable[str], separator: str) -> Iterator[Chunk]:
    for separates, chunk in groupby(lines, key=lambda line: line in (separator, "end")):
        if not separates:
            yield list(chunk)


def _sorted(chunks: list[Chunk], place: Callable[[Chunk], tuple[str, Key]]) -> Iterator[Chunk]:
    """Yield the chunks, those of one kind that stand together sorted."""
    for _, alike in groupby(chunks, key=lambda chunk: place(chunk)[0]):
        yield from sorted(alike, key=lambda chunk: place(chunk)[1])


def _place(chunk: Chunk) -> tuple[str, Key]:
    """Return the kind of a chunk and its place among its kind."""
    match chunk[0].split():
        case ["interface", name]:
            return "interface", natural(name)
        case ["route-map", name, _, sequence] if sequence.isdecimal():
            return "route-map", (name, int(sequence))
        case [" profile" | "profile", name]:
            return "profile", (name,)
        case words:
            return " ".join(words[:1]), ()


def _tidy(chunk: Chunk) -> Chunk:
    if chunk[0].startswith(("ip prefix-list ", "ipv6 prefix-list ")):
        return sorted(chunk, key=_entry)
    return chunk


def _entry(line: str) -> Key:
    match line.split():
        case [_, _, name, "seq", sequence, *_] if sequence.isdecimal():
            return name, int(sequence)
        case words:
            return " ".join(words[2:3]), -1
