"""Junos's configuration → facts: how it is managed; what it routes and filters is read beside."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ReadError
from kgnet.model.facts import System
from kgnet.model.layer2 import Switching
from kgnet.model.managed import (
    LogHosts,
    LoginBanner,
    RemoteAccess,
    SnmpAgent,
    SnmpUser,
    TimeServers,
    Vrfs,
)
from kgnet.platforms._operations import Operations
from kgnet.platforms.juniper_junos import accounts, forwarding, layer2
from kgnet.platforms.juniper_junos.operations import operations
from kgnet.platforms.juniper_junos.perimeter import Perimeter, perimeter
from kgnet.platforms.juniper_junos.read_filter import FilterFacts, packet_filter
from kgnet.platforms.juniper_junos.read_route import RouteFacts, routes
from kgnet.platforms.juniper_junos.text import Statement, members, parse

Facts = (
    System
    | accounts.Facts
    | TimeServers
    | LogHosts
    | SnmpAgent
    | RemoteAccess
    | LoginBanner
    | Vrfs
    | Switching
    | forwarding.Facts
    | Operations
    | RouteFacts
    | FilterFacts
    | Perimeter
)
SEVERITIES = {  # Junos's words → RFC 5424's, the most urgent first
    **{"emergency": "emergency", "alert": "alert", "critical": "critical", "error": "error"},
    **{"warning": "warning", "notice": "notice", "info": "informational", "any": "debug"},
}
SERVICES = {  # below `system services`
    **{"ssh": "ssh", "telnet": "telnet", "ftp": "ftp", "netconf": "netconf", "finger": "finger"},
    **{"rlogin": "rlogin", "xnm-clear-text": "xnm-clear-text", "rest": "api", "extension-service": "api"},
}
NOWHERE = Statement("", 0)


def read(text: str, part: str) -> Iterator[Facts]:
    """Read the configuration; a device without `protocols bgp` has no ConfiguredBgp."""
    root = parse(text)
    system = root.one("system") or NOWHERE
    try:
        yield System(system.value("host-name"), tuple(_hosts(system)), None)
        yield from accounts.facts(system)
        yield _time_servers(system)
        yield _log_hosts(system)
        yield _snmp(root)
        yield _remote(system, root)
        yield _banner(system)
        yield Vrfs({each.words: _members(each) for each in root.one("routing-instances") or ()})
        yield from operations(root)
        yield from routes(root)
        yield layer2.switching(root)
        yield from forwarding.read(root)
        yield from packet_filter(root)
        yield from perimeter(root)
    except (ValueError, IndexError, KeyError) as reason:
        raise ReadError(f"Junos's configuration is not as expected: {reason!r}") from reason


def _members(instance: Statement) -> tuple[str, ...]:
    named = tuple(each.rest for each in instance.every("interface"))
    return ("fxp0.0", *named) if instance.words == "mgmt_junos" else named


# ── who gets in ─────────────────────────────────────────────────────────────


def _remote(system: Statement, root: Statement) -> RemoteAccess:
    services = system.one("services") or NOWHERE
    found = [SERVICES[each.words] for each in services if each.words in SERVICES and not each.inactive]
    web = services.one("web-management") or NOWHERE
    found += [each.words for each in web if each.words in ("http", "https")]
    ssh = services.one("ssh")
    version = _ssh_version(ssh) if ssh else None
    idle = [each.value("idle-timeout") for each in (system.one("login") or NOWHERE).every("class")]
    waits = [int(minutes) * 60 for minutes in idle if minutes]
    limit = _filter_of_lo0(root)
    line = services.line
    return RemoteAccess(tuple(found), version, limit, max(waits) if waits and all(idle) else None, line)


def _ssh_version(ssh: Statement) -> int:
    """Return the oldest version spoken: without a word, Junos speaks version 2 alone (since 16.1)."""
    asked = members(ssh.value("protocol-version") or "v2")
    return min(int(word.removeprefix("v")) for word in asked)


def _filter_of_lo0(root: Statement) -> str | None:
    unit = root.one("interfaces", "lo0", "unit 0", "family inet", "filter")
    return unit.value("input") if unit else None


def _banner(system: Statement) -> LoginBanner:
    login = system.one("login") or NOWHERE
    for each in login.every("message"):
        return LoginBanner(each.rest.rstrip("\n"), each.line)
    return LoginBanner("", login.line)


# ── time, logs, SNMP ────────────────────────────────────────────────────────


def _time_servers(system: Statement) -> TimeServers:
    ntp = system.one("ntp") or NOWHERE
    servers = [each.rest.split() for each in ntp.every("server")]
    trusted = ntp.value("trusted-key") is not None and all("key" in words for words in servers)
    return TimeServers(tuple(words[0] for words in servers), bool(servers) and trusted, ntp.line)


def _hosts(system: Statement) -> Iterator[str]:
    return (each.rest for each in (system.one("syslog") or NOWHERE).every("host"))


def _log_hosts(system: Statement) -> LogHosts:
    syslog = system.one("syslog") or NOWHERE
    levels = [
        list(SEVERITIES).index(each.rest)
        for host in syslog.every("host")
        for each in host
        if each.rest in SEVERITIES and not each.inactive
    ]
    severity = list(SEVERITIES.values())[max(levels)] if levels else ""
    return LogHosts(tuple(_hosts(system)), severity, syslog.value("source-address"), syslog.line)


def _snmp(root: Statement) -> SnmpAgent:
    snmp = root.one("snmp") or NOWHERE
    communities = list(snmp.every("community"))
    users = (snmp.one("v3", "usm", "local-engine") or NOWHERE).every("user")
    return SnmpAgent(
        users=tuple(_snmp_user(each) for each in users),
        communities=len(communities),
        writable=any(each.value("authorization") == "read-write" for each in communities),
        access_list=_filter_of_lo0(root),
        line=snmp.line,
    )


def _snmp_user(user: Statement) -> SnmpUser:
    kinds = dict.fromkeys(("authentication", "privacy"), "")
    for each in user:
        kind, _, name = each.first.partition("-")
        if kind in kinds and name != "none":
            kinds[kind] = name
    return SnmpUser(user.rest, kinds["authentication"], kinds["privacy"])
