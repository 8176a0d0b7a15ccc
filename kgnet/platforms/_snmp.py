"""What all platforms' readers of SNMP share: communities that are no secret, and levels of security."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kgnet.model.credentials import MARK

# Communities that every scanner tries first: nothing is given away by telling them.
DEFAULTS = ("public", "private", "cisco", "admin", "snmp", "community", "default")
WELL_KNOWN = rf"(?!\"?(?:{'|'.join(DEFAULTS)})(?:[\s\";]|$))"  # put before what would hide a community
LEVELS = {  # the words of each platform → SnmpGroup's
    **{"noauth": "noauth", "auth": "auth", "priv": "priv"},
    **{"noauthnopriv": "noauth", "authnopriv": "auth", "authpriv": "priv"},  # snmpd.conf(5)
    **{"none": "noauth", "authentication": "auth", "privacy": "priv"},  # Junos
}


def well_known(community: str) -> bool:
    return community.lower() in DEFAULTS


def unnamed(communities: Iterable[str]) -> Iterator[str]:
    """Yield those whose name the collector of the text removed."""
    return (f"community {number}" for number, name in enumerate(communities, 1) if name == MARK)
