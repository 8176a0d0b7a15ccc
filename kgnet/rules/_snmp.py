"""What snmpd.conf lets in; see snmpd.conf(5), "Access control"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kgnet.errors import MissingFact
from kgnet.model.facts import SnmpServer

Directives = Mapping[str, tuple[str, ...]]
LEVELS = ("noauth", "noauthnopriv", "auth", "authnopriv", "priv", "authpriv")


def configured(server: SnmpServer) -> Directives:
    """Return its directives; MissingFact if there are none at all."""
    if not server.values:
        raise MissingFact("snmpd.conf is empty")
    return server.values


def communities(directives: Directives) -> Iterator[tuple[str, str]]:
    """Yield (directive, community) of SNMP version 1 and 2c."""
    for directive in ("rocommunity", "rocommunity6", "rwcommunity", "rwcommunity6"):
        for arguments in directives.get(directive, ()):
            yield directive, arguments.split()[0]
    for directive in ("com2sec", "com2sec6"):
        for arguments in directives.get(directive, ()):
            yield directive, arguments.split()[-1]  # com2sec [-Cn CONTEXT] SECNAME SOURCE COMMUNITY


def users(directives: Directives) -> Iterator[tuple[str, str]]:
    """Yield (user, least level) of those who may ask by SNMPv3; the level's default is auth."""
    for directive in ("rouser", "rwuser"):
        for arguments in directives.get(directive, ()):
            words = arguments.split()
            if words[0] == "-s":
                words = words[2:]
            level = words[1].lower() if len(words) > 1 and words[1].lower() in LEVELS else "auth"
            yield words[0], "noauth" if level == "noauthnopriv" else level
