"""EOS's command line as tables: what takes whose place, how a line is undone, what is there for good.

A change is made in a configuration session and comes into force as a whole, so access lists are edited in
place: no moment between the old and the new one exists (EOS User Manual, Configuration Sessions).
"""

from __future__ import annotations

import re

from kgnet.model.blurted import PEM, URL
from kgnet.platforms._indented import Grammar, Listing, Literal, Rule
from kgnet.platforms._snmp import WELL_KNOWN
from kgnet.ports import Path

ACCESS_LIST = r"(?:ip|ipv6) access-list .*"
# Neither word is the opposite of saying nothing: what a port does then, `interface defaults` says.
SHUTDOWN = Rule(r"(?:no )?(shutdown)", undo="=default shutdown")
GRAMMAR = Grammar(
    indent="   ",
    closers=("exit", "end"),
    blocks=(
        r"interface .*|router .*|ip(v6)? access-list .*|ip(v6)? prefix-list \S+|route-map .*|vlan [\d,-]+"
        r"|vrf instance .*|management .*|system control-plane|class-map .*|policy-map .*|qos profile .*"
        r"|ip security|ike policy .*|sa policy .*|profile .*|aaa group server .*|address-family .*"
        r"|evpn ethernet-segment|tx-queue \d+|class \S+|vrf \S+|ethernet"
    ),
    permanent=(r"interface (?:Ethernet[\d/]+|Management[\d/]+)|management .*|system control-plane"),
    ordered={r"policy-map .*": r"{line} insert-before {next}", ACCESS_LIST: ""},
    definitions=(
        r"service routing protocols model .*",
        r"vrf instance .*",
        r"vlan [\d,-]+",
        r"ip access-list .*",
        r"ipv6 access-list .*",
        r"ip prefix-list .*",
        r"ipv6 prefix-list .*",
        r"route-map .*",
        r"class-map .*",
        r"policy-map .*",
        r"qos profile .*",
        r"ip security",
        r"tacacs-server .*",
        r"aaa group server .*",
        r"snmp-server engineID .*",
        r"snmp-server (?:view|group) .*",
        r"interface Loopback.*",
    ),
    last=(r"aaa (?:authentication|authorization|accounting) .*",),
    rules={
        "": (
            r"(hostname) .+",
            r"(dns domain) .+",
            r"(service routing protocols model) .+",
            r"(spanning-tree mode) .+",
            r"(username \S+) (?:privilege|role|secret|nopassword).*",
            r"(username \S+ ssh-key) .+",
            r"(logging trap) .+",
            r"(logging format timestamp) .+",
            Rule(r"(logging (?:vrf \S+ )?source-interface) \S+", undo=r"\g<0>"),
            Rule(r"(ntp local-interface(?: vrf \S+)?) \S+", undo=r"\g<0>"),
            r"(snmp-server engineID local) \S+",
            r"(snmp-server contact) .+",
            r"(snmp-server location) .+",
            r"(snmp-server user \S+ \S+ v3) .+",
            r"(tacacs-server host \S+(?: vrf \S+)?) key .+",
            r"(ip tacacs (?:vrf \S+ )?source-interface) \S+",
            r"(aaa (?:authentication|authorization|accounting) \S+(?: all)? default) .+",
            r"(qos map dscp \d+) to traffic-class \d+",
            Rule(r"(router bgp) \d+", anew=True),
            Rule(r"(route-map \S+) (?:permit|deny) (\d+)"),
            Rule(r"(class-map type \S+) match-\S+ (\S+)", anew=True),
        ),
        r"interface .*": (
            r"(description) .+",
            r"(mtu) \d+",
            SHUTDOWN,
            Rule(r"(vrf) \S+", drops=r"ip(v6)? address .*"),
            Rule(r"(ip address) \S+", unique=True),
            Rule(r"ipv6 address \S+", unique=True),
            r"(encapsulation dot1q vlan) \d+",
            r"(switchport access vlan) \d+",
            r"(switchport mode) .+",
            Rule(
                r"(switchport trunk allowed vlan) ([\d,-]+)",
                listing=Listing(r"\1 add {}", r"\1 remove {}"),
            ),
            r"(channel-group) \d+ mode \S+",
            r"(lacp system-id) \S+",
            r"(spanning-tree bpduguard) \S+",
            r"(service-profile) \S+",
            r"(service-policy type qos input) \S+",
            Rule(r"(ip access-group) \S+ (in|out)"),
            Rule(r"(ipv6 access-group) \S+ (in|out)"),
            r"(bfd interval) .+",
            r"(tunnel (?:mode|source|destination|ipsec profile)) .+",
            r"(vxlan (?:source-interface|udp-port)) \S+",
            Rule(r"(vxlan vlan \d+) vni \d+", undo=r"\1 vni"),
        ),
        r"evpn ethernet-segment": (r"(identifier) \S+", r"(route-target import) \S+"),
        r"router bgp .*|address-family .*": (
            r"(router-id) \S+",
            r"(timers bgp) .+",
            Rule(r"(bgp missing-policy direction) (in|out) action \S+"),
            r"(neighbor \S+ (?:remote-as|description|password|update-source|ebgp-multihop|ttl maximum-hops"
            r"|send-community|maximum-routes)) .+",
            Rule(r"(neighbor \S+ route-map) \S+ (in|out)"),
            Rule(r"(aggregate-address \S+) summary-only"),
        ),
        r"vrf \S+": (SHUTDOWN,),
        r"vlan [\d,-]+": (r"(name) .+", r"(rd) \S+"),
        r"(?:ip|ipv6) prefix-list .*": (Rule(r"(seq \d+) .+", anew=True),),
        ACCESS_LIST: (Rule(r"(\d+) (.+)", undo=r"\1"),),
        r"route-map .*": (
            r"(set local-preference) \d+",
            r"(set as-path prepend) .+",
            r"(match ip address prefix-list) \S+",
            r"(match ipv6 address prefix-list) \S+",
        ),
        r"class .*": (r"(set dscp) \S+", r"(set traffic-class) \d+"),
        r"qos profile .*|tx-queue .*": (r"(shape rate) .+", r"(bandwidth guaranteed) .+"),
        r"management .*": (r"(idle-timeout|login timeout) \d+", r"(cipher|mac|key-exchange) .+"),
        r"ike policy .*|sa policy .*": (
            r"(integrity) \S+",
            r"(encryption) \S+",
            r"(dh-group) \S+",
            r"(esp encryption) \S+",
            r"(ike-lifetime|sa lifetime) .+",
            r"(pfs dh-group) \S+",
        ),
        r"profile .*": (
            r"(ike-policy) \S+",
            r"(sa-policy) \S+",
            r"(connection) \S+",
            r"(shared-key) .+",
            r"(dpd) .+",
        ),
    },
    literals={r"banner (\S+)": Literal(close="EOF", undo=r"banner \1")},
)

# What the intent speaks for: anything else (boot images, daemons, event handlers …) is left alone.
OWNED = re.compile(
    r"aaa .*|no aaa root|username .*|service routing protocols model .*|interface .*|hostname .*"
    r"|dns domain .*|logging .*|ntp .*|qos (?:map|profile) .*|snmp-server .*|spanning-tree mode .*|vlan \d.*"
    r"|tacacs-server .*|ip tacacs .*|vrf instance .*|ip security|ip(?:v6)? access-list .*"
    r"|class-map type qos .*|policy-map type quality-of-service .*|route-map .*"
    r"|management (?:ssh|console|security|api http-commands)"
    r"|(?:no )?ip routing.*|ipv6 unicast-routing|no ip(?:v6)? icmp redirect|ip(?:v6)? prefix-list .*"
    r"|router bgp .*|system control-plane|banner login"
)


def owns(path: Path) -> bool:
    """Whether the intent speaks for the line: by the kind of the block that it stands in."""
    return OWNED.fullmatch(path[0]) is not None


# What EOS answers to a line that it does not take; eAPI tells the same in its errors.
REFUSALS = (
    re.compile(
        r"^% (?:Invalid|Incomplete|Ambiguous|Unavailable|Authorization|Error|Not|Cannot)", re.MULTILINE
    ),
    re.compile(r"^% .*(?:not (?:allowed|supported|permitted|found|authorized)|denied|failed)", re.MULTILINE),
)

VALUE = r"(<secret[^>\n]*>|\S+)"
KINDS = r"(?:(?:0|5|7|8a|sha512|sha256|md5|\*) )?"
SECRETS = tuple(
    re.compile(
        pattern.replace("WELL_KNOWN", WELL_KNOWN).replace("KINDS", KINDS).replace("VALUE", VALUE),
        re.MULTILINE,
    )
    for pattern in (
        r"^[ \t]*username \S+ .*?secret KINDSVALUE",
        r"^[ \t]*(?:enable|aaa root|boot) (?:password|secret)(?: secret)? KINDSVALUE",
        r"^[ \t]*neighbor \S+ password KINDSVALUE",
        r"^[ \t]*(?:tacacs|radius)-server (?:.*? )?key KINDSVALUE",
        r"^[ \t]*(?:client|server) (?:.*? )?key KINDSVALUE",
        rf"^[ \t]*snmp-server community {WELL_KNOWN}KINDSVALUE",
        r"^[ \t]*snmp-server user .* auth \S+ VALUE",
        r"^[ \t]*snmp-server user .* priv \S+ VALUE",
        r"^[ \t]*snmp-server host .* version (?:1|2c) VALUE",
        r"^[ \t]*snmp-server host \S+(?: vrf \S+)?(?: informs| traps)? "
        rf"(?!version |vrf |traps |informs ){WELL_KNOWN}VALUE",
        r"^[ \t]*secret \d+ KINDSVALUE",
        r"-(?:cvauth|ingestauth)=[a-z-]+,([^\s,]+)",
        r"^[ \t]*ntp authentication-key \d+ \S+ KINDSVALUE",
        r"^[ \t]*shared-key KINDSVALUE",
        r"^[ \t]*ip ospf (?:authentication-key|message-digest-key \d+ \S+) KINDSVALUE",
        r"^[ \t]*(?:isis )?authentication(?: key)? (?:7|0|8a) VALUE",
        r"^[ \t]*authentication mode \S+ key-id \d+ key KINDSVALUE",
        r"^[ \t]*vrrp .* authentication (?:text|ietf-md5 key-string) KINDSVALUE",
        r"^[ \t]*(?:key|fallback key|mka key) \S+ (?:0|7|8a) VALUE",
        r"^(?:.*[ \t])?(?:password|passphrase|secret) (?:0|5|7|8a|sha512) VALUE",
        r"^[ \t]*passphrase KINDSVALUE",
        *(PEM, URL),
    )
)
