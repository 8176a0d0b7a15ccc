"""The groups that devices belong to for what they do; `--limit` and Ansible know them by these names."""

from __future__ import annotations

from kgnet.model.province import ROUTERS, Role, SiteKind

DOMAINS: dict[str, tuple[Role, ...]] = {
    "wan": ROUTERS,
    "fabric": (Role.SPINE, Role.LEAF),
    "switches": (Role.ACCESS,),
    "dns": (Role.DNS,),
    "balancers": (Role.BALANCER,),
    "portals": (Role.PORTAL,),
    "mail": (Role.MAIL,),
    "conference": (Role.REGISTRAR,),
    "monitoring": (Role.MONITOR,),
    "applications": (Role.APPLICATION,),
    "databases": (Role.DATABASE,),
}
LINUX = (
    "frr",
    "linux",
)  # platforms of hosts that run Linux: what roles work on, and what a twin runs for real
SERVERS = "servers"  # every device that is neither router nor switch
VENDORS = "vendors"  # every device that runs something else than Linux
ISLANDS = "islands"  # devices at sites that are changed last
FIRST_OFFICE, SAMPLES = "first_office", "one_of_each_kind"  # for playbooks: what is changed before all others
RESERVED = frozenset(
    {"all", "ungrouped", SERVERS, VENDORS, ISLANDS, FIRST_OFFICE, SAMPLES, *DOMAINS, *SiteKind}
)
