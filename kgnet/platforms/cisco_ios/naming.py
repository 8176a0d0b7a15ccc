"""IOS's configuration → what it names: lists, maps, groups and zones (IOS command references, by heart)."""

from __future__ import annotations

from kgnet.model.naming import Names
from kgnet.platforms._objects import Compiled, Naming
from kgnet.platforms.cisco_ios.lines import Block

ACCESS, PREFIX, MAP, CLASS, POLICY, GROUP, ZONE = (
    *("access list", "prefix list", "route map", "class map", "policy map", "object group", "zone"),
)
BOUND = r"(?:access-group|accept-register list|boundary)"
LIST = r"(?!name\b|any\b)(\S+)"
CLASS_MAP = r"^class-map (?:type (?:inspect )?(?!inspect)\S+ |type inspect )?(?:match-\S+ )?(\S+)$"
DEFINES = Compiled(
    {
        "ip": [
            (ACCESS, r"^ip access-list (?:extended|standard) (\S+)$"),
            (PREFIX, r"^ip prefix-list (\S+) (?:seq|permit|deny)"),
        ],
        "ipv6": [
            (ACCESS, r"^ipv6 access-list (\S+)$"),
            (PREFIX, r"^ipv6 prefix-list (\S+) (?:seq|permit|deny)"),
        ],
        "access-list": [(ACCESS, r"^access-list (\S+) ")],
        "route-map": [(MAP, r"^route-map (\S+)")],
        "class-map": [(CLASS, CLASS_MAP)],
        "policy-map": [(POLICY, r"^policy-map (?:type \S+ )?(\S+)$")],
        "object-group": [(GROUP, r"^object-group (?:network|service|security|v6-network) (\S+)")],
        "zone": [(ZONE, r"^zone security (\S+)")],
    }
)
NEIGHBOR = [
    (MAP, r" (?:route-map|advertise-map|unsuppress-map|default-originate route-map) (\S+)"),
    (MAP, r" (?:exist-map|non-exist-map) (\S+)"),
    (PREFIX, r" prefix-list (\S+) (?:in|out)$"),
    (ACCESS, r" distribute-list (?!prefix)(\S+) (?:in|out)$"),
]
GROUPS = ("object-group", "addrgroup", "portgroup")
ENTRY = [(GROUP, rf" (?:{'|'.join(GROUPS)}) (\S+)")]
REDISTRIBUTED = [(MAP, r" route-map (\S+)")]
USES = Compiled(
    {
        "ip": [
            (ACCESS, rf"^ip access-group {LIST} "),
            (ACCESS, r"^ip verify unicast source reachable-via \S+(?: allow-\S+)* (?!allow-)(\S+)$"),
            (ACCESS, r"^ip http (?:secure-)?access-class (?:ipv4 |ipv6 )?(\S+)"),
            (ACCESS, r"^ip nat (?:inside|outside) (?:source|destination) list (\S+)"),
            (MAP, r"^ip nat inside source route-map (\S+)"),
            *((MAP, rf"^ip {word}route-map (\S+)") for word in ("policy ", "local policy ")),
            *((ACCESS, rf"^ip {word} .*?{BOUND} (\S+)") for word in ("pim", "igmp", "multicast")),
        ],
        "ipv6": [
            (ACCESS, rf"^ipv6 traffic-filter {LIST} "),
            (ACCESS, rf"^ipv6 access-class {LIST} "),
            *((MAP, rf"^ipv6 {word}route-map (\S+)") for word in ("policy ", "local policy ")),
        ],
        "access-class": [(ACCESS, rf"^access-class {LIST}")],
        "match": [
            (ACCESS, r"^match access-group (?:name )?(\S+)$"),
            (ACCESS, r"^match ip(?:v6)? (?:address|next-hop|route-source) (?!prefix-list)(.+)$"),
            (PREFIX, r"^match ip(?:v6)? (?:address|next-hop|route-source) prefix-list (.+)$"),
            (ACCESS, r"^match address (?!local)(\S+)$"),
            (CLASS, r"^match class-map (\S+)$"),
        ],
        "class": [(CLASS, r"^class (?:type \S+ )?(?!class-default)(\S+)$")],
        "service-policy": [(POLICY, r"^service-policy (?:type \S+ )?(?:input |output )?(\S+)$")],
        "snmp-server": [
            (ACCESS, r"^snmp-server community \S+ (?:view \S+ )?(?:RO|RW|ro|rw) (?:ipv6 \S+ )?(\S+)$"),
            (ACCESS, r"^snmp-server community .* ipv6 (\S+)"),
            (ACCESS, r"^snmp-server group .* access (?:ipv6 )?(\S+)"),
        ],
        "ntp": [(ACCESS, r"^ntp access-group (?:ipv4 |ipv6 )?(?:peer|serve|serve-only|query-only) (\S+)")],
        "distribute-list": [
            (ACCESS, r"^distribute-list (?!prefix|route-map|gateway)(\S+)"),
            (PREFIX, r"^distribute-list prefix (\S+)"),
            (MAP, r"^distribute-list route-map (\S+)"),
        ],
        "neighbor": NEIGHBOR,
        "redistribute": REDISTRIBUTED,
        "network": REDISTRIBUTED,
        "default-information": REDISTRIBUTED,
        "table-map": [(MAP, r"^table-map (\S+)")],
        "bgp": [(MAP, r" (?:dampening route-map|inject-map|exist-map) (\S+)")],
        "aggregate-address": [(MAP, r" (?:attribute|advertise|suppress)-map (\S+)"), *REDISTRIBUTED],
        "import": [(MAP, r"^import (?:ipv[46] \S+ (?:\d+ )?)?map (\S+)")],
        "export": [(MAP, r"^export (?:ipv[46] \S+ (?:\d+ )?)?map (\S+)")],
        "permit": ENTRY,
        "deny": ENTRY,
        "group-object": [(GROUP, r"^group-object (\S+)")],
        "zone-member": [(ZONE, r"^zone-member security (\S+)")],
        "zone-pair": [(ZONE, r" (?:source|destination) (?!self\b|default\b)(\S+)")],
    }
)
HOLDING = {"permit": ("group ",), "deny": ("group ",), "neighbor": ("-map ", "-list ")}
NAMING = Naming(DEFINES, USES, HOLDING)
LISTS, PREFIXES = ("ip access-list ", "ipv6 access-list "), ("ip prefix-list ", "ipv6 prefix-list ")


def naming(root: Block) -> Names:
    if NAMING.whole(_telling(root)):
        return Names()
    numbers, lines = root.numbered()
    return NAMING.names(lines, numbers)


def _telling(root: Block) -> list[str]:
    """Return lines that define and use all that is: of lists, most entries name nothing else."""
    headers = [start for start in LISTS if not any(map(root.printed(start).__contains__, GROUPS))]
    lines = root.different(*headers, *PREFIXES)
    lines += [line for start in headers for _, line in root.told(start)]
    lines += {"".join(line.partition(" seq ")[:2]) for start in PREFIXES for _, line in root.told(start)}
    return lines
