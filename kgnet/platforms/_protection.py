"""A server's updates, audit trail, guards and web shield, as its own commands tell them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kgnet.errors import ReadError
from kgnet.model.hosting import (
    AuditTrail,
    DnsServer,
    DnsZone,
    PendingUpdates,
    RunningServices,
    WebShield,
)
from kgnet.model.province import Role
from kgnet.ports import Reader

# ── updates ─────────────────────────────────────────────────────────────────

UPDATES = (
    "apt-get -s -o Debug::NoLocking=true dist-upgrade || exit;"
    ' echo "lists $(stat -c %Y /var/lib/apt/lists) now $(date +%s)"; apt-config dump APT::Periodic'
)
UPDATE = re.compile(r"^Inst (?P<name>\S+) (?:\[(?P<old>[^]]*)\] )?\((?P<new>\S+) (?P<from>[^)\[]*)", re.M)
AGE = re.compile(r"^lists (\d+) now (\d+)$", re.MULTILINE)
AUTOMATIC = re.compile(r'^APT::Periodic::Unattended-Upgrade "(?!0")', re.MULTILINE)


def updates(text: str) -> PendingUpdates:
    """Read a simulated upgrade, the age of the package lists and whether updates install themselves."""
    age = AGE.search(text)
    if age is None:
        raise ReadError("apt tells no age of its package lists")
    waiting = (
        f"{found['name']} {found['new']}"
        for found in UPDATE.finditer(text)
        if "security" in found["from"].lower()
    )
    listed, now = int(age[1]), int(age[2])
    return PendingUpdates(tuple(waiting), float(max(0, now - listed)), bool(AUTOMATIC.search(text)))


# ── audit trail and services ────────────────────────────────────────────────

WATCH = re.compile(r"(?:^-w |-F (?:path|dir)=)(\S+)", re.MULTILINE)
CALLS = re.compile(r"-S (\S+)")


def audit_trail(text: str) -> AuditTrail:
    """Read `auditctl -l`; nothing where the audit does not run."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("-")]
    kept = [line for line in lines if not line.startswith(("-a never", "-a exclude"))]
    files = (path.rstrip("/") for line in kept for path in WATCH.findall(line))
    calls = (call for line in kept for group in CALLS.findall(line) for call in group.split(","))
    return AuditTrail(tuple(dict.fromkeys(files)), tuple(dict.fromkeys(calls)))


def running(text: str) -> RunningServices:
    """Read `systemctl list-units`; no server runs without a single service."""
    names = (line.split()[0] for line in text.splitlines() if line.strip())
    found = tuple(name.removesuffix(".service") for name in names if name.endswith(".service"))
    if not found:
        raise ReadError("`systemctl` tells no running service")
    return RunningServices(found)


# ── web ─────────────────────────────────────────────────────────────────────

SHIELD = (
    "cat /etc/haproxy/haproxy.cfg /etc/haproxy/coraza.cfg /etc/coraza-spoa/config.yaml"
    " /etc/modsecurity/modsecurity.conf /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf"
    " /etc/nginx/sites-enabled/* /etc/nginx/modsec/*.conf 2>/dev/null; true"
)
ENGINES = (
    ("coraza", re.compile(r"^\s*filter\s+spoe\s+engine\s+coraza\b", re.MULTILINE)),
    ("modsecurity", re.compile(r"^\s*(?:modsecurity\s+on\s*;|filter\s+spoe\s+engine\s+modsecurity\b)", re.M)),
)
BLOCKING = re.compile(r"^[^#\n]*\bSecRuleEngine\s+(\w+)", re.MULTILINE)


def web_shield(text: str) -> WebShield:
    """Read the configurations of balancer, web server and rule engine; the last SecRuleEngine counts."""
    modes = BLOCKING.findall(text)
    engines = tuple(name for name, pattern in ENGINES if pattern.search(text))
    return WebShield(engines, bool(modes) and modes[-1].lower() == "on")


# ── names ───────────────────────────────────────────────────────────────────

NAMES = (
    "if command -v nsd >/dev/null || [ -x /usr/sbin/nsd ]; then echo '# nsd';"
    " cat /etc/nsd/nsd.conf /etc/nsd/nsd.conf.d/*.conf 2>/dev/null; true;"
    " elif command -v named-checkconf >/dev/null; then echo '# named'; named-checkconf -p; else exit 127; fi"
)
NSD_ZONE = re.compile(r"^zone:\s*$|^\s+name:\s*\"?([^\"\s]+)|^\s+provide-xfr:\s*(\S+)\s+(\S+)", re.MULTILINE)
NAMED_LIST = re.compile(r"allow-transfer\s*(?:port \d+ )?\{([^}]*)\}")
NAMED_RECURSION = re.compile(r"^\s+recursion\s+(yes|no);", re.MULTILINE)
NAMED_ZONE = re.compile(r"^\s*zone \"([^\"]+)\"[^{]*\{(.*?)^\s*\};", re.MULTILINE | re.DOTALL)
EVERYBODY = ("0.0.0.0/0", "::/0", "any")


def dns_server(text: str) -> DnsServer:
    """Read nsd.conf(5), or what `named-checkconf -p` prints; BIND recurses unless told otherwise."""
    kind, _, told = text.partition("\n")
    if kind == "# nsd":
        return DnsServer(recursion=False, zones=tuple(_nsd(told)))
    if kind == "# named":
        asked = NAMED_RECURSION.search(told)
        return DnsServer(asked is None or asked[1] == "yes", tuple(_named(told)))
    raise ReadError("neither NSD nor BIND tells its configuration")


def _nsd(text: str) -> Iterator[DnsZone]:
    """Yield the zones; who is not named in `provide-xfr` gets no copy, and a key guards one who is."""
    name, transfers = "", list[str]()
    for found in NSD_ZONE.finditer(text):
        if found[0].startswith("zone:"):
            if name:
                yield DnsZone(name, tuple(transfers))
            name, transfers = "", []
        elif found[1]:
            name = found[1]
        else:
            open_ = found[2] in EVERYBODY and found[3] == "NOKEY"
            transfers.append("any" if open_ else found[2])
    if name:
        yield DnsZone(name, tuple(transfers))


def _named(text: str) -> Iterator[DnsZone]:
    """Yield the zones; without a word BIND gives copies to everybody (BIND 9.18, allow-transfer)."""
    outside = NAMED_ZONE.sub("", text)
    usual = _listed(NAMED_LIST.search(outside))
    for found in NAMED_ZONE.finditer(text):
        if re.search(r"type (?:primary|master);", found[2]):
            own = NAMED_LIST.search(found[2])
            yield DnsZone(found[1], _listed(own) if own else usual)


def _listed(found: re.Match[str] | None) -> tuple[str, ...]:
    if found is None:
        return ("any",)
    members = (each.strip().strip('"') for each in found[1].split(";"))
    return tuple("any" if each in EVERYBODY else each for each in members if each not in ("", "none"))


WEB = (Role.BALANCER, Role.PORTAL)
STATE: Mapping[tuple[str, ...], Reader] = {
    ("sh", "-c", UPDATES): Reader(PendingUpdates, updates),
    ("systemctl", "list-units", "--type=service", "--state=running", "--no-legend", "--plain"): Reader(
        RunningServices, running
    ),
    ("sh", "-c", SHIELD): Reader(WebShield, web_shield, roles=WEB),
    ("sh", "-c", NAMES): Reader(DnsServer, dns_server, roles=(Role.DNS,)),
}
