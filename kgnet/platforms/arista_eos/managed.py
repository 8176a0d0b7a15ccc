"""How an EOS device is managed, from its running configuration → facts in neutral words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.model.facts import PacketFilter
from kgnet.model.managed import (
    LogHosts,
    LoginBanner,
    SnmpAgent,
    TimeServers,
)
from kgnet.platforms._operations import severity
from kgnet.platforms.arista_eos import accounts, snmp
from kgnet.platforms.arista_eos.block import Block

Facts = accounts.Facts | LoginBanner | LogHosts | SnmpAgent | TimeServers
DEFAULT_TRAP = "informational"  # what EOS sends where nothing is said (User Manual, logging trap)


def read(top: list[Block], filtered: PacketFilter) -> Iterator[Facts]:
    """Yield every fact; what is not configured is told as such: the whole configuration was read."""
    yield from accounts.read(top)
    yield _time_servers(top)
    yield _log_hosts(top)
    yield snmp.agent(top, filtered)
    yield _banner(top)


def _with(top: list[Block], start: str) -> list[Block]:
    return [block for block in top if block.text.startswith(start)]


def _first(found: list[Block]) -> int:
    return found[0].number if found else 0


def _time_servers(top: list[Block]) -> TimeServers:
    found = _with(top, "ntp server ")
    servers = tuple(block.words[4] if block.words[2] == "vrf" else block.words[2] for block in found)
    keyed = bool(found) and all(" key " in block.text for block in found)
    trusted = any(block.text.startswith("ntp authenticate") for block in top)
    return TimeServers(servers, keyed and trusted, _first(found))


def _log_hosts(top: list[Block]) -> LogHosts:
    found = [block for block in top if re.match(r"logging (?:vrf \S+ )?host ", block.text)]
    hosts = tuple(block.words[block.words.index("host") + 1] for block in found)
    sources = [
        block.words[-1] for block in top if re.match(r"logging (?:vrf \S+ )?source-interface ", block.text)
    ]
    trap = [block.words[-1] for block in _with(top, "logging trap ")]
    least = severity(trap[0] if trap else DEFAULT_TRAP)
    return LogHosts(hosts, least, sources[0] if sources else None, _first(found))


def _banner(top: list[Block]) -> LoginBanner:
    for block in top:
        if block.text == "banner login":
            return LoginBanner("\n".join(_texts(block)), block.number)
    return LoginBanner("", 0)


def _texts(block: Block) -> Iterator[str]:
    for line in block.inside:
        yield line.text
        yield from _texts(line)
