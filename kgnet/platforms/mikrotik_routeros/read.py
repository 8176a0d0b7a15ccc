"""RouterOS' configuration → facts, each with the line that it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address, ip_interface, ip_network

from kgnet.errors import ReadError
from kgnet.model.facts import (
    ConfiguredBgp,
    ConfiguredInterface,
    ConfiguredInterfaces,
    ConfiguredNeighbor,
    ConfiguredTunnel,
    ConfiguredTunnels,
    System,
)
from kgnet.model.managed import (
    Aaa,
    Account,
    Accounts,
    LogHosts,
    LoginBanner,
    RemoteAccess,
    SnmpAgent,
    SnmpUser,
    TimeServers,
    Vrfs,
)
from kgnet.model.services import Services
from kgnet.platforms._management import Ways, duration_s, ways
from kgnet.platforms._snmp import unnamed, well_known
from kgnet.platforms.mikrotik_routeros.sections import Read, Sections, added, first, setting, split, take
from kgnet.ports import Reading
from kgnet.wire.address import is_address

# What listens as long as nobody says otherwise (RouterOS' manual, Services).
SERVICES = {"api": "api", "api-ssl": "api", "ftp": "ftp", "ssh": "ssh", "telnet": "telnet",
            "winbox": "winbox", "www": "http"}  # fmt: skip
SEVERITIES = ("debug", "info", "warning", "error", "critical")  # RouterOS' topics, the least urgent first
WRITES = ("full", "write")  # groups whose members may change the configuration
WORDS = {"info": "informational"}


# ── interfaces and routing ──────────────────────────────────────────────────


def _system(sections: Sections) -> System:
    return System(setting(sections, "/system identity", "name") or None, _log_hosts(sections).hosts)


def _vrfs(sections: Sections) -> Vrfs:
    return Vrfs({each.get("name"): split(each.get("interfaces")) for each in added(sections, "/ip vrf")})


def _configured(sections: Sections) -> ConfiguredInterfaces:
    return ConfiguredInterfaces(tuple(_interfaces(sections)))


def _interfaces(sections: Sections) -> Iterator[ConfiguredInterface]:
    """Yield the interfaces that have a comment or an address, under their own names."""
    comments: dict[str, tuple[str, int]] = {}
    addresses: dict[str, list[Read]] = {}
    for section, told in sections.items():
        for each in told if section.startswith("/interface ") else ():
            name = each.get("name") or each.entry.item.partition("default-name=")[2].strip(" ]")
            if name and each.get("comment"):
                comments[name] = (each.get("comment"), each.line)
    for section in ("/ip address", "/ipv6 address"):
        for each in added(sections, section):
            addresses.setdefault(each.get("interface"), []).append(each)
    for name in dict.fromkeys((*comments, *addresses)):
        told = addresses.get(name, [])
        yield ConfiguredInterface(
            name=name,
            description=comments[name][0] if name in comments else None,
            addresses=tuple(ip_interface(each.get("address")) for each in told),
            line=comments[name][1] if name in comments else told[0].line,
        )


def _tunnels(sections: Sections) -> ConfiguredTunnels:
    ports = {
        each.get("name"): each.get("listen-port", "0") for each in added(sections, "/interface wireguard")
    }
    tunnels = (
        ConfiguredTunnel(name, int(ports.get(name, "0")), each.get("endpoint-address"), each.line)
        for each in added(sections, "/interface wireguard peers")
        for name in (each.get("interface"),)
    )
    return ConfiguredTunnels(tuple(tunnels))


def _bgp(sections: Sections) -> Iterator[ConfiguredBgp]:
    peers = added(sections, "/routing bgp connection")
    if not peers:
        return
    own = peers[0]
    yield ConfiguredBgp(
        asn=int(own.get("as") or setting(sections, "/routing bgp template", "as", "default") or 0),
        router_id=IPv4Address(own.get("router-id")) if is_address(own.get("router-id")) else None,
        neighbors=tuple(_neighbor(each) for each in peers if is_address(_peer(each))),
        networks=tuple(
            ip_network(each.get("address"))
            for each in added(sections, "/ip firewall address-list")
            if each.get("list") == own.get("output.network")
        ),
        aggregates=(),
        requires_policy=None,  # RouterOS passes all on where no filter stands
        line=own.line,
    )


def _peer(peer: Read) -> str:
    return peer.get("remote.address").partition("/")[0]


def _neighbor(peer: Read) -> ConfiguredNeighbor:
    return ConfiguredNeighbor(
        address=ip_address(_peer(peer)),
        remote_as=int(peer.get("remote.as", "0").lstrip(".") or 0),
        description=peer.get("comment") or None,
        bfd=peer.get("use-bfd") == "yes",
        password=bool(peer.get("tcp-md5-key")),
        import_policy=peer.get("input.filter") or None,
        export_policy=peer.get("output.filter-chain") or None,
        maximum_prefix=int(peer.get("input.limit-process-routes-ipv4") or 0) or None,
        line=peer.line,
    )


# ── management ──────────────────────────────────────────────────────────────


def _accounts(sections: Sections) -> Accounts:
    if "/user" not in sections:
        raise ReadError("`/export` tells no accounts — put what `/user print terse` prints below it")
    return Accounts(tuple(_account(each) for each in added(sections, "/user")))


def _account(each: Read) -> Account:
    """An account as `/user print` tells it: how its password is kept stays untold (RouterOS hashes it)."""
    return Account(
        each.get("name"), each.get("group"), "hidden", 0, each.line, admin=each.get("group") in WRITES
    )


def _time(sections: Sections) -> TimeServers:
    asked = [each.get("address") for each in added(sections, "/system ntp client servers")]
    asked += split(setting(sections, "/system ntp client", "servers"))
    keyed = [
        each
        for each in added(sections, "/system ntp client servers")
        if each.get("auth-key", "none") != "none"
    ]
    on = setting(sections, "/system ntp client", "enabled") == "yes"
    return TimeServers(tuple(asked) if on else (), bool(keyed) and len(keyed) == len(asked),
                       first(sections, "/system ntp client servers", "/system ntp client"))  # fmt: skip


def _log_hosts(sections: Sections) -> LogHosts:
    actions = {
        each.get("name"): each for each in added(sections, "/system logging action") if each.get("remote")
    }
    used = [each for each in added(sections, "/system logging") if each.get("action") in actions]
    topics = {word for each in used for word in split(each.get("topics", "info"))}
    least = next((level for level in SEVERITIES if level in topics), "")
    return LogHosts(
        hosts=tuple(dict.fromkeys(actions[each.get("action")].get("remote") for each in used)),
        severity=WORDS.get(least, least),
        source=next((each.get("src-address") for each in actions.values() if each.get("src-address")), None),
        line=first(sections, "/system logging action"),
    )


def _snmp(sections: Sections) -> SnmpAgent:
    """Read /snmp community: one with security `none` is a community, else a user of SNMPv3."""
    on = setting(sections, "/snmp", "enabled") == "yes"
    told = added(sections, "/snmp community") if on else []
    secure = [each for each in told if each.get("security", "none") != "none"]
    opened = [each for each in told if each not in secure]
    names = [each.get("name") for each in opened]
    everybody = [
        f"community {number}" for number, each in enumerate(opened, 1) if _open(each.get("addresses"))
    ]
    everybody += [f"user {each.get('name')}" for each in secure if _open(each.get("addresses"))]
    default = {
        name: setting(sections, "/snmp community", name, DEFAULT) for name in ("disabled", *OF_DEFAULT)
    }
    if on and default["disabled"] != "yes" and default["security"] in ("", "none"):
        names.append(default["name"] or "public")
        everybody += ["community default"] if _open(default["addresses"]) else []
    writable = [each for each in told if each.get("write-access") == "yes"]
    return SnmpAgent(
        users=tuple(SnmpUser(each.get("name"), _auth(each), _priv(each)) for each in secure),
        communities=len(names),
        writable=bool(writable),
        access_list=next((each.get("addresses") for each in told if each.get("addresses")), None),
        line=first(sections, "/snmp community", "/snmp"),
        well_known=tuple(filter(well_known, names)),
        unnamed=tuple(unnamed(names)),
        unlimited=tuple(everybody),
    )


DEFAULT = "[ find default=yes ]"
OF_DEFAULT = ("name", "addresses", "security")


def _open(addresses: str) -> bool:
    """Whether anybody may ask; a community of which no addresses are told has all."""
    return not addresses or any(each.endswith("/0") for each in split(addresses))


def _auth(each: Read) -> str:
    return each.get("authentication-protocol", "MD5").lower()


def _priv(each: Read) -> str:
    if each.get("security") != "private":
        return ""
    return {"AES": "aes128"}.get(
        each.get("encryption-protocol", "DES"), each.get("encryption-protocol", "DES").lower()
    )


def _remote(sections: Sections) -> RemoteAccess:
    said = [each for each in sections.get("/ip service", ()) if each.get("disabled")]
    off = {name: each.get("disabled") == "yes" for each in said for name in each.entry.item.split(",")}
    open_ = dict.fromkeys(protocol for name, protocol in SERVICES.items() if not off.get(name))
    if not off.get("www-ssl", True):
        open_["https"] = None
    waits = [_idle_s(each) for each in added(sections, "/user")]
    return RemoteAccess(
        protocols=tuple(open_),
        ssh_version=2,
        access_list=setting(sections, "/ip service", "address", "ssh") or None,
        idle_timeout_s=None
        if not waits or None in waits
        else max(wait for wait in waits if wait is not None),
        line=first(sections, "/ip service"),
    )


def _idle_s(user: Read) -> int | None:
    """Return after how long an idle user is logged out; None: never."""
    if user.get("inactivity-policy", "none") == "none":
        return None
    return int(duration_s(user.get("inactivity-timeout", "10m")))


def _aaa(sections: Sections) -> Aaa:
    remote = setting(sections, "/user aaa", "use-radius") == "yes"
    asked = [each for each in added(sections, "/radius") if "login" in split(each.get("service"))]
    login = ("local", "radius") if remote else ("local",)
    recorded = remote and setting(sections, "/user aaa", "accounting") != "no"
    return Aaa(
        login=login,
        commands=("local",),  # by the group of the user
        accounting=("sessions",) if recorded else (),
        enable=login,
        servers=tuple(each.get("address") for each in asked),
        line=first(sections, "/user aaa", "/user"),
    )


def _banner(sections: Sections) -> LoginBanner:
    return LoginBanner(setting(sections, "/system note", "note"), first(sections, "/system note"))


def _ways(sections: Sections) -> Iterator[Ways]:
    yield from ways(_remote(sections), _snmp(sections))


READING = Reading(
    take,
    {
        System: _system,
        LogHosts: _log_hosts,
        ConfiguredInterfaces: _configured,
        Vrfs: _vrfs,
        ConfiguredTunnels: _tunnels,
        ConfiguredBgp: _bgp,
        Accounts: _accounts,
        TimeServers: _time,
        RemoteAccess: _ways,
        Services: _ways,
        SnmpAgent: _ways,
        Aaa: _aaa,
        LoginBanner: _banner,
    },
    wrong="the configuration is not as RouterOS exports it",
)
