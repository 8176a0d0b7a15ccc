"""What a Linux host tells of how one gets in to it, and of what it serves for its own sake."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_interface
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.access import AddressedPort, AddressedPorts, Console, HostKey, HostKeys, SecureShell
from kgnet.model.facts import Listeners, SshServer
from kgnet.model.managed import RemoteAccess
from kgnet.model.services import Provisioning, Service, Services, loopback
from kgnet.ports import Reader

# ── SSH ─────────────────────────────────────────────────────────────────────

SSH_2 = 2  # the one version that OpenSSH speaks since 7.6
BY_KEY = ("prohibit-password", "without-password", "forced-commands-only")


def secure_shell(server: SshServer) -> SecureShell:
    """Return what `sshd -T` says of how one logs in; ReadError on what it leaves out."""
    root = _told(server, "permitrootlogin").lower()
    return SecureShell(
        ciphers=tuple(_told(server, "ciphers").split(",")),
        macs=tuple(_told(server, "macs").split(",")),
        exchanges=tuple(_told(server, "kexalgorithms").split(",")),
        root="by key" if root in BY_KEY else root,
        grace_s=_number(server, "logingracetime"),
        tries=_number(server, "maxauthtries"),
        line=0,
    )


def remote_access(server: SshServer) -> RemoteAccess:
    """Return what `sshd -T` says of sessions: a dead one ends when so many questions stay unanswered."""
    interval_s, times = _number(server, "clientaliveinterval"), _number(server, "clientalivecountmax")
    versions = [int(word) for word in (server.one("protocol") or str(SSH_2)).split(",")]
    return RemoteAccess(("ssh",), min(versions), None, interval_s * times or None, 0)


def _told(server: SshServer, key: str) -> str:
    found = server.one(key)
    if found is None:
        raise ReadError(f"`sshd -T` does not tell {key}")
    return found.strip()


def _number(server: SshServer, key: str) -> int:
    found = _told(server, key)
    if not found.isdecimal():
        raise ReadError(f"`sshd -T` tells {key} {found!r}, which is no number")
    return int(found)


KEY = re.compile(r"(\d+) \S+ .*\((\w+)\)")


def host_keys(text: str) -> HostKeys:
    """Read `ssh-keygen -lf` of each host key: bits, fingerprint, comment, kind."""
    found = [KEY.fullmatch(line.strip()) for line in text.splitlines() if line.strip()]
    if not found or None in found:
        raise ReadError(f"no fingerprint of a host key: {text.strip()[:80]!r}")
    return HostKeys(tuple(HostKey(each[2].lower(), int(each[1])) for each in found if each))


# ── the console ─────────────────────────────────────────────────────────────

TMOUT = re.compile(r"^[^#\n]*\bTMOUT=(\d+)", re.MULTILINE)
ASKED_CONSOLE = "# console"


def console(text: str) -> Console:
    """Read shells' TMOUT, the last one that is set, and the terminals that log somebody in by themselves."""
    if not text.startswith(ASKED_CONSOLE):
        raise ReadError(f"nothing on shells and terminals: {text.strip()[:80]!r}")
    waits = [int(each) for each in TMOUT.findall(text)]
    return Console((waits[-1] or None) if waits else None, "--autologin" not in text, 0)


# ── ports ───────────────────────────────────────────────────────────────────


def ports(text: str) -> AddressedPorts:
    """Read `ip -j -d address`: a port stands apart in a VRF, or with addresses of one network alone."""
    try:
        return AddressedPorts(tuple(_ports(json.loads(text))))
    except (KeyError, TypeError, ValueError) as reason:
        raise ReadError(f"`ip -j -d address` is not as expected: {reason!r}") from reason


def _ports(links: list[dict[str, Any]]) -> Iterator[AddressedPort]:
    for link in links:
        found = [each for each in link["addr_info"] if each["scope"] == "global"]
        vrf = link["master"] if link.get("linkinfo", {}).get("info_slave_kind") == "vrf" else None
        networks = {
            ip_interface(f"{each['local']}/{each['prefixlen']}").network
            for each in found
            if each["family"] == "inet"
        }
        alone = len(networks) == 1 and "LOOPBACK" not in link["flags"]
        if found:
            addresses = tuple(each["local"] for each in found)
            yield AddressedPort(link["ifname"], vrf, addresses, vrf is not None or alone, 0)


# ── what listens ────────────────────────────────────────────────────────────

PORTS = {  # IANA service names and port numbers
    **{("tcp", 22): "ssh", ("tcp", 23): "telnet", ("tcp", 513): "rlogin", ("tcp", 514): "rsh"},
    **{("tcp", 512): "rsh", ("tcp", 21): "ftp", ("udp", 69): "tftp", ("tcp", 79): "finger"},
    **{("tcp", 113): "ident", ("tcp", 80): "http", ("tcp", 443): "https", ("udp", 161): "snmp"},
    **{(protocol, port): "small-servers" for protocol in ("tcp", "udp") for port in (7, 9, 13, 19, 37)},
    **{("tcp", port): "terminal" for port in range(2601, 2624)},  # FRR's own, lib/vty
}
SUPER = ("inetd", "xinetd")


def services(listeners: Listeners) -> Services:
    """Return the known services among what others can reach; ReadError if nothing listens at all."""
    if not listeners.sockets:
        raise ReadError("no listening socket was read, not even that of SSH")
    return Services(tuple(_services(listeners)))


def _services(listeners: Listeners) -> Iterator[Service]:
    for protocol, address, port, program in listeners.sockets:
        told = f"{program or 'somebody'} listens on {address} {protocol}/{port}"
        if not loopback(address):
            name = PORTS.get((protocol, port))
            yield from (Service(each, told, 0, (protocol, port)) for each in (name,) if each)
            if program in SUPER:
                yield Service("inetd", told, 0, (protocol, port))


CLOUD = ("enabled", "enabled-runtime", "static", "alias", "indirect", "generated")  # systemctl(1), is-enabled


def provisioning(text: str) -> Provisioning:
    """Read whether cloud-init would run at the next start, as systemd says it."""
    words = text.split()
    if not words:
        raise ReadError("systemd does not say whether cloud-init is enabled")
    on = words[0] in CLOUD
    return Provisioning((Service("cloud-init", f"cloud-init is {words[0]}"),) if on else ())


# ── the questions ───────────────────────────────────────────────────────────

HOST_KEYS = ("sh", "-c", 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key" || exit; done')
CONSOLE = (
    "sh",
    "-c",
    f"echo '{ASKED_CONSOLE}'; grep -hs TMOUT= /etc/profile /etc/profile.d/*.sh;"
    " grep -rhs '^ExecStart=.*getty' /etc/systemd/system /run/systemd/system; true",
)
CLOUD_INIT = (
    "sh",
    "-c",
    "if [ -e /etc/cloud/cloud-init.disabled ]; then echo disabled;"
    " else systemctl is-enabled cloud-init.service 2>/dev/null || echo absent; fi",
)
STATE: Mapping[tuple[str, ...], Reader] = {
    HOST_KEYS: Reader(HostKeys, host_keys),
    CONSOLE: Reader(Console, console),
    CLOUD_INIT: Reader(Provisioning, provisioning),
    ("ip", "-j", "-d", "address"): Reader(AddressedPorts, ports),
}
