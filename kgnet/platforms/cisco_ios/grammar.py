"""IOS's command line as tables: what takes whose place, how a line is undone, what nobody may remove."""

from __future__ import annotations

import re

from kgnet.model.outcome import Change
from kgnet.platforms._indented import Filter, Grammar, Listing, Literal, Rule
from kgnet.platforms.cisco_ios.lines import Block, blocks
from kgnet.platforms.cisco_ios.taken import CLOSERS
from kgnet.ports import Path
from kgnet.wire.cisco_keys import reveal

PORT = r"interface (?:[A-Z]\w*(?:Ethernet|GigE|Gig)|Ethernet|Serial|Cellular|Async|Embedded-\S+?)[\d/]+"
TABLES = r"(?:ip access-list (?:standard|extended)|ipv6 access-list) .*"

GRAMMAR = Grammar(
    closers=CLOSERS,
    leaves={r"address-family .*": "exit-address-family"},
    closes={r"address-family .*": "exit-address-family"},
    blocks=(
        r"interface .*|router .*|ip access-list .*|ipv6 access-list .*|route-map .*|class-map .*"
        r"|policy-map .*|class .*|address-family .*|vrf definition .*|vlan [\d,-]+|line .*|control-plane"
        r"|archive|log config|key chain .*|key \d+|(?:tacacs|radius|aaa group) server .*|zone security .*"
        r"|zone-pair security .*|crypto ikev2 (?:proposal|policy|keyring|profile) .*|crypto ipsec profile .*"
        r"|crypto ipsec transform-set .*|peer .*|ipv6 nd raguard policy .*"
    ),
    permanent=rf"{PORT}|interface Vlan1|line .*|control-plane",
    ordered={
        r"policy-map (?!type ).*": "{line} insert-before {next}",
        r"policy-map type .*": "",
        r"aaa group server .*": "",
        TABLES: "",
    },
    definitions=(
        *(r"username .*", r"aaa new-model", r"vrf definition .*", r"key chain .*", r"vtp .*", r"vlan .*"),
        *(r"tacacs server .*", r"radius server .*", r"aaa group server .*"),
        *(r"ip prefix-list .*", r"ipv6 prefix-list .*", r"route-map .*"),
        *(r"ip access-list .*", r"ipv6 access-list .*", r"class-map .*"),
        *(r"policy-map QUEUES-.*", r"policy-map .*", r"zone security .*", r"ipv6 nd raguard policy .*"),
        *(r"crypto ikev2 proposal .*", r"crypto ikev2 policy .*", r"crypto ikev2 keyring .*"),
        *(r"crypto ikev2 profile .*", r"crypto ipsec transform-set .*", r"crypto ipsec profile .*"),
        *(r"snmp-server view .*", r"snmp-server group .*"),
    ),
    last=(r"aaa authentication .*", r"aaa authorization .*", r"aaa accounting .*"),
    rules={
        "": (
            r"(hostname) .+",
            r"(ip domain name) .+",
            r"(username \S+) .*",
            r"(service timestamps (?:debug|log)) .+",
            r"(login block-for) .+",
            r"(aaa (?:authentication|authorization|accounting) (?:commands \d+|\S+) \S+) .+",
            r"(ip ssh (?:version|time-out|authentication-retries|server algorithm \S+)) .+",
            Rule(r"(logging (?:buffered|console|trap|monitor)) .+", undo=r"=default \1"),
            r"(logging source-interface) .+",
            r"(ntp source) .+",
            r"(snmp-server (?:contact|location)) .+",
            r"(snmp-server view \S+ \S+) .+",
            r"(snmp-server group \S+ v3 \S+) .+",
            r"(spanning-tree mode) .+",
            r"(vtp mode) .+",
            r"(ip arp inspection validate) .+",
            r"(errdisable recovery interval) \d+",
            r"(crypto ipsec transform-set \S+) .+",
            Rule(r"(ip dhcp snooping vlan) ([\d,-]+)", listing=Listing(r"\1 {}", r"no \1 {}")),
            Rule(r"(ip arp inspection vlan) ([\d,-]+)", listing=Listing(r"\1 {}", r"no \1 {}")),
            Rule(r"(ip prefix-list \S+ seq \d+) .+", anew=True),
            Rule(r"(ipv6 prefix-list \S+ seq \d+) .+", anew=True),
            Rule(r"(route-map \S+) (?:permit|deny) (\d+)"),
            Rule(r"(class-map) match-\S+ (\S+)", anew=True),
            Rule(r"(class-map type inspect) match-\S+ (\S+)", anew=True),
            Rule(r"(zone-pair security \S+) source .+", anew=True),
        ),
        r"interface .*": (
            r"ip address \S+ \S+ secondary",
            r"(description) .+",
            Rule(r"(ip address) \S+ \S+", unique=True),
            Rule(r"ipv6 address \S+", unique=True),
            Rule(r"(vrf forwarding) .+", drops=r"ip(v6)? address .*"),
            Rule(r"(encapsulation dot1Q) .+", drops=r"ip(v6)? address .*"),
            r"(bfd interval) .+",
            r"(tunnel (?:source|destination|mode)) .+",
            Rule(r"(ip access-group) \S+ (in|out)"),
            Rule(r"(ipv6 traffic-filter) \S+ (in|out)"),
            r"(switchport (?:access vlan|mode|trunk native vlan)) .+",
            r"(switchport port-security (?:maximum|violation|aging time|aging type)) .+",
            Rule(
                r"(switchport trunk allowed vlan) ([\d,-]+)",
                listing=Listing(r"\1 add {}", r"\1 remove {}"),
            ),
            r"(storm-control (?:broadcast|multicast|unicast) level) .+",
            r"(ip dhcp snooping limit rate) \d+",
            r"(authentication (?:host-mode|order|priority|port-control|timer reauthenticate)) .+",
            r"(authentication event .+ action authorize vlan) \d+",
            r"(dot1x timeout \S+) \d+",
            r"(spanning-tree bpduguard) \S+",
        ),
        r"router bgp .*|address-family .*": (
            Rule(r"neighbor (\S+) (remote-as) \S+", undo=r"neighbor \1", takes=r"neighbor \1 .*"),
            r"(neighbor \S+ (?:description|password|maximum-prefix|update-source|timers)) .+",
            Rule(r"(neighbor \S+ route-map) \S+ (in|out)"),
            r"(bgp router-id) \S+",
            r"(timers bgp) .+",
        ),
        r"class .*": (
            r"(bandwidth) .+",
            r"(shape average) .+",
            r"(police) .+",
            r"(priority) level \d+",
            r"(set dscp) \S+",
        ),
        r"policy-map .*": (r"(description) .+",),
        r"archive": (r"(path) .+", r"(maximum) \d+"),
        r"line .*": (
            r"(exec-timeout) .+",
            Rule(r"(access-class) \S+ (in|out).*"),
            Rule(r"(ipv6 access-class) \S+ (in|out).*"),
            r"(transport input) .+",
        ),
        r"key \d+": (r"(key-string) .+",),
        r"(?:tacacs|radius) server .*": (r"(address ipv[46]) .+", r"(key) .+", r"(timeout) \d+"),
        r"aaa group server .*": (r"(ip (?:tacacs|radius) source-interface) \S+", r"(ip vrf forwarding) \S+"),
        r"vlan .*": (r"(name) .+",),
        r"route-map .*": (r"(set local-preference) \d+", r"(set as-path prepend) .+"),
        r"crypto ikev2 proposal .*": (r"(encryption) .+", r"(prf) .+", r"(integrity) .+", r"(group) .+"),
        r"crypto ikev2 profile .*": (
            r"(identity local) .+",
            r"(authentication (?:local|remote)) .+",
            r"(keyring local) .+",
            r"(lifetime) \d+",
            r"(dpd) .+",
        ),
        r"crypto ipsec profile .*": (r"(set (?:transform-set|pfs|ikev2-profile)) .+",),
        r"peer .*": (r"(address) .+", r"(pre-shared-key) .+"),
    },
    literals={
        r"banner (\S+) \^": Literal(close="^", undo=r"banner \1"),
        r"(certificate .+)": Literal(close="quit", undo=r"\1"),
    },
    filters=(
        Filter(
            header=r"ip access-list (?:standard|extended) (?P<name>\S+)",
            references={
                r"interface .*": r"ip access-group (?P<name>\S+) (?:in|out)",
                r"line .*": r"access-class (?P<name>\S+) .*",
                r"class-map .*": r"match access-group name (?P<name>\S+)",
                "": r"snmp-server group .* access (?P<name>\S+)",
            },
        ),
        Filter(
            header=r"ipv6 access-list (?P<name>\S+)",
            references={
                r"interface .*": r"ipv6 traffic-filter (?P<name>\S+) (?:in|out)",
                r"line .*": r"ipv6 access-class (?P<name>\S+) .*",
                r"class-map .*": r"match access-group name (?P<name>\S+)",
            },
        ),
        Filter(  # a route map that names a list which is not there matches every route
            header=r"ip prefix-list (?P<name>\S+) seq .*",
            references={r"route-map .*": r"match ip address prefix-list (?P<name>\S+)"},
            undo="ip prefix-list {name}",
        ),
        Filter(
            header=r"ipv6 prefix-list (?P<name>\S+) seq .*",
            references={r"route-map .*": r"match ipv6 address prefix-list (?P<name>\S+)"},
            undo="ipv6 prefix-list {name}",
        ),
    ),
    kept=(
        Filter(
            header=r"class-map match-\S+ (?P<name>\S+)",
            references={r"policy-map (?!type ).*": r"class (?P<name>\S+)"},
        ),
        Filter(
            header=r"class-map type inspect match-\S+ (?P<name>\S+)",
            references={r"policy-map type inspect .*": r"class type inspect (?P<name>\S+)"},
        ),
    ),
)

# What the intent speaks for; anything else (images, licences, static routes, certificates …) is left alone.
OWNED = re.compile(
    r"(?:no )?service (?:timestamps|password-encryption|tcp-keepalives-\w+).*|hostname .*"
    r"|aaa .*|username .*|(?:tacacs|radius) server .*|key chain SNMP-.*|(?:no )?ip domain (?:name|lookup).*"
    r"|(?:no )?ip source-route|ip options .*|ipv6 unicast-routing|archive|login .*"
    r"|(?:no )?ip (?:ssh|scp|http) .*"
    r"|ip access-list .*|ipv6 access-list .*|ip prefix-list .*|ipv6 prefix-list .*|route-map .*|class-map .*"
    r"|policy-map .*|zone security .*|zone-pair .*|control-plane|crypto ikev2 .*|crypto ipsec .*|interface .*"
    r"|router bgp .*|line .*|banner login .*|logging .*|ntp .*|snmp-server .*|lldp .*|(?:no )?cdp run"
    r"|vtp mode .*|vlan .*|spanning-tree mode .*|(?:no )?ip dhcp snooping.*|ip arp inspection .*|dot1x .*"
    r"|ipv6 nd raguard .*|errdisable .*"
)
NOBODYS = re.compile(
    rf"{PORT}|interface Vlan1|crypto (?:ikev2|ipsec) .*default.*|logging (?:on|esm) .*|vlan internal .*"
    r"|(?:class|policy)-map .*(?:system-cpp|non-client-nrt|port_child).*"
)
OF_THE_BOX = re.compile(r"service-policy input system-cpp-policy")


def owns(path: Path) -> bool:
    """Whether the intent speaks for the line: a port that it does not name is left as it is, shut or not."""
    if len(path) == 1:
        return OWNED.fullmatch(path[0]) is not None and NOBODYS.fullmatch(path[0]) is None
    return OWNED.fullmatch(path[0]) is not None and OF_THE_BOX.fullmatch(path[1]) is None


# ── SNMPv3 users, which IOS never prints ────────────────────────────────────

USER = re.compile(r"key chain SNMP-(\S+)")
GROUP = "MONITORS"


def commands(changes: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return what one types to make *changes*.

    IOS keeps SNMPv3 users where nobody sees them.  So that a changed pass phrase is a change all the same, a
    key chain records what the user was made of: the authentication's is its key 1, the privacy's its key 2;
    where that chain changes the user is made anew.
    """
    touched = {change.line for change in changes} | {change.path[0] for change in changes if change.path}
    names = sorted(found[1] for line in touched if (found := USER.fullmatch(line)))
    typed = GRAMMAR.commands(changes, have, want)
    if not names:
        return typed
    wanted = {each.line: each for each in blocks(want).starting("key chain SNMP-")}
    return (*typed, *(_user(name, wanted.get(f"key chain SNMP-{name}")) for name in names))


def _user(name: str, chain: Block | None) -> str:
    if chain is None:
        return f"no snmp-server user {name} {GROUP} v3"
    keys = {
        each.line: (each.rest("key-string 7 ") or each.rest("key-string ") or "") for each in chain.inside
    }
    auth, priv = (reveal(keys[key]) if keys[key] else "" for key in ("key 1", "key 2"))
    return f"snmp-server user {name} {GROUP} v3 auth sha-2 256 {auth} priv aes 128 {priv}"
