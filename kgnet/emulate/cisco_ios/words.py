"""What IOS's parser knows: which lines open which mode, and which words a mode has.

Source: Cisco IOS Master Command List and the IOS XE 17 command references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kgnet.emulate.cisco_ios.second import NOT_HERE, SECOND

ANY = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Mode:
    """A configuration mode: what stands in its prompt, and the first words it knows."""

    prompt: str
    words: frozenset[str]


def _mode(prompt: str, words: str) -> Mode:
    return Mode(prompt, frozenset(words.split()))


GLOBAL = _mode(
    "config",
    """aaa access-list access-session alias archive arp authentication banner bfd bfd-template boot
    boot-start-marker boot-end-marker bridge call-home cdp class-map clock config-register configuration
    control-plane crypto cts default device-tracking diagnostic do dot1x downstream dampening dial-peer
    enable errdisable ethernet event exception fabric fallback fhrp file flow hostname hw-module identity
    interface ip ipv6 key lacp ldap license line lldp logging login mab mac macro memory mls monitor mpls
    multilink nat netconf-yang network ntp object-group parameter-map parser password platform policy-map
    port-channel power prefix-list privilege process-max-time qos queue-limit radius radius-server redundancy
    restconf rmon route-map router rtr scheduler security service service-policy service-template
    shell snmp snmp-server spanning-tree standby stackwise-virtual subscriber switch system tacacs
    tacacs-server tclsh telemetry template time-range tftp-server track transceiver udld username version
    virtual-service vlan vrf vstack vtp wireless wsma xconnect zone zone-pair""",
)
MODES = {
    "global": GLOBAL,
    "interface": _mode(
        "config-if",
        """access-session arp authentication bandwidth bfd carrier-delay cdp channel-group clns crypto cts
        dampening delay description device-tracking dot1q dot1x duplex encapsulation flow-sampler flowcontrol
        full-duplex half-duplex hold-queue ip ipv6 isis keepalive lacp link lldp load-interval logging
        mab mac-address macro max-reserved-bandwidth mdix media-type mka mls mpls mtu negotiation ntp ospfv3
        platform plugin pppoe power ppp qos rmon service-policy shutdown snmp source spanning-tree speed
        standby storm-control switchport trust tunnel tx-ring-limit udld uc-rx violation vrf vrrp xconnect
        zone-member hqos nat negotiate""",
    ),
    "bgp": _mode(
        "config-router",
        """address-family aggregate-address auto-summary bgp default distance exit-address-family
        maximum-paths neighbor network redistribute synchronization table-map template timers
        default-information default-metric""",
    ),
    "bgp-af": _mode(
        "config-router-af",
        """aggregate-address auto-summary bgp default default-information default-metric distance
        exit-address-family maximum-paths neighbor network redistribute synchronization table-map advertise
        maximum-secondary-paths import""",
    ),
    "router": _mode(
        "config-router",
        """area auto-cost bfd capability default default-information default-metric distance distribute-list
        log-adjacency-changes max-lsa max-metric maximum-paths neighbor network no-passive-interface
        nsf passive-interface redistribute router-id summary-address timers ispf address-family
        eigrp exit-address-family variance version""",
    ),
    "acl": _mode("config-ext-nacl", "deny permit remark evaluate"),
    "acl-std": _mode("config-std-nacl", "deny permit remark"),
    "acl6": _mode("config-ipv6-acl", "deny permit remark sequence"),
    "route-map": _mode("config-route-map", "match set continue description"),
    "class-map": _mode("config-cmap", "match description"),
    "policy-map": _mode("config-pmap", "class description event"),
    "class": _mode(
        "config-pmap-c",
        """bandwidth compression drop estimate fair-queue netflow-sampler police priority queue-buffers
        queue-limit random-detect service-policy set shape trust exit-policy inspect pass""",
    ),
    "police": _mode("config-pmap-c-police", "conform-action exceed-action violate-action"),
    "line": _mode(
        "config-line",
        """access-class accounting activation-character authorization autocommand databits
        editing escape-character exec exec-timeout flowcontrol history ipv6 length location
        lockable logging login modem monitor notify parity password privilege rotary session-limit
        session-timeout speed stopbits transport width absolute-timeout vacant-message""",
    ),
    "vrf": _mode("config-vrf", "address-family description rd route-target vnet"),
    "vrf-af": _mode(
        "config-vrf-af", "exit-address-family export import maximum route-target route-replicate"
    ),
    "sg": _mode(
        "config-sg-tacacs+", "server server-private ip ipv6 deadtime load-balance accounting authorization"
    ),
    "tacacs": _mode("config-server-tacacs", "address key port single-connection timeout send-nat-address"),
    "radius": _mode(
        "config-radius-server", "address key timeout retransmit automate-tester dscp pac non-standard"
    ),
    "dynamic-author": _mode("config-locsvr-da-radius", "client server-key port auth-type ignore"),
    "archive": _mode("config-archive", "default log maximum path rollback time-period write-memory"),
    "archive-log": _mode("config-archive-log-cfg", "hidekeys logging notify record"),
    "ikev2-proposal": _mode("config-ikev2-proposal", "encryption group integrity prf"),
    "ikev2-policy": _mode("config-ikev2-policy", "match proposal"),
    "ikev2-keyring": _mode("config-ikev2-keyring", "peer"),
    "ikev2-peer": _mode("config-ikev2-keyring-peer", "address description hostname identity pre-shared-key"),
    "ikev2-profile": _mode(
        "config-ikev2-profile",
        """aaa authentication config-exchange description dpd identity initial-contact ivrf keyring
        lifetime match nat pki reconnect virtual-template""",
    ),
    "transform": _mode("cfg-crypto-trans", "mode esn"),
    "ipsec-profile": _mode("ipsec-profile", "description dialer redundancy responder-only set reverse-route"),
    "trustpoint": _mode(
        "ca-trustpoint",
        """enrollment subject-name revocation-check rsakeypair serial-number ip-address fqdn hash usage
        auto-enroll storage source vrf subject-alt-name match crl eckeypair""",
    ),
    "chain": _mode("config-cert-chain", "certificate quit"),
    "keychain": _mode("config-keychain", "description key macsec"),
    "key": _mode("config-keychain-key", "accept-lifetime cryptographic-algorithm key-string send-lifetime"),
    "vlan": _mode("config-vlan", "name state mtu private-vlan remote-span shutdown media"),
    "control-plane": _mode("config-cp", "service-policy management-interface"),
    "dhcp": _mode(
        "dhcp-config",
        """bootfile client-identifier client-name default-router dns-server domain-name hardware-address
        host import lease netbios-name-server network next-server option update utilization vrf""",
    ),
    "raguard": _mode(
        "config-nd-raguard",
        "device-role hop-limit managed-config-flag match other-config-flag router-preference trusted-port",
    ),
    "dhcpguard": _mode("config-dhcp-guard", "device-role match preference trusted-port"),
    "tracking": _mode(
        "config-device-tracking",
        "device-role limit prefix-glean protocol security-level tracking trusted-port data-glean "
        "destination-glean",
    ),
    "bfd-template": _mode("bfd-config", "authentication dampening echo interval"),
    "object-group": _mode("config-network-group", "description group-object host range any"),
    "zone": _mode("config-sec-zone", "description protection"),
    "zone-pair": _mode("config-sec-zone-pair", "description service-policy"),
    "other": Mode("config-sub", ANY),
}

# Modes that exist and whose lines are kept as they come.
OTHERS = (
    r"flow \S+; ip sla \d+$; template; parameter-map; event manager applet; redundancy$; service-template; "
    r"spanning-tree mst configuration$; call-home$; track \d+; time-range; "
    r"telemetry ietf; wsma; crypto map \S+ \d+; crypto isakmp policy; mac access-list extended; "
    r"ip access-list role-based; monitor session \d+ type; dial-peer"
)
OPENERS: dict[str, list[tuple[re.Pattern[str], str]]] = {
    mode: [(re.compile(pattern), child) for pattern, child in pairs]
    for mode, pairs in {
        "global": [
            (r"interface \S+", "interface"),
            (r"router bgp \d\S*$", "bgp"),
            (r"(?:ipv6 )?router (?:ospf|ospfv3|eigrp|rip|isis)\b", "router"),
            (r"ip access-list extended \S+$", "acl"),
            (r"ip access-list standard \S+$", "acl-std"),
            (r"ipv6 access-list \S+$", "acl6"),
            (r"route-map \S+", "route-map"),
            (r"class-map ", "class-map"),
            (r"policy-map ", "policy-map"),
            (r"line (?:con|aux|vty) \d+", "line"),
            (r"vrf definition \S+$", "vrf"),
            (r"aaa group server \S+ \S+$", "sg"),
            (r"tacacs server \S+$", "tacacs"),
            (r"radius server \S+$", "radius"),
            (r"aaa server radius dynamic-author$", "dynamic-author"),
            (r"archive$", "archive"),
            (r"crypto ikev2 proposal \S+$", "ikev2-proposal"),
            (r"crypto ikev2 policy \S+$", "ikev2-policy"),
            (r"crypto ikev2 keyring \S+$", "ikev2-keyring"),
            (r"crypto ikev2 profile \S+$", "ikev2-profile"),
            (r"crypto ipsec transform-set \S+ ", "transform"),
            (r"crypto ipsec profile \S+$", "ipsec-profile"),
            (r"crypto pki trustpoint \S+$", "trustpoint"),
            (r"crypto pki certificate chain \S+$", "chain"),
            (r"key chain \S+", "keychain"),
            (r"vlan [\d,-]+$", "vlan"),
            (r"control-plane", "control-plane"),
            (r"ip dhcp pool \S+$", "dhcp"),
            (r"ipv6 nd raguard policy \S+$", "raguard"),
            (r"ipv6 dhcp guard policy \S+$", "dhcpguard"),
            (r"device-tracking policy \S+$", "tracking"),
            (r"bfd-template \S+ \S+$", "bfd-template"),
            (r"object-group \S+ \S+$", "object-group"),
            (r"zone security \S+", "zone"),
            (r"zone-pair security \S+ ", "zone-pair"),
            *((rf"{head}\b", "other") for head in OTHERS.split("; ")),
        ],
        "bgp": [(r"address-family ", "bgp-af")],
        "router": [(r"address-family ", "other")],
        "vrf": [(r"address-family ", "vrf-af")],
        "archive": [(r"log config$", "archive-log")],
        "policy-map": [(r"class ", "class")],
        "class": [(r"police (?!.*-action)", "police")],
        "ikev2-keyring": [(r"peer \S+$", "ikev2-peer")],
        "keychain": [(r"key \d+$", "key")],
        "other": [],
    }.items()
}  # fmt: skip


# Lines that an interface has its own kind of.
GLOBAL_ONLY = re.compile(
    r"ip dhcp snooping(?: (?:vlan|information option|verify|database|glean)\b|$)"
    r"|ip dhcp (?:pool|excluded-address|relay)|ip nat (?:pool|translation|inside source)"
    r"|ip arp (?:inspection (?:vlan|validate|filter|log-buffer)|proxy)"
)
NUMBERED = ("acl", "acl-std", "acl6")  # whose lines may begin with a number


def whole(mode: str, word: str) -> str:
    """Return the word of a mode that a short form stands for, or the short form itself."""
    here = MODES[mode].words
    fits = [one for one in here if one.startswith(word)] if word not in here else [word]
    return fits[0] if len(fits) == 1 else word


def knows(mode: str, words: list[str]) -> bool:
    """Whether a line that begins with these words is one of this mode's."""
    here = MODES[mode].words
    if "*" in here:
        return not any(pattern.match(" ".join(words)) for pattern, _ in OPENERS["global"])
    if mode in NUMBERED and words and words[0].isdigit():
        words = words[1:] or ["permit"]
    if not words or words[0] not in here:
        return False
    seconds = SECOND.get(mode, {}).get(words[0])
    second = words[1] if len(words) > 1 else ""
    if NOT_HERE.get(mode, {}).get(words[0]) == second != "":
        return False
    if mode == "interface" and GLOBAL_ONLY.match(" ".join(words)):
        return False
    return not seconds or "*" in seconds or second in seconds


NEEDS_MORE = frozenset(
    [
        "hostname",
        "interface",
        "router",
        "username",
        "description",
        "ip",
        "ipv6",
        "line",
        "route-map",
        "class-map",
        "policy-map",
        "neighbor",
        "access-list",
        "aaa",
        "logging",
        "ntp",
        "snmp-server",
        "banner",
        "vrf",
        "enable",
        "vlan",
        "service",
        "match",
        "set",
        "network",
    ]
)
# Lines that only close a mode and are never stored.
CLOSERS = frozenset({"exit-address-family", "exit-policy"})
