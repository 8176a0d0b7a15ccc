"""What every Linux host can be asked: interfaces, sockets, kernel, SSH, SNMP, clock; see `_linux_asked`."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from kgnet.errors import ReadError
from kgnet.model.access import SecureShell
from kgnet.model.facts import (
    Clock,
    InterfaceState,
    InterfaceStates,
    Kernel,
    Listeners,
    Settings,
    SnmpServer,
    SshServer,
)
from kgnet.model.managed import RemoteAccess, SnmpAgent
from kgnet.model.perimeter import SourceChecks
from kgnet.model.services import Services
from kgnet.platforms import _linux_access, _linux_accounts, _linux_secrets, _linux_snmp
from kgnet.platforms._perimeter import source_checks
from kgnet.platforms._snmp import WELL_KNOWN
from kgnet.ports import Reader

S = TypeVar("S", bound=Settings)
Pairs = Iterator[tuple[str, str]]

# ── interfaces and sockets ──────────────────────────────────────────────────


def interface_states(text: str) -> InterfaceStates:
    """Read `ip -j link`; an interface is up when it is switched on and has a carrier."""
    try:
        found = (
            InterfaceState(
                name=link["ifname"],
                up={"UP", "LOWER_UP"} <= set(link["flags"]),
                mtu_bytes=link["mtu"],
            )
            for link in json.loads(text)
        )
        return InterfaceStates(tuple(found))
    except (KeyError, TypeError, ValueError) as reason:
        raise ReadError(f"`ip -j link` is not as expected: {reason!r}") from reason


SOCKET = re.compile(
    r"(?P<protocol>tcp|udp)\s+\S+\s+\d+\s+\d+\s+(?P<address>\S+):(?P<port>\d+)\s+\S+\s*(?P<users>.*)"
)
PROGRAM = re.compile(r'\(\("([^"]+)"')


def listeners(text: str) -> Listeners:
    """Read `ss -lntupH`; an address goes without brackets and without the interface's name."""
    return Listeners(tuple(dict.fromkeys(map(_socket, filter(str.strip, text.splitlines())))))


def _socket(line: str) -> tuple[str, str, int, str]:
    found = SOCKET.fullmatch(line.strip())
    if found is None:
        raise ReadError(f"`ss` is not as expected: {line.strip()!r}")
    address = found["address"].partition("%")[0].strip("[]")
    program = PROGRAM.search(found["users"])
    return found["protocol"], address, int(found["port"]), program[1] if program else ""


# ── settings ────────────────────────────────────────────────────────────────


def settings(kind: type[S], pairs: Pairs) -> S:
    """Return *pairs* as the fact *kind*; ReadError if there are none: a daemon always has settings."""
    values: dict[str, tuple[str, ...]] = {}
    for key, value in pairs:
        values[key.lower()] = (*values.get(key.lower(), ()), value)
    if not values:
        raise ReadError(f"no setting in the text for {kind.__name__}")
    return kind(values)


def ssh_server(text: str) -> SshServer:
    """Read `sshd -T`."""
    split = (line.partition(" ") for line in text.splitlines() if line.strip())
    return settings(SshServer, ((key, value.strip()) for key, _, value in split))


def kernel(text: str) -> Kernel:
    """Read `sysctl -a`."""
    split = (line.partition(" = ") for line in text.splitlines() if " = " in line)
    return settings(Kernel, ((key, value.strip()) for key, _, value in split))


def snmp_server(text: str) -> SnmpServer:
    """Read snmpd.conf(5) and what it includes."""
    words = (line.strip().split(None, 1) for line in text.splitlines())
    return settings(
        SnmpServer,
        ((pair[0], pair[1] if len(pair) > 1 else "") for pair in words if pair and pair[0][0] != "#"),
    )


# ── clock ───────────────────────────────────────────────────────────

TRACKING_FIELDS, SOURCE_FIELDS = 14, 10


def clock(text: str) -> Clock:
    """Read `chronyc -n -c tracking` and, below it, `chronyc -n -c sources` (chronyc(1), report in CSV)."""
    rows = list(csv.reader(text.splitlines()))
    if not rows or len(rows[0]) != TRACKING_FIELDS:
        raise ReadError(f"chronyc told no tracking: {text.strip()[:80]!r}")
    tracking, sources = rows[0], rows[1:]
    return Clock(
        synchronised=tracking[13] != "Not synchronised",
        stratum=int(tracking[2]),
        offset_s=float(tracking[4]),
        sources=tuple(row[2] for row in sources if len(row) == SOURCE_FIELDS),
    )


# ── the questions ───────────────────────────────────────────────────────────

SYSCTLS = (
    r"^net\.ipv[46]\.(conf\..*\.(accept_source_route|accept_redirects|send_redirects|rp_filter|proxy_arp"
    r"|bc_forwarding)|icmp_echo_ignore_broadcasts|tcp_syncookies)$"
)
SNMPD = (
    "cat /etc/snmp/snmpd.conf || exit; for more in /etc/snmp/snmpd.conf.d/*.conf;"
    ' do [ ! -f "$more" ] || cat "$more"; done'
)
LINKS = ("ip", "-j", "link")
SYSCTL = ("sysctl", "-a", "-r", SYSCTLS)
STATE: Mapping[tuple[str, ...], Reader] = {
    LINKS: Reader(InterfaceStates, interface_states),
    ("ss", "-lntupH"): Reader(
        Listeners, listeners, also={Services: lambda text: _linux_access.services(listeners(text))}
    ),
    SYSCTL: Reader(Kernel, kernel, also={SourceChecks: source_checks}),
    ("sshd", "-T"): Reader(
        SshServer,
        ssh_server,
        also={
            SecureShell: lambda text: _linux_access.secure_shell(ssh_server(text)),
            RemoteAccess: lambda text: _linux_access.remote_access(ssh_server(text)),
        },
    ),
    ("sh", "-c", SNMPD): Reader(
        SnmpServer, snmp_server, also={SnmpAgent: lambda text: _linux_snmp.agent(snmp_server(text))}
    ),
    **_linux_access.STATE,
    **_linux_accounts.STATE,
    ("sh", "-c", "chronyc -n -c tracking && chronyc -n -c sources"): Reader(Clock, clock),
}
# USM keys of snmpd.conf(5), in clear or localised, and communities that are not the well-known ones.
SECRETS = (
    re.compile(
        r"^[ \t]*createUser\s+(?:-e\s+\S+\s+)?\S+\s+\S+\s+(?:-[lm]\s+)?(\"[^\"\n]*\"|\S+)", re.M | re.I
    ),
    re.compile(r"^[ \t]*createUser\s.*\s(?:AES\S*|DES)\s+(?:-[lm]\s+)?(\"[^\"\n]*\"|\S+)", re.M | re.I),
    re.compile(r"^[ \t]*r[ow]community6?\s+" + WELL_KNOWN + r"(\S+)", re.M | re.I),
    *_linux_secrets.SECRETS,
    re.compile(r"^[ \t]*com2sec6?\s+(?:-Cn\s+\S+\s+)?\S+\s+\S+\s+" + WELL_KNOWN + r"(\S+)", re.M | re.I),
)
