"""IOS's canonical configuration → facts on how the device is managed."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.managed import (
    LogHosts,
    LoginBanner,
    SnmpAgent,
    TimeServers,
    Vrfs,
)
from kgnet.platforms._operations import severity
from kgnet.platforms.cisco_ios import access, accounts, snmp
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.ports import Readers


def _time_servers(root: Block) -> TimeServers:
    asked = [each.line.split() for each in root.starting("ntp server ")]
    names = tuple(words[4] if words[2] == "vrf" else words[2] for words in asked)
    believed = root.says("ntp authenticate") and all("key" in words for words in asked)
    return TimeServers(names, bool(asked) and believed, root.number_of("ntp server "))


def log_hosts(root: Block) -> Iterator[str]:
    """Yield where messages go: the rest of the lines `logging host`, and of older ones without `host`."""
    for each in root.starting("logging "):
        rest = each.line.removeprefix("logging ").removeprefix("host ")
        if each.line.startswith("logging host ") or rest[:1].isdecimal():
            yield rest


def _log_hosts(root: Block) -> LogHosts:
    source = root.rest("logging source-interface ")
    return LogHosts(
        hosts=tuple(rest.split()[0] for rest in log_hosts(root)),
        severity=severity(root.rest("logging trap ") or "informational"),
        source=source.split()[0] if source else None,
        line=root.number_of("logging host "),
    )


def _banner(root: Block) -> LoginBanner:
    for kind in ("login", "motd"):
        for block in root.starting(f"banner {kind}"):
            return LoginBanner("\n".join(block.literal), block.number)
    return LoginBanner("", 0)


def _vrfs(root: Block) -> Vrfs:
    names = [each.line.split()[-1] for each in root.starting("vrf definition ")]
    found: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    for block in root.starting("interface "):
        if vrf := block.rest("vrf forwarding "):
            found[vrf] = (*found.get(vrf, ()), block.line.split()[1])
    return Vrfs(found)


READERS: Readers = {
    **accounts.READERS,
    TimeServers: _time_servers,
    LogHosts: _log_hosts,
    SnmpAgent: snmp.agent,
    **access.READERS,
    LoginBanner: _banner,
    Vrfs: _vrfs,
}
