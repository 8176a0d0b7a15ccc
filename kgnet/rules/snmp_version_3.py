"""KG-SNM-05: SNMPv3 with authentication (SHA) is used."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SnmpServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._snmp import communities, configured, users


@control("KG-SNM-05", needs=[SnmpServer], live=True)
def snmp_version_3(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A community travels in clear with every question: whoever hears one may ask them all."""
    directives = configured(have.get(SnmpServer))
    for directive, community in communities(directives):
        yield f"{directive} {community}: SNMP version 1 and 2c are open"
    named = dict(users(directives))
    for name, level in named.items():
        if level == "noauth":
            yield f"user {name} may ask without authentication"
    for arguments in directives.get("createuser", ()):
        if "MD5" in arguments.upper().split():
            yield f"user {arguments.split()[0]} authenticates with MD5, SHA wanted"
    if want.snmp_user not in named:
        yield f"the intent's user {want.snmp_user} may not ask; it has {', '.join(named) or 'no user'}"
