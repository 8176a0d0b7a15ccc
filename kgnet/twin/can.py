"""What this machine lacks for a twin, each with what would bring it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kgnet.errors import TwinError
from kgnet.twin import isolate, linux
from kgnet.twin.blueprint import Blueprint
from kgnet.twin.wires import has_netem

COMMANDS = {"ip": "iproute2", "tc": "iproute2", "tar": "tar", "find": "findutils", "tini": "tini"}
COMMANDS |= {"systemctl": "systemd", "newuidmap": "uidmap"}
SERVICES = {
    "ssh": ("/usr/sbin/sshd", "openssh-server"),
    "frr": ("/usr/lib/frr/zebra", "frr frr-pythontools frr-snmp"),
    "snmpd": ("/usr/sbin/snmpd", "snmpd"),
    "baresip": ("/usr/bin/baresip", "baresip-core"),
    "chrony": ("/usr/sbin/chronyd", "chrony"),
    "rsyslog": ("/usr/sbin/rsyslogd", "rsyslog"),
    "nftables": ("/usr/sbin/nft", "nftables"),
    "wireguard": ("/usr/bin/wg-quick", "wireguard-tools wireguard-go"),
    "nsd": ("/usr/sbin/nsd", "nsd bind9-utils"),
    "haproxy": ("/usr/sbin/haproxy", "haproxy"),
    "nginx": ("/usr/sbin/nginx", "nginx-light"),
    "postfix": ("/usr/sbin/postfix", "postfix"),
    "dovecot": ("/usr/sbin/dovecot", "dovecot-imapd dovecot-lmtpd"),
    "opendkim": ("/usr/sbin/opendkim", "opendkim opendkim-tools"),
    "kamailio": ("/usr/sbin/kamailio", "kamailio kamailio-tls-modules"),
    "prometheus": ("/usr/bin/prometheus", "prometheus"),
    "alertmanager": ("/usr/bin/prometheus-alertmanager", "prometheus-alertmanager"),
}

TUN = "/dev/net/tun"


@dataclass(frozen=True, slots=True, order=True)
class Lack:
    """Something that is missing, and what would bring it."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"no twin here: {self.what}; {self.remedy}"


def lacking(plan: Blueprint | None = None, *, playbooks: bool = False) -> Iterator[Lack]:
    """Everything that stands between this machine and a twin; tried out, not guessed.  Nothing: go ahead.

    With *playbooks*, the daemons that our playbooks start in it are wanted as well.
    """
    if not sys.platform.startswith("linux"):
        yield Lack(f"{sys.platform} has no namespaces", "run it on Linux")
        return
    found = sorted(set(_packages(_services(plan, playbooks=playbooks))))
    if found:
        yield Lack(
            f"missing {', '.join(what for what, _ in found)}",
            f"apt-get install {' '.join(sorted({p for _, p in found}))}",
        )
        return
    if trouble := _tried():
        yield Lack(trouble, "`kgnet render`, `plan` and `audit --config-dir` work without a twin")


def _services(plan: Blueprint | None, *, playbooks: bool) -> set[str]:
    if playbooks:
        return set(SERVICES)
    return {service for node in plan.nodes for service in node.services} if plan else {"ssh", "frr"}


def _packages(services: set[str]) -> Iterator[tuple[str, str]]:
    for command, package in COMMANDS.items():
        if not shutil.which(command) and (command != "newuidmap" or os.geteuid() != 0):
            yield command, package
    for service in services & set(SERVICES):
        path, package = SERVICES[service]
        if not Path(path).exists():
            yield path, package


def _tried() -> str:
    """Isolate a child as a twin would be, and have it try what nodes need; returns what went wrong."""
    said, say = os.pipe()

    def attempt() -> None:
        os.close(said)
        os.write(say, _attempt().encode())

    child = linux.fork(attempt)
    os.close(say)
    with os.fdopen(said) as words:
        trouble = words.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return trouble or (f"the trial of namespaces ended with code {code}" if code else "")


def _attempt() -> str:
    try:
        isolate.isolate(isolate.ALL & ~linux.NEWPID)
        linux.tmpfs("/mnt")
        for name in ("low", "up", "work", "all"):
            (Path("/mnt") / name).mkdir()
        options = "lowerdir=/mnt/low,upperdir=/mnt/up,workdir=/mnt/work,userxattr"
        linux.mount("overlay", "/mnt/all", "overlay", 0, options)
        if not has_netem():
            os.close(os.open(TUN, os.O_RDWR))
    except OSError as reason:
        if reason.filename == TUN:
            return f"no netem, and {TUN}: {reason.strerror}: modprobe sch_netem, or tun and chmod 666 {TUN}"
        return str(reason)
    except TwinError as reason:
        return str(reason)
    return ""
