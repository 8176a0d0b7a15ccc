"""KG-SNM-06: SNMPv3 privacy uses AES-128 or better."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot, SnmpServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._snmp import configured, users


@control("KG-SNM-06", needs=[SnmpServer], live=True)
def snmp_privacy(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Without encryption the answers, addresses and neighbours among them, are anybody's on the way."""
    directives = configured(have.get(SnmpServer))
    found = list(users(directives))
    if not found:
        raise MissingFact("no SNMPv3 user is allowed to ask, so there is nothing to judge")
    for name, level in found:
        if level not in ("priv", "authpriv"):
            yield f"user {name} may ask with {level}, without encryption"
    for arguments in directives.get("createuser", ()):
        words = arguments.upper().split()
        if "DES" in words:
            yield f"user {arguments.split()[0]} encrypts with DES, AES wanted"
