"""The groups that devices belong to for what they do; `--limit` and Ansible know them by these names."""

from __future__ import annotations

from kgnet.model.province import Role, SiteKind

DOMAINS: dict[str, tuple[Role, ...]] = {
    "wan": (Role.HUB, Role.BORDER, Role.BRANCH),
    "dns": (Role.DNS,),
    "balancers": (Role.BALANCER,),
    "portals": (Role.PORTAL,),
    "mail": (Role.MAIL,),
    "conference": (Role.REGISTRAR,),
    "monitoring": (Role.MONITOR,),
    "applications": (Role.APPLICATION,),
    "databases": (Role.DATABASE,),
}
SERVERS = "servers"  # every device that is not of the domain wan
ISLANDS = "islands"  # devices at sites that are changed last
RESERVED = frozenset({"all", "ungrouped", SERVERS, ISLANDS, *DOMAINS, *SiteKind})
