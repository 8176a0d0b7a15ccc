"""Junos's configuration → by which ways one gets in, and what it serves for its own sake."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import (
    AddressedPort,
    AddressedPorts,
    Console,
    HostKey,
    HostKeys,
    SecureShell,
    WebManagement,
)
from kgnet.model.managed import RemoteAccess
from kgnet.model.services import Provisioning, Service, Services
from kgnet.platforms._releases import default
from kgnet.platforms.juniper_junos.text import Statement, members

AccessFacts = (
    RemoteAccess | SecureShell | HostKeys | Console | WebManagement | AddressedPorts | Services | Provisioning
)
NOWHERE = Statement("", 0)
ROOT = {"allow": "yes", "deny": "no", "deny-password": "by key"}
KEYS = ("rsa", "ecdsa", "ed25519", "dss")  # host keys; all but the last are made unless told otherwise
PROTOCOLS = {  # below `system services`
    **{"ssh": "ssh", "telnet": "telnet", "ftp": "ftp", "netconf": "netconf", "finger": "finger"},
    **{"rlogin": "rlogin", "xnm-clear-text": "xnm-clear-text", "rest": "api", "extension-service": "api"},
}
SERVED = {  # below `system services`
    **{"ssh": "ssh", "telnet": "telnet", "ftp": "ftp", "netconf": "netconf", "finger": "finger"},
    **{"rlogin": "rlogin", "rsh": "rsh", "xnm-clear-text": "terminal", "tftp-server": "tftp"},
    **{"rest": "api", "extension-service": "api"},
}
FETCHED = (  # what fetches configurations or software
    ("chassis", "auto-image-upgrade"),
    ("system", "autoinstallation"),
    ("system", "auto-configuration"),
    ("system", "phone-home"),
)


def facts(root: Statement) -> Iterator[AccessFacts]:
    """Yield every fact; idle sessions end on the console as they do elsewhere."""
    system = root.one("system") or NOWHERE
    remote = _remote(system, root)
    yield remote
    services = system.one("services") or NOWHERE
    yield _ssh(system, services, root.value("version"))
    yield HostKeys(tuple(_host_keys(services.one("ssh") or NOWHERE)))
    yield _console(system, remote)
    yield _web(services.one("web-management") or NOWHERE)
    yield AddressedPorts(tuple(_ports(root)))
    yield Services(tuple(_services(root, services)))
    yield Provisioning(tuple(_fetched(root)))


def _remote(system: Statement, root: Statement) -> RemoteAccess:
    services = system.one("services") or NOWHERE
    found = [PROTOCOLS[each.words] for each in services if each.words in PROTOCOLS and not each.inactive]
    web = services.one("web-management") or NOWHERE
    found += [each.words for each in web if each.words in ("http", "https")]
    ssh = services.one("ssh")
    version = _ssh_version(ssh, root.value("version")) if ssh else None
    waits = list(_waits(system.one("login") or NOWHERE))
    limit = filter_of_lo0(root)
    line = services.line
    return RemoteAccess(tuple(found), version, limit, max(waits) if waits and all(waits) else None, line)


def _waits(login: Statement) -> Iterator[int]:
    """Yield after how many seconds the users of each class are logged out, 0: never.

    Classes that Junos brings along know no limit but the one for all.
    """
    every = login.value("idle-timeout") or "0"
    classes = {each.rest: each.value("idle-timeout") or every for each in login.every("class")}
    used = [user.value("class") or "" for user in login.every("user")]
    for name in dict.fromkeys((*classes, *used)):
        yield int(classes.get(name, every)) * 60


def _ssh_version(ssh: Statement, release: str | None) -> int:
    """Return the oldest version spoken."""
    told = ssh.value("protocol-version")
    asked = members(told or default("juniper_junos", "ssh protocol-version", release))
    return min(int(word.removeprefix("v")) for word in asked)


def filter_of_lo0(root: Statement) -> str | None:
    unit = root.one("interfaces", "lo0", "unit 0", "family inet", "filter")
    return unit.value("input") if unit else None


def _ssh(system: Statement, services: Statement, release: str | None) -> SecureShell:
    ssh = services.one("ssh") or NOWHERE
    tries = (system.one("login", "retry-options") or NOWHERE).value("tries-before-disconnect")
    ciphers, macs, exchanges = (
        tuple(word.strip('"') for word in members(ssh.value(key) or ""))
        for key in ("ciphers", "macs", "key-exchange")
    )
    return SecureShell(
        ciphers=ciphers,
        macs=macs,
        exchanges=exchanges,
        root=ROOT.get(ssh.value("root-login") or "", "by default"),
        grace_s=None,
        tries=int(tries or default("juniper_junos", "ssh tries-before-disconnect", release)),
        line=ssh.line,
    )


def _host_keys(ssh: Statement) -> Iterator[HostKey]:
    told = {each.words: each.line for each in ssh.one("hostkey-algorithm") or ()}
    for kind in KEYS:
        if f"ssh-{kind}" in told or (kind != "dss" and f"no-ssh-{kind}" not in told):
            yield HostKey("dsa" if kind == "dss" else kind, 0, told.get(f"ssh-{kind}", 0))


def _console(system: Statement, remote: RemoteAccess) -> Console:
    """Read the console's limits: the classes' own, and whether root needs a password.

    Junos commits nothing without `root-authentication`: a text without it is a part of one.
    """
    root = system.one("root-authentication")
    blank = root is not None and not any(each.rest for each in root)
    login = system.one("login") or NOWHERE
    return Console(remote.idle_timeout_s, not blank, root.line if root and blank else login.line)


def _web(web: Statement) -> WebManagement:
    """Read the pages: whoever logs in to them is asked as `authentication-order` says."""
    https = web.one("https")
    limited = https is not None and any(https.every("interface"))
    return WebManagement(https is not None, limited, True, https.line if https else 0)


def _ports(root: Statement) -> Iterator[AddressedPort]:
    apart = (root.one("system") or NOWHERE).one("management-instance") is not None
    instances = root.one("routing-instances") or ()
    vrfs = {port.rest: each.words for each in instances for port in each.every("interface")}
    for port in root.one("interfaces") or ():
        for unit in port.every("unit"):
            name = f"{port.words}.{unit.rest}"
            found = tuple(
                each.rest.split()[0].partition("/")[0]
                for family in ("family inet", "family inet6")
                for each in (unit.one(family) or NOWHERE).every("address")
            )
            vrf = "mgmt_junos" if apart and name in ("fxp0.0", "em0.0") else vrfs.get(name)
            if found:
                yield AddressedPort(name, vrf, found, vrf is not None, unit.line)


# ── what it serves ──────────────────────────────────────────────────────────


def _services(root: Statement, services: Statement) -> Iterator[Service]:
    for each in services:
        if each.first in SERVED and not each.inactive:
            yield Service(SERVED[each.first], f"system services {each.first}", each.line)
    for each in services.one("web-management") or ():
        if each.words in ("http", "https") and not each.inactive:
            yield Service(each.words, f"system services web-management {each.words}", each.line)
    snmp = root.one("snmp")
    if snmp and (snmp.one("v3") or any(snmp.every("community"))):
        yield Service("snmp", "snmp", snmp.line)


def _fetched(root: Statement) -> Iterator[Service]:
    for holder, name in FETCHED:
        for each in (root.one(holder) or NOWHERE).every(name):
            yield Service(name, f"{holder} {name}", each.line)
