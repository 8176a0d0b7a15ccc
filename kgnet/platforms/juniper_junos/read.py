"""Junos's configuration → facts: how it is managed; what it routes and filters is read beside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.errors import ReadError
from kgnet.model.facts import System
from kgnet.model.layer2 import Switching
from kgnet.model.managed import (
    LogHosts,
    LoginBanner,
    SnmpAgent,
    TimeServers,
    Vrfs,
)
from kgnet.model.naming import Names
from kgnet.platforms._operations import Operations
from kgnet.platforms.juniper_junos import access, accounts, forwarding, layer2, snmp
from kgnet.platforms.juniper_junos.inspection import Inspected, inspected
from kgnet.platforms.juniper_junos.naming import naming
from kgnet.platforms.juniper_junos.operations import operations
from kgnet.platforms.juniper_junos.perimeter import Perimeter, perimeter
from kgnet.platforms.juniper_junos.read_filter import FilterFacts, packet_filter
from kgnet.platforms.juniper_junos.read_route import RouteFacts, routes
from kgnet.platforms.juniper_junos.text import Statement, parse

Facts = (
    System
    | accounts.Facts
    | TimeServers
    | LogHosts
    | SnmpAgent
    | access.AccessFacts
    | LoginBanner
    | Vrfs
    | Switching
    | forwarding.Facts
    | Operations
    | RouteFacts
    | FilterFacts
    | Perimeter
    | Inspected
    | Names
)
SEVERITIES = {  # Junos's words → RFC 5424's, the most urgent first
    **{"emergency": "emergency", "alert": "alert", "critical": "critical", "error": "error"},
    **{"warning": "warning", "notice": "notice", "info": "informational", "any": "debug"},
}
NOWHERE = Statement("", 0)
APPLIED = re.compile(r"^\s*apply-groups\b", re.MULTILINE)
INHERITED = "show configuration | display inheritance no-comments"


def read(text: str, part: str) -> Iterator[Facts]:
    """Read the configuration; a device without `protocols bgp` has no ConfiguredBgp."""
    root = parse(text)
    system = root.one("system") or NOWHERE
    if APPLIED.search(text):
        raise ReadError(f"`apply-groups` brings in what stands elsewhere: take it by `{INHERITED}`")
    try:
        domain = system.value("domain-name") or ""
        yield System(system.value("host-name"), tuple(_hosts(system)), None, domain)
        yield from accounts.facts(system)
        yield _time_servers(system)
        yield _log_hosts(system)
        yield snmp.agent(root)
        yield from access.facts(root)
        yield _banner(system)
        yield Vrfs({each.words: _members(each) for each in root.one("routing-instances") or ()})
        yield from operations(root)
        yield from routes(root)
        yield layer2.switching(root)
        yield from forwarding.read(root)
        yield from packet_filter(root)
        yield from perimeter(root)
        yield from inspected(root)
        yield naming(root)
    except (ValueError, IndexError, KeyError) as reason:
        raise ReadError(f"Junos's configuration is not as expected: {reason!r}") from reason


def _members(instance: Statement) -> tuple[str, ...]:
    named = tuple(each.rest for each in instance.every("interface"))
    return ("fxp0.0", *named) if instance.words == "mgmt_junos" else named


# ── who gets in ─────────────────────────────────────────────────────────────


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
