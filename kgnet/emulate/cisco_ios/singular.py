"""Which lines IOS keeps one of, so that a new one replaces the old; and what is on where nothing is said.

A pattern is words: `*` is any word and counts, `_` is any word and does not, `a|b` is either.  Lines that a
pattern matches are one another's successors if they agree in the words that count.

Source: behaviour as described in the IOS XE 17 command references.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

Trie = dict[str, Any]

BGP = """
neighbor * remote-as|description|password|update-source|ebgp-multihop|ttl-security|timers|maximum-prefix
neighbor * local-as|peer-group|version|fall-over|weight|advertisement-interval
neighbor * transport|inherit *
neighbor * route-map|prefix-list|distribute-list|filter-list _ in|out
neighbor * soft-reconfiguration|send-community|next-hop-self|default-originate|unsuppress-map
neighbor * shutdown|allowas-in
bgp router-id|log-neighbor-changes|cluster-id|dampening|maxas-limit
bgp bestpath|graceful-restart|confederation|listen *
maximum-paths ibgp; maximum-paths; distance bgp; timers bgp; default-metric; table-map
network * mask *; network *; aggregate-address *
redistribute bgp|ospf|eigrp *; redistribute *
"""
PATTERNS = {
    "global": """
hostname; enable secret|password; ip domain-name; ip domain name; ip default-gateway
clock timezone|summer-time
ip ssh version|time-out|authentication-retries|source-interface; ip ssh server algorithm *; ip ssh dh min size
ip tacacs|radius|ftp|tftp|telnet source-interface; ip http client source-interface
ip http port|secure-port|authentication|access-class
service timestamps debug|log; service password-encryption|tcp-keepalives-in|tcp-keepalives-out
service sequence-numbers
logging buffered|trap|source-interface|facility|origin-id|console|monitor|rate-limit|history
logging host * vrf *; logging host *; username *
snmp-server location|contact|chassis-id|trap-source|ifindex|packetsize|queue-length
snmp-server engineID local
snmp-server source-interface *; snmp-server group * v1|v2c; snmp-server group * v3 *
snmp-server community *; snmp-server view * *; snmp-server host * vrf *; snmp-server host *
ntp source|master|clock-period|authenticate|logging; ntp access-group|trusted-key|authentication-key *
ntp server|peer vrf * *; ntp server|peer *
aaa authentication|authorization * *; aaa authorization commands * *; aaa accounting exec|network|system *
aaa accounting commands * *; aaa new-model; aaa session-id
tacacs-server key|timeout|directed-request; radius-server key|timeout|retransmit|deadtime
ip route vrf * * * *; ip route * * *; ipv6 route vrf * * *; ipv6 route * *
spanning-tree mode|loopguard|extend; spanning-tree portfast *; spanning-tree portfast edge *
spanning-tree vlan * priority; vtp mode|domain|version|password; lldp holdtime|timer|reinit
configuration mode
login block-for|delay|on-failure|on-success|quiet-mode; dot1x system-auth-control; dot1x critical *
errdisable recovery interval; errdisable recovery cause *; ip dhcp snooping vlan; ip dhcp snooping information
ip arp inspection vlan|validate; memory free low-watermark *; security passwords min-length; platform * *
""",
    "interface": """
description; mtu; bandwidth; delay; speed; duplex; encapsulation; keepalive; load-interval; negotiation
ip address|mtu|unnumbered; ip nat *; ip tcp adjust-mss; ip verify unicast; ip arp inspection *
ip dhcp snooping limit; ip ospf *; ip access-group _ in|out; ipv6 traffic-filter _ in|out
ipv6 mtu; ipv6 nd raguard|suppress|reachable-time; ipv6 nd ra interval; ipv6 dhcp guard; ipv6 ospf *
ipv6 tcp adjust-mss; ip vrf forwarding; vrf forwarding; service-policy input|output
switchport mode; switchport access|voice vlan; switchport trunk native|allowed vlan
switchport port-security maximum|violation; switchport port-security aging time|type; switchport nonegotiate
bfd interval|template; tunnel source|destination|mode|protection|key|vrf|path-mtu-discovery|ttl
storm-control broadcast|multicast|unicast level; storm-control action
authentication event fail|no-response|linksec action; authentication event server dead|alive action *
authentication host-mode|order|priority|port-control|violation|control-direction; authentication timer *
access-session host-mode|port-control|control-direction; dot1x pae|max-req|max-reauth-req; dot1x timeout *
spanning-tree portfast|bpduguard|guard|cost|port-priority|link-type|bpdufilter; device-tracking attach-policy
channel-group; channel-protocol; carrier-delay; hold-queue _ in|out; power inline; snmp trap; crypto map
standby|vrrp * *; media-type; lacp *; macro
""",
    "bgp": BGP,
    "bgp-af": BGP,
    "router": """
router-id; auto-cost; log-adjacency-changes; maximum-paths; default-information; max-metric; distance
area * authentication|stub|nssa|default-cost; redistribute bgp|ospf|eigrp *; redistribute *; timers * *
""",
    "route-map": """
set local-preference|metric|weight|origin|tag|metric-type|community; set as-path prepend
set ip|ipv6 next-hop; description; continue
""",
    "class-map": "description",
    "policy-map": "description",
    "class": """
bandwidth; priority; police; shape average|peak; queue-limit; queue-buffers; fair-queue; service-policy
random-detect dscp-based|exponential-weighting-constant; random-detect dscp|precedence *
set dscp|precedence|cos|qos-group; set ip dscp|precedence
""",
    "police": "conform-action; exceed-action; violate-action",
    "line": """
exec-timeout; login; password; privilege level; session-timeout; length; width; logging synchronous; stopbits
speed; history size; location; absolute-timeout; session-limit; transport input|output|preferred
access-class _ in|out; ipv6 access-class _ in|out; authorization|accounting exec|commands
""",
    "vrf": "rd; description",
    "vrf-af": "maximum",
    "sg": "ip vrf forwarding; ip tacacs|radius source-interface; deadtime; load-balance; server-private *",
    "tacacs": "address *; key; timeout; port",
    "radius": "address *; key; timeout; retransmit; automate-tester",
    "dynamic-author": "client *; server-key; port; auth-type",
    "archive": "path; maximum; time-period",
    "archive-log": "logging size; notify *",
    "ikev2-proposal": "encryption; group; integrity; prf",
    "ikev2-policy": "proposal *; match fvrf",
    "ikev2-peer": "address; description; hostname; identity *; pre-shared-key local|remote; pre-shared-key",
    "ikev2-profile": """
authentication local|remote; keyring; dpd; lifetime; ivrf; identity local; description; match fvrf
""",
    "transform": "mode",
    "ipsec-profile": "set transform-set|ikev2-profile|pfs; set security-association lifetime *; description",
    "trustpoint": """
enrollment *; subject-name; revocation-check; rsakeypair; fqdn; hash; usage; vrf; source *
""",
    "key": "accept-lifetime; cryptographic-algorithm; key-string; send-lifetime",
    "keychain": "description",
    "vlan": "name; state; mtu",
    "control-plane": "service-policy input|output",
    "dhcp": "default-router; dns-server; domain-name; lease; network; vrf; next-server; bootfile; option *",
    "raguard": "device-role; hop-limit *; router-preference",
    "dhcpguard": "device-role",
    "tracking": "device-role; limit; security-level; tracking",
    "bfd-template": "interval; authentication; dampening",
}
# On where nothing is said, so that only the negation is printed.
ON = {
    "global": """
ip source-route; service pad; service dhcp; ip dhcp snooping information option
ip bootp server; ip domain lookup; ip domain-lookup; cdp run
logging console; logging monitor; ip gratuitous-arps; ip finger; vstack; ip routing; ip subnet-zero
ip forward-protocol nd; platform punt-keepalive disable-kernel-core; logging on; ip icmp redirect
""",
    "interface": """
ip redirects; ip unreachables; ip proxy-arp; ip route-cache; cdp enable; lldp transmit; lldp receive
bfd echo; mop enabled; mop sysid; keepalive; switchport; negotiation auto; ip mroute-cache
snmp trap link-status
ipv6 redirects; ipv6 unreachables; ip split-horizon; autostate; mdix auto
""",
    "bgp": """
bgp default ipv4-unicast; auto-summary; synchronization; bgp fast-external-fallover; bgp enforce-first-as
""",
    "bgp-af": "auto-summary; synchronization",
    "router": "auto-summary; log-adjacency-changes",
    "line": "exec; vacant-message",
}
# Printed either way, once somebody has said so.
EITHER = {
    "global": re.compile(r"(?:ip http (?:secure-)?server|aaa new-model|netconf-yang|restconf)$"),
    "bgp-af": re.compile(r"neighbor \S+ activate$"),
}


def _split(text: str) -> list[str]:
    return [part.strip() for line in text.splitlines() for part in line.split(";") if part.strip()]


DEFAULT_ON = {mode: frozenset(_split(text)) for mode, text in ON.items()}


def _trie(patterns: str) -> Trie:
    tree: Trie = {}
    for pattern in _split(patterns):
        spots = [tree]
        for word in pattern.split():
            spots = [spot.setdefault(one, {}) for spot in spots for one in word.split("|")]
        for spot in spots:
            spot[""] = True
    return tree


TRIES = {mode: _trie(text) for mode, text in PATTERNS.items()}


@lru_cache(maxsize=65536)
def identity(mode: str, line: str) -> str | None:
    """Return what a line is the only one of, e.g. `description`; None: there may be many like it."""
    if mode not in TRIES or (mode == "interface" and line.endswith(" secondary")):
        return None
    found = _match(TRIES[mode], line.split(" "), ())
    return None if found is None else " ".join(found)


def _match(tree: Trie, words: list[str], key: tuple[str, ...]) -> tuple[str, ...] | None:
    """The longest pattern that the words begin with; a word itself goes before any word."""
    if words:
        first, rest = words[0], words[1:]
        for branch, own in ((first, (first,)), ("*", (first,)), ("_", ())):
            if branch and branch in tree and (found := _match(tree[branch], rest, (*key, *own))) is not None:
                return found
    return key if "" in tree else None
