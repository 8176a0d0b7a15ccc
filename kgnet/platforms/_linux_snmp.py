"""snmpd.conf → the SNMP agent in neutral words; see snmpd.conf(5), "Access control"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kgnet.errors import ReadError
from kgnet.model.facts import SnmpServer
from kgnet.model.managed import SnmpAgent, SnmpGroup, SnmpUser
from kgnet.platforms._snmp import LEVELS, well_known

Directives = Mapping[str, tuple[str, ...]]
COMMUNITIES = ("rocommunity", "rocommunity6", "rwcommunity", "rwcommunity6")
WRITING = ("rwcommunity", "rwcommunity6", "rwuser")
AUTHS = {"MD5": "md5", "SHA": "sha1"}
PRIVS = {"AES": "aes128", "DES": "des"}
EVERYWHERE = re.compile(r"(?:(?:udp6?|tcp6?):)?(?:(?:0\.0\.0\.0|\[::\]|::|\*)(?::\d+)?|\d*)", re.IGNORECASE)


def agent(server: SnmpServer) -> SnmpAgent:
    """Return the agent; the users' least level is auth where none is written.

    The user by which it asks itself is none of them, where that may see a part only (iquerySecName, -V).
    """
    said = server.values
    if not said:
        raise ReadError("snmpd.conf is empty")
    itself = set(_itself(said))
    communities = list(_communities(said))
    unlimited = [f"{word} {name}" for word, name, source in communities if source in ("", "default")]
    return SnmpAgent(
        users=tuple(user for each in said.get("createuser", ()) if (user := _user(each)).name not in itself),
        communities=len(communities),
        writable=any(word in said for word in WRITING),
        access_list=None,
        line=0,
        groups=tuple(
            group
            for word in ("rouser", "rwuser")
            for each in said.get(word, ())
            if (group := _group(each)).name not in itself
        ),
        well_known=tuple(name for _, name, _ in communities if well_known(name)),
        unlimited=(*unlimited, *_open(said)),
    )


def _itself(said: Directives) -> Iterator[str]:
    """Yield the user that the agent asks itself as, if that may see a part only."""
    for name in said.get("iquerysecname", ()):
        looks = [each.split() for each in said.get("rouser", ())]
        if any(words[0] == name and "-V" in words for words in looks) and "rwuser" not in said:
            yield name


def _communities(said: Directives) -> Iterator[tuple[str, str, str]]:
    """Yield (directive, community, source) of SNMP version 1 and 2c."""
    for word in COMMUNITIES:
        for arguments in said.get(word, ()):
            words = arguments.split()
            yield word, words[0], words[1] if words[1:] else ""
    for word in ("com2sec", "com2sec6"):
        for arguments in said.get(word, ()):
            *_, source, community = arguments.split()  # com2sec [-Cn CONTEXT] SECNAME SOURCE COMMUNITY
            yield word, community, source


def _open(said: Directives) -> Iterator[str]:
    """Yield on which addresses snmpd answers, where that is not one of the host's own."""
    told = ",".join(said.get("agentaddress", ()))
    if not told:
        yield "agentAddress is not set: every address answers"
    for each in filter(None, told.split(",")):
        if EVERYWHERE.fullmatch(each.strip()):
            yield f"agentAddress {each.strip()}"


def _user(arguments: str) -> SnmpUser:
    """Read `createUser [-e ENGINE] NAME [AUTH [-l|-m] KEY [PRIV [[-l|-m] KEY]]]`."""
    words = arguments.split()
    if words[0] == "-e":
        del words[:2]
    known = [word.upper() for word in words[1:]]
    auth = next((word for word in known if word.startswith(("MD5", "SHA"))), "")
    priv = next((word for word in known if word.startswith(("AES", "DES"))), "")
    return SnmpUser(
        words[0],
        AUTHS.get(auth, auth.lower().replace("-", "")),
        PRIVS.get(priv, priv.lower().replace("-", "")),
    )


def _group(arguments: str) -> SnmpGroup:
    words = arguments.split()
    if words[0] == "-s":
        del words[:2]
    return SnmpGroup(words[0], LEVELS.get(words[1].lower(), "auth") if words[1:] else "auth")
