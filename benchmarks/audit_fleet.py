"""A fleet of IOS devices as text: what they have in common, what is each one's own, and planted faults.

Every second device is a branch router, the others are access switches.  Of a device's own are its name, site,
addresses, descriptions, ports in use and their VLANs, neighbours and their numbers, the entries of its access
and prefix lists, the local account that its site has, the hashes of its secrets, and how many it has of each,
so that a line rarely has the same number on two devices.  What hardens them is an office's standard: the same
everywhere, but for the servers of the district.  Every tenth device has one of FAULTS.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from kgnet.model.fleet import Device, Fleet
from kgnet.model.province import Role

Lines = list[str]
KINDS = ("office", "school", "clinic", "post office", "library", "police", "tax office", "court")
PLACES = ("Rach Gia", "Ha Tien", "An Bien", "Hon Dat", "Go Quao", "Tan Hiep", "Chau Thanh", "Vinh Thuan")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./"


@dataclass(frozen=True, slots=True)
class Fault:
    """What somebody did by hand, and the rule that has to find it."""

    rule: str
    role: Role | None  # on such devices only
    make: Callable[[Lines], Lines]


def _without(start: str) -> Callable[[Lines], Lines]:
    return lambda lines: [line for line in lines if not line.startswith(start)]


def _with(*more: str) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines, *more]


def _instead(old: str, new: str) -> Callable[[Lines], Lines]:
    return lambda lines: [line.replace(old, new) for line in lines]


FAULTS: Mapping[str, Fault] = {
    "telnet": Fault("KG-ACC-01", None, _instead(" transport input ssh", " transport input ssh telnet")),
    "no timeout": Fault("KG-ACC-07", None, _instead(" exec-timeout 10 0", " exec-timeout 0 0")),
    "community": Fault("KG-SNM-02", None, _with("snmp-server community public RO")),
    "autoload": Fault("KG-SVC-07", None, _with("service config")),
    "weak cipher": Fault("KG-ACC-04", None, _instead("encryption aes256-gcm", "encryption 3des-cbc")),
    "old password": Fault(
        "KG-PWD-02", None, _with("username helpdesk privilege 15 password 7 08351F1B1D431516")
    ),
    "no stamps": Fault("KG-LOG-06", None, _without("service timestamps log")),
    "source routes": Fault("KG-CPL-02", None, _without("no ip source-route")),
    "no key": Fault("KG-RTG-01", Role.BRANCH, _without(" neighbor 10.200.0.1 password")),
    "proxy ARP": Fault("KG-CPL-07", Role.BRANCH, _without(" no ip proxy-arp")),
    "any port trunks": Fault("KG-L2-10", Role.ACCESS, _without(" switchport mode access")),
}


def fault_of(number: int) -> str:
    """Return the fault of a device; "": it has none."""
    role = _role(number)
    turn = number // 10 + (number // 100 if role is Role.BRANCH else 0)  # so that each kind has its turn
    fitting = [name for name, fault in FAULTS.items() if fault.role in (None, role)]
    return fitting[turn % len(fitting)] if number % 10 == number // 10 % 10 else ""


def fleet(devices: int) -> Fleet:
    """Return the devices that the texts are of."""
    every = (
        Device(
            _name(number),
            _site(number),
            _role(number),
            "cisco_ios",
            number,
            IPv4Address("10.250.0.0") + number,
        )
        for number in range(1, devices + 1)
    )
    return Fleet("province", "example.net", {}, {device.name: device for device in every}, {}, {})


def text(number: int, lines: int = 600) -> str:
    """Return the configuration of device *number*, of some *lines* lines, with its fault."""
    chance = random.Random(number)
    own = list(
        _router(number, chance, lines) if _role(number) is Role.BRANCH else _switch(number, chance, lines)
    )
    fault = fault_of(number)
    return "".join(f"{line}\n" for line in (FAULTS[fault].make(own) if fault else own))


def _role(number: int) -> Role:
    return Role.ACCESS if number % 2 else Role.BRANCH


def _name(number: int) -> str:
    return f"{'sw' if number % 2 else 'r'}-{number:05}"


def _site(number: int) -> str:
    return f"{29000 + number // 2}"


def _hash(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(LETTERS, k=length))


def _described(chance: random.Random) -> str:
    return f"{chance.choice(KINDS)} {chance.choice(PLACES)} {chance.randrange(1, 400)}"


# ── what they have in common ────────────────────────────────────────────────


def _head(number: int, chance: random.Random) -> Iterator[str]:
    district = number % 15
    yield from ("service password-encryption", "service tcp-keepalives-in", "service tcp-keepalives-out")
    yield from (f"service timestamps {kind} datetime msec show-timezone" for kind in ("debug", "log"))
    yield from (f"hostname {_name(number)}", "!", "vrf definition MGMT", " address-family ipv4")
    yield from (" exit-address-family", "!", f"enable secret 9 $9${_hash(chance, 40)}")
    yield from (
        f"username {name} privilege 15 secret 9 $9${_hash(chance, 40)}"
        for name in ("noc", f"site{_site(number)}")
    )
    yield from ("aaa new-model", "!")
    for server in (1, 2):
        yield from (f"tacacs server T-{server}", f" address ipv4 172.20.{district}.{server}")
        yield from (f" key 7 {_hash(chance, 24)}", " timeout 5", "!")
    yield from ("aaa group server tacacs+ TACACS", " server name T-1", " server name T-2", "!")
    yield from (f"aaa accounting {kind} default start-stop group TACACS" for kind in ("commands 15", "exec"))
    yield "aaa authentication enable default group TACACS enable"
    yield "aaa authentication login default group TACACS local"
    yield from (f"aaa authorization {kind} default group TACACS local" for kind in ("commands 15", "exec"))
    yield from (
        "!",
        "archive",
        " log config",
        "  hidekeys",
        "  logging enable",
        "  notify syslog",
        " maximum 10",
    )
    yield from (" path flash:archive", "!", "login block-for 60 attempts 5 within 60")
    yield from ("login on-failure log", "login on-success log", "!")


def _tail(number: int, chance: random.Random) -> Iterator[str]:
    district = number % 15
    for name in ("MANAGEMENT", "MONITORS"):
        yield from (
            f"ip access-list standard {name}",
            f" permit 172.20.{district}.0 0.0.0.255",
            " deny any",
            "!",
        )
    yield from ("ip domain name example.net", "ip scp server enable", "ip ssh authentication-retries 2")
    yield "ip ssh server algorithm encryption aes256-gcm aes128-gcm aes256-ctr"
    yield "ip ssh server algorithm kex ecdh-sha2-nistp521 ecdh-sha2-nistp384"
    yield "ip ssh server algorithm mac hmac-sha2-512 hmac-sha2-256"
    yield from ("ip ssh time-out 60", "ip ssh version 2", "no ip domain lookup")
    yield from (
        "no ip http server",
        "no ip http secure-server",
        "no ip source-route",
        "no vstack",
        "ip options drop",
    )
    yield from ("logging buffered 65536 informational", "logging console critical")
    yield from (f"logging host 172.20.{district}.{host}" for host in (41, 42))
    yield from (f"ntp server 172.20.{district}.{host}" for host in (11, 12, 13, 14))
    yield f"snmp-server location {_described(chance)}"
    yield from (
        "snmp-server group MONITORS v3 priv read MONITOR access MONITORS",
        "lldp run",
        "no cdp run",
        "!",
    )
    yield from (
        "banner login ^",
        " Property of the people's committee of the province.",
        " Authorised persons only.",
    )
    yield from (
        "^",
        "!",
        "line aux 0",
        " exec-timeout 0 1",
        " no exec",
        "!",
        "line con 0",
        " exec-timeout 5 0",
        "!",
    )
    for first in ("0 4", "5 15"):
        yield from (f"line vty {first}", " access-class MANAGEMENT in vrf-also", " exec-timeout 10 0")
        yield from (" transport input ssh", "!")
    yield from ("security passwords min-length 14", "end")


# ── a branch router ─────────────────────────────────────────────────────────


def _router(number: int, chance: random.Random, lines: int) -> Iterator[str]:
    yield from _head(number, chance)
    most = max(4, (lines - 330) // 11)
    neighbours = max(4, lines // 60) + chance.randrange(4)
    for place in range(neighbours):
        yield from _prefixes(number, place, chance)
    for name in ("USERS", "SERVERS", "GUESTS"):
        yield f"ip access-list extended {name}"
        yield from (_entry(number, chance) for _ in range(chance.randrange(10, 20)))
        yield from (" deny ip any any log", "!")
    yield from ("class-map match-any VOICE", " match dscp ef", "!", "policy-map WAN", " class VOICE")
    yield from ("  priority percent 20", " class class-default", "  fair-queue", "!")
    for port in range(most + chance.randrange(6)):
        yield from _routed(number, port, chance)
    yield from _bgp(number, neighbours, chance)
    yield from _tail(number, chance)


def _entry(number: int, chance: random.Random) -> str:
    network = IPv4Network(
        (int(IPv4Address("10.64.0.0")) + (number * 64 + chance.randrange(64)) % 65536 * 64, 26)
    )
    server = f"host 10.0.{chance.randrange(4)}.{chance.randrange(10, 50)}"  # of the data center
    port = chance.choice((22, 25, 53, 80, 123, 143, 443, 587, 993, 1433, 5060, 8443))
    protocol = chance.choice(("tcp", "tcp", "udp"))
    return f" permit {protocol} {network.network_address} {network.hostmask} {server} eq {port}"


def _prefixes(number: int, place: int, chance: random.Random) -> Iterator[str]:
    for sequence in range(5, 5 * chance.randrange(3, 6), 5):
        third = (number * 16 + place * 4 + sequence) % 65536
        yield f"ip prefix-list FROM-{place} seq {sequence} permit 10.{third >> 8}.{third & 255}.0/24"


def _routed(number: int, port: int, chance: random.Random) -> Iterator[str]:
    address = IPv4Address("10.0.0.0") + ((number * 131 + port) % 4_000_000) * 4 + 1
    yield from (
        f"interface GigabitEthernet0/0/{port // 4000}.{port % 4000 + 1}",
        f" description {_described(chance)}",
    )
    yield from (f" encapsulation dot1Q {port % 4000 + 1}", f" ip address {address} 255.255.255.252")
    yield f" ip access-group {chance.choice(('USERS', 'SERVERS', 'GUESTS'))} in"
    yield from (" no ip redirects", " no ip proxy-arp", " no ip unreachables")
    if chance.random() < 0.3:
        yield f" bandwidth {chance.randrange(2, 200) * 1000}"
    yield from (" bfd interval 300 min_rx 300 multiplier 3", " service-policy output WAN", "!")


def _bgp(number: int, neighbours: int, chance: random.Random) -> Iterator[str]:
    asn = 4_200_000_000 + number
    for place in range(neighbours):
        yield from (f"route-map FROM-{place} permit 10", f" match ip address prefix-list FROM-{place}", "!")
    yield from ("route-map TO permit 10", " match ip address prefix-list FROM-0", "!", f"router bgp {asn}")
    yield from (" bgp log-neighbor-changes", " bgp safe-ebgp-policy")
    addresses = [IPv4Address("10.200.0.1") + place * (number % 60 + 1) * 4 for place in range(neighbours)]
    for place, address in enumerate(addresses):
        yield f" neighbor {address} remote-as {4_200_000_000 + number * 7 % 5000 + place + 5000}"
        yield from (
            f" neighbor {address} description {_described(chance)}",
            f" neighbor {address} fall-over bfd",
        )
        yield f" neighbor {address} password 7 {_hash(chance, 24)}"
    yield " address-family ipv4"
    for place in range(chance.randrange(2, 9)):
        yield f"  network 10.{number // 256 % 256}.{number % 256}.{place * 16} mask 255.255.255.240"
    for place, address in enumerate(addresses):
        yield from (f"  neighbor {address} activate", f"  neighbor {address} route-map FROM-{place} in")
        yield from (f"  neighbor {address} route-map TO out", f"  neighbor {address} maximum-prefix 2000")
    yield from (" exit-address-family", "!")


# ── an access switch ────────────────────────────────────────────────────────


def _switch(number: int, chance: random.Random, lines: int) -> Iterator[str]:
    yield from _head(number, chance)
    yield from ("ip dhcp snooping", "ip dhcp snooping vlan 100-110", "ip arp inspection vlan 100-110")
    yield from (
        "spanning-tree mode rapid-pvst",
        "spanning-tree portfast edge bpduguard default",
        "vtp mode transparent",
    )
    for vlan in range(100, 104 + chance.randrange(6)):
        yield from (f"vlan {vlan}", f" name {chance.choice(PLACES).replace(' ', '-')}-{vlan}", "!")
    for port in range(max(4, (lines - 180) // 14) + chance.randrange(4)):
        yield from _edge(port, chance)
    yield from ("interface TenGigabitEthernet1/1/1", f" description uplink {_described(chance)}")
    yield from (
        " switchport mode trunk",
        " switchport trunk native vlan 999",
        " switchport trunk allowed vlan 100-110",
    )
    yield from (" switchport nonegotiate", " ip dhcp snooping trust", " ip arp inspection trust", "!")
    yield from (
        "interface GigabitEthernet0/0",
        " vrf forwarding MGMT",
        f" ip address 10.250.{number >> 8 & 255}.9 255.255.0.0",
    )
    yield from (" no ip redirects", " no ip proxy-arp", " ip access-group MANAGEMENT in", "!")
    yield from _tail(number, chance)


def _edge(port: int, chance: random.Random) -> Iterator[str]:
    yield f"interface GigabitEthernet1/{port // 48}/{port % 48 + 1}"
    if chance.random() < 0.15:
        yield from (
            " description unused",
            " switchport mode access",
            " switchport access vlan 999",
            " shutdown",
            "!",
        )
        return
    vlan = 100 + chance.randrange(4)
    yield from (
        f" description {_described(chance)}",
        " switchport mode access",
        f" switchport access vlan {vlan}",
    )
    yield from (" switchport nonegotiate", " switchport port-security", " switchport port-security maximum 2")
    yield from (
        " authentication port-control auto",
        " authentication host-mode multi-domain",
        " dot1x pae authenticator",
    )
    yield from (" mab", " ip dhcp snooping limit rate 15", " spanning-tree portfast edge")
    if chance.random() < 0.2:
        yield f" storm-control broadcast level {chance.choice((1, 2, 5))}.00"
    yield from (" spanning-tree bpduguard enable", "!")
