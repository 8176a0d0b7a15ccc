"""EOS's configuration → what it names: lists, maps and groups (EOS User Manual, by heart)."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.naming import Names
from kgnet.platforms._objects import Compiled, Naming
from kgnet.platforms.arista_eos.block import Block

ACCESS, PREFIX, MAP, CLASS, POLICY, PROFILE, PEERS = (
    *("access list", "prefix list", "route map", "class map", "policy map", "QoS profile", "peer group"),
)
MAPPED = [(MAP, r" route-map (\S+)")]
DEFINES = Compiled(
    {
        "ip": [(ACCESS, r"^ip access-list (?:standard )?(\S+)$"), (PREFIX, r"^ip prefix-list (\S+)")],
        "ipv6": [(ACCESS, r"^ipv6 access-list (?:standard )?(\S+)$"), (PREFIX, r"^ipv6 prefix-list (\S+)")],
        "route-map": [(MAP, r"^route-map (\S+)")],
        "class-map": [(CLASS, r"^class-map (?:type \S+ )?(?:match-\S+ )?(\S+)$")],
        "policy-map": [(POLICY, r"^policy-map (?:type \S+ )?(\S+)$")],
        "qos": [(PROFILE, r"^qos profile (\S+)$")],
        "neighbor": [(PEERS, r"^neighbor (\S+) peer group$")],
    }
)
USES = Compiled(
    {
        "ip": [
            (ACCESS, r"^ip access-group (\S+)"),
            (ACCESS, r"^ip nat .* access-list (\S+)"),
            (ACCESS, r"^ip verify unicast .* exception-list (\S+)"),
        ],
        "ipv6": [(ACCESS, r"^ipv6 access-group (\S+)")],
        "snmp-server": [(ACCESS, r"^snmp-server ipv[46] access-list (\S+)")],
        "match": [
            (ACCESS, r"^match ip(?:v6)? (?:access-group|address access-list) (\S+)$"),
            (PREFIX, r"^match ip(?:v6)? (?:address|next-hop|resolved-next-hop) prefix-list (\S+)"),
        ],
        "class": [(CLASS, r"^class (?:type \S+ )?(?!class-default)(\S+)$")],
        "service-policy": [(POLICY, r"^service-policy (?:type \S+ )?(?:input |output )?(\S+)$")],
        "service-profile": [(PROFILE, r"^service-profile (\S+)$")],
        "neighbor": [
            (MAP, r" route-map (\S+) (?:in|out)$"),
            (MAP, r" default-originate route-map (\S+)"),
            (PREFIX, r" prefix-list (\S+) (?:in|out)$"),
            (PEERS, r" peer group (\S+)$"),
        ],
        "bgp": [(PEERS, r"^bgp listen range \S+ peer-group (\S+)")],
        "redistribute": MAPPED,
        "network": MAPPED,
        "aggregate-address": [(MAP, r" (?:attribute|match)-map (\S+)")],
    }
)
NAMING = Naming(DEFINES, USES)


def naming(top: list[Block]) -> Names:
    told = list(_lines(top))
    return NAMING.names([text for _, text in told], [number for number, _ in told])


def _lines(blocks: list[Block]) -> Iterator[tuple[int, str]]:
    for each in blocks:
        yield each.number, each.text
        yield from _lines(each.inside)
