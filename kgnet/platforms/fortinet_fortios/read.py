"""FortiOS' configuration → facts, each with the line that it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_interface, ip_network

from kgnet.errors import ReadError
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterface,
    ConfiguredInterfaces,
    ConfiguredNeighbor,
    System,
)
from kgnet.model.managed import (
    Aaa,
    Accounts,
    LogHosts,
    LoginBanner,
    RemoteAccess,
    TimeServers,
    Vrfs,
)
from kgnet.platforms._asn import as_number
from kgnet.platforms._management import Ways, stacked, ways
from kgnet.platforms.fortinet_fortios import logins, snmp
from kgnet.platforms.fortinet_fortios.table import Table
from kgnet.platforms.fortinet_fortios.text import numbered, words

Managed = Accounts | TimeServers | LogHosts | Ways | Aaa | LoginBanner | Vrfs
Facts = System | ConfiguredInterfaces | ConfiguredBgp | Managed
COLLECTORS = tuple(f"config log syslogd{number} setting" for number in ("", "2", "3", "4"))
IDLE_MIN = 5  # minutes, FortiOS' default of admintimeout


def read(text: str, part: str) -> Iterator[Facts]:
    """Read the whole configuration; a device without an AS number has no ConfiguredBgp."""
    root = _tree(text, part)
    try:
        hosts = _log_hosts(root)
        yield System(root.get("config system global").one("hostname") or None, hosts.hosts)
        yield hosts
        ports = dict(root.get("config system interface").entries())
        yield ConfiguredInterfaces(tuple(_interface(name, each) for name, each in ports.items()))
        yield Vrfs(_vrfs(ports))
        yield from _bgp(root.get("config router bgp"))
        yield Accounts(tuple(logins.accounts(root.get("config system admin"))))
        yield _time(root.get("config system ntp"))
        yield from ways(_remote(root, ports), snmp.agent(root))
        yield logins.aaa(root)
        yield _banner(root)
    except (ValueError, IndexError) as reason:
        raise ReadError(f"FortiOS' configuration is not as expected: {reason}") from reason


def _tree(text: str, part: str) -> Table:
    root = Table()
    lines = stacked(numbered(text), part)
    if not lines:
        raise ReadError("the configuration is empty — look whether the account may read all of it")
    for line in lines:
        here = root
        for each in line.path[:-1]:
            here = here.inside.setdefault(each, Table(line.number))
        if line.text.startswith("set "):
            _, name, *rest = line.text.split(" ", 2)
            here.values[name] = words(rest[0]) if rest else []
        if line.text not in ("next", "end"):
            here.inside.setdefault(line.text, Table(line.number))
    return root


# ── interfaces and routing ──────────────────────────────────────────────────


def _interface(name: str, port: Table) -> ConfiguredInterface:
    told = ["/".join(port.values["ip"])] if len(port.values.get("ip", ())) == 2 else []
    told += port.get("config ipv6").values.get("ip6-address", [])
    return ConfiguredInterface(
        name=name,
        description=port.one("description") or port.one("alias") or None,
        addresses=tuple(ip_interface(each) for each in told if each != "0.0.0.0/0.0.0.0"),
        line=port.line,
    )


def _vrfs(ports: dict[str, Table]) -> dict[str, tuple[str, ...]]:
    vrfs: dict[str, tuple[str, ...]] = {}
    for name, port in ports.items():
        if number := port.one("vrf"):
            vrfs[number] = (*vrfs.get(number, ()), name)
    return vrfs


def _bgp(bgp: Table) -> Iterator[ConfiguredBgp]:
    if not bgp.one("as"):
        return
    router_id = bgp.one("router-id")
    tables = [bgp.get("config network"), bgp.get("config network6")]
    aggregates = [bgp.get("config aggregate-address"), bgp.get("config aggregate-address6")]
    yield ConfiguredBgp(
        asn=as_number(bgp.one("as")),
        router_id=IPv4Address(router_id) if router_id else None,
        neighbors=tuple(_neighbor(name, each) for name, each in bgp.get("config neighbor").entries()),
        networks=tuple(_prefix(each) for table in tables for _, each in table.entries()),
        aggregates=tuple(_prefix(each) for table in aggregates for _, each in table.entries()),
        requires_policy=bgp.one("ebgp-requires-policy", "disable") == "enable",
        line=bgp.line,
    )


def _prefix(entry: Table) -> IPv4Network | IPv6Network:
    return ip_network("/".join(entry.values.get("prefix") or entry.values.get("prefix6") or ()))


def _neighbor(name: str, peer: Table) -> ConfiguredNeighbor:
    def told(*names: str) -> str | None:
        return next((peer.one(each) for each in names if peer.one(each)), None)

    most = told("maximum-prefix", "maximum-prefix6")
    warns = "enable" in (told("maximum-prefix-warning-only"), told("maximum-prefix-warning-only6"))
    return ConfiguredNeighbor(
        address=ip_address(name),
        remote_as=as_number(peer.one("remote-as", "0")),
        description=told("description"),
        bfd=peer.one("bfd") == "enable",
        password=bool(peer.values.get("password")),
        import_policy=told("route-map-in", "route-map-in6", "prefix-list-in"),
        export_policy=told("route-map-out", "route-map-out6", "prefix-list-out"),
        maximum_prefix=int(most) if most and not warns else None,
        line=peer.line,
    )


# ── management ──────────────────────────────────────────────────────────────


def _time(ntp: Table) -> TimeServers:
    servers = [each for _, each in ntp.get("config ntpserver").entries()]
    keyed = [each for each in servers if each.one("authentication") == "enable"]
    on = ntp.one("ntpsync", "disable") == "enable" and ntp.one("type", "fortiguard") == "custom"
    asked = tuple(filter(None, (each.one("server") for each in servers))) if on else ()
    return TimeServers(asked, bool(keyed) and len(keyed) == len(servers), ntp.line)


def _log_hosts(root: Table) -> LogHosts:
    used = [root.get(name) for name in COLLECTORS if root.get(name).one("status") == "enable"]
    levels = [
        root.get(name.replace(" setting", " filter")).one("severity", "information") for name in COLLECTORS
    ]
    level = levels[0].replace("information", "informational") if used else ""
    source = next((each.one("source-ip") for each in used if each.one("source-ip")), None)
    return LogHosts(tuple(each.one("server") for each in used), level, source, used[0].line if used else 0)


def _allowed(port: Table) -> Iterator[str]:
    """Yield what comes in by the port: at its address, at further ones, by IPv6."""
    for each in (port, *(entry for _, entry in port.get("config secondaryip").entries())):
        yield from each.values.get("allowaccess", ())
    yield from port.get("config ipv6").values.get("ip6-allowaccess", ())


def _remote(root: Table, ports: dict[str, Table]) -> RemoteAccess:
    """Read what the ports let in; Telnet only where it is not switched off as a whole."""
    allowed = {word for port in ports.values() for word in _allowed(port)}
    everywhere = root.get("config system global")
    if everywhere.one("admin-telnet", "enable") == "disable":
        allowed.discard("telnet")
    admins = [each for _, each in root.get("config system admin").entries()]
    trusted = [any(name.startswith("trusthost") for name in each.values) for each in admins]
    protocols = tuple(
        name
        for name in ("ssh", "https", "http", "telnet")
        if name in allowed or (not ports and name == "ssh")
    )
    return RemoteAccess(
        protocols=protocols,
        ssh_version=1 if everywhere.one("admin-ssh-v1") == "enable" else 2,
        access_list="trusthost" if trusted and all(trusted) else None,
        idle_timeout_s=60 * int(everywhere.one("admintimeout", str(IDLE_MIN))),
        line=everywhere.line,
    )


def _banner(root: Table) -> LoginBanner:
    shown = root.get('config system replacemsg admin "pre_admin-disclaimer-text"')
    on = root.get("config system global").one("pre-login-banner") == "enable"
    text = "\n".join(shown.get("set buffer").inside)
    return LoginBanner(text if on else "", shown.line if on and text else 0)
