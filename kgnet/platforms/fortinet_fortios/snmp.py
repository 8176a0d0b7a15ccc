"""FortiOS' SNMP agent: its users, its communities and who may ask."""

from __future__ import annotations

from ipaddress import IPv4Address

from kgnet.model.managed import SnmpAgent, SnmpUser
from kgnet.platforms._snmp import unnamed, well_known
from kgnet.platforms.fortinet_fortios.table import Table


def agent(root: Table) -> SnmpAgent:
    on = root.get("config system snmp sysinfo").one("status") == "enable"
    users = [(name, each) for name, each in root.get("config system snmp user").entries() if on]
    listed = [(number, each) for number, each in root.get("config system snmp community").entries() if on]
    communities = [(number, each) for number, each in listed if each.one("status") != "disable"]
    names = [each.one("name") for _, each in communities]
    return SnmpAgent(
        users=tuple(
            SnmpUser(name, _auth(each), _priv(each))
            for name, each in users
            if each.one("status") != "disable"
        ),
        communities=len(communities),
        writable=False,  # FortiOS answers questions only
        access_list=None,
        line=root.get("config system snmp sysinfo").line,
        well_known=tuple(filter(well_known, names)),
        unnamed=tuple(unnamed(names)),
        unlimited=tuple(f"community {number}" for number, each in communities if _open(each)),
    )


ANYBODY = (str(IPv4Address(0)), "0.0.0.0/0", "::/0")


def _open(community: Table) -> bool:
    """Whether anybody may ask: no host is named, or one of all addresses, which is what an unset one has."""
    asked = [
        *(each.one("ip", ANYBODY[0]) for _, each in community.get("config hosts").entries()),
        *(each.one("ipv6", "::/0") for _, each in community.get("config hosts6").entries()),
    ]
    return not asked or any(each in ANYBODY for each in asked)


def _auth(user: Table) -> str:
    if user.one("security-level", "no-auth-no-priv") == "no-auth-no-priv":
        return ""
    return {"sha": "sha1"}.get(user.one("auth-proto", "sha"), user.one("auth-proto", "sha"))


def _priv(user: Table) -> str:
    if user.one("security-level", "no-auth-no-priv") != "auth-priv":
        return ""
    return {"aes": "aes128"}.get(user.one("priv-proto", "aes"), user.one("priv-proto", "aes"))
