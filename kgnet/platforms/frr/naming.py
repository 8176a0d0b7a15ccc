"""FRR's configuration → what it names: lists, maps and groups of peers (FRR's manual, by heart)."""

from __future__ import annotations

from collections.abc import Iterable

from kgnet.model.config import Line
from kgnet.model.naming import Names
from kgnet.platforms._objects import Compiled, Naming

ACCESS, PREFIX, MAP, PATHS, COMMUNITY, PEERS, PROFILE = (
    *(
        "access list",
        "prefix list",
        "route map",
        "AS path list",
        "community list",
        "peer group",
        "BFD profile",
    ),
)
MAPPED = [(MAP, r" route-map (\S+)")]
DEFINES = Compiled(
    {
        "access-list": [(ACCESS, r"^access-list (\S+)")],
        "ip": [(PREFIX, r"^ip prefix-list (\S+)")],
        "ipv6": [(ACCESS, r"^ipv6 access-list (\S+)"), (PREFIX, r"^ipv6 prefix-list (\S+)")],
        "route-map": [(MAP, r"^route-map (\S+)")],
        "bgp": [
            (PATHS, r"^bgp as-path access-list (\S+)"),
            (COMMUNITY, r"^bgp (?:large-|ext)?community-list (?:standard |expanded )?(\S+)"),
        ],
        "neighbor": [(PEERS, r"^neighbor (\S+) peer-group$")],
        "profile": [(PROFILE, r"^profile (\S+)$")],
    }
)
USES = Compiled(
    {
        "match": [
            (PREFIX, r"^match ip(?:v6)? (?:address|next-hop) prefix-list (\S+)$"),
            (ACCESS, r"^match ip(?:v6)? (?:address|next-hop) (?!prefix-list|prefix-len|address|type)(\S+)$"),
            (PATHS, r"^match as-path (\S+)"),
            (COMMUNITY, r"^match (?:large-|ext)?community (\S+)"),
        ],
        "neighbor": [
            (MAP, r" route-map (\S+)(?: (?:in|out))?$"),
            (MAP, r" (?:unsuppress|advertise|exist|non-exist)-map (\S+)"),
            (PREFIX, r" prefix-list (\S+) (?:in|out)$"),
            (PATHS, r" filter-list (\S+) (?:in|out)$"),
            (ACCESS, r" distribute-list (\S+) (?:in|out)$"),
            (PEERS, r" peer-group (\S+)$"),
            (PROFILE, r" bfd profile (\S+)$"),
        ],
        "bgp": [(PEERS, r"^bgp listen range \S+ peer-group (\S+)")],
        "redistribute": MAPPED,
        "network": MAPPED,
        "aggregate-address": [(MAP, r" (?:route|suppress|matching-MED)-map (\S+)")],
        "call": [(MAP, r"^call (\S+)$")],
        "ip": [(MAP, r"^ip protocol \S+ route-map (\S+)")],
        "ipv6": [(MAP, r"^ipv6 protocol \S+ route-map (\S+)")],
    }
)
NAMING = Naming(DEFINES, USES)


def naming(lines: Iterable[Line]) -> Names:
    told = tuple(lines)
    return NAMING.names([line.text for line in told], [line.number for line in told])
