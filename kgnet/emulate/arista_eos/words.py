"""What EOS's configuration modes know: which lines open a mode, which are taken, which replace others."""

from __future__ import annotations

import re
from dataclasses import dataclass

INTERFACE = (
    r"interface (?:(?:Ethernet|Management)\d+(?:/\d+)*(?:\.\d+)?|(?:Port-Channel)\d+(?:\.\d+)?"
    r"|(?:Loopback|Vlan|Tunnel)\d+|Vxlan1)"
)
ADDRESS = r"[0-9a-fA-F:.]+"
RULE = r"(?:permit|deny) .+|remark .+"
NEIGHBOR = (
    r"(?:remote-as \d+(?:\.\d+)?|description .+|bfd|password (?:[07] )?\S+|ttl maximum-hops \d+|activate"
    r"|maximum-routes \d+.*|update-source \S+|ebgp-multihop(?: \d+)?|send-community.*|next-hop-unchanged"
    r"|next-hop-self|shutdown|peer group \S+|route-map \S+ (?:in|out)|timers \d+ \d+|route-reflector-client"
    r"|allowas-in(?: \d+)?|weight \d+|rib-in pre-policy retain)"
)
SECRET = r"(?:(?:0|5|7|sha512) )?\S+"


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode: *prompt* as its name in the prompt, *takes* the lines that are stored in it.

    *keys*: of two lines that match the same of these with the same groups, the later one replaces.
    *denied*: lines whose `no …` is configuration too; *plain* ones among them are defaults, not stored.
    """

    prompt: str
    opens: tuple[tuple[str, str], ...] = ()
    takes: str = ""
    keys: tuple[str, ...] = ()
    denied: str = ""
    plain: str = ""
    numbered: str = ""  # entries that stand by number; group 1 is it


MODES = {
    "global": Mode(
        "",
        opens=(
            (r"interface defaults", "defaults"),
            (INTERFACE, "interface"),
            (r"router bgp \d+(?:\.\d+)?", "bgp"),
            (r"router ospf \d+", "ospf"),
            (r"vlan \d[\d,-]*", "vlan"),
            (r"vrf instance \S+", "vrf"),
            (r"ip access-list (?:standard )?[A-Za-z_]\S*", "acl"),
            (r"ipv6 access-list (?:standard )?[A-Za-z_]\S*", "acl"),
            (r"ip(?:v6)? prefix-list \S+", "prefix"),
            (r"route-map \S+ (?:permit|deny) \d+", "route-map"),
            (r"class-map type qos match-any \S+", "cmap"),
            (r"policy-map type quality-of-service \S+", "pmap"),
            (r"qos profile \S+", "qos-profile"),
            (r"management (?:ssh|console|telnet)", "mgmt"),
            (r"management api http-commands", "api"),
            (r"management security", "security"),
            (r"system control-plane", "system-cp"),
            (r"ip security", "ipsec"),
            (r"aaa group server (?:tacacs\+|radius) \S+", "sg"),
            (r"daemon \S+", "daemon"),
        ),
        takes=(
            rf"hostname [A-Za-z0-9][\w.-]*|dns domain \S+|ip name-server .+|no aaa root"
            rf"|aaa root secret {SECRET}"
            rf"|username \S+ (?:(?:privilege \d+|role \S+) )*(?:secret {SECRET}|nopassword)"
            rf"|username \S+ ssh-key .+"
            rf"|enable (?:password|secret) {SECRET}|service routing protocols model (?:ribd|multi-agent)"
            r"|logging .+|ntp (?:server|local-interface|serve|authenticat\S*) .+"
            r"|ntp authenticate(?: servers)?"
            r"|qos map dscp \d+ to traffic-class [0-7]|snmp-server .+|spanning-tree .+|lldp (?:run|timer \d+)"
            rf"|(?:tacacs|radius)-server host \S+ (?:vrf \S+ )?(?:.* )?key {SECRET}|ip (?:tacacs|radius) .+"
            r"|aaa (?:authentication|authorization|accounting) .+|ip routing(?: vrf \S+)?"
            r"|ipv6 unicast-routing(?: vrf \S+)?"
            r"|ip(?:v6)? icmp redirect|ip route .+|ipv6 route .+|boot system \S+|transceiver .+"
            r"|alias .+|clock .+"
            r"|ip virtual-router mac-address \S+|errdisable .+|queue-monitor .+|platform .+"
            r"|hardware .+|prompt .+"
        ),
        keys=(
            r"hostname .+", r"dns domain .+", r"(?:no )?aaa root.*", r"username (\S+) (?!ssh-key).+",
            r"username (\S+) ssh-key .+", r"enable .+", r"service routing protocols model .+",
            r"logging (?:trap|console|monitor|buffered) .+", r"logging format timestamp .+",
            r"logging (?:vrf (\S+) )?source-interface .+", r"ntp local-interface (?:vrf (\S+) )?\S+",
            r"ntp server (?:vrf (\S+) )?(\S+).*", r"qos map dscp (\d+) to .+", r"spanning-tree mode .+",
            r"snmp-server engineID local .+", r"snmp-server (contact|location) .+",
            r"snmp-server user (\S+) (\S+) .+",
            r"snmp-server group (\S+) .+", r"snmp-server view (\S+) (\S+) .+",
            r"snmp-server ipv4 access-list \S+(?: vrf (\S+))?",
            r"(tacacs|radius)-server host (\S+) (?:vrf (\S+) )?.+",
            r"ip (tacacs|radius) (?:vrf (\S+) )?source-interface .+", r"boot system .+", r"clock timezone .+",
            r"aaa (authentication|authorization|accounting) (\S+(?: all)? (?:default|console)) .+",
        ),
        denied=r"ip routing(?: vrf \S+)?|ip(?:v6)? icmp redirect|lldp run",
        plain=r"ip(?:v6)? icmp redirect|lldp run",
    ),
    "defaults": Mode(
        "if-defaults", opens=((r"ethernet", "defaults-ethernet"),), takes=r"mtu \d+", keys=(r"mtu .+",)
    ),
    "defaults-ethernet": Mode("if-defaults-ethernet", takes=r"shutdown"),
    "interface": Mode(
        "if",
        opens=((r"evpn ethernet-segment", "segment"),),
        takes=(
            r"description .+|shutdown|mtu \d+|switchport|switchport (?:mode \S+|access vlan \d+|trunk .+)"
            r"|encapsulation dot1q vlan \d+|vrf \S+|ip address [\d.]+/\d+(?: secondary)?|ipv6 enable"
            rf"|ipv6 address {ADDRESS}/\d+|ipv6 nd ra disabled(?: all)?"
            rf"|ip verify unicast source reachable-via (?:rx|any)"
            r"|lldp (?:transmit|receive)|service-policy type qos input \S+|service-profile \S+"
            r"|channel-group \d+ mode \S+"
            r"|ip(?:v6)? access-group \S+ (?:in|out)|bfd interval \d+ min-rx \d+ multiplier \d+"
            r"|lacp .+|spanning-tree .+"
            r"|tunnel (?:mode (?:ipsec|gre)|source [\d.]+|destination [\d.]+|ipsec profile \S+)"
            r"|vxlan (?:source-interface \S+|udp-port \d+|vlan \d+ vni \d+)|ip ospf .+|speed .+"
            r"|load-interval \d+"
        ),
        keys=(
            r"description .+", r"mtu \d+", r"switchport mode .+", r"switchport access vlan .+", r"vrf .+",
            r"switchport trunk allowed vlan .+", r"switchport trunk native vlan .+", r"encapsulation .+",
            r"ip address \S+", r"ip verify .+", r"service-policy type qos input .+", r"service-profile .+",
            r"channel-group .+", r"(ip|ipv6) access-group \S+ (in|out)", r"bfd interval .+", r"lacp (\S+) .+",
            r"spanning-tree (bpduguard|guard|cost|portfast).*",
            r"tunnel (mode|source|destination|ipsec profile) .+",
            r"vxlan (source-interface|udp-port) .+", r"vxlan vlan (\d+) vni .+", r"speed .+",
            r"load-interval .+",
        ),
        denied=r"shutdown|switchport|lldp (?:transmit|receive)",
        plain=r"switchport|lldp (?:transmit|receive)",
    ),
    "segment": Mode(
        "if-evpn-es",
        takes=r"identifier (?:[0-9a-f]{4}:){4}[0-9a-f]{4}|route-target import (?:[0-9a-f]{2}:){5}[0-9a-f]{2}",
        keys=(r"(identifier|route-target import) .+",),
    ),
    "bgp": Mode(
        "router-bgp",
        opens=((r"address-family (?:ipv4|ipv6|evpn)", "family"), (r"vlan \d+", "macvrf")),
        takes=(
            rf"router-id [\d.]+|bgp default ipv4-unicast|timers bgp \d+ \d+|maximum-paths .+"
            rf"|neighbor \S+ {NEIGHBOR}"
            rf"|bgp missing-policy direction (?:in|out) action \S+|aggregate-address {ADDRESS}/\d+.*"
            rf"|network {ADDRESS}/\d+.*|redistribute .+|bgp log-neighbor-changes|distance .+"
        ),
        keys=(
            r"router-id .+", r"timers bgp .+", r"maximum-paths .+",
            r"bgp missing-policy direction (in|out) .+",
            r"neighbor (\S+) (remote-as|description|password|ttl|maximum-routes) .+",
            r"neighbor (\S+) (update-source|timers|weight) .+",
            r"neighbor (\S+) (ebgp-multihop|send-community|allowas-in).*",
            r"neighbor (\S+) route-map \S+ (in|out)",
            r"aggregate-address (\S+).*",
        ),
        denied=r"bgp default ipv4-unicast|bgp log-neighbor-changes|neighbor \S+ activate",
        plain=r"bgp default ipv4-unicast|bgp log-neighbor-changes",
    ),
    "family": Mode(
        "router-bgp-af",
        takes=rf"neighbor \S+ {NEIGHBOR}|network {ADDRESS}/\d+.*|redistribute .+",
        keys=(r"neighbor (\S+) route-map \S+ (in|out)",),
    ),
    "macvrf": Mode(
        "macvrf-vlan",
        takes=r"rd \S+:\d+|route-target (?:both|import|export) \S+|redistribute learned",
        keys=(r"rd .+",),
    ),
    "ospf": Mode(
        "router-ospf",
        takes=r"router-id [\d.]+|network [\d.]+/\d+ area \S+|passive-interface \S+|max-lsa \d+",
        keys=(r"router-id .+",),
    ),
    "vlan": Mode("vlan", takes=r"name \S+|state \S+|trunk group .+", keys=(r"name .+", r"state .+")),
    "vrf": Mode("vrf", takes=r"rd \S+|description .+", keys=(r"rd .+", r"description .+")),
    "acl": Mode("acl", takes=rf"(?:\d+ )?(?:{RULE})|counters per-entry", numbered=r"(\d+) .+"),
    "prefix": Mode("ip-pfx", takes=r"seq \d+ (?:permit|deny) \S+/\d+.*|remark .+", numbered=r"seq (\d+) .+"),
    "route-map": Mode(
        "route-map",
        takes=r"match .+|set .+|description .+|continue \d+",
        keys=(r"match (ip|ipv6) address prefix-list .+", r"set (local-preference|as-path prepend|metric) .+"),
    ),
    "cmap": Mode("cmap-qos", takes=r"match (?:dscp .+|ip(?:v6)? access-group \S+|vlan .+)"),
    "pmap": Mode("pmap-quality-of-service", opens=((r"class \S+", "pclass"),)),
    "pclass": Mode(
        "pmap-c-quality-of-service",
        takes=r"set (?:dscp|traffic-class|cos) \S+|police .+",
        keys=(r"set (\S+) .+", r"police .+"),
    ),
    "qos-profile": Mode(
        "qos-profile",
        opens=((r"tx-queue [0-7]", "queue"),),
        takes=r"qos trust \S+|shape rate \d+(?: kbps| percent)?|qos dscp \d+",
        keys=(r"qos (\S+) .+", r"shape rate .+"),
    ),
    "queue": Mode(
        "qos-profile-txq",
        takes=r"bandwidth (?:guaranteed|percent) .+|shape rate .+|priority strict",
        keys=(r"bandwidth .+", r"shape rate .+"),
        denied=r"priority",
        plain=r"priority(?: strict)?",
    ),
    "mgmt": Mode(
        "mgmt-ssh",
        opens=((r"vrf \S+", "service-vrf"),),
        takes=(
            r"ip(?:v6)? access-group \S+ (?:vrf \S+ )?in|idle-timeout \d+|cipher .+|mac .+"
            r"|key-exchange .+|shutdown"
            r"|authentication .+|connection .+|hostkey .+|login timeout \d+"
        ),
        keys=(
            r"(idle-timeout|cipher|mac|key-exchange|login timeout) .+",
            r"(ip|ipv6) access-group \S+ (?:vrf (\S+) )?in",
        ),
    ),
    "security": Mode(
        "mgmt-security",
        takes=r"password (?:minimum length \d+|encryption-key common|encryption reversible \S+)",
        keys=(r"(password minimum length) \d+", r"(password encryption reversible) \S+"),
    ),
    "api": Mode(
        "mgmt-api-http-cmds",
        opens=((r"vrf \S+", "service-vrf"),),
        takes=r"shutdown|protocol https?(?: .+)?",
        denied=r"shutdown|protocol https",
        plain=r"shutdown|protocol https",
    ),
    "service-vrf": Mode(
        "mgmt-vrf",
        takes=r"shutdown|ip(?:v6)? access-group \S+(?: in)?",
        keys=(r"(ip|ipv6) access-group .+",),
        denied=r"shutdown",
    ),
    "system-cp": Mode(
        "system-cp",
        takes=r"ip(?:v6)? access-group \S+(?: vrf \S+)? in|qos .+",
        keys=(r"(ip|ipv6) access-group \S+(?: vrf (\S+))? in",),
    ),
    "ipsec": Mode(
        "ipsec", opens=((r"ike policy \S+", "ike"), (r"sa policy \S+", "sa"), (r"profile \S+", "profile"))
    ),
    "ike": Mode(
        "ipsec-ike", takes=r"(?:integrity|encryption|dh-group|ike-lifetime|local-id) .+", keys=(r"(\S+) .+",)
    ),
    "sa": Mode(
        "ipsec-sa",
        takes=r"esp (?:encryption|integrity) \S+|pfs dh-group \d+|sa lifetime .+",
        keys=(r"(\S+ \S+) .+",),
    ),
    "profile": Mode(
        "ipsec-profile",
        takes=r"(?:ike-policy|sa-policy|connection|mode) \S+|shared-key (?:[07] )?\S+|dpd \d+ \d+ \S+",
        keys=(r"(\S+) .+",),
    ),
    "sg": Mode("sg", takes=r"server \S+(?: vrf \S+)?"),
    "daemon": Mode("daemon", takes=r"exec .+|shutdown", keys=(r"exec .+",), denied=r"shutdown"),
}  # fmt: skip
HEREDOC = re.compile(r"banner (?:login|motd)|comment")
NEEDS_MORE = (
    "hostname",
    "interface",
    "vlan",
    "router",
    "username",
    "description",
    "neighbor",
    "ip",
    "ip address",
)
SHORT = {
    "et": "Ethernet",
    "lo": "Loopback",
    "ma": "Management",
    "po": "Port-Channel",
    "vl": "Vlan",
    "tu": "Tunnel",
}


def full(line: str) -> str:
    """Return an `interface …` line with the whole name of the port."""
    found = re.fullmatch(r"int(?:erface)? ([A-Za-z-]+) ?(\d[\d/.]*)", line)
    if not found:
        return re.sub(r"^int ", "interface ", line)
    kind = SHORT.get(found[1][:2].lower(), found[1])
    return f"interface {'Vxlan' if found[1].lower().startswith('vx') else kind}{found[2]}"
