"""What a Linux host tells of its upkeep: clock, hardware, what a restart brings, flows, forged packets."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date

from kgnet.errors import ReadError
from kgnet.model.managed import Hardware, TimeServers, Unsaved
from kgnet.model.operations import EnabledPorts, FlowExport, PacketHandling, Place, Record, Register

CHRONY: tuple[str, ...] = (
    "sh",
    "-c",
    "cat /etc/chrony/chrony.conf /etc/chrony/conf.d/*.conf /etc/chrony/sources.d/*.sources 2>/dev/null; true",
)
HARDWARE: tuple[str, ...] = (
    "sh",
    "-c",
    "for each in sys_vendor product_name product_serial; do"
    ' echo "$each=$(cat /sys/class/dmi/id/$each 2>/dev/null)"; done; cat /etc/os-release /proc/uptime',
)
BETWEEN = "# here ends what a restart would bring"
FILTERS: tuple[str, ...] = (
    "sh",
    "-c",
    f"cat /etc/nftables.conf 2>/dev/null; echo '{BETWEEN}'; nft -s list ruleset",
)
FLOWS: tuple[str, ...] = (
    "sh",
    "-c",
    "pgrep -a -x 'softflowd|pmacctd|hsflowd'; echo '# configured';"
    " grep -hsE 'collector|receiver|dev *=|interface' /etc/hsflowd.conf /etc/pmacct/pmacctd.conf; true",
)
REGISTER: tuple[str, ...] = (
    "sh",
    "-c",
    "date -u +%F; cat /etc/kgnet/register.csv 2>/dev/null; true",
)

# ── clock and hardware ──────────────────────────────────────────────────────

SERVER = re.compile(r"^\s*(?:server|pool|peer)\s+(\S+)([^\n]*)", re.MULTILINE)
KEYED = re.compile(r"\s(?:nts|key\s+\d+)\b")


def time_servers(text: str) -> TimeServers:
    """Read chrony.conf(5): NTS (RFC 8915) or a key of its own vouches for a source."""
    found = SERVER.findall(text)
    keyed = all(KEYED.search(options) for _, options in found)
    return TimeServers(tuple(server for server, _ in found), bool(found) and keyed, 0)


def hardware(text: str) -> Hardware:
    """Read the DMI, os-release(5) and /proc/uptime; what is not told is empty."""
    said = {
        name: value.strip().strip('"')
        for name, sign, value in (line.partition("=") for line in text.splitlines())
        if sign
    }
    uptime = re.search(r"^(\d+\.\d+) \d+\.\d+$", text, re.MULTILINE)
    if uptime is None:
        raise ReadError(f"no uptime in it: {text.strip()[:80]!r}")
    vendor, model, serial = (said.get(name, "") for name in ("sys_vendor", "product_name", "product_serial"))
    return Hardware(vendor, model, serial, said.get("VERSION_ID", ""), float(uptime[1]))


def unsaved(text: str) -> Unsaved:
    """Compare the packet filter that a restart brings with the one that runs."""
    startup, between, running = text.partition(f"{BETWEEN}\n")
    if not between:
        raise ReadError("the packet filter that runs did not come")
    return Unsaved(_rules(startup) != _rules(running), "")


def _rules(text: str) -> list[str]:
    bare = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in bare if line and line != "flush ruleset"]


# ── flows and ports ─────────────────────────────────────────────────────────

COLLECTOR = re.compile(
    r"(?:\s-n\s+|ip\s*=\s*|(?:nfprobe|sfprobe)_receiver:\s*)(\[[^]]+\]|[\w.:-]+?)(?::\d+)?(?=[\s}]|$)"
)
INTERFACE = re.compile(r"(?:\s-i\s+|dev\s*=\s*|pcap_interface:\s*)([\w.-]+)")


def flow_export(text: str) -> FlowExport:
    """Read the programs that run, and their configuration; one that does not run exports nothing."""
    running, _, configured = text.partition("# configured\n")
    told = f"{running}{configured}" if running.strip() else ""
    collectors = (each.strip("[]") for each in COLLECTOR.findall(told))
    return FlowExport(tuple(dict.fromkeys(collectors)), tuple(INTERFACE.findall(told)), 0)


def enabled_ports(text: str) -> EnabledPorts:
    """Read `ip -j link`: what is switched on, whether it has a carrier or not."""
    try:
        links = [(link["ifname"], link["flags"]) for link in json.loads(text)]
    except (KeyError, TypeError, ValueError) as reason:
        raise ReadError(f"`ip -j link` is not as expected: {reason!r}") from reason
    return EnabledPorts(tuple(Place(name, 0) for name, flags in links if "UP" in flags and name != "lo"))


# ── forged packets ──────────────────────────────────────────────────────────

ANSWERING = "net.ipv4.icmp_echo_ignore_broadcasts = 0"
NO_PORT = ("all", "default", "lo")
SETTING = re.compile(r"^net\.(ipv[46])\.conf\.(\S+)\.(\w+) = (-?\d+)$", re.MULTILINE)


def routing(text: str) -> PacketHandling:
    """Read `sysctl -a` of a host that forwards."""
    return _packets(text, routes=True)


def serving(text: str) -> PacketHandling:
    """Read `sysctl -a` of a host that does not forward: it sends no redirects, but may follow them."""
    return _packets(text, routes=False)


def _packets(text: str, *, routes: bool) -> PacketHandling:
    """Return where a setting is in force, ip-sysctl: some need `all` and the interface, some either."""
    said: dict[tuple[str, str], dict[str, int]] = {}
    for family, port, name, value in SETTING.findall(text):
        said.setdefault((family, name), {})[port] = int(value)

    def where(family: str, name: str, *, ports: bool) -> Iterator[Place]:
        found = said.get((family, name), {})
        if "all" not in found:
            raise ReadError(f"sysctl does not tell net.{family}.conf.all.{name}")
        for port, value in sorted(found.items(), key=lambda each: (each[0] != "all", each[0])):
            if value > 0 and (port == "all" or (ports and port not in ("default", "lo"))):
                yield Place(f"{port} (IPv6)" if family == "ipv6" else port, 0)

    return PacketHandling(
        source_routing=tuple(
            place
            for family in ("ipv4", "ipv6")
            for place in where(family, "accept_source_route", ports=False)
        ),
        redirects_sent=tuple(where("ipv4", "send_redirects", ports=routes)),
        redirects_followed=tuple(
            place
            for family in ("ipv4", "ipv6")
            for place in where(family, "accept_redirects", ports=not routes)
        ),
        proxy_arp=tuple(where("ipv4", "proxy_arp", ports=True)),
        broadcasts_forwarded=tuple(_of_both(said.get(("ipv4", "bc_forwarding"), {}))),
        broadcasts_answered=(Place("", 0),) if ANSWERING in text.splitlines() else (),
    )


def _of_both(by_port: Mapping[str, int]) -> Iterator[Place]:
    """Yield the interfaces where a setting is in force that needs `all` and the interface."""
    if by_port.get("all"):
        yield from (
            Place(port, 0) for port, value in sorted(by_port.items()) if value and port not in NO_PORT
        )


# ── records ─────────────────────────────────────────────────────────────────


def register(text: str) -> Register:
    """Read today's date and, below it, the register: `kind,date,owner,where it is written down` a line."""
    today, _, rows = text.partition("\n")
    try:
        asked = date.fromisoformat(today.strip())
        records = tuple(
            Record(kind.strip(), date.fromisoformat(on.strip()), owner.strip(), proof.strip())
            for kind, on, owner, proof in csv.reader(_told(rows))
        )
    except ValueError as reason:
        raise ReadError(f"the register is not as expected: {reason}") from reason
    return Register(records, asked)


def _told(rows: str) -> list[str]:
    return [row for row in rows.splitlines() if row.strip() and not row.startswith(("#", "kind,"))]
