"""Second words: where two modes of IOS share a first word, the second tells which of them is meant."""

from __future__ import annotations

SECOND: dict[str, dict[str, frozenset[str]]] = {
    mode: {first: frozenset(words.split()) for first, words in pairs.items()}
    for mode, pairs in {
        "interface": {
            "ip": """access-group address arp bgp broadcast-address cef dhcp dampening-change
            directed-broadcast dvmrp flow helper-address hello-interval icmp igmp information load-sharing
            local-proxy-arp mask-reply mobile mroute-cache mtu nat nbar next-hop-self nhrp ospf pim policy
            proxy-arp redirects rip route-cache router rsvp rtp sap split-horizon summary-address tcp
            unnumbered unreachables verify verify-unicast virtual-reassembly vrf wccp admission device
            auth-proxy""",
            "ipv6": """address dhcp eigrp enable flow mld mtu nd ospf pim policy redirects rip router
            snooping source-guard split-horizon tcp traffic-filter unnumbered unreachables verify
            virtual-reassembly nhrp destination-guard""",
            "crypto": "map ipsec",
            "logging": "event",
            "ntp": "broadcast disable multicast",
            "lldp": "transmit receive med-tlv-select tlv-select",
            "spanning-tree": "portfast bpduguard bpdufilter guard cost port-priority link-type vlan",
            "bfd": "interval template echo jitter check-control-plane-failure",
            "device-tracking": "attach-policy",
            "vrf": "forwarding",
            "cdp": "enable tlv log",
            "dot1x": "pae timeout max-req max-reauth-req max-start credentials supplicant authenticator",
            "authentication": """event host-mode order priority port-control violation timer periodic
            control-direction open fallback linksec""",
            "arp": "timeout arpa",
            "mac": "access-group",
            "snmp": "trap ifindex",
            "key": "",
            "crypto-map": "",
            "platform": "qos",
        },
        "global": {
            "ip": """access-list admission arp as-path bgp-community bootp cef classless community-list
            default-gateway default-network device dhcp domain domain-list domain-lookup domain-name dns
            explicit-path extcommunity-list finger flow forward-protocol ftp gratuitous-arps host http icmp
            identd igmp local multicast-routing name-server nat nbar nhrp options pim prefix-list radius rcmd
            route routing rsvp scp sctp sla source-route spd ssh subnet-zero tacacs tcp telnet tftp verify vrf
            wccp""",
            "ipv6": """access-list cef destination-guard dhcp general-prefix hop-limit host icmp local mld
            multicast-routing nat nd neighbor ospf pim prefix-list route router snooping source-guard
            source-route unicast-routing verify""",
            "service": """call-home compress-config counters dhcp disable-ip-fast-frag exec-callback finger
            hide-telnet-addresses internal linenumber nagle old-slip-prompts pad password-encryption
            password-recovery prompt sequence-numbers slave-log tcp-keepalives-in tcp-keepalives-out
            tcp-small-servers telnet-zeroidle timestamps unsupported-transceiver udp-small-servers config""",
            "line": "con aux vty console",
        },
        "line": {
            "login": "local authentication",
            "logging": "synchronous",
            "ipv6": "access-class",
            "privilege": "level",
        },
        "sg": {"ip": "vrf tacacs radius", "ipv6": "tacacs radius"},
        "router": {"bfd": "all-interfaces"},
        "bgp": {"bgp": "*"},
    }.items()
}  # fmt: skip
NOT_HERE = {"tacacs": {"key": "chain"}, "radius": {"key": "chain"}, "keychain": {"key": "chain"}}
